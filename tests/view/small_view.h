// A recording of an all-reduce and an alltoall on 16 cards, for tests of what is done with recordings.
#pragma once

#include <string>

#include "configs/schema/view.pb.h"
#include "sim/fill_report.h"
#include "sim/view/cluster_recorder.h"
#include "sim/write_report.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {

inline v1::View small_view(const std::string& name = "small") {
  Experiment experiment = on_cluster(
      topology::nvlink_cluster(2, "fat_tree", {"tiers=2", "placement=rail_optimised"}, topology::PlaneMode::per_nic),
      "spray");
  experiment.cluster.spec.name = name;
  experiment.collectives = {collective_job(collectives::CollectiveKind::all_reduce, "ring", Bytes(1 << 20)),
                            collective_job(collectives::CollectiveKind::alltoall, "direct", Bytes(1 << 20))};
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", Bytes(1 << 20))};
  ClusterRecorder recorder(SecondLooks{});
  RunOptions options;
  options.observer = &recorder;
  const Report report = run(experiment, options);
  v1::View view;
  v1::Recording& recording = *view.add_recordings();
  recording.set_schema("polyplane/recording/1");
  recording.set_name(name);
  fill(std::span(&report, 1), ReportOrigin{"test", "run"}, *recording.mutable_report());
  ClusterRecorder::Places places;
  for (std::uint32_t i = 0; i < report.collectives.size(); ++i) {
    places.results.emplace_back(report.collectives[i].fingerprint, i);
  }
  places.flows = {0};
  recorder.write(places, recording);
  v1::Lanes& lanes = *recording.mutable_runs(0)->mutable_lanes();
  lanes.add_whats()->set_label("forward");
  v1::Lanes::Lane& lane = *lanes.add_lanes();
  lane.set_actor("stage 0");
  lane.add_begin_ps(0);
  lane.add_duration_ps(1000);
  lane.add_what(0);
  return view;
}

}  // namespace polyplane::sim
