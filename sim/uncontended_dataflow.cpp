#include "sim/uncontended_dataflow.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "sim/simulation.h"
#include "sim/waiting_lanes.h"

namespace polyplane::sim {

using collectives::Step;

namespace {

constexpr std::int64_t kNotYet = -1;
constexpr std::uint32_t kWindow = 32;  // arrivals kept beside a lane: this step and the next; a power of two
constexpr std::uint32_t kTurn = 16;    // steps that a lane takes before others have their turn
constexpr std::uint64_t kTurnsBetweenStopChecks = 1024;

}  // namespace

UncontendedDataflow::UncontendedDataflow(const Job& job, const Folding* folding, UncontendedSends& sends)
    : job_(job),
      schedule_(*job.schedule),
      folding_(folding),
      sends_(sends),
      lanes_per_rank_(schedule_.num_lanes()),
      step_times_(schedule_, folding == nullptr ? static_cast<std::uint32_t>(job.devices.size()) : folding->stride()),
      end_ps_((job.start + job.costs.launch).ps()) {
  const auto ranks = folding == nullptr ? static_cast<std::uint32_t>(job.devices.size()) : folding->stride();
  if (std::uint64_t{ranks} * lanes_per_rank_ >= UINT32_MAX) {
    throw LimitError("More than 4,294,967,294 lanes in one run: use fewer ranks or another algorithm.");
  }
  lanes_.resize(std::size_t{ranks} * lanes_per_rank_);
  arrivals_.assign(lanes_.size() * kWindow, kNotYet);
  if (job.costs.messages_under_way > 1) {
    deliveries_.emplace(lanes_.size(), job.costs.messages_under_way, end_ps_);
    tails_ps_.resize(lanes_.size());
  }
  waiters_.assign(ranks, 0);
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    lane.ready_ps = end_ps_;
    lane.rank = i / lanes_per_rank_;
    lane.number = i % lanes_per_rank_;
    lane.num_steps = schedule_.num_steps(RankId(lane.rank), lane.number);
    if (lane.num_steps == 0) continue;
    ++unfinished_;
    set_back_.push_back(i);
  }
}

bool UncontendedDataflow::run(const std::function<bool()>& stop) {
  std::uint64_t turns = 0;
  std::vector<std::uint32_t> round;
  while (!set_back_.empty()) {
    round.swap(set_back_);
    set_back_.clear();
    for (const std::uint32_t first : round) {
      woken_.push_back(first);
      while (!woken_.empty()) {
        const std::uint32_t lane = woken_.back();
        woken_.pop_back();
        advance(lane);
        if (stands_still_) return false;
        if (++turns % kTurnsBetweenStopChecks == 0 && stop && stop()) throw Interrupted{};
      }
    }
  }
  if (unfinished_ > 0) report_stall();
  for (Lane& lane : lanes_) {
    for (AlikeSends& sends : lane.recent) sends_.count(sends, RankId(lane.rank), lane.number);
  }
  return true;
}

std::int64_t& UncontendedDataflow::arrival(std::uint32_t index, std::uint32_t step) {
  return arrivals_[std::size_t{index} * kWindow + step % kWindow];
}

// Takes steps of a lane as long as nothing is missing.
void UncontendedDataflow::advance(std::uint32_t index) {
  Lane& lane = lanes_[index];
  std::uint32_t turn = kTurn;
  while (true) {
    if (!lane.begun) {
      if (lane.step == lane.num_steps) {
        --unfinished_;
        end_ps_ = std::max(end_ps_, lane.ready_ps);
        return;
      }
      if (turn-- == 0) {
        set_back_.push_back(index);
        return;
      }
      const Step step = schedule_.step(RankId(lane.rank), lane.number, lane.step);
      std::int64_t start_ps = lane.ready_ps;
      if (step.num_after > 0 && !after_others(index, step, start_ps)) {
        lane.waiting = true;
        waiters_[lane.rank] += 1;
        return;
      }
      std::int64_t sent_ps = step.send_to.valid() ? send(index, step, start_ps) : start_ps;
      if (stands_still_) return;
      if (deliveries_) sent_ps = slot_free(index, start_ps);
      if (!step.receive_from.valid()) {
        complete(index, sent_ps);
        continue;
      }
      lane.sent_ps = sent_ps;
      lane.begun = true;
    }
    const std::int64_t arrived_ps = arrival(index, lane.step);
    if (arrived_ps == kNotYet) return;
    lane.begun = false;
    complete(index, std::max(lane.sent_ps, arrived_ps));
  }
}

// False when a lane that this step waits for is not far enough.
bool UncontendedDataflow::after_others(std::uint32_t index, const Step& step, std::int64_t& start_ps) const {
  const std::uint32_t first = index - lanes_[index].number;
  for (std::uint8_t i = 0; i < step.num_after; ++i) {
    const std::optional<std::int64_t> time_ps = step_times_.find(first + step.after[i].lane, step.after[i].step);
    if (!time_ps) return false;
    start_ps = std::max(start_ps, *time_ps);
  }
  return true;
}

