#include "sim/uncontended_events.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "sim/simulation.h"
#include "sim/waiting_lanes.h"

namespace polyplane::sim {

using collectives::Step;

namespace {

constexpr std::uint64_t kEventsBetweenStopChecks = 4096;
constexpr std::size_t kFetchAhead = 8;  // lanes of the deliveries that come next

std::uint32_t num_lanes(const Job& job, const Folding* folding) {
  const std::uint64_t ranks = folding == nullptr ? job.devices.size() : folding->stride();
  const std::uint64_t lanes = ranks * job.schedule->num_lanes();
  if (lanes >= UINT32_MAX) {
    throw LimitError("More than 4,294,967,294 lanes in one run: use fewer ranks or another algorithm.");
  }
  return static_cast<std::uint32_t>(lanes);
}

}  // namespace

UncontendedEvents::UncontendedEvents(const Job& job, const Folding* folding, UncontendedSends& sends, bool shares_links)
    : job_(job),
      schedule_(*job.schedule),
      folding_(folding),
      sends_(sends),
      lanes_per_rank_(schedule_.num_lanes()),
      slots_(job.costs.messages_under_way),
      lanes_(num_lanes(job, folding)),
      waiting_(lanes_.size(), slots_),
      tails_ps_(slots_ == 1 ? 0 : lanes_.size()),
      waits_(schedule_.has_cross_lane_dependencies() ? lanes_.size() : 0),
      pending_(static_cast<std::uint32_t>(lanes_.size()), (job.start + job.costs.launch).ps()),
      end_ps_(pending_.now_ps()) {
  if (shares_links) occupancy_.emplace(sends);
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    lane.rank = i / lanes_per_rank_;
    lane.num_steps = schedule_.num_steps(RankId(lane.rank), number_of(i));
    if (lane.num_steps > 0) ++unfinished_;
  }
}

bool UncontendedEvents::run(const std::function<bool()>& stop) {
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].num_steps > 0) woken_.push_back(i);
  }
  std::vector<std::uint32_t> due;
  std::uint64_t next_stop_check = 0;
  do {
    for (std::size_t i = 0; i < due.size(); ++i) {
      if (i + kFetchAhead < due.size()) __builtin_prefetch(&lanes_[due[i + kFetchAhead]], 1);
      deliver(due[i]);
    }
    while (!woken_.empty()) {
      const std::uint32_t index = woken_.back();
      woken_.pop_back();
      advance(index);
    }
    if (stands_still_) return false;
    events_ += due.size();
    if (stop && events_ >= next_stop_check) {
      if (stop()) throw Interrupted{};
      next_stop_check = events_ + kEventsBetweenStopChecks;
    }
  } while (pending_.take(due));
  if (unfinished_ > 0) report_stall();
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    for (Sends& sends : lanes_[i].recent) sends_.count(sends, RankId(lanes_[i].rank), number_of(i));
  }
  return true;
}

void UncontendedEvents::deliver(std::uint32_t index) {
  Lane& lane = lanes_[index];
  lane.under_way -= 1;
  if (occupancy_) occupancy_->leave(lane.recent[lane.recent_sends].loads);
  const std::uint32_t peer = lane.peer, peer_step = lane.peer_step;
  if (waiting_.any(index)) start_next_message(index);
  if (stands_still_) return;
  if (is_done(lane)) {
    next_step(index);
    advance(index);
  }
  arrive(peer, peer_step);
}

void UncontendedEvents::arrive(std::uint32_t index, std::uint32_t step) {
  Lane& lane = lanes_[index];
  CHECK(step >= lane.step, "a message for a step that is over");
  const std::uint32_t ahead = step - lane.step;
  if (ahead >= 64) {
    early_.add(index, step, lane.step);
    lane.far = true;
    return;
  }
  const std::uint64_t bit = std::uint64_t{1} << ahead;
  CHECK((lane.arrived & bit) == 0, "two messages for one step");
  lane.arrived |= bit;
  if (ahead != 0 || !is_done(lane)) return;
  next_step(index);
  advance(index);
}

// Begins the present step of a lane, and the following ones as long as they complete at once.
void UncontendedEvents::advance(std::uint32_t index) {
  Lane& lane = lanes_[index];
  while (lane.step < lane.num_steps) {
    const Step step = schedule_.step(RankId(lane.rank), number_of(index), lane.step);
    if (step.num_after > 0 && waits_for_others(index, step)) return;
    lane.begun = true;
    lane.receives = step.receive_from.valid();
    if (step.send_to.valid()) send(index, step);
    if (!is_done(lane)) return;
    next_step(index);
  }
}

