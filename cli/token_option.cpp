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
          integer("experts", "0", "routed; 0: one a rank"),
          integer("top_k", "0", "routed experts of a token; 0: 8, or all"),
          integer("shared", "0", "further copies of each token"),
          integer("ranks_per_node", "0", "consecutive ranks that make a node; 0: a scale-up domain"),
          integer("node_limit", "0", "nodes that a token goes to at the most; 0: any"),
          OptionSpec{"draw", Kind::text, "expected", "even, expected or sampled", 0, 0, {}},
          OptionSpec{"popularity", Kind::text, "uniform", "of experts: uniform or zipf:EXPONENT", 0, 0, {}},
          OptionSpec{"seed", Kind::integer, "0", "of sampled draws", 0, INT64_MAX, {}}};
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
    const bool nodes_matter = routing.node_limit > 0 && routing.ranks_per_node == 0;  // those of the cluster
    if (!nodes_matter) static_cast<void>(collectives::settled(routing, ranks));
    return routing;
  } catch (const InputError& error) { throw InputError(std::string("--tokens: ") + error.what()); }
}

}  // namespace polyplane::cli
