#include "sim/trace/perfetto_trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::sim {

namespace {

using collectives::Operation;

constexpr std::uint32_t kNoCounter = UINT32_MAX;
constexpr double kCounterSteps = 1e6;      // loads are told apart to 0.0001 %
constexpr std::int32_t kLast = INT32_MAX;  // order of what stands below the nodes
constexpr std::int32_t kAfterStreams = 1 << 30;

std::string_view kind_text(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::compute:
      return "compute";
    case Operation::Kind::send:
      return "send";
    case Operation::Kind::receive:
      return "receive";
    case Operation::Kind::collective:
      return "collective";
    case Operation::Kind::join:
      return "join";
  }
  CHECK(false, "a kind of operation without a name");
}

/// "copy 64 KiB", "sum 64 KiB", "copy 64 KiB, sum 128 KiB".
std::string work_name(const TracedWork& work) {
  std::string name;
  if (work.copied > Bytes()) name = "copy " + to_string(work.copied);
  if (work.added > Bytes()) name += (name.empty() ? "sum " : ", sum ") + to_string(work.added);
  return name;
}

std::string operation_name(const collectives::Program& program, const Operation& operation) {
  if (!program.names[operation.name].empty()) return program.names[operation.name];
  if (operation.kind == Operation::Kind::collective && !program.calls[operation.call].name.empty()) {
    return program.calls[operation.call].name;
  }
  std::string name(kind_text(operation.kind));
  if (operation.kind == Operation::Kind::send) name += " to " + program.actors[operation.peer].name;
  return name;
}

/// Where the trace goes. Throws LimitError when it holds more than a browser does.
const std::string& checked_path(const TraceExtent& extent, const TraceOptions& options) {
  if (options.on_extent) options.on_extent(extent);
  if (options.any_size || extent.bytes <= kMaxTraceBytes) return options.path;
  throw LimitError("the trace is foretold to take " + std::to_string(extent.bytes / 1'000'000) + " MB, more than the " +
                   std::to_string(kMaxTraceBytes / 1'000'000) +
                   " MB that browsers hold; choose ranks (--trace-ranks 0-7), links (--trace-links top:8), a window "
                   "(--trace-window 0us..50us), or allow it with --trace-any-size");
}

}  // namespace

PerfettoTrace::PerfettoTrace(const TraceScene& scene, const TraceOptions& options)
    : scene_(scene),
      options_(options),
      shown_(shown_cards(scene, options.ranks)),
      trunks_(shown_trunks(scene, options.links)),
      writer_(checked_path(extent_of(scene, options, shown_, trunks_), options), options.overwrite) {
  root_ = writer_.add_track(scene.topology.name(), {});
  describe_jobs();
  describe_actors();
  describe_links();
  describe_flows();
}

std::int64_t PerfettoTrace::shown_ns(TimePoint time) const {
  return static_cast<std::int64_t>(static_cast<int128>(time.ps()) * options_.time_scale / 1000);
}

std::string PerfettoTrace::device_name(DeviceId device) const { return scene_.topology.device(device).name; }

TrackUuid PerfettoTrace::card_track(DeviceId card) {
  const auto known = cards_.find(card);
  if (known != cards_.end()) return known->second;
  const topology::Device& device = scene_.topology.device(card);
  TrackUuid parent = root_;
  std::string name = device.name;
  if (device.node >= 0) {
    const std::size_t slash = name.find('/');
    TrackUuid& node = nodes_[device.node];
    const bool has_prefix = slash != std::string::npos;
    if (node == 0) {
      const std::string node_name = has_prefix ? name.substr(0, slash) : "node" + std::to_string(device.node);
      node = writer_.add_track(node_name, {root_, device.node});
    }
    parent = node;
    if (has_prefix) name = name.substr(slash + 1);
  }
  const auto roles = roles_.find(card);
  if (roles != roles_.end()) name += ": " + roles->second;
  const TrackUuid track = writer_.add_track(name, {parent, static_cast<std::int32_t>(card.index())});
  cards_.emplace(card, track);
  return track;
}

