// NCCL's built-in cost model: how long NCCL believes that each of its algorithms takes with each protocol, and which it
// would choose. Facts of NVIDIA/nccl, src/graph/tuning.cc and src/enqueue.cc of the release that the table names.
//
//   time = latency + bytes / bandwidth; the least time wins, of equal ones the first in the order of the enums
//
// Bandwidth: channels times the speed of one; less what LL and LL128 lose; at most what a channel, or LL in all, was
// seen to carry; divided by the share of the array that passes a card. Latency: a base, and a hop for every step.
// Corrections: a factor on Tree by size, and a plateau on Ring across nodes. What the switches cannot add up, they are not
// given (reductions.h); 8-bit floats lose too much on their way around a Ring of more than 8, which comes last then.
//
// NCCL computes in single precision, this in double: where two estimates are equal to seven digits, NCCL may choose the
// other. Left out: what environment variables and tuner plug-ins override, several operations in one launch (numPipeOps
// is 1), registered buffers, POWER hosts, CUDA 11.8's ban of LL128 for two ranks.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "collectives/collective.h"
#include "sim/nccl/communicator.h"
#include "sim/nccl/constants.h"
#include "sim/nccl/reductions.h"

namespace polyplane::sim::nccl {

/// Of one algorithm and protocol.
struct Estimate {
  double latency_us = 0, bandwidth_GBps = 0;
  std::string why_not;  // NCCL does not consider it, and the other two mean nothing; "" = it does
};

struct Choice {
  Algorithm algorithm = Algorithm::ring;
  Protocol protocol = Protocol::simple;
  double time_us = 0;
};

/// broadcast, reduce, all_gather, reduce_scatter and all_reduce: the rest NCCL sends point to point, without a choice.
[[nodiscard]] bool has_choice(collectives::CollectiveKind collective);

/// The table of one communicator and one collective.
class CostModel {
 public:
  /// REQUIRES: at least two ranks, has_choice(collective). Both are borrowed.
  CostModel(const Constants& constants, const Communicator& communicator, collectives::CollectiveKind collective,
            Reduction reduction = {});

  [[nodiscard]] const Estimate& estimate(Algorithm algorithm, Protocol protocol) const {
    return table_[static_cast<std::size_t>(algorithm)][static_cast<std::size_t>(protocol)];
  }
  /// `size` as nccl-tests counts it (collectives/collective.h); none where NCCL does not consider the pair.
  [[nodiscard]] std::optional<double> time_us(Algorithm algorithm, Protocol protocol, Bytes size) const;
  /// What NCCL runs; `only`: a protocol's name, as NCCL_PROTO forces it, or "auto". None when nothing is considered.
  [[nodiscard]] std::optional<Choice> choose(Bytes size, std::string_view only = "auto") const;

 private:
  [[nodiscard]] std::string why_not(Algorithm algorithm, Protocol protocol) const;
  [[nodiscard]] std::string why_not_reduced(Algorithm algorithm) const;
  [[nodiscard]] double bandwidth(Algorithm algorithm, Protocol protocol) const;
  [[nodiscard]] double bus_of_tree(double bus, Protocol protocol) const;
  [[nodiscard]] double speed_of_nvls(const GraphFigures& graph, Algorithm algorithm) const;
  [[nodiscard]] double bus_of_collnet_direct(double bus) const;
  [[nodiscard]] double latency(Algorithm algorithm, Protocol protocol) const;
  [[nodiscard]] double latency_of_ring(Protocol protocol, double intra, double inter) const;
  [[nodiscard]] double latency_of_chain(Protocol protocol) const;

  const Constants& constants_;
  const Communicator& communicator_;
  const Generation& generation_;
  collectives::CollectiveKind collective_;
  Reduction reduction_;
  std::size_t by_size_;    // index into BySize
  double ranks_per_node_;  // the mean
  std::uint32_t whole_ranks_per_node_;
  std::uint32_t steps_;  // of a ring
  double ll_max_;
  std::array<std::array<Estimate, kProtocols>, kAlgorithms> table_;
};

/// Which graph an algorithm runs on: PAT on the tree's, NVLSTree on that of NVLS.
[[nodiscard]] const GraphFigures& graph_of(const Communicator& communicator, Algorithm algorithm);

}  // namespace polyplane::sim::nccl
