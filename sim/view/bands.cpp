#include "sim/view/bands.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim {
namespace {

bool same_speed(const topology::Topology& a, const topology::Topology& b) {
  return std::ranges::equal(a.links(), b.links(), [](const topology::Link& x, const topology::Link& y) {
    return x.rate == y.rate && x.latency == y.latency;
  });
}

}  // namespace

std::vector<TimeBand> time_bands(const Experiment& experiment, const std::function<ClusterChoice(Reading)>& cluster,
                                 const RunOptions& options, const Report& report) {
  std::vector<TimeBand> bands;
  RunOptions quiet;
  quiet.threads = options.threads;
  quiet.symmetry = options.symmetry;
  quiet.max_memory = options.max_memory;
  quiet.stop = options.stop;
  quiet.prove = false;
  const topology::Topology used = build_topology(experiment);
  for (const Reading reading : {Reading::slowest, Reading::fastest}) {
    Experiment other = experiment;
    other.cluster = cluster(reading);
    if (same_speed(used, build_topology(other))) continue;
    const Report read = run(other, quiet);
    CHECK(read.collectives.size() == report.collectives.size(), "another reading of a cluster has other rows");
    if (bands.empty()) {
      for (std::size_t i = 0; i < report.collectives.size(); ++i) {
        bands.push_back({i, report.collectives[i].time, report.collectives[i].time});
      }
    }
    for (TimeBand& band : bands) {
      band.fastest = std::min(band.fastest, read.collectives[band.result].time);
      band.slowest = std::max(band.slowest, read.collectives[band.result].time);
    }
  }
  return bands;
}

}  // namespace polyplane::sim