void PerfettoTrace::describe_jobs() {
  std::uint64_t lanes = 0;
  for (const Job& job : scene_.jobs) {
    first_lane_.push_back(lanes);
    lanes += std::uint64_t{job.schedule->num_lanes()} * job.devices.size();
    for (std::uint32_t r = 0; r < job.devices.size(); ++r) {
      const bool is_agent = r >= job.schedule->collective().ranks();
      std::string role = is_agent ? "agent" : "rank " + std::to_string(r);
      if (scene_.jobs.size() > 1 && !job.name.empty()) role = job.name + " " + role;
      std::string& roles = roles_[job.devices[r]];
      roles += (roles.empty() ? "" : ", ") + role;
    }
  }
  std::map<DeviceId, std::vector<std::pair<std::uint32_t, std::uint32_t>>> plays;  // job and rank
  for (std::uint32_t j = 0; j < scene_.jobs.size(); ++j) {
    const std::vector<DeviceId>& devices = scene_.jobs[j].devices;
    for (std::uint32_t r = 0; r < devices.size(); ++r) {
      if (is_shown(devices[r])) plays[devices[r]].emplace_back(j, r);
    }
  }
  for (const auto& [card, parts] : plays) {
    for (const auto& [job, rank] : parts) describe_lanes(job, rank);
  }
}

void PerfettoTrace::describe_lanes(std::uint32_t job, std::uint32_t rank) {
  const collectives::Schedule& schedule = *scene_.jobs[job].schedule;
  for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
    bool sends = false, receives = false;
    const std::uint32_t steps = schedule.num_steps(RankId(rank), lane);
    for (std::uint32_t k = 0; k < steps && !(sends && receives); ++k) {
      const collectives::Step step = schedule.step(RankId(rank), lane, k);
      sends = sends || step.send_to.valid();
      receives = receives || step.receive_from.valid();
    }
    if (sends) lane_tracks(job, RankId(rank), lane, Part::sends).describe(writer_);
    if (receives) lane_tracks(job, RankId(rank), lane, Part::receives).describe(writer_);
    if (working_steps(scene_.jobs[job], RankId(rank), lane) > 0) {
      lane_tracks(job, RankId(rank), lane, Part::work).describe(writer_);
    }
  }
}

std::string_view PerfettoTrace::part_text(Part part) {
  switch (part) {
    case Part::sends:
      return "sends";
    case Part::receives:
      return "receives";
    case Part::work:
      return "copies and sums";
  }
  CHECK(false, "a part of a lane without a name");
}

SliceTracks& PerfettoTrace::lane_tracks(std::uint32_t job, RankId rank, std::uint32_t lane, Part part) {
  const Job& runs = scene_.jobs[job];
  const std::uint64_t number = first_lane_[job] + std::uint64_t{rank.index()} * runs.schedule->num_lanes() + lane;
  const std::uint64_t key = kParts * number + static_cast<std::uint64_t>(part);
  const auto known = lanes_.find(key);
  if (known != lanes_.end()) return known->second;
  std::string name(part_text(part));
  if (runs.schedule->num_lanes() > 1) name = "lane " + std::to_string(lane) + ": " + name;
  if (scene_.jobs.size() > 1 && !runs.name.empty()) name = runs.name + " " + name;
  const auto order = static_cast<std::int32_t>(kParts * lane + static_cast<std::uint32_t>(part));
  return lanes_.emplace(key, SliceTracks(std::move(name), {card_track(runs.devices[rank.index()]), order}))
      .first->second;
}

/// Of what goes on inside the collectives of a program.
SliceTracks& PerfettoTrace::call_tracks(DeviceId card, Part part) {
  const std::uint64_t key = kParts * std::uint64_t{card.index()} + static_cast<std::uint64_t>(part);
  const auto known = lanes_.find(key);
  if (known != lanes_.end()) return known->second;
  const std::string name = std::string(part_text(part)) + " of collectives";
  const std::int32_t order = kAfterStreams + static_cast<std::int32_t>(part);
  return lanes_.emplace(key, SliceTracks(name, {card_track(card), order})).first->second;
}

void PerfettoTrace::describe_actors() {
  if (scene_.program == nullptr) return;
  actor_shown_ = shown_actors(*scene_.program, options_.ranks);
  TrackUuid actors = 0;
  for (std::uint32_t a = 0; a < scene_.program->actors.size(); ++a) {
    const collectives::Actor& actor = scene_.program->actors[a];
    std::vector<SliceTracks>& tracks = streams_.emplace_back();
    if (!actor_shown_[a]) continue;
    TrackUuid parent = 0;
    if (actor.cards.size() == 1) {
      const DeviceId card = scene_.topology.accelerators()[actor.cards.front()];
      roles_[card] = actor.name;
      parent = card_track(card);
    } else {
      if (actors == 0) actors = writer_.add_track("actors", {root_, kLast - 3});
      const std::string size = " (" + std::to_string(actor.cards.size()) + " cards)";
      parent = writer_.add_track(actor.name + size, {actors, static_cast<std::int32_t>(a)});
    }
    for (std::uint32_t s = 0; s < actor.streams.size(); ++s) {
      tracks.emplace_back(actor.streams[s].name, TrackPlace{parent, static_cast<std::int32_t>(s)});
      tracks.back().describe(writer_);
    }
  }
}

