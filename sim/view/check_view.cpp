#include "sim/view/check_view.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/view.pb.h"
#include "sim/view/columns.h"
#include "sim/view/fabric_view.h"
#include "sim/view/name_table.h"

namespace polyplane::sim {
namespace {

constexpr const char* kSchema = "polyplane/recording/1";

template <class Count>
std::size_t size(Count count) {
  return static_cast<std::size_t>(count);
}

void require(bool holds, const char* why) {
  if (!holds) throw InputError(why);
}

/// Of `least` to `count` - 1.
template <class Numbers>
void require_within(const Numbers& numbers, std::int64_t least, std::size_t count, const char* why) {
  const bool holds = std::ranges::all_of(numbers, [&](auto number) {
    return static_cast<std::int64_t>(number) >= least &&
           static_cast<std::int64_t>(number) < static_cast<std::int64_t>(count);
  });
  require(holds, why);
}

template <class Numbers>
void require_ascending(const Numbers& numbers, std::size_t count, const char* why) {
  require_within(numbers, 0, count, why);
  require(std::ranges::adjacent_find(numbers, std::greater_equal<>()) == numbers.end(), why);
}

template <class Numbers>
void require_finite(const Numbers& numbers, const char* why) {
  require(std::ranges::all_of(numbers, [](auto number) { return std::isfinite(number) && number >= 0; }), why);
}

void check_names(const v1::NameTable& names, std::size_t count, const char* why) {
  require(read_names(names).size() == count, why);
}

void check_devices(const v1::DeviceTable& devices, const v1::FabricView& fabric) {
  const std::size_t count = devices.count();
  check_names(devices.names(), count, "a device has no name, or a name no device");
  require(size(devices.kind_size()) == count, "kinds of devices are too few or too many");
  const auto column = [&](const Column& delta, std::int64_t least, std::size_t below, const char* why) {
    require_within(read_delta(delta, count), least, below, why);
  };
  column(devices.node_delta(), -1, count, "a device stands in a node that is not there");
  column(devices.plane_delta(), -1, count, "a device stands in a plane that is not there");
  column(devices.pod_delta(), -1, count, "a device stands in a pod that is not there");
  column(devices.rail_delta(), -1, count, "a device is of a rail that is not there");
  column(devices.tier_delta(), -1, count, "a device is of a tier that is not there");
  column(devices.domain_delta(), -1, count, "a card is in a scale-up domain that is not there");
  column(devices.member_delta(), -1, std::max(size(fabric.members_size()), count),
         "a device is of a cluster that is not there");
  column(devices.part_delta(), -1, size(devices.parts_size()), "a device is of a part that is not there");
  require_ascending(devices.down(), count, "failed devices are no ascending list");
  require_ascending(devices.forwarding_cards(), count, "cards that forward are no ascending list");
  require_ascending(devices.reducing_switches(), count, "switches that reduce are no ascending list");
}

void check_links(const v1::LinkTable& links, const v1::FabricView& fabric) {
  const LinkEnds ends = read_link_ends(links);
  const std::size_t devices = fabric.devices().count();
  require_within(ends.from, 0, devices, "a link starts at a device that is not there");
  require_within(ends.to, 0, devices, "a link ends at a device that is not there");
  require(size(links.class__size()) == links.count(), "classes of links are too few or too many");
  require_within(links.class_(), 0, size(links.classes_size()), "a link is of a class that is not there");
  require_ascending(links.down(), links.count(), "links that are down are no ascending list");
  for (const v1::LinkClass& one : links.classes()) {
    require(one.tier() < size(fabric.tiers_size()), "a class of links is of a tier that is not there");
    const double numbers[] = {one.rate_bps(), one.nominal_rate_bps(), one.latency_ps()};
    require_finite(numbers, "a rate or a latency of links is no number from 0");
  }
  if (links.has_names()) check_names(links.names(), links.count(), "a link has no name, or a name no link");
}

void check_fabric(const v1::FabricView& fabric) {
  check_devices(fabric.devices(), fabric);
  check_links(fabric.links(), fabric);
}

/// Lengths of the lists that runs point into.
struct ResultCounts {
  std::size_t results = 0, flows = 0, steps = 0, programs = 0;
};

ResultCounts counts_of(const v1::Recording& recording) {
  ResultCounts counts;
  const v1::Report& report = recording.report();
  counts.results = size(report.results_size());
  counts.flows = size(report.flows_size());
  counts.steps = size(report.steps_size());
  counts.programs = size(report.programs_size());
  for (const v1::CompareReport::Row& row : recording.compare().results())
    counts.results += size(row.collectives_size());
  return counts;
}

void check_series(const v1::Series& series, const v1::FabricView& fabric) {
  require(std::isfinite(series.bin_ps()) && series.bin_ps() > 0, "bins of time have no width");
  for (const v1::Series::Track& track : series.tracks()) {
    require(track.tier() < size(fabric.tiers_size()), "a load is of a tier that is not there");
    require(track.link() >= -1 && track.link() < static_cast<std::int64_t>(fabric.links().count()),
            "a load is of a link that is not there");
    require(size(track.used_size()) == series.bins(), "a load has too few or too many bins");
    require_finite(track.used(), "a load is no number from 0");
  }
}

void check_lanes(const v1::Lanes& lanes) {
  for (const v1::Lanes::Lane& lane : lanes.lanes()) {
    require(lane.begin_ps_size() == lane.duration_ps_size() && lane.begin_ps_size() == lane.what_size(),
            "a lane has begins, durations and labels of different number");
    require_within(lane.what(), 0, size(lanes.whats_size()), "an interval is of a kind that is not there");
    require_finite(lane.begin_ps(), "an interval begins at no number from 0");
    require_finite(lane.duration_ps(), "an interval lasts no number from 0");
  }
}

void check_run(const v1::RunView& run, const v1::Recording& recording, const ResultCounts& counts) {
  require_within(run.results(), 0, counts.results, "a run is of a result that is not there");
  require_within(run.flows(), 0, counts.flows, "a run is of a flow that is not there");
  require_within(run.steps(), 0, counts.steps, "a run is of a step that is not there");
  require_within(run.programs(), 0, counts.programs, "a run is of a trace that is not there");
  require(run.fabric() < size(recording.fabrics_size()), "a run is on a cluster that is not there");
  require(std::isfinite(run.makespan_ps()) && run.makespan_ps() >= 0, "a run takes no number from 0");
  const v1::FabricView& fabric = recording.fabrics(static_cast<int>(run.fabric()));
  if (run.has_traffic()) {
    const v1::LinkTraffic& traffic = run.traffic();
    require(traffic.link_map() < size(recording.link_maps_size()), "bytes are of a map of links that is not there");
    const v1::LinkMap& map = recording.link_maps(static_cast<int>(traffic.link_map()));
    require(map.fabric() == run.fabric(), "bytes are of links of another cluster");
    require_within(map.group(), 0, size(traffic.bytes_size()), "a link is of a group without bytes");
    require_finite(traffic.bytes(), "bytes of a link are no number from 0");
  }
  if (run.has_series()) check_series(run.series(), fabric);
  check_lanes(run.lanes());
}

void check_recording(const v1::Recording& recording) {
  if (recording.schema() != kSchema) {
    throw InputError("its schema is \"" + printable(recording.schema()) + "\", not \"" + kSchema + "\"");
  }
  require(recording.result_case() != v1::Recording::RESULT_NOT_SET, "it has no result");
  for (const v1::FabricView& fabric : recording.fabrics()) check_fabric(fabric);
  for (const v1::LinkMap& map : recording.link_maps()) {
    require(map.fabric() < size(recording.fabrics_size()), "a map of links is of a cluster that is not there");
    require(size(map.group_size()) == recording.fabrics(static_cast<int>(map.fabric())).links().count(),
            "a map of links has too few or too many links");
  }
  const ResultCounts counts = counts_of(recording);
  for (const v1::RunView& run : recording.runs()) check_run(run, recording, counts);
  for (const v1::Band& band : recording.bands()) {
    require(band.result() < counts.results, "a band is of a result that is not there");
  }
}

}  // namespace

void check_view(const v1::View& view) {
  for (const v1::Recording& recording : view.recordings()) check_recording(recording);
}

}  // namespace polyplane::sim
