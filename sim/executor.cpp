#include "sim/executor.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "sim/processor_work.h"
#include "sim/waiting_lanes.h"

namespace polyplane::sim {

using collectives::Step;

namespace {

/// Of all that is added, or copied.
Bytes bytes_of(std::span<const collectives::LocalWork> work, bool added) {
  Bytes bytes;
  for (const collectives::LocalWork& one : work) {
    if (one.add == added) bytes += one.bytes;
  }
  return bytes;
}

}  // namespace

Executor::Executor(Engine& engine, topology::Router& router, std::vector<Job> jobs,
                   std::span<const std::string> tier_names)
    : engine_(engine), router_(router), jobs_(std::move(jobs)), ends_(jobs_.size()), last_lanes_(jobs_.size()) {
  std::uint64_t num_lanes = 0;
  bool lanes_wait = false;
  std::uint32_t most_slots = 1;
  for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
    const Job& job = jobs_[j];
    work_.push_back(work_of(job, tier_names));
    if (work_.back().processor_tier) processor_times_.resize(router_.trunks().size());
    const auto ranks = job.folding != nullptr ? job.folding->stride() : static_cast<std::uint32_t>(job.devices.size());
    first_rank_.push_back(static_cast<std::uint32_t>(ranks_.size()));
    for (std::uint32_t r = 0; r < ranks; ++r) {
      ranks_.push_back({j, RankId(r), static_cast<std::uint32_t>(num_lanes)});
      num_lanes += job.schedule->num_lanes();
    }
    if (num_lanes >= UINT32_MAX) {
      throw LimitError("More than 4,294,967,294 lanes in one run: use fewer ranks or another algorithm.");
    }
    lanes_wait = lanes_wait || job.schedule->has_cross_lane_dependencies();
    most_slots = std::max(most_slots, job.costs.messages_under_way);
  }
  first_rank_.push_back(static_cast<std::uint32_t>(ranks_.size()));
  lanes_.resize(num_lanes);
  if (lanes_wait) waits_ = LaneWaits(num_lanes);
  waiting_ = WaitingMessages(num_lanes, most_slots);
  for (std::uint32_t r = 0; r < ranks_.size(); ++r) {
    const Rank& rank = ranks_[r];
    const collectives::Schedule& schedule = *jobs_[rank.job].schedule;
    for (std::uint32_t number = 0; number < schedule.num_lanes(); ++number) {
      Lane& lane = lanes_[rank.first_lane + number];
      lane.rank = r;
      // A flow of the lane is what it works, too.
      const std::uint32_t slots = work_[rank.job].within_ranks ? 1 : jobs_[rank.job].costs.messages_under_way;
      lane.slots = static_cast<std::uint8_t>(slots);
      lane.num_steps = schedule.num_steps(rank.number, number);
    }
  }
  if (std::ranges::any_of(jobs_, &Job::rank_by_rank)) {
    lanes_left_.resize(ranks_.size());
    has_agents_.resize(jobs_.size(), false);
  }
  for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
    if (jobs_[j].rank_by_rank) continue;
    ends_[j] = jobs_[j].start + jobs_[j].costs.launch;
    engine_.schedule(ends_[j], EventKind::release, j);
  }
  engine_.attach(EventKind::release, *this);
}

Executor::Work Executor::work_of(const Job& job, std::span<const std::string> tier_names) {
  return {.processor_tier = processor_tier(job.costs, tier_names),
          .sums = has_reduction_cost(job.costs),
          .within_ranks = works_within_ranks(job.costs, *job.schedule)};
}

void Executor::bind(NetworkModel& network, CriticalPath* critical_path, TraceSink* trace) {
  network_ = &network;
  critical_path_ = critical_path;
  trace_ = trace;
  moments_.resize(critical_path != nullptr ? lanes_.size() : 0);
}

