#include "sim/view/cluster_recorder.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "sim/program/run_program.h"
#include "sim/run_once.h"
#include "sim/view/fabric_view.h"
#include "sim/view/program_lanes.h"

namespace polyplane::sim {
namespace {

constexpr const char* kNoSeries =
    "loads over time of some runs: they would have to be run once more, flow by flow, for longer than a recording may "
    "take, or share no links (analytic model, steps in mode timed); --trace FILE writes them for ui.perfetto.dev";
constexpr const char* kNoSecondLooks =
    "loads over time: nothing is run a second time for this recording; perf and run with --model flow --record FILE do";

/// Links by equal bytes: the group of each, in order of first use, and the bytes of each group.
struct Grouped {
  std::vector<std::uint32_t> groups;
  std::vector<double> bytes;
};

Grouped group(const std::vector<double>& link_bytes) {
  Grouped grouped;
  grouped.groups.reserve(link_bytes.size());
  std::unordered_map<std::uint64_t, std::uint32_t> known;  // by the bits of the number; only looked up
  for (const double bytes : link_bytes) {
    const auto next = static_cast<std::uint32_t>(grouped.bytes.size());
    const auto [place, is_new] = known.emplace(std::bit_cast<std::uint64_t>(bytes), next);
    if (is_new) grouped.bytes.push_back(bytes);
    grouped.groups.push_back(place->second);
  }
  return grouped;
}

std::vector<double> expanded(const std::vector<std::uint32_t>& groups, const std::vector<double>& bytes) {
  std::vector<double> of_link;
  of_link.reserve(groups.size());
  for (const std::uint32_t one : groups) of_link.push_back(bytes[one]);
  return of_link;
}

template <class Indices>
void add_places(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& places, std::uint64_t fingerprint,
                Indices& to) {
  for (const auto& [of_result, index] : places) {
    if (of_result == fingerprint && std::ranges::find(to, index) == to.end()) to.Add(index);
  }
}

}  // namespace

void ClusterRecorder::built(const topology::Topology& topology) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(is_built_, true)) return;
  if (topology.links().size() <= kMostRecordedLinks) write_fabric(topology, fabric_);
}

void ClusterRecorder::keep_traffic(const topology::Topology& topology, const topology::Router& router,
                                   std::span<const double> trunk_bytes, Run& run) {
  if (trunk_bytes.empty() || !fabric_.has_links()) return;
  Grouped grouped = group(link_bytes(topology, router, {trunk_bytes.begin(), trunk_bytes.end()}));
  run.group_bytes = std::move(grouped.bytes);
  const auto known = std::ranges::find_if(groupings_, [&](const auto& other) { return *other == grouped.groups; });
  run.groups =
      known != groupings_.end()
          ? *known
          : groupings_.emplace_back(std::make_shared<const std::vector<std::uint32_t>>(std::move(grouped.groups)));
}

void ClusterRecorder::ran(const ObservedRun& observed) {
  const std::scoped_lock lock(mutex_);
  Run run;
  run.results = observed.results;
  run.flows = observed.flows;
  run.makespan = observed.makespan;
  keep_traffic(observed.topology, observed.router, observed.trunk_bytes, run);
  runs_.emplace(observed.results.empty() ? 0 : observed.results.front(), std::move(run));
}

void ClusterRecorder::ran(const ObservedProgram& observed) {
  const std::scoped_lock lock(mutex_);
  Run run;
  run.is_program = true;
  run.makespan = observed.outcome.makespan;
  keep_traffic(observed.topology, observed.router, observed.outcome.trunk_bytes, run);
  v1::Lanes lanes;
  run.lanes_left_out = !write_lanes(observed.program, observed.outcome, lanes);
  if (!run.lanes_left_out) run.lanes = std::move(lanes);
  runs_.emplace(observed.outcome.fingerprint, std::move(run));
}

bool ClusterRecorder::affords(std::uint64_t events) {
  if (events > looks_.most_events || looked_at_ + events > looks_.most_events_in_all) return false;
  looked_at_ += events;
  return true;
}

std::vector<std::size_t> ClusterRecorder::to_look_at_again(std::span<const CollectiveResult> results) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::size_t> chosen;
  for (std::size_t i = results.size(); i-- > 0;) {
    const bool is_twin = std::ranges::any_of(
        chosen, [&](std::size_t other) { return results[other].fingerprint == results[i].fingerprint; });
    // By classes there are no events flow by flow: their number is not known before.
    const bool by_classes = results[i].way.flow_classes > 0;
    if (!is_twin && !by_classes && affords(results[i].events)) chosen.push_back(i);
  }
  std::ranges::reverse(chosen);
  return chosen;
}

