#include "cli/token_option.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "sim/load_tokens.h"

namespace polyplane::cli {
namespace {

constexpr std::int64_t kMost = 1 << 20;

std::vector<OptionSpec> specs() {
  using Kind = OptionSpec::Kind;
  const auto integer = [](const char* name, const char* otherwise, const char* sentence, std::int64_t min = 0) {
    return OptionSpec{name, Kind::integer, otherwise, sentence, min, kMost, {}};
  };
  return {integer("tokens", "128", "of each rank", 1),
          integer("experts", "0", "routed; one a rank when absent"),
          integer("top_k", "0", "routed experts of a token; 8, or all, when absent"),
          integer("shared", "0", "further copies of each token"),
          integer("ranks_per_node", "0", "consecutive ranks that make a node; a scale-up domain when absent"),
          integer("node_limit", "0", "nodes that a token goes to at the most; any when absent"),
          OptionSpec{"draw", Kind::text, "expected", "even, expected or sampled", 0, 0, {}},
          OptionSpec{"popularity", Kind::text, "uniform", "of experts: uniform or zipf:EXPONENT", 0, 0, {}},
          OptionSpec{"seed", Kind::integer, "0", "of what is drawn", 0, INT64_MAX, {}}};
}

/// 0 stands for an absent option here, and is no value of it, as in configs/schema/tokens.proto.
void refuse_zeros(const Options& options) {
  for (const char* name : {"experts", "top_k", "ranks_per_node", "node_limit"}) {
    if (!options.given(name) || options.integer(name) > 0) continue;
    throw InputError(std::string(name) + ": 0 is not a whole number from 1 to " + std::to_string(kMost) +
                     "; leave it out for the default");
  }
}

/// Whether the seed has a say: nothing is drawn where all experts are alike, and they are for want of a popularity.
bool is_drawn(const collectives::TokenRouting& routing) {
  using Draw = collectives::TokenRouting::Draw;
  if (routing.draw == Draw::expected) return routing.zipf > 0 || routing.node_limit > 0;
  return routing.draw == Draw::sampled;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

collectives::TokenRouting parse_tokens(const std::string& text, std::uint64_t seed, std::uint32_t ranks) {
  try {
    const Options options = Options::parse("tokens", specs(), split_at_commas(text));
    refuse_zeros(options);
    const auto count = [&](const char* name) { return static_cast<std::uint32_t>(options.integer(name)); };
    collectives::TokenRouting routing;
    routing.tokens = count("tokens");
    routing.experts = count("experts");
    routing.top_k = count("top_k");
    routing.shared = count("shared");
    routing.ranks_per_node = count("ranks_per_node");
    routing.node_limit = count("node_limit");
    routing.draw = collectives::parse_token_draw(options.text("draw"));
    routing.zipf = sim::parse_popularity(options.text("popularity"));
    routing.seed = options.given("seed") ? static_cast<std::uint64_t>(options.integer("seed")) : seed;
    if (options.given("seed") && !is_drawn(routing)) {
      throw InputError("seed has no effect with draw=" + std::string(to_string(routing.draw)) +
                       " here, where nothing is drawn; use draw=sampled or leave it out");
    }
    const bool nodes_matter = routing.node_limit > 0 && routing.ranks_per_node == 0;  // those of the cluster
    if (!nodes_matter) static_cast<void>(collectives::settled(routing, ranks));
    return routing;
  } catch (const InputError& error) { throw InputError(std::string("--tokens: ") + error.what()); }
}

}  // namespace polyplane::cli