// Events of jobs are numbered as they are; those of single ranks come after them.
void Executor::release(std::uint32_t job, RankId rank) {
  const auto jobs = static_cast<std::uint32_t>(jobs_.size());
  engine_.schedule(engine_.now() + jobs_[job].costs.launch, EventKind::release, jobs + first_rank_[job] + rank.index());
  if (has_agents_[job]) return;
  has_agents_[job] = true;
  const std::uint32_t first_agent = first_rank_[job] + jobs_[job].schedule->collective().ranks();
  for (std::uint32_t agent = first_agent; agent < first_rank_[job + 1]; ++agent) {
    engine_.schedule(engine_.now(), EventKind::release, jobs + agent);
  }
}

void Executor::restart(std::uint32_t job) {
  has_agents_[job] = false;
  const std::uint32_t first = ranks_[first_rank_[job]].first_lane;
  const std::uint32_t end = first + (first_rank_[job + 1] - first_rank_[job]) * jobs_[job].schedule->num_lanes();
  for (std::uint32_t i = first; i < end; ++i) {
    Lane& lane = lanes_[i];
    CHECK(lane.step == lane.num_steps && lane.under_way == 0, "a job is run once more before it is done");
    lane.arrived = 0;
    lane.step = 0;
    lane.begun = lane.receives = lane.far = false;
  }
}

void Executor::start_rank(std::uint32_t rank, Duration waiting, Duration launch) {
  const Job& job = jobs_[ranks_[rank].job];
  const std::uint32_t first = ranks_[rank].first_lane;
  std::uint32_t with_steps = 0;
  for (std::uint32_t i = first; i < first + job.schedule->num_lanes(); ++i) {
    if (critical_path_ != nullptr) critical_path_->job_started(i, waiting, launch);
    if (lanes_[i].num_steps == 0) continue;
    with_steps += 1;
    ready_.push_back(i);
  }
  if (!job.rank_by_rank) return;
  lanes_left_[rank] = with_steps;
  if (with_steps == 0 && !job.is_agent(ranks_[rank].number)) done_ranks_.push_back({rank, RankSink::kNoLane});
}

void Executor::tell_done_ranks() {
  for (const DoneRank& done : std::exchange(done_ranks_, {})) {
    rank_sink_->rank_done(ranks_[done.rank].job, ranks_[done.rank].number, done.lane);
  }
}

void Executor::handle(EventKind, std::span<const Event> events) {
  const auto jobs = static_cast<std::uint32_t>(jobs_.size());
  for (const Event& event : events) {
    if (event.id < jobs) {
      const Duration waiting = jobs_[event.id].start.since_start(), launch = jobs_[event.id].costs.launch;
      for (std::uint32_t r = first_rank_[event.id]; r < first_rank_[event.id + 1]; ++r) start_rank(r, waiting, launch);
    } else {
      const std::uint32_t rank = event.id - jobs;
      const Job& job = jobs_[ranks_[rank].job];
      const Duration launch = job.is_agent(ranks_[rank].number) ? Duration() : job.costs.launch;
      start_rank(rank, engine_.now().since_start() - launch, launch);
    }
    std::reverse(ready_.begin(), ready_.end());
    run_ready();
    tell_done_ranks();
  }
}

void Executor::delivered(FlowId id) {
  const std::uint32_t lane = id.index();
  if (trace_ != nullptr) trace_->delivered(id, engine_.now());
  if (lanes_[lane].working) return end_work(lane);
  if (critical_path_ != nullptr) critical_path_->delivered(lane, network_->facts(id), engine_.now());
  Lane& state = lanes_[lane];
  state.under_way -= 1;
  if (critical_path_ != nullptr && state.under_way == most_under_way(state)) moments_[lane].delivered = engine_.now();
  const std::uint32_t peer = state.peer, peer_step = state.peer_step;
  if (step_done(state)) {
    if (critical_path_ != nullptr) critical_path_->completed_by(lane, lane);
    if (!begins_work(lane)) {
      next_step(lane);
      ready_.push_back(lane);
    }
  }
  arrive(peer, peer_step, lane);
  if (waiting_.any(lane)) start_next_message(lane);
  run_ready();
  tell_done_ranks();
}

