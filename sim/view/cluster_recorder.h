// Keeps what happens on one cluster for a recording: the graph, bytes of every link of every run, loads over time and
// lanes of some.
//
// Bytes are had from any way of running, so keeping them loses none of the quick ones. Loads over time and the parts of
// the time are not: for these a few runs are done once more, flow by flow, on representatives where that holds. Which
// ones depends on nothing but their numbers of events, so the same command records the same.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "configs/schema/view.pb.h"
#include "sim/run_observer.h"
#include "sim/view/load_series.h"

namespace polyplane::sim {

/// How much is run once more.
struct SecondLooks {
  /// Events of one run, and of all that are run once more. The last row comes first, then the others from the last to the first.
  std::uint64_t most_events = 5'000'000, most_events_in_all = 6'000'000;
  static SecondLooks none() { return {0, 0}; }
};

class ClusterRecorder final : public RunObserver {
 public:
  explicit ClusterRecorder(SecondLooks looks) : looks_(looks) {}

  void built(const topology::Topology& topology) override;
  void ran(const ObservedRun& run) override;
  void ran(const ObservedProgram& run) override;
  [[nodiscard]] std::vector<std::size_t> to_look_at_again(std::span<const CollectiveResult> results) override;
  [[nodiscard]] bool looks_again(std::uint64_t events) override;
  [[nodiscard]] TraceSink& loads_of(std::uint64_t run, const topology::Topology& topology,
                                    const topology::Router& router) override;

  /// Where results of this cluster stand in the lists of the recording.
  struct Places {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> results, steps, programs;  // fingerprint and index
    std::vector<std::uint32_t> flows;
  };
  /// Once, at the end: appends the fabric, the runs in the order of results, flows, steps and programs, and what is left out.
  void write(const Places& places, v1::Recording& recording);

 private:
  struct Run {
    std::vector<std::uint64_t> results;
    bool flows = false;
    TimePoint makespan;
    std::shared_ptr<const std::vector<std::uint32_t>> groups;  // of links, null: no bytes were told of
    std::vector<double> group_bytes;
    std::unique_ptr<LoadSeries> series;
    std::optional<v1::Lanes> lanes;
    bool is_program = false, lanes_left_out = false;
  };
  void keep_traffic(const topology::Topology& topology, const topology::Router& router,
                    std::span<const double> trunk_bytes, Run& run);
  [[nodiscard]] bool affords(std::uint64_t events);
  void write(Run& run, std::uint32_t fabric, v1::Recording& recording, v1::RunView& view);
  [[nodiscard]] std::uint32_t map_of(const Run& run, std::uint32_t fabric, v1::Recording& recording);

  SecondLooks looks_;
  std::mutex mutex_;
  bool is_built_ = false;
  v1::FabricView fabric_;
  std::uint64_t looked_at_ = 0;        // events
  std::map<std::uint64_t, Run> runs_;  // by fingerprint of the first result, of the program; 0: flows alone
  std::vector<std::shared_ptr<const std::vector<std::uint32_t>>> groupings_;
  std::map<const std::vector<std::uint32_t>*, std::uint32_t> maps_;  // only looked up
};

/// Fabrics of more directed links are left out of recordings, and so is what crossed them.
inline constexpr std::size_t kMostRecordedLinks = 2'000'000;

}  // namespace polyplane::sim