bool ClusterRecorder::looks_again(std::uint64_t events) {
  const std::scoped_lock lock(mutex_);
  return affords(events);
}

TraceSink& ClusterRecorder::loads_of(std::uint64_t run, const topology::Topology& topology,
                                     const topology::Router& router) {
  const std::scoped_lock lock(mutex_);
  Run& known = runs_.at(run);
  std::vector<double> bytes =
      known.groups ? expanded(*known.groups, known.group_bytes) : std::vector<double>(topology.links().size());
  known.series = std::make_unique<LoadSeries>(topology, router, known.makespan, std::move(bytes));
  return *known.series;
}

std::uint32_t ClusterRecorder::map_of(const Run& run, std::uint32_t fabric, v1::Recording& recording) {
  const auto next = static_cast<std::uint32_t>(recording.link_maps_size());
  const auto [known, is_new] = maps_.emplace(run.groups.get(), next);
  if (is_new) {
    v1::LinkMap& map = *recording.add_link_maps();
    map.set_fabric(fabric);
    map.mutable_group()->Add(run.groups->begin(), run.groups->end());
  }
  return known->second;
}

void ClusterRecorder::write(Run& run, std::uint32_t fabric, v1::Recording& recording, v1::RunView& view) {
  view.set_fabric(fabric);
  view.set_makespan_ps(static_cast<double>(run.makespan.ps()));
  if (run.groups) {
    view.mutable_traffic()->set_link_map(map_of(run, fabric, recording));
    view.mutable_traffic()->mutable_bytes()->Add(run.group_bytes.begin(), run.group_bytes.end());
  }
  const bool has_graph = recording.fabrics(static_cast<int>(fabric)).has_links();
  if (run.series && has_graph) run.series->write(*view.mutable_series());
  if (view.series().tracks().empty()) view.clear_series();
  if (run.lanes) *view.mutable_lanes() = *std::move(run.lanes);
}

void ClusterRecorder::write(const Places& places, v1::Recording& recording) {
  const std::scoped_lock lock(mutex_);
  const auto fabric = static_cast<std::uint32_t>(recording.fabrics_size());
  *recording.add_fabrics() = std::move(fabric_);
  struct Found {
    std::uint32_t kind = 0, place = 0;
    Run* run = nullptr;
    v1::RunView view;
  };
  std::vector<Found> found;
  for (auto& [fingerprint, run] : runs_) {
    Found& one = found.emplace_back(Found{0, 0, &run, {}});
    for (const std::uint64_t result : run.results) add_places(places.results, result, *one.view.mutable_results());
    if (run.flows) one.view.mutable_flows()->Add(places.flows.begin(), places.flows.end());
    if (run.is_program) {
      add_places(places.steps, fingerprint, *one.view.mutable_steps());
      add_places(places.programs, fingerprint, *one.view.mutable_programs());
    }
    const google::protobuf::RepeatedField<std::uint32_t>* const lists[] = {&one.view.results(), &one.view.flows(),
                                                                           &one.view.steps(), &one.view.programs()};
    while (one.kind < std::size(lists) && lists[one.kind]->empty()) ++one.kind;
    if (one.kind == std::size(lists)) {
      found.pop_back();
    } else {
      one.place = lists[one.kind]->Get(0);
    }
  }
  std::ranges::stable_sort(found, {}, [](const Found& one) { return std::pair(one.kind, one.place); });
  bool lacks_series = false, lacks_lanes = false;
  for (Found& one : found) {
    write(*one.run, fabric, recording, one.view);
    lacks_series = lacks_series || !one.view.has_series();
    lacks_lanes = lacks_lanes || one.run->lanes_left_out;
    *recording.add_runs() = std::move(one.view);
  }
  if (!recording.fabrics(static_cast<int>(fabric)).has_links() && is_built_) {
    recording.add_left_out("the graph: it has more than " + std::to_string(kMostRecordedLinks) + " directed links");
  }
  if (lacks_series) recording.add_left_out(looks_.most_events_in_all > 0 ? kNoSeries : kNoSecondLooks);
  if (lacks_lanes) {
    recording.add_left_out("lanes: a single actor has more than " + std::to_string(kMostLaneIntervals) +
                           " operations; --trace FILE writes them for ui.perfetto.dev");
  }
}

}  // namespace polyplane::sim
