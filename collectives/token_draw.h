// Draws the experts of tokens one after the other (collectives/token_routing.h, `sampled`).
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "collectives/token_routing.h"

namespace polyplane::collectives {

/// i^-exponent for i = 1 .. `count`, in whole numbers of 2^-40, at least 1. By multiplications and square roots alone,
/// so that the numbers are the same on every machine.
[[nodiscard]] std::vector<std::uint64_t> zipf_weights(std::uint32_t count, double exponent);

/// By expert: the histogram, or zipf weights in an order drawn from the seed. REQUIRES: settled.
[[nodiscard]] std::vector<std::uint64_t> expert_weights(const TokenRouting& routing);

/// Draws for one rank after the other; keeps tables of O(experts).
class TokenDraw {
 public:
  /// REQUIRES: settled for these ranks.
  TokenDraw(const TokenRouting& routing, std::uint32_t ranks);

  /// The ranks of the next token of a stream, ascending, each once.
  const std::vector<std::uint32_t>& next(RandomStream& random);

 private:
  [[nodiscard]] std::uint32_t draw_expert(RandomStream& random) const;
  [[nodiscard]] bool eligible(std::uint32_t expert) const;

  TokenRouting routing_;
  std::uint32_t ranks_;
  std::vector<std::uint64_t> weights_, ends_;  // ends_[e]: weights of experts 0 to e
  std::vector<std::uint32_t> rank_of_, node_of_;
  std::vector<std::uint32_t> chosen_, nodes_, result_;  // of the present token
  bool limited_ = false;                                // the nodes of the present token are fixed
};

}  // namespace polyplane::collectives
