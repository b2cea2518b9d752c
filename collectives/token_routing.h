// How a layer of experts spreads tokens over ranks (expert parallelism): a recipe. TokenTraffic makes messages of it.
//
// Routed experts lie on the ranks in order, in equal numbers: expert e on rank e * ranks / experts. A token goes once
// to each rank that has an expert of its own, however many it has there (DeepEP's is_token_in_rank). A node is
// `ranks_per_node` consecutive ranks; it limits tokens and shares copies, and need not be a node of the cluster.
//
// Draws:
//   even      no experts are drawn: copies of a rank go to all others in turn, each to a rank of its own, never
//             the own. What the estimates of papers assume.
//   sampled   each token takes top_k experts one by one, each in proportion to its popularity among those left, from a
//             stream of the seed and the rank. Under a node limit the first experts that lie in so many different nodes
//             fix these nodes, and the rest is drawn inside: the affinity of a node is that of its best expert, as in
//             DeepSeek-V2 (arXiv:2405.04434, 2.2.3); V3 adds up the two best, which is left out.
//   expected  the mean of `sampled`, the same for all ranks: exact where experts (and, under a node limit, nodes) are
//             alike, else the mean of 65,536 drawn tokens. Messages are rounded to whole bytes. For large cases, and
//             the only draw besides `even` that keeps what is symmetric.
// Left out: redundant copies of popular experts, dropped tokens, capacity factors, sources that differ in their taste.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::collectives {

struct TokenRouting {
  enum class Draw : std::uint8_t { even, expected, sampled };

  std::uint32_t tokens = 128;  // of each rank
  std::uint32_t experts = 0;   // routed; 0: one a rank
  std::uint32_t top_k = 0;     // routed experts of a token; 0: 8, or all where there are fewer
  std::uint32_t shared = 0;    // further copies of each token, to shared experts whose replicas are on all ranks alike:
                               // each to a rank that is drawn uniformly (even: simply one copy more)
  std::uint32_t ranks_per_node = 0;  // 0: a scale-up domain, where that is known, else 1
  std::uint32_t node_limit = 0;      // a token's routed experts lie in at most so many nodes; 0: in any number
  Draw draw = Draw::expected;
  double zipf = 0;  // popularity of the i-th expert is i^-zipf; which is the i-th is drawn. 0: all alike
  std::vector<std::uint64_t> histogram;  // popularity of each expert as measured, instead of zipf
  std::uint64_t seed = 0;

  friend bool operator==(const TokenRouting&, const TokenRouting&) = default;
};

[[nodiscard]] std::string_view to_string(TokenRouting::Draw draw);
/// Throws InputError with a did-you-mean.
[[nodiscard]] TokenRouting::Draw parse_token_draw(std::string_view name);

/// Values of 0 that mean a choice are made. Throws InputError, naming the field: more experts wanted than there are (or
/// than the limited nodes have), an even draw of anything but alike, nodes that do not divide the ranks under a limit,
/// a histogram of wrong length, a zipf exponent outside [0, 8]; LimitError above 1,048,576 tokens or experts.
[[nodiscard]] TokenRouting settled(TokenRouting routing, std::uint32_t ranks);

/// "4096 tokens, top 8 of 256 experts in at most 4 nodes of 8, zipf 1.2, sampled", for reports. REQUIRES: settled.
[[nodiscard]] std::string describe(const TokenRouting& routing);

/// The rank of an expert. REQUIRES: settled.
[[nodiscard]] constexpr std::uint32_t rank_of_expert(const TokenRouting& routing, std::uint32_t ranks,
                                                     std::uint32_t expert) {
  return static_cast<std::uint32_t>(std::uint64_t{expert} * ranks / routing.experts);
}

}  // namespace polyplane::collectives
