// Loads of links over time, in bins: v1::Series of configs/schema/view.proto, out of what a run tells of its trunks.
#pragma once

#include <cstdint>
#include <vector>

#include "configs/schema/view.pb.h"
#include "sim/trace/trace_sink.h"
#include "sim/view/link_tracks.h"

namespace polyplane::sim {

class LoadSeries final : public TraceSink {
 public:
  /// `makespan` and `link_bytes`: of the run that comes again. Borrows topology and router until it has run.
  LoadSeries(const topology::Topology& topology, const topology::Router& router, TimePoint makespan,
             std::vector<double> link_bytes);

  void folded(const Folding& folding) override;
  void load(TrunkId trunk, double used, TimePoint now) override;
  void sent(const TracedMessage& /*message*/) override {}
  void works(const TracedWork& /*work*/) override {}
  void delivered(FlowId /*flow*/, TimePoint /*now*/) override {}
  void operation(const TracedOperation& /*operation*/) override {}
  void flow_ended(std::uint32_t /*flow*/, TimePoint /*end*/) override {}

  /// Once, when it has run. Nothing of a run in which no load was told of.
  void write(v1::Series& series);

 private:
  struct Trunk {
    double used = 0;
    TimePoint since;
  };
  void flush(std::uint32_t trunk, TimePoint until);

  const topology::Topology& topology_;
  const topology::Router& router_;
  std::vector<double> link_bytes_;
  double makespan_ps_, bin_ps_;
  LinkTracks tracks_;
  std::vector<Trunk> trunks_;              // of the router; caps of plain flows come after them and are left out
  std::vector<std::vector<double>> used_;  // picoseconds of full use, by track and bin
  bool is_told_ = false;
};

/// Bins of a series.
inline constexpr std::uint32_t kSeriesBins = 240;

}  // namespace polyplane::sim
