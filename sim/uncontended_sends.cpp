#include "sim/uncontended_sends.h"

#include "base/error.h"

namespace polyplane::sim {

namespace {

constexpr double kUnits = 1024;  // fractions of a byte, as Carried counts them

Duration within_limit(Duration time) {
  if (time.ps() > kLongestPs) throw LimitError("simulated time passes 53 days");
  return time;
}

}  // namespace

UncontendedSends::UncontendedSends(topology::Router& router, const Job& job, const Folding* folding)
    : router_(router), job_(job), folding_(folding), whole_(router.trunks().size()), part_(router.trunks().size()) {
  for (const topology::Trunk& trunk : router.trunks()) capacities_.push_back(trunk.capacity);
}

void UncontendedSends::take_path(RankId from, std::uint32_t lane, RankId to) {
  const std::int32_t plane = job_.schedule->plane(lane).value_or(-1);
  router_.route({job_.devices[from.index()], job_.devices[to.index()], lane, plane}, route_);
  hops_ = route_.hops;
  if (folding_ != nullptr) {
    folding_->fold(route_.hops, folded_hops_, loads_);
    hops_ = folded_hops_;
  }
  before_drain_ = route_.latency;
  by_size_ = !job_.is_agent(from) && !job_.costs.by_size.empty();
  posting_ = job_.is_agent(from) ? Duration() : job_.costs.message;
  if (!job_.is_agent(from)) {
    before_drain_ += posting_ + (route_.scale_out ? job_.costs.step_scale_out : job_.costs.step_scale_up);
  }
  if (!hops_.empty()) rate_ = line_rate(hops_, capacities_);
}

std::optional<Duration> UncontendedSends::time(Bytes payload) {
  const Bytes size = wire_bytes(payload, job_.efficiency);
  const Duration of_size = by_size_ ? size_cost(job_.costs, payload) : Duration();
  const Duration before = before_drain_ + of_size;
  tail_ = posting_ + of_size;
  if (hops_.empty() || size.count() == 0) return before;
  if (rate_.bps <= 0) return std::nullopt;
  if (rate_.sharers != 1) {
    const Duration drain = drain_time(size, rate_);
    tail_ += drain;
    return within_limit(before + drain);
  }
  if (size != last_size_ || rate_.capacity != last_capacity_) {
    last_drain_ = drain_time(size, rate_);
    last_size_ = size;
    last_capacity_ = rate_.capacity;
  }
  tail_ += last_drain_;
  return within_limit(before + last_drain_);
}

void UncontendedSends::carry(Bytes payload, std::int64_t times) {
  const Bytes size = wire_bytes(payload, job_.efficiency);
  for (std::size_t i = 0; i < hops_.size(); ++i) {
    const std::uint32_t trunk = hops_[i].trunk.index();
    if (load(i) == 1.0) {
      whole_[trunk] += times * size.count();
    } else {
      const auto units = static_cast<std::int64_t>(static_cast<double>(size.count()) * load(i) * kUnits);
      part_[trunk] += static_cast<int128>(times) * units;
    }
  }
}

bool UncontendedSends::renew(AlikeSends& sends, RankId from, std::uint32_t lane, RankId to, Bytes bytes) {
  count(sends, from, lane);
  take_path(from, lane, to);
  const std::optional<Duration> takes = time(bytes);
  if (!takes) return false;
  carry(bytes, 1);
  const RankId receiver = folding_ == nullptr ? to : folding_->representative(to);
  sends = {to.index(), receiver.index() * job_.schedule->num_lanes(), bytes.count(), takes->ps(), -1};
  return true;
}

void UncontendedSends::count(AlikeSends& sends, RankId from, std::uint32_t lane) {
  if (sends.uncounted <= 0) return;
  take_path(from, lane, RankId(sends.to));
  carry(Bytes(sends.bytes), sends.uncounted);
  sends.uncounted = 0;
}

std::vector<double> UncontendedSends::trunk_bytes() const {
  std::vector<double> bytes;
  bytes.reserve(whole_.size());
  for (std::uint32_t t = 0; t < whole_.size(); ++t) {
    const std::uint32_t trunk = folding_ == nullptr ? t : folding_->trunk_class(TrunkId(t)).index();
    bytes.push_back(static_cast<double>(whole_[trunk]) + static_cast<double>(part_[trunk]) / kUnits);
  }
  return bytes;
}

}  // namespace polyplane::sim