std::int64_t UncontendedDataflow::send(std::uint32_t index, const Step& step, std::int64_t start_ps) {
  AlikeSends& sends = recall(index, step.send_to, step.send_bytes);
  if (stands_still_) return start_ps;
  ++num_sends_;
  ++sends.uncounted;
  const std::int64_t end_ps = deliveries_ ? send_behind(index, sends, start_ps) : start_ps + sends.time_ps;
  if (end_ps > kLongestPs) throw LimitError("simulated time passes 53 days");
  arrive(sends.first_lane + step.peer_lane, step.peer_step, end_ps);
  return end_ps;
}

// Its delivery, behind that of the message before.
std::int64_t UncontendedDataflow::send_behind(std::uint32_t index, const AlikeSends& sends, std::int64_t start_ps) {
  const auto place = static_cast<std::size_t>(&sends - lanes_[index].recent.data());
  const std::int64_t end_ps = std::max(start_ps + sends.time_ps, deliveries_->last_ps(index) + tails_ps_[index][place]);
  deliveries_->add(index, end_ps);
  return end_ps;
}

// When the present step, begun at `start_ps`, is complete for its sender.
std::int64_t UncontendedDataflow::slot_free(std::uint32_t index, std::int64_t start_ps) const {
  const bool is_last = lanes_[index].step + 1 == lanes_[index].num_steps;
  return std::max(start_ps, is_last ? deliveries_->last_ps(index) : deliveries_->free_ps(index));
}

// What is known of sends of that size to that rank; asks the network when they are not among the last.
AlikeSends& UncontendedDataflow::recall(std::uint32_t index, RankId to, Bytes bytes) {
  Lane& lane = lanes_[index];
  for (AlikeSends& sends : lane.recent) {
    if (sends.to == to.index() && sends.bytes == bytes.count()) return sends;
  }
  AlikeSends& sends = lane.recent[lane.oldest];
  lane.oldest ^= 1U;
  stands_still_ = !sends_.renew(sends, RankId(lane.rank), lane.number, to, bytes);
  if (deliveries_) tails_ps_[index][static_cast<std::size_t>(&sends - lane.recent.data())] = sends_.tail().ps();
  return sends;
}

void UncontendedDataflow::arrive(std::uint32_t index, std::uint32_t step, std::int64_t time_ps) {
  Lane& lane = lanes_[index];
  CHECK(step >= lane.step, "a message for a step that is over");
  if (step - lane.step >= kWindow) {
    const bool is_new = far_.emplace(std::pair(index, step), time_ps).second;
    CHECK(is_new, "two messages for one step");
    lane.far = true;
    return;
  }
  std::int64_t& slot = arrival(index, step);
  CHECK(slot == kNotYet, "two messages for one step");
  slot = time_ps;
  if (lane.begun && step == lane.step) woken_.push_back(index);
}

void UncontendedDataflow::complete(std::uint32_t index, std::int64_t time_ps) {
  Lane& lane = lanes_[index];
  arrival(index, lane.step) = kNotYet;
  if (lane.far) {
    // The slot is that of the step which comes into the window now.
    const auto place = far_.find({index, lane.step + kWindow});
    if (place != far_.end()) {
      arrival(index, lane.step) = place->second;
      far_.erase(place);
      const auto next = far_.lower_bound({index, 0});
      lane.far = next != far_.end() && next->first.first == index;
    }
  }
  const bool is_awaited = step_times_.complete(index, lane.step, time_ps);
  lane.step += 1;
  lane.ready_ps = time_ps;
  if (is_awaited && waiters_[lane.rank] > 0) wake_rank(lane.rank);
}

void UncontendedDataflow::wake_rank(std::uint32_t rank) {
  const std::uint32_t first = rank * lanes_per_rank_;
  for (std::uint32_t index = first; index < first + lanes_per_rank_; ++index) {
    if (!lanes_[index].waiting) continue;
    lanes_[index].waiting = false;
    woken_.push_back(index);
  }
  waiters_[rank] = 0;
}

void UncontendedDataflow::report_stall() const {
  WaitingLanes waiting;
  for (const Lane& lane : lanes_) {
    if (lane.step == lane.num_steps) continue;
    waiting.add(job_.name, RankId(lane.rank), lane.number, lane.step,
                schedule_.step(RankId(lane.rank), lane.number, lane.step),
                lane.begun ? WaitingLanes::For::message : WaitingLanes::For::lanes);
  }
  if (folding_ != nullptr) waiting.stand_for(folding_->stride(), folding_->copies() / folding_->channels());
  throw RunError("the run stalled; nothing can happen any more, and these wait:" + waiting.text());
}

}  // namespace polyplane::sim
