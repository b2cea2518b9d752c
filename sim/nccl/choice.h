// `--algorithm nccl`: what NCCL would run, by its own table, as a schedule and a protocol of ours.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "collectives/collective.h"
#include "collectives/rank_layout.h"
#include "sim/nccl/setting.h"
#include "sim/nccl/tuning.h"
#include "sim/stack.h"
#include "topology/topology.h"

namespace polyplane::sim::nccl {

/// Tree is double_binary_tree, Ring ring, and so on: the schedule of ours that does as NCCL's algorithm.
[[nodiscard]] std::string_view schedule_name(Algorithm algorithm);

struct Pick {
  std::string algorithm, protocol;  // ours
  std::string table;                // what NCCL weighed, one line each
};

/// One group of ranks. Borrowed. `layout`: with the switches that can do `reduction` (sim/switch_arithmetic.h).
struct PickRequest {
  const Stack& stack;
  const topology::Topology& topology;
  const std::vector<DeviceId>& cards;
  const collectives::RankLayout& layout;
  const collectives::Collective& collective;
  std::string protocol;  // "auto", or the one that NCCL_PROTO would force
  const Setting& setting;
  Reduction reduction;
};

/// Throws InputError: the stack has no table of NCCL, a card that the table does not know, a collective that NCCL sends
/// point to point, a choice that polyplane has no schedule for.
[[nodiscard]] Pick pick_as_nccl(const PickRequest& request);

/// Why NCCL has nothing to choose for a collective. REQUIRES: !has_choice(kind).
[[nodiscard]] std::string why_no_choice(collectives::CollectiveKind kind);

/// The stack's table. Throws InputError when it has none.
[[nodiscard]] const Constants& table_of(const Stack& stack);

}  // namespace polyplane::sim::nccl
