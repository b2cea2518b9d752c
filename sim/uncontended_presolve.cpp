#include "sim/uncontended_presolve.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "sim/simulation.h"

namespace polyplane::sim {

namespace {

using collectives::RingLane;
using collectives::Schedule;
using collectives::Step;

constexpr std::uint64_t kMostSteps = 50'000'000;  // read to find the peers, about half a second
constexpr std::uint64_t kPathsBetweenStopChecks = 4096;
constexpr double kUnits = 1024;  // of load in a bit/s, as in the flow model

/// The most that lanes put on each trunk together.
class Loads {
 public:
  explicit Loads(std::size_t trunks) : trunks_(trunks) {}

  /// The present path of `sends` is one of the peers of this lane.
  void add_path(const UncontendedSends& sends) {
    for (std::size_t i = 0; i < sends.hops().size(); ++i) {
      const std::uint32_t index = sends.hops()[i].trunk.index();
      Trunk& trunk = trunks_[index];
      const double load = sends.load(i);
      const double units = sends.rate().bps * load * kUnits;
      trunk.shared = trunk.shared || load != sends.hops()[i].weight;
      trunk.exact = trunk.exact && units == std::floor(units) && is_exact(load);
      if (trunk.of_lane == 0) touched_.push_back(index);
      trunk.of_lane = std::max(trunk.of_lane, static_cast<uint128>(units) + 1);  // zero: not touched
    }
  }
  /// False when some trunk does not hold what there is.
  [[nodiscard]] bool add_lane(const UncontendedSends& sends) {
    bool fits = true;
    for (const std::uint32_t index : touched_) {
      Trunk& trunk = trunks_[index];
      trunk.shared = trunk.shared || trunk.sum > 0;
      trunk.sum += trunk.of_lane - (trunk.exact ? 1 : 0);
      trunk.of_lane = 0;
      const uint128 capacity = static_cast<uint128>(sends.capacity(TrunkId(index)).bps()) * 1024;
      const uint128 room = trunk.exact ? capacity : capacity - capacity / 1'000'000'000 - 1;
      fits = fits && (!trunk.shared || trunk.sum <= room);
    }
    touched_.clear();
    return fits;
  }

 private:
  struct Trunk {
    uint128 sum = 0, of_lane = 0;
    bool exact = true;
    bool shared = false;  // by lanes, or by the copies of one
  };
  /// Dividing by it what was multiplied by it gives the same bits.
  static bool is_exact(double load) {
    int exponent = 0;
    return load == std::floor(load) || std::frexp(load, &exponent) == 0.5;
  }

  std::vector<Trunk> trunks_;
  std::vector<std::uint32_t> touched_;
};

/// Goes through the peers of all lanes, each once.
class Presolve {
 public:
  Presolve(const Job& job, const Folding* folding, UncontendedSends& sends, const std::function<bool()>& stop)
      : schedule_(*job.schedule),
        ranks_(static_cast<std::uint32_t>(job.devices.size())),
        representatives_(folding == nullptr ? ranks_ : folding->stride()),
        sends_(sends),
        stop_(stop),
        loads_(sends.num_trunks()),
        seen_by_(ranks_, 0) {}

  [[nodiscard]] bool fits() {
    for (std::uint32_t lane = 0; lane < schedule_.num_lanes(); ++lane) {
      const std::optional<RingLane> ring = schedule_.ring_lane(lane);
      if (ring ? !fits_ring(lane, *ring) : !fits_lane(lane)) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] bool fits_ring(std::uint32_t lane, const RingLane& ring) {
    const bool empty = ring.steps == 0 || std::max(ring.bytes, ring.longer_bytes) == Bytes();
    for (std::size_t i = 0; !empty && i < ring.order.size(); ++i) {
      if (ring.order[i].index() >= representatives_) continue;
      if (!add_peer(ring.order[i], lane, ring.order[i + 1 == ring.order.size() ? 0 : i + 1])) return false;
      if (!loads_.add_lane(sends_)) return false;
    }
    return true;
  }
  [[nodiscard]] bool fits_lane(std::uint32_t lane) {
    for (std::uint32_t r = 0; r < representatives_; ++r) {
      const RankId rank(r);
      const std::uint32_t steps = schedule_.num_steps(rank, lane);
      ++lanes_;
      for (std::uint32_t k = 0; k < steps; ++k) {
        if (++steps_ > kMostSteps) return false;
        const Step step = schedule_.step(rank, lane, k);
        if (!step.send_to.valid() || step.send_bytes == Bytes()) continue;
        std::uint32_t& seen_by = seen_by_[step.send_to.index()];
        if (seen_by == lanes_) continue;
        seen_by = lanes_;
        if (!add_peer(rank, lane, step.send_to)) return false;
      }
      if (!loads_.add_lane(sends_)) return false;
    }
    return true;
  }
  [[nodiscard]] bool add_peer(RankId rank, std::uint32_t lane, RankId peer) {
    if (++paths_ % kPathsBetweenStopChecks == 0 && stop_ && stop_()) throw Interrupted{};
    sends_.take_path(rank, lane, peer);
    if (sends_.hops().empty()) return true;
    loads_.add_path(sends_);
    return sends_.rate().bps > 0;
  }

  const Schedule& schedule_;
  std::uint32_t ranks_, representatives_;
  UncontendedSends& sends_;
  const std::function<bool()>& stop_;
  Loads loads_;
  std::vector<std::uint32_t> seen_by_;  // of each rank: the last lane that sends to it
  std::uint32_t lanes_ = 0;
  std::uint64_t steps_ = 0, paths_ = 0;
};

}  // namespace

bool fits_capacities(const Job& job, const Folding* folding, UncontendedSends& sends,
                     const std::function<bool()>& stop) {
  return Presolve(job, folding, sends, stop).fits();
}

}  // namespace polyplane::sim