void PerfettoTrace::describe_links() {
  counter_of_.resize(scene_.router.trunks().size(), kNoCounter);
  if (trunks_.empty()) return;
  const TrackUuid links = writer_.add_track("links", {root_, kLast - 2});
  std::map<std::uint32_t, TrackUuid> tiers;
  for (const TrunkId trunk : trunks_) {
    const std::uint32_t tier = scene_.router.trunks()[trunk.index()].tier;
    TrackUuid& parent = tiers[tier];
    if (parent == 0) {
      parent = writer_.add_track(scene_.topology.tier_names()[tier], {links, static_cast<std::int32_t>(tier)});
    }
    counter_of_[trunk.index()] = static_cast<std::uint32_t>(counters_.size());
    const auto order = static_cast<std::int32_t>(counters_.size());
    counters_.push_back({writer_.add_percentage(trunk_name(scene_.topology, scene_.router, trunk), {parent, order})});
  }
  loads_at_ = options_.from;
  for (std::uint32_t i = 0; i < counters_.size(); ++i) {
    counters_[i].is_pending = true;
    pending_.push_back(i);
  }
}

void PerfettoTrace::describe_flows() {
  if (scene_.flows.empty()) return;
  const TrackUuid parent = writer_.add_track("flows", {root_, kLast - 1});
  for (std::uint32_t i = 0; i < scene_.flows.size(); ++i) {
    flow_tracks_.push_back(writer_.add_track(scene_.flows[i].name, {parent, static_cast<std::int32_t>(i)}));
  }
}

void PerfettoTrace::sent(const TracedMessage& message) {
  if (is_shown(message.src) || is_shown(message.dst)) begin(message.flow, message);
}

void PerfettoTrace::works(const TracedWork& work) {
  if (is_shown(work.card)) begin(work.flow, work);
}

void PerfettoTrace::begin(FlowId flow, const InFlight& what) {
  if (in_flight_.size() <= flow.index()) in_flight_.resize(flow.index() + std::size_t{1});
  in_flight_[flow.index()] = what;
}

void PerfettoTrace::delivered(FlowId flow, TimePoint now) {
  if (flow.index() >= in_flight_.size()) return;
  const InFlight done = std::exchange(in_flight_[flow.index()], {});
  if (const auto* const message = std::get_if<TracedMessage>(&done)) {
    if (is_shown(message->begin, now)) write_message(*message, now);
  } else if (const auto* const work = std::get_if<TracedWork>(&done)) {
    if (is_shown(work->begin, now)) write_work(*work, now);
  }
}

void PerfettoTrace::write_message(const TracedMessage& message, TimePoint end) {
  const bool has_lanes = message.job < scene_.jobs.size();
  const bool both = is_shown(message.src) && is_shown(message.dst);
  const std::uint64_t arrow = both ? ++arrows_ : 0;
  if (is_shown(message.src)) {
    SliceTracks& tracks = has_lanes ? lane_tracks(message.job, message.sender, message.lane, Part::sends)
                                    : call_tracks(message.src, Part::sends);
    const std::array<Annotation, 7> annotations{{{"begin_ps", message.begin.ps()},
                                                 {"end_ps", end.ps()},
                                                 {"bytes", message.payload.count()},
                                                 {"wire_bytes", message.wire.count()},
                                                 {"step", message.step},
                                                 {"software_ps", message.software.ps()},
                                                 {"latency_ps", message.latency.ps()}}};
    const std::string name =
        has_lanes ? "to " + std::to_string(message.receiver.index()) : "to " + device_name(message.dst);
    write(tracks, message.begin, end, name, "send", annotations, arrow, 0);
  }
  if (!is_shown(message.dst)) return;
  SliceTracks& tracks = has_lanes ? lane_tracks(message.job, message.receiver, message.peer_lane, Part::receives)
                                  : call_tracks(message.dst, Part::receives);
  const TimePoint first_bit = message.begin + message.software + message.latency;
  const std::array<Annotation, 3> annotations{
      {{"begin_ps", first_bit.ps()}, {"end_ps", end.ps()}, {"step", message.peer_step}}};
  const std::string name =
      has_lanes ? "from " + std::to_string(message.sender.index()) : "from " + device_name(message.src);
  write(tracks, first_bit, end, name, "receive", annotations, 0, arrow);
}