void Executor::arrive(std::uint32_t lane, std::uint32_t step, std::uint32_t sender) {
  Lane& state = lanes_[lane];
  CHECK(step >= state.step, "a message for a step that is over");
  const std::uint32_t ahead = step - state.step;
  if (ahead >= 64) {
    early_.add(lane, step, state.step);
    state.far = true;
    return;
  }
  state.arrived |= std::uint64_t{1} << ahead;
  if (ahead != 0 || !step_done(state)) return;
  if (critical_path_ != nullptr) {
    // Of two messages that end a step together the own one counts, whichever was told first.
    const bool own_too = moments_[lane].delivered == engine_.now();
    critical_path_->completed_by(lane, own_too ? lane : sender);
  }
  if (begins_work(lane)) return;
  next_step(lane);
  ready_.push_back(lane);
}

void Executor::next_step(std::uint32_t lane) {
  Lane& state = lanes_[lane];
  state.step += 1;
  state.begun = false;
  state.arrived >>= 1U;
  if (state.far) {
    bool any = false;
    if (early_.take(lane, state.step + 63, any)) state.arrived |= std::uint64_t{1} << 63U;
    state.far = any;
  }
  if (critical_path_ != nullptr) moments_[lane].completed = engine_.now();
  if (state.step == state.num_steps) {
    const std::uint32_t job = ranks_[state.rank].job;
    std::optional<std::size_t>& last_lane = last_lanes_[job];
    if (!last_lane || engine_.now() > ends_[job] || lane < *last_lane) last_lane = lane;
    ends_[job] = engine_.now();
    const bool is_told = jobs_[job].rank_by_rank && !jobs_[job].is_agent(ranks_[state.rank].number);
    if (is_told && --lanes_left_[state.rank] == 0) done_ranks_.push_back({state.rank, lane});
  }
  if (!waits_.empty()) waits_.wake(lane, state.step, [&](std::uint32_t other) { ready_.push_back(other); });
}

/// Puts the lane down as waiting for the first of the steps it needs that is not complete; false when all are.
bool Executor::wait_for_others(std::uint32_t lane, const Step& step) {
  const std::uint32_t first = ranks_[lanes_[lane].rank].first_lane;
  for (std::uint8_t i = 0; i < step.num_after; ++i) {
    const std::uint32_t other = first + step.after[i].lane;
    if (lanes_[other].step > step.after[i].step) continue;
    waits_.wait(lane, other, step.after[i].step);
    return true;
  }
  return false;
}

/// The lane goes on now: because its own last step is complete just now, or else because that of another is.
void Executor::follow_others(std::uint32_t lane, const Step& step) {
  if (moments_[lane].completed == engine_.now()) return;
  const std::uint32_t first = ranks_[lanes_[lane].rank].first_lane;
  for (std::uint8_t i = 0; i < step.num_after; ++i) {
    const std::uint32_t other = first + step.after[i].lane;
    if (moments_[other].completed == engine_.now()) return critical_path_->follows(lane, other);
  }
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
  const Rank& rank = ranks_[state.rank];
  const collectives::Schedule& schedule = *jobs_[rank.job].schedule;
  const std::uint32_t number = lane - rank.first_lane;
  while (state.step < state.num_steps) {
    const Step step = schedule.step(rank.number, number, state.step);
    if (step.num_after > 0) {
      if (wait_for_others(lane, step)) return;
      if (critical_path_ != nullptr) follow_others(lane, step);
    }
    state.begun = true;
    state.receives = step.receive_from.valid();
    if (step.send_to.valid()) send(lane, step);
    if (!step_done(state) || begins_work(lane)) return;
    next_step(lane);
  }
}

