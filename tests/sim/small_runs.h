// Experiments with hand-computed times: stack "ideal" (no software costs), small clusters, through sim::run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/simulation.h"

namespace polyplane::sim {

/// One protocol that sends the bytes as they are and costs nothing, for algorithms of every family.
inline Stack ideal_stack() {
  Protocol simple{.name = "Simple", .efficiency = {1, 1}, .costs = {}};
  for (const char* family : {"ring", "tree", "nvls", "nvls_tree", "collnet_direct", "collnet_chain", "pat"}) {
    simple.costs.push_back({.family = family});
  }
  return {"ideal", "", {std::move(simple)}};
}

inline Experiment on_cluster(topology::ClusterSpec spec, std::string routing, std::string model = "flow") {
  Experiment experiment;
  experiment.name = "small";
  experiment.cluster.spec = std::move(spec);
  experiment.routing.name = std::move(routing);
  experiment.stack = ideal_stack();
  experiment.model = std::move(model);
  return experiment;
}

inline CollectiveJob collective_job(collectives::CollectiveKind kind, std::string algorithm, Bytes size) {
  CollectiveJob job;
  job.kind = kind;
  job.algorithm = std::move(algorithm);
  job.sizes = {size};
  return job;
}

/// Ring all-reduce over all cards, one channel, no pipelining.
inline CollectiveJob plain_ring(Bytes size) {
  CollectiveJob job = collective_job(collectives::CollectiveKind::all_reduce, "ring", size);
  job.channels = job.slices = 1;
  return job;
}

inline FlowJob flow_job(std::string src, std::string dst, Bytes size, TimePoint start = {}) {
  FlowJob flow;
  flow.name = src + " to " + dst;
  flow.src = std::move(src);
  flow.dst = std::move(dst);
  flow.size = size;
  flow.start = start;
  return flow;
}

/// Time of the first collective.
inline Duration collective_time(const Experiment& experiment) { return run(experiment, {}).collectives.at(0).time; }

/// End of each flow.
inline std::vector<TimePoint> flow_ends(const Experiment& experiment) {
  std::vector<TimePoint> ends;
  for (const FlowResult& flow : run(experiment, {}).flows) ends.push_back(flow.end);
  return ends;
}

}  // namespace polyplane::sim
