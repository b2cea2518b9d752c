#include "sim/executor.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim {

using collectives::Step;

Executor::Executor(Engine& engine, topology::Router& router, std::vector<Job> jobs)
    : engine_(engine), router_(router), jobs_(std::move(jobs)), ends_(jobs_.size()), last_lanes_(jobs_.size()) {
  std::uint32_t lane = 0, rank = 0;
  for (const Job& job : jobs_) {
    const auto ranks = static_cast<std::uint32_t>(job.devices.size());
    first_lane_.push_back(lane);
    first_rank_.push_back(rank);
    lanes_per_rank_.push_back(job.schedule->num_lanes());
    lane += ranks * job.schedule->num_lanes();
    rank += ranks;
  }
  first_lane_.push_back(lane);
  lanes_.resize(lane);
  waiters_.assign(rank, 0);
  for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
    ends_[j] = jobs_[j].start + jobs_[j].costs.launch;
    for (std::uint32_t i = first_lane_[j]; i < first_lane_[j + 1]; ++i) {
      lanes_[i].job = j;
      lanes_[i].num_steps = jobs_[j].schedule->num_steps(rank_of(i), lane_of(i));
    }
    engine_.schedule(ends_[j], EventKind::release, j);
  }
  engine_.attach(EventKind::release, *this);
}

void Executor::bind(NetworkModel& network, CriticalPath* critical_path) {
  network_ = &network;
  critical_path_ = critical_path;
}

RankId Executor::rank_of(std::uint32_t lane) const {
  const std::uint32_t job = lanes_[lane].job;
  return RankId((lane - first_lane_[job]) / lanes_per_rank_[job]);
}

std::uint32_t Executor::lane_of(std::uint32_t lane) const {
  const std::uint32_t job = lanes_[lane].job;
  return (lane - first_lane_[job]) % lanes_per_rank_[job];
}

void Executor::handle(EventKind, std::span<const Event> events) {
  for (const Event& event : events) {
    const Job& job = jobs_[event.id];
    for (std::uint32_t i = first_lane_[event.id]; i < first_lane_[event.id + 1]; ++i) {
      if (critical_path_ != nullptr) critical_path_->job_started(i, job.start.since_start(), job.costs.launch);
      if (lanes_[i].num_steps > 0) ready_.push_back(i);
    }
    std::reverse(ready_.begin(), ready_.end());
    run_ready();
  }
}

void Executor::delivered(FlowId id) {
  const std::uint32_t lane = id.index();
  if (critical_path_ != nullptr) critical_path_->delivered(lane, network_->facts(id), engine_.now());
  Lane& state = lanes_[lane];
  state.sending = false;
  const std::uint32_t peer = state.peer, peer_step = state.peer_step;
  if (step_done(state)) {
    if (critical_path_ != nullptr) critical_path_->completed_by(lane, lane);
    next_step(lane);
    ready_.push_back(lane);
  }
  arrive(peer, peer_step, lane);
  run_ready();
}

void Executor::arrive(std::uint32_t lane, std::uint32_t step, std::uint32_t sender) {
  Lane& state = lanes_[lane];
  CHECK(step >= state.step, "a message for a step that is over");
  const std::uint32_t ahead = step - state.step;
  if (ahead >= 64) {
    early_.emplace(lane, step);
    state.far = true;
    return;
  }
  state.arrived |= std::uint64_t{1} << ahead;
  if (ahead != 0 || !step_done(state)) return;
  if (critical_path_ != nullptr) critical_path_->completed_by(lane, sender);
  next_step(lane);
  ready_.push_back(lane);
}

void Executor::next_step(std::uint32_t lane) {
  Lane& state = lanes_[lane];
  state.step += 1;
  state.begun = false;
  state.arrived >>= 1U;
  if (state.far) {
    const auto place = early_.find({lane, state.step + 63});
    if (place != early_.end()) {
      state.arrived |= std::uint64_t{1} << 63U;
      early_.erase(place);
      const auto next = early_.lower_bound({lane, 0});
      state.far = next != early_.end() && next->first == lane;
    }
  }
  if (state.step == state.num_steps) {
    std::optional<std::size_t>& last_lane = last_lanes_[state.job];
    if (!last_lane || engine_.now() > ends_[state.job]) last_lane = lane;
    ends_[state.job] = engine_.now();
  }
  wake_rank(lane);
}

