// Which cards take part, and in which order: --ranks, --ranks-per-node, --rank-map, --placement. Worked out from the
// description of the cluster alone (but for --placement pod), so that a wrong choice is refused before a large graph is
// built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment.h"
#include "sim/rank_placement.h"

namespace polyplane::cli {

struct RankChoice {
  std::optional<std::int64_t> ranks;              // the first so many
  std::optional<std::int64_t> ranks_per_node;     // of each node only the first so many cards
  std::optional<std::vector<std::uint32_t>> map;  // card of each rank; excludes ranks_per_node
  std::optional<sim::PlacementSpec> placement;    // policy, hosts and seed; excludes map
};

/// The card (index into Topology::accelerators()) of each rank; empty when every card is a rank in its own order.
/// Throws InputError: more ranks than cards, a ranks-per-node above the cards of a node or that does not divide the
/// ranks, a map with a card that does not exist or comes twice, or of another length than `ranks`.
[[nodiscard]] std::vector<std::uint32_t> choose_cards(const std::vector<std::uint32_t>& cards_per_node,
                                                      const RankChoice& choice);

/// "spread", "hostlist:node[0-3]". Throws InputError that starts with the option.
[[nodiscard]] sim::PlacementSpec parse_placement(const std::string& text);
/// By `choice.placement`, which is set, with the ranks and ranks a node of `choice`. Throws InputError that starts with
/// the option.
[[nodiscard]] sim::RankPlacement place_cards(const sim::ClusterChoice& cluster, const RankChoice& choice);

/// A list of cards, "0,8,16" with ranges "0-7" and strides "0-56:8", or the name of a file of such lists (blanks and
/// line ends separate as commas do, '#' starts a comment). Throws InputError, LimitError for a file above 64 MiB.
[[nodiscard]] std::vector<std::uint32_t> read_rank_map(const std::string& text_or_file);

}  // namespace polyplane::cli