bool UncontendedEvents::waits_for_others(std::uint32_t index, const Step& step) {
  const std::uint32_t first = lanes_[index].rank * lanes_per_rank_;
  for (std::uint8_t i = 0; i < step.num_after; ++i) {
    const std::uint32_t other = first + step.after[i].lane;
    if (lanes_[other].step > step.after[i].step) continue;
    waits_.wait(index, other, step.after[i].step);
    return true;
  }
  return false;
}

void UncontendedEvents::send(std::uint32_t index, const Step& step) {
  Lane& lane = lanes_[index];
  CHECK(lane.under_way < slots_, "a lane has more messages under way than slots");
  lane.under_way += 1;
  if (lane.under_way > 1) {
    waiting_.push(index, lane.step, pending_.now_ps());
    return;
  }
  const Sends& sends = start_message(index, step);
  if (stands_still_) return;
  if (sends.time_ps > kLongestPs - pending_.now_ps()) throw LimitError("simulated time passes 53 days");
  pending_.push(sends.queue, sends.time_ps, index);
}

void UncontendedEvents::start_next_message(std::uint32_t index) {
  const WaitingMessages::Message message = waiting_.pop(index);
  const Sends& sends = start_message(index, schedule_.step(RankId(lanes_[index].rank), number_of(index), message.step));
  if (stands_still_) return;
  const std::int64_t tail_ps = tails_ps_[index][lanes_[index].recent_sends];
  const std::int64_t delay_ps = std::max(message.sent_ps + sends.time_ps - pending_.now_ps(), tail_ps);
  if (delay_ps > kLongestPs - pending_.now_ps()) throw LimitError("simulated time passes 53 days");
  pending_.push(DelayQueue::kAnyDelay, delay_ps, index);
}

// Makes the message of `step` the one in flight.
UncontendedEvents::Sends& UncontendedEvents::start_message(std::uint32_t index, const Step& step) {
  Lane& lane = lanes_[index];
  lane.recent_sends = recall(index, step.send_to, step.send_bytes);
  Sends& sends = lane.recent[lane.recent_sends];
  if (stands_still_) return sends;
  ++sends.uncounted;
  lane.peer = sends.first_lane + step.peer_lane;
  lane.peer_step = step.peer_step;
  if (occupancy_) occupancy_->enter(sends.loads);
  return sends;
}

// What is known of sends of that size to that rank; asks the network when they are not among the last.
std::uint8_t UncontendedEvents::recall(std::uint32_t index, RankId to, Bytes bytes) {
  Lane& lane = lanes_[index];
  for (std::uint8_t i = 0; i < lane.recent.size(); ++i) {
    if (lane.recent[i].to == to.index() && lane.recent[i].bytes == bytes.count()) return i;
  }
  const std::uint8_t place = lane.second_is_older ? 1 : 0;
  lane.second_is_older = !lane.second_is_older;
  Sends& sends = lane.recent[place];
  if (!sends_.renew(sends, RankId(lane.rank), number_of(index), to, bytes)) {
    stands_still_ = true;
    return place;
  }
  if (!tails_ps_.empty()) tails_ps_[index][place] = sends_.tail().ps();
  sends.queue = pending_.queue_of(sends.time_ps);
  if (occupancy_) occupancy_->take_path(sends_, bytes, sends.loads);
  return place;
}

void UncontendedEvents::next_step(std::uint32_t index) {
  Lane& lane = lanes_[index];
  lane.step += 1;
  lane.begun = false;
  lane.arrived >>= 1U;
  if (lane.far) {
    bool any = false;
    if (early_.take(index, lane.step + 63, any)) lane.arrived |= std::uint64_t{1} << 63U;
    lane.far = any;
  }
  if (lane.step == lane.num_steps) {
    --unfinished_;
    end_ps_ = pending_.now_ps();
  }
  if (!waits_.empty()) waits_.wake(index, lane.step, [&](std::uint32_t other) { woken_.push_back(other); });
}

void UncontendedEvents::report_stall() const {
  WaitingLanes waiting;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    const Lane& lane = lanes_[i];
    if (lane.step == lane.num_steps) continue;
    waiting.add(job_.name, RankId(lane.rank), number_of(i), lane.step,
                schedule_.step(RankId(lane.rank), number_of(i), lane.step),
                lane.begun ? WaitingLanes::For::message : WaitingLanes::For::lanes);
  }
  if (folding_ != nullptr) waiting.stand_for(folding_->stride(), folding_->copies() / folding_->channels());
  throw RunError("the run stalled; nothing can happen any more, and these wait:" + waiting.text());
}

}  // namespace polyplane::sim