void PerfettoTrace::write_work(const TracedWork& work, TimePoint end) {
  const bool has_lanes = work.job < scene_.jobs.size();
  SliceTracks& tracks =
      has_lanes ? lane_tracks(work.job, work.rank, work.lane, Part::work) : call_tracks(work.card, Part::work);
  const std::array<Annotation, 5> annotations{{{"begin_ps", work.begin.ps()},
                                               {"end_ps", end.ps()},
                                               {"copied_bytes", work.copied.count()},
                                               {"added_bytes", work.added.count()},
                                               {"step", work.step}}};
  write(tracks, work.begin, end, work_name(work), "work", annotations, 0, 0);
}

void PerfettoTrace::operation(const TracedOperation& traced) {
  const collectives::Program& program = *scene_.program;
  if (!is_shown(traced.begin, traced.end)) return;
  const collectives::Actor& actor = program.actors[traced.actor];
  const Operation& operation = actor.operations[traced.operation];
  std::uint64_t starts = 0, ends = 0;
  if (operation.kind == Operation::Kind::receive && traced.message != 0) {
    const auto open = open_arrows_.find(traced.message);
    if (open != open_arrows_.end()) {
      ends = open->second;
      open_arrows_.erase(open);
    }
  }
  if (!actor_shown_[traced.actor]) return;
  if (operation.kind == Operation::Kind::send && traced.message != 0 && actor_shown_[operation.peer]) {
    starts = ++arrows_;
    open_arrows_.emplace(traced.message, starts);
  }
  std::vector<Annotation> annotations{{"begin_ps", traced.begin.ps()}, {"end_ps", traced.end.ps()}};
  const bool is_message = operation.kind == Operation::Kind::send || operation.kind == Operation::Kind::receive;
  if (is_message) annotations.push_back({"bytes", operation.bytes.count()});
  const std::string& label = program.labels[operation.label];
  write(streams_[traced.actor][operation.stream], traced.begin, traced.end, operation_name(program, operation), label,
        annotations, starts, ends);
}

void PerfettoTrace::flow_ended(std::uint32_t flow, TimePoint end) {
  const PlainFlow& traced = scene_.flows[flow];
  if (!is_shown(traced.start, end)) return;
  const std::array<Annotation, 3> annotations{
      {{"begin_ps", traced.start.ps()}, {"end_ps", end.ps()}, {"bytes", traced.size.count()}}};
  writer_.slice({flow_tracks_[flow], shown_ns(traced.start), shown_ns(end), traced.name, "flow", annotations});
}

void PerfettoTrace::write(SliceTracks& tracks, TimePoint begin, TimePoint end, std::string_view name,
                          std::string_view category, std::span<const Annotation> annotations, std::uint64_t arrow_from,
                          std::uint64_t arrow_to) {
  const TrackUuid track = tracks.take(writer_, begin, end);
  writer_.slice({track, shown_ns(begin), shown_ns(end), name, category, annotations, arrow_from, arrow_to});
}

void PerfettoTrace::load(TrunkId trunk, double used, TimePoint now) {
  if (trunk.index() >= counter_of_.size() || counter_of_[trunk.index()] == kNoCounter || now > options_.to) return;
  const TimePoint at = std::max(now, options_.from);  // what holds when the window opens
  if (at > loads_at_) write_loads();
  loads_at_ = at;
  const std::uint32_t number = counter_of_[trunk.index()];
  Counter& counter = counters_[number];
  counter.value = std::llround(used * kCounterSteps);
  if (counter.is_pending) return;
  counter.is_pending = true;
  pending_.push_back(number);
}

void PerfettoTrace::write_loads() {
  for (const std::uint32_t number : pending_) {
    Counter& counter = counters_[number];
    counter.is_pending = false;
    if (counter.value == counter.shown) continue;
    counter.shown = counter.value;
    writer_.value(counter.track, shown_ns(loads_at_), static_cast<double>(counter.value) * (100 / kCounterSteps));
  }
  pending_.clear();
}

void PerfettoTrace::finish() {
  write_loads();
  writer_.finish();
}

}  // namespace polyplane::sim
