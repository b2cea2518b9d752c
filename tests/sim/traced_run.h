// Runs that leave a trace, decoded.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "sim/simulation.h"
#include "tests/sim/decoded_trace.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {

/// A file of its own that goes with the test.
class TraceFileName {
 public:
  explicit TraceFileName(std::string ending = ".pftrace")
      : path_(testing::TempDir() + "polyplane-" + testing::UnitTest::GetInstance()->current_test_info()->name() +
              ending) {
    std::filesystem::remove(path_);
  }
  ~TraceFileName() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Eight cards behind one NVSwitch: 160 GB/s, 1 us a message.
inline Experiment eight_cards() {
  Experiment experiment = on_cluster(topology::nvlink_cluster(1, "single_switch", {}), "spray");
  return experiment;
}

struct Traced {
  Report report;
  DecodedTrace trace;
  TraceExtent extent;
};

inline Traced run_traced(const Experiment& experiment, TraceOptions options = {},
                         const std::string& ending = ".pftrace") {
  const TraceFileName file(ending);
  Traced traced;
  options.path = file.path();
  options.on_extent = [&](const TraceExtent& extent) { traced.extent = extent; };
  RunOptions run_options;
  run_options.trace = options;
  traced.report = run(experiment, run_options);
  traced.trace = decode_trace(trace_bytes(file.path()));
  return traced;
}

inline std::size_t arrows(const DecodedTrace& trace) {
  std::set<std::uint64_t> ids;
  for (const DecodedSlice& slice : trace.slices) ids.insert(slice.arrows_from.begin(), slice.arrows_from.end());
  return ids.size();
}

inline std::size_t slices_of(const DecodedTrace& trace, const std::string& category) {
  return static_cast<std::size_t>(
      std::ranges::count_if(trace.slices, [&](const DecodedSlice& slice) { return slice.category == category; }));
}

}  // namespace polyplane::sim