/// The messages of the step are through. True when its rank copies or adds now, and the step is complete after that.
bool Executor::begins_work(std::uint32_t lane) {
  Lane& state = lanes_[lane];
  const Rank& rank = ranks_[state.rank];
  const Job& job = jobs_[rank.job];
  if (!work_[rank.job].within_ranks || job.is_agent(rank.number)) return false;
  job.schedule->local_work(rank.number, lane_of(lane), state.step, local_work_);
  const Duration time = local_cost(job.costs, local_work_);
  if (time == Duration()) return false;
  state.working = true;
  Flow flow{FlowId(lane), engine_.now(), {}, time, {}, {}};
  if (job.folding != nullptr) flow.copies = job.folding->copies();
  const topology::Hop processor{processor_of(state.rank)};
  if (processor.trunk.valid()) {
    flow.size = bytes_of_work(time, router_.trunks()[processor.trunk.index()]);
    if (flow.size > Bytes()) {
      add_processor_time(processor.trunk, time);
      flow.latency = {};
      flow.hops = {&processor, 1};
    }
  }
  if (critical_path_ != nullptr) critical_path_->works(lane, flow.latency);
  if (trace_ != nullptr) {
    trace_->works({flow.id, rank.job, job.devices[rank.number.index()], rank.number, lane_of(lane), state.step,
                   engine_.now(), bytes_of(local_work_, false), bytes_of(local_work_, true)});
  }
  network_->start(flow);
  return true;
}

/// That with which the rank would send to the next one.
TrunkId Executor::processor_of(std::uint32_t index) {
  Rank& rank = ranks_[index];
  const Job& job = jobs_[rank.job];
  const std::uint32_t ranks = job.schedule->collective().ranks();
  const auto tier = work_[rank.job].processor_tier;
  if (!tier || ranks == 1 || rank.knows_processor) return rank.processor;
  rank.knows_processor = true;
  const DeviceId next = job.devices[(rank.number.index() + 1) % ranks];
  try {
    topology::Route route;
    router_.route({job.devices[rank.number.index()], next, 0}, route);
    rank.processor = processors_of(route.hops, router_.trunks(), tier).sender;
  } catch (const InputError&) {
    // Faults cut the two apart: its messages, if there are any, go elsewhere, and its work is a delay.
  }
  return rank.processor;
}

void Executor::end_work(std::uint32_t lane) {
  if (critical_path_ != nullptr) {
    critical_path_->delivered(lane, network_->facts(FlowId(lane)), engine_.now());
    critical_path_->completed_by(lane, lane);
  }
  lanes_[lane].working = false;
  next_step(lane);
  ready_.push_back(lane);
  run_ready();
  tell_done_ranks();
}

/// Does the rank that gets the message add it to what it has? Switches do so at the rate of their links.
bool Executor::is_added_up(const Job& job, const Step& step) {
  return !job.is_agent(step.send_to) && job.schedule->step(step.send_to, step.peer_lane, step.peer_step).reduce;
}

void Executor::send(std::uint32_t lane, const Step& step) {
  Lane& state = lanes_[lane];
  CHECK(state.under_way < state.slots, "a lane has more messages under way than slots");
  state.under_way += 1;
  if (state.under_way == 1) {
    start_message(lane, step, {state.step, WaitingMessages::kNoPlace, engine_.now().ps()});
    return;
  }
  const std::uint32_t place = waiting_.push(lane, state.step, engine_.now().ps());
  if (critical_path_ != nullptr) critical_path_->put_by(lane, place);
}

void Executor::start_next_message(std::uint32_t lane) {
  const WaitingMessages::Message message = waiting_.pop(lane);
  const Rank& rank = ranks_[lanes_[lane].rank];
  start_message(lane, jobs_[rank.job].schedule->step(rank.number, lane_of(lane), message.step), message);
}

/// Of a message that goes by the present route. Returns what its sender pays before it.
Duration Executor::put_work(const Job& job, const Work& work, const Step& step, Bytes& wire) {
  if (job.costs.by_size.empty() && !work.sums) return {};
  const WorkedMessage message{step.send_bytes, work.sums && is_added_up(job, step), job.is_agent(step.send_to)};
  const Processors processors = processors_of(route_.hops, router_.trunks(), work.processor_tier);
  const MessageWork put = sim::put_work(job.costs, processors, router_.trunks(), message, wire, route_.hops);
  add_processor_time(processors.sender, put.sender);
  add_processor_time(processors.receiver, put.receiver);
  return put.delay;
}