// A step of this lane is complete: lanes of the same rank may have waited for it.
void Executor::wake_rank(std::uint32_t lane) {
  const std::uint32_t job = lanes_[lane].job;
  const std::uint32_t rank = rank_of(lane).index();
  std::uint32_t& waiters = waiters_[first_rank_[job] + rank];
  if (waiters == 0) return;
  const std::uint32_t first = first_lane_[job] + rank * lanes_per_rank_[job];
  for (std::uint32_t other = first; other < first + lanes_per_rank_[job]; ++other) {
    Lane& state = lanes_[other];
    if (!state.waiting) continue;
    if (!dependencies_done(other, jobs_[job].schedule->step(RankId(rank), other - first, state.step))) continue;
    state.waiting = false;
    waiters -= 1;
    if (critical_path_ != nullptr) critical_path_->follows(other, lane);
    ready_.push_back(other);
  }
}

bool Executor::dependencies_done(std::uint32_t lane, const Step& step) const {
  const std::uint32_t job = lanes_[lane].job;
  const std::uint32_t first = first_lane_[job] + rank_of(lane).index() * lanes_per_rank_[job];
  for (std::uint8_t i = 0; i < step.num_after; ++i) {
    if (lanes_[first + step.after[i].lane].step <= step.after[i].step) return false;
  }
  return true;
}

void Executor::run_ready() {
  while (!ready_.empty()) {
    const std::uint32_t lane = ready_.back();
    ready_.pop_back();
    advance(lane);
  }
}

// Begins the present step of a lane, and the following ones as long as they complete at once.
void Executor::advance(std::uint32_t lane) {
  Lane& state = lanes_[lane];
  const Job& job = jobs_[state.job];
  const RankId rank = rank_of(lane);
  const std::uint32_t number = lane_of(lane);
  while (state.step < state.num_steps) {
    const Step step = job.schedule->step(rank, number, state.step);
    if (step.num_after > 0 && !dependencies_done(lane, step)) {
      state.waiting = true;
      waiters_[first_rank_[state.job] + rank.index()] += 1;
      return;
    }
    state.begun = true;
    state.receives = step.receive_from.valid();
    if (step.send_to.valid()) send(lane, step);
    if (!step_done(state)) return;
    next_step(lane);
  }
}

void Executor::send(std::uint32_t lane, const Step& step) {
  Lane& state = lanes_[lane];
  const Job& job = jobs_[state.job];
  const std::uint32_t number = lane_of(lane);
  state.sending = true;
  state.peer = first_lane_[state.job] + step.send_to.index() * lanes_per_rank_[state.job] + step.peer_lane;
  state.peer_step = step.peer_step;
  sends_ += 1;
  const topology::FlowKey key{job.devices[rank_of(lane).index()], job.devices[step.send_to.index()], number};
  router_.route(key, route_);
  const Duration software = job.costs.message + (route_.scale_out ? job.costs.step_scale_out : job.costs.step_scale_up);
  if (critical_path_ != nullptr) critical_path_->sent(lane, software, key);
  network_->start({FlowId(lane), engine_.now() + software, wire_bytes(step.send_bytes, job.efficiency), route_.latency,
                   route_.hops});
}

std::string Executor::unfinished() const {
  constexpr int kShown = 5;
  std::string text;
  std::uint64_t count = 0;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    const Lane& state = lanes_[lane];
    if (state.step == state.num_steps) continue;
    if (++count > kShown) continue;
    const Job& job = jobs_[state.job];
    const RankId rank = rank_of(lane);
    const Step step = job.schedule->step(rank, lane_of(lane), state.step);
    text += "\n  " + (job.name.empty() ? "" : job.name + ": ") + "rank " + std::to_string(rank.index()) + " lane " +
            std::to_string(lane_of(lane)) + " step " + std::to_string(state.step);
    if (state.sending) {
      text += " waits for its message to rank " + std::to_string(step.send_to.index());
    } else if (state.begun) {
      text += " waits for a message from rank " + std::to_string(step.receive_from.index());
    } else {
      for (std::uint8_t i = 0; i < step.num_after; ++i) {
        text += (i == 0 ? " waits for lane " : " and lane ") + std::to_string(step.after[i].lane) + " step " +
                std::to_string(step.after[i].step);
      }
    }
  }
  if (count > kShown) text += "\n  and " + std::to_string(count - kShown) + " more lanes";
  return text;
}

}  // namespace polyplane::sim
