// What a stack makes of an algorithm: the protocols that offer it, and the channels and slices that each runs it with
// where neither the request nor the algorithm decides them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// Protocols that run the same schedule.
struct StackVariant {
  std::uint32_t channels = 0, slices = 0;  // 0: the algorithm's own choice
  std::vector<const Protocol*> protocols;  // of the stack, in its order
};

/// A stack's chunk cuts a share into no more slices than this.
inline constexpr std::uint32_t kMostStackSlices = 64;

/// One for each schedule; none when no protocol offers the algorithm. `protocol`: a name or "auto"; `left_out` takes a
/// line for each one that does not. Channels and slices that the request states stand. Throws InputError for a protocol
/// that the stack does not have.
[[nodiscard]] std::vector<StackVariant> stack_variants(const Stack& stack, const std::string& protocol,
                                                       const collectives::Algorithm& algorithm,
                                                       const collectives::AlgorithmRequest& request,
                                                       std::string& left_out);

}  // namespace polyplane::sim
