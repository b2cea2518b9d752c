// A value that fully determines a run. Read from a file by sim/load_experiment, or put together by `perf`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/reduction_set.h"
#include "base/units.h"
#include "collectives/algorithm.h"
#include "collectives/collective.h"
#include "sim/exchange.h"
#include "sim/nccl/setting.h"
#include "sim/stack.h"
#include "sim/trace_job.h"
#include "sim/what_if.h"
#include "topology/cluster_spec.h"
#include "topology/join_clusters.h"
#include "topology/router.h"

namespace polyplane::sim {

/// A cluster given as a plain graph instead of a recipe.
struct GraphSpec {
  std::string name;
  std::vector<topology::Device> devices;
  struct Edge {
    std::string name, from, to;
    BitRate rate;
    Duration latency;
    std::optional<Duration> back_latency;  // of the reverse link; none: `latency`
    bool two_way = true;                   // two-way: the reverse link is named NAME + "~", unless NAME is empty
    bool shared = true;                    // false ("fatpipe"): caps each flow but is not shared
    topology::LinkKind kind = topology::LinkKind::scale_out;
    std::string tier = "link";
    std::int32_t plane = -1;
  };
  std::vector<Edge> edges;
  bool lossless = false;  // see Topology::lossless()
  std::uint32_t virtual_channels = topology::kDefaultVirtualChannels;
};

struct ClusterChoice;
struct TrainingJob;
struct InferenceJob;

/// One of several clusters joined. Members that are alike share their choice.
struct ClusterMember {
  std::string name;  // "a0"
  std::shared_ptr<const ClusterChoice> cluster;
};

/// What switches that reduce can add up on the way: in_network_arithmetic of their parts (configs/schema/hardware.proto).
struct SwitchArithmetic {
  ReductionSet domains = ReductionSet::all(), fabric = ReductionSet::all();
};

/// A recipe, a plain graph, or members joined. sim/cluster_graph.h counts and builds it, sim/cluster_nodes.h lists its
/// nodes.
struct ClusterChoice {
  topology::ClusterSpec spec;  // of a graph and of joined members: name, description, routing and `assumed` only
  std::optional<GraphSpec> graph;
  SwitchArithmetic arithmetic;  // of a recipe or graph
  std::vector<ClusterMember> members;
  std::optional<topology::InterconnectSpec> interconnect;  // of members; none: islands that cannot reach each other
};

/// One collective, repeated over sizes, on some ranks. Jobs of one experiment run at the same time.
struct CollectiveJob {
  std::string name;
  collectives::CollectiveKind kind = collectives::CollectiveKind::all_reduce;
  std::vector<Bytes> sizes;
  std::string datatype = "float";
  std::string reduction = "sum";
  std::uint32_t root = 0;
  std::string algorithm = "auto";
  std::string protocol = "auto";
  nccl::Setting nccl;  // of algorithm "nccl"
  std::uint32_t channels = 0, slices = 0;
  TimePoint start;                   // among the jobs and flows that run beside it; times of results count from here
  std::vector<std::uint32_t> ranks;  // accelerator of each rank, as index into Topology::accelerators(); empty = all
  std::string placement;             // how `ranks` were placed, for reports; empty: they were listed
  std::vector<std::vector<std::uint32_t>> groups;  // parallel groups (--split), each a list as `ranks`; overrides it
  std::vector<std::int64_t> matrix;                // alltoallv
  std::shared_ptr<const collectives::Algorithm> schedule;  // of a file; `algorithm` is then its name
  std::vector<std::string> assumed;                        // of that file, for reports
  /// dispatch, combine, alltoallv: the traffic of experts; sizes are of one token. ranks_per_node 0: the scale-up domain.
  std::optional<collectives::TokenRouting> tokens;
};

/// One explicit flow.
struct FlowJob {
  std::string name;
  std::string src, dst;  // device names; may be empty when `route` is given
  Bytes size;
  TimePoint start;
  std::vector<std::string> route;  // link names; empty = routed
  std::optional<BitRate> rate_cap;
};

/// From `time` on, the link has this capacity (0 = down: flows on it stand still).
struct CapacityEvent {
  TimePoint time;
  std::string link;
  BitRate rate;
};

struct Experiment {
  std::string name;
  ClusterChoice cluster;
  std::vector<std::string> faults;  // selectors, see topology/faults.h
  topology::RoutingSpec routing;
  Stack stack;
  std::string model = "flow";  // name in network_models(): analytic, flow
  Duration quantum;            // of time, in the flow model: see NetworkSetup; zero = exact
  std::uint64_t seed = 0;
  std::vector<CollectiveJob> collectives;
  std::vector<FlowJob> flows;
  std::vector<CapacityEvent> capacity_events;
  std::vector<ExchangeJob> exchanges;  // each by itself
  std::vector<TraceJob> traces;        // each by itself
  // Steps of models, each by itself (sim/training_job.h); none is null.
  std::vector<std::shared_ptr<const TrainingJob>> training;
  std::vector<std::shared_ptr<const InferenceJob>> inference;
  WhatIf what_if;
};

}  // namespace polyplane::sim