void Executor::add_processor_time(TrunkId processor, Duration time) {
  if (time > Duration()) processor_times_[processor.index()] += time;
}

/// Now, when the lane's message before is through: software and latency have passed since it was sent, but for what begins
/// only now.
void Executor::start_message(std::uint32_t lane, const Step& step, const WaitingMessages::Message& message) {
  Lane& state = lanes_[lane];
  const Rank& rank = ranks_[state.rank];
  const Job& job = jobs_[rank.job];
  const RankId receiver = job.folding != nullptr ? job.folding->representative(step.send_to) : step.send_to;
  state.peer = ranks_[first_rank_[rank.job] + receiver.index()].first_lane + step.peer_lane;
  state.peer_step = step.peer_step;
  const std::uint32_t lane_of_rank = lane_of(lane);
  const topology::FlowKey key{job.devices[rank.number.index()], job.devices[step.send_to.index()], lane_of_rank,
                              job.schedule->plane(lane_of_rank).value_or(-1)};
  router_.route_by_load(key, *network_, route_);
  Duration step_cost, posting;
  Bytes wire = wire_bytes(step.send_bytes, job.efficiency);
  if (!job.is_agent(rank.number)) {
    step_cost = route_.scale_out ? job.costs.step_scale_out : job.costs.step_scale_up;
    posting = job.costs.message + put_work(job, work_[rank.job], step, wire);
  }
  const TimePoint paid = TimePoint::from_ps(message.sent_ps) + posting + step_cost;
  const bool is_held_up = paid + route_.latency < engine_.now() + posting;  // by the message before
  const TimePoint drain_start = is_held_up ? engine_.now() + posting : paid + route_.latency;
  const TimePoint start = is_held_up ? drain_start : std::max(paid, engine_.now());
  if (critical_path_ != nullptr) {
    moments_[lane].delivered = TimePoint::never();
    if (is_held_up) {
      critical_path_->sent_behind(lane, posting);
    } else {
      critical_path_->sent(lane, message.place, posting + step_cost, key);
    }
  }
  Flow flow{FlowId(lane), start, wire, drain_start - start, route_.hops, {}};
  if (job.folding != nullptr) {
    job.folding->fold(route_.hops, folded_hops_, loads_);
    flow.hops = folded_hops_;
    flow.loads = loads_;
    flow.copies = job.folding->copies();
  }
  if (trace_ != nullptr) {
    trace_->sent({FlowId(lane), rank.job, key.src, key.dst, rank.number, step.send_to, lane_of(lane), message.step,
                  step.peer_lane, step.peer_step, engine_.now(), start - engine_.now(), flow.latency, step.send_bytes,
                  flow.size});
  }
  sends_ += flow.copies;
  network_->start(flow);
}

std::string Executor::unfinished() const {
  WaitingLanes waiting;
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) {
    const Lane& state = lanes_[lane];
    if (state.step == state.num_steps) continue;
    const Rank& rank = ranks_[state.rank];
    const Job& job = jobs_[rank.job];
    const auto waits_for = state.under_way > 0 ? WaitingLanes::For::own_message
                           : state.begun       ? WaitingLanes::For::message
                                               : WaitingLanes::For::lanes;
    const std::uint32_t number = lane_of(lane);
    waiting.add(job.name, rank.number, number, state.step, job.schedule->step(rank.number, number, state.step),
                waits_for);
  }
  const Folding* const folding = jobs_.size() == 1 ? jobs_.front().folding : nullptr;
  if (folding != nullptr && folding->copies() > folding->channels()) {
    waiting.stand_for(folding->stride(), folding->copies() / folding->channels());
  }
  return waiting.text();
}

}  // namespace polyplane::sim
