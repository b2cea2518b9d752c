#include "collectives/token_routing.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::collectives {
namespace {

using Draw = TokenRouting::Draw;

constexpr std::uint32_t kMost = 1U << 20U;
constexpr std::uint32_t kDefaultTopK = 8;
constexpr double kMostZipf = 8;

struct DrawName {
  Draw draw;
  std::string_view name;
};
constexpr std::array kDraws = {DrawName{Draw::even, "even"}, DrawName{Draw::expected, "expected"},
                               DrawName{Draw::sampled, "sampled"}};

std::string number(std::uint64_t value) { return std::to_string(value); }

void check_even(const TokenRouting& routing, std::uint32_t ranks) {
  const auto refuse = [](const std::string& field) {
    throw InputError(field +
                     ": is of draws expected and sampled; an even draw sends to ranks in turn, without experts.");
  };
  if (routing.experts > 0) refuse("experts");
  if (routing.node_limit > 0) refuse("node_limit");
  if (routing.zipf != 0 || !routing.histogram.empty()) refuse("popularity");
  if (ranks > 1 && routing.top_k + routing.shared > ranks - 1) {
    throw InputError("top_k: " + number(routing.top_k) + " and " + number(routing.shared) +
                     " shared copies of a token need as many other ranks; there are " + number(ranks - 1) + ".");
  }
}

/// Experts of some popularity in each node.
std::vector<std::uint32_t> popular_by_node(const TokenRouting& routing, std::uint32_t ranks) {
  std::vector<std::uint32_t> count((ranks + routing.ranks_per_node - 1) / routing.ranks_per_node);
  for (std::uint32_t e = 0; e < routing.experts; ++e) {
    if (routing.histogram.empty() || routing.histogram[e] > 0) {
      count[rank_of_expert(routing, ranks, e) / routing.ranks_per_node] += 1;
    }
  }
  return count;
}

void check_histogram(const TokenRouting& routing) {
  if (routing.histogram.empty()) return;
  if (routing.zipf != 0) throw InputError("popularity: contradicts histogram; state one of the two.");
  if (routing.histogram.size() != routing.experts) {
    throw InputError("histogram: " + number(routing.histogram.size()) + " entries; " + number(routing.experts) +
                     " experts need as many.");
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t entry : routing.histogram) {
    if (entry > (std::uint64_t{1} << 40U)) throw InputError("histogram: an entry is above 2^40; scale them down.");
    sum += entry;
  }
  if (sum == 0) throw InputError("histogram: all entries are 0.");
}

void check_experts(const TokenRouting& routing, std::uint32_t ranks) {
  if (routing.top_k > routing.experts) {
    throw InputError("top_k: a token cannot go to " + number(routing.top_k) + " of " + number(routing.experts) +
                     (routing.experts == 1 ? " expert." : " experts."));
  }
  if (!(routing.zipf >= 0 && routing.zipf <= kMostZipf)) {
    throw InputError("popularity: the exponent of zipf must be from 0 to 8.");
  }
  check_histogram(routing);
  std::vector<std::uint32_t> popular = popular_by_node(routing, ranks);
  std::erase(popular, 0U);
  std::sort(popular.begin(), popular.end());
  const std::size_t nodes = routing.node_limit == 0 ? popular.size() : routing.node_limit;
  std::uint64_t fewest = 0;
  for (std::size_t i = 0; i < std::min(nodes, popular.size()); ++i) fewest += popular[i];
  if (fewest >= routing.top_k) return;
  if (routing.node_limit > 0) {
    throw InputError("node_limit: " + number(routing.node_limit) + " nodes may have only " + number(fewest) +
                     " experts that tokens go to; top_k is " + number(routing.top_k) + ".");
  }
  throw InputError("top_k: a token cannot go to " + number(routing.top_k) +
                   " experts; those whose popularity is not 0 are " + number(fewest) + ".");
}

}  // namespace

std::string_view to_string(Draw draw) {
  for (const DrawName& entry : kDraws) {
    if (entry.draw == draw) return entry.name;
  }
  CHECK(false, "a draw without a name");
}

Draw parse_token_draw(std::string_view name) {
  std::vector<std::string> names;
  for (const DrawName& entry : kDraws) {
    if (entry.name == name) return entry.draw;
    names.emplace_back(entry.name);
  }
  throw InputError(unknown_name("draw", name, names));
}

TokenRouting settled(TokenRouting routing, std::uint32_t ranks) {
  CHECK(ranks >= 1, "tokens of no ranks");
  if (routing.tokens == 0) throw InputError("tokens: must be at least 1.");
  if (routing.tokens > kMost || routing.experts > kMost) {
    throw LimitError("tokens, experts: at most 1,048,576 of each, not " +
                     number(std::max(routing.tokens, routing.experts)) + ".");
  }
  if (routing.shared > ranks) {
    throw InputError("shared: " + number(routing.shared) + " copies of a token on " + number(ranks) + " ranks.");
  }
  if (routing.ranks_per_node == 0) routing.ranks_per_node = 1;
  routing.ranks_per_node = std::min(routing.ranks_per_node, ranks);
  if (routing.draw == Draw::even) {
    if (routing.top_k == 0) routing.top_k = std::min(kDefaultTopK, ranks - 1 - std::min(ranks - 1, routing.shared));
    check_even(routing, ranks);
    return routing;
  }
  if (routing.experts == 0) routing.experts = ranks;
  if (routing.top_k == 0) routing.top_k = std::min(kDefaultTopK, routing.experts);
  if (routing.node_limit > 0 && ranks % routing.ranks_per_node != 0) {
    throw InputError("ranks_per_node: " + number(routing.ranks_per_node) + " does not divide the " + number(ranks) +
                     " ranks, as a node_limit needs.");
  }
  check_experts(routing, ranks);
  return routing;
}

std::string describe(const TokenRouting& routing) {
  std::string text = number(routing.tokens) + " tokens, ";
  if (routing.draw == Draw::even) {
    return text + number(routing.top_k + routing.shared) + " copies of each to other ranks in turn";
  }
  text += "top " + number(routing.top_k) + " of " + number(routing.experts) + " experts";
  if (routing.shared > 0) text += " and " + number(routing.shared) + " shared";
  if (routing.node_limit > 0) {
    text += " in at most " + number(routing.node_limit) + " nodes of " + number(routing.ranks_per_node);
  }
  if (!routing.histogram.empty()) text += ", by histogram";
  if (routing.zipf > 0) {
    std::string exponent = std::to_string(routing.zipf);
    exponent.erase(exponent.find_last_not_of('0') + 1);
    if (exponent.back() == '.') exponent.pop_back();
    text += ", zipf " + exponent;
  }
  return text + ", " + std::string(to_string(routing.draw));
}

}  // namespace polyplane::collectives
