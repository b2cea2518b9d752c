#include "cli/rank_choice.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/rank_list.h"

namespace polyplane::cli {
namespace {

constexpr std::uintmax_t kMaxMapFileBytes = std::uintmax_t{64} << 20U;

std::string cards(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " card" : " cards"); }

std::vector<std::uint32_t> first_cards_of_each_node(const std::vector<std::uint32_t>& cards_per_node,
                                                    std::int64_t per_node) {
  std::vector<std::uint32_t> chosen;
  std::uint32_t first = 0;
  for (std::size_t node = 0; node < cards_per_node.size(); ++node) {
    if (per_node > cards_per_node[node]) {
      throw InputError("--ranks-per-node " + std::to_string(per_node) + " does not fit: node " + std::to_string(node) +
                       " has " + cards(cards_per_node[node]));
    }
    for (std::uint32_t local = 0; local < per_node; ++local) chosen.push_back(first + local);
    first += cards_per_node[node];
  }
  return chosen;
}

void check_map(const std::vector<std::uint32_t>& map, std::uint64_t total) {
  std::vector<bool> taken(total, false);
  for (std::size_t rank = 0; rank < map.size(); ++rank) {
    const std::uint32_t card = map[rank];
    if (card >= total) {
      throw InputError("--rank-map puts rank " + std::to_string(rank) + " on card " + std::to_string(card) +
                       ", but the cluster has cards 0 to " + std::to_string(total - 1));
    }
    if (taken[card]) {
      throw InputError("--rank-map gives card " + std::to_string(card) + " twice, the second time to rank " +
                       std::to_string(rank));
    }
    taken[card] = true;
  }
}

void append_item(std::string_view text, std::vector<std::uint32_t>& map) {
  const sim::RankRange range = [&] {
    try {
      return sim::parse_rank_range(text);
    } catch (const InputError& error) { throw InputError(std::string("--rank-map: ") + error.what()); }
  }();
  if (range.from >= topology::kMaxDevices) {
    throw InputError("--rank-map: no cluster has a card " + std::to_string(range.from));
  }
  for (std::int64_t card = range.from; card <= range.to; card += range.stride) {
    if (card >= topology::kMaxDevices || map.size() > static_cast<std::size_t>(topology::kMaxDevices)) {
      throw LimitError("--rank-map lists cards beyond " + std::to_string(topology::kMaxDevices));
    }
    map.push_back(static_cast<std::uint32_t>(card));
  }
}

std::string read_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw InputError("--rank-map: \"" + printable(path) + "\" is neither a list of cards (0-7,16,24) nor a file");
  }
  if (std::filesystem::file_size(path, error) > kMaxMapFileBytes) {
    throw LimitError("--rank-map: " + printable(path) + " is larger than 64 MiB");
  }
  std::ifstream file(path);
  if (!file) throw InputError("--rank-map: cannot read " + printable(path));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

sim::PlacementSpec parse_placement(const std::string& text) {
  sim::PlacementSpec spec;
  const std::size_t colon = text.find(':');
  spec.policy = text.substr(0, colon);
  const std::vector<std::string>& policies = sim::placement_policies();
  if (std::ranges::find(policies, spec.policy) == policies.end()) {
    throw InputError("--placement: " + unknown_name("policy", spec.policy, policies));
  }
  const bool has_hosts = colon != std::string::npos;
  if (has_hosts) spec.hosts = text.substr(colon + 1);
  if (spec.policy == "hostlist" && spec.hosts.empty()) {
    throw InputError("--placement hostlist needs nodes: write for example hostlist:node[0-3,7]");
  }
  if (spec.policy != "hostlist" && has_hosts) {
    throw InputError("--placement " + spec.policy + " takes nothing after the name; \":" + printable(spec.hosts) +
                     "\" is too much");
  }
  return spec;
}

sim::RankPlacement place_cards(const sim::ClusterChoice& cluster, const RankChoice& choice) {
  if (choice.map) throw InputError("--rank-map and --placement contradict each other; use one of them");
  sim::PlacementSpec spec = *choice.placement;
  spec.ranks = choice.ranks;
  spec.ranks_per_node = choice.ranks_per_node;
  try {
    return sim::place_ranks(cluster, spec);
  } catch (const InputError& error) { throw InputError("--placement " + spec.policy + ": " + error.what()); }
}

std::vector<std::uint32_t> choose_cards(const std::vector<std::uint32_t>& cards_per_node, const RankChoice& choice) {
  std::uint64_t total = 0;
  for (const std::uint32_t count : cards_per_node) total += count;
  if (choice.ranks && static_cast<std::uint64_t>(*choice.ranks) > total) {
    throw InputError("--ranks " + std::to_string(*choice.ranks) + " is more than the " + cards(total) +
                     " of the cluster");
  }
  if (choice.map) {
    if (choice.ranks_per_node)
      throw InputError("--rank-map and --ranks-per-node contradict each other; use one of them");
    if (choice.map->empty()) throw InputError("--rank-map is empty");
    if (choice.ranks && static_cast<std::uint64_t>(*choice.ranks) != choice.map->size()) {
      throw InputError("--rank-map lists " + std::to_string(choice.map->size()) + " ranks, but --ranks is " +
                       std::to_string(*choice.ranks));
    }
    check_map(*choice.map, total);
    return *choice.map;
  }
  std::vector<std::uint32_t> chosen;
  if (choice.ranks_per_node) {
    chosen = first_cards_of_each_node(cards_per_node, *choice.ranks_per_node);
    if (choice.ranks && static_cast<std::uint64_t>(*choice.ranks) > chosen.size()) {
      throw InputError("--ranks " + std::to_string(*choice.ranks) +
                       " does not fit: " + std::to_string(cards_per_node.size()) + " nodes with --ranks-per-node " +
                       std::to_string(*choice.ranks_per_node) + " hold " + std::to_string(chosen.size()));
    }
    if (choice.ranks && *choice.ranks % *choice.ranks_per_node != 0) {
      throw InputError("--ranks " + std::to_string(*choice.ranks) + " is not a multiple of --ranks-per-node " +
                       std::to_string(*choice.ranks_per_node));
    }
  } else {
    for (std::uint32_t card = 0; card < total; ++card) chosen.push_back(card);
  }
  if (choice.ranks) chosen.resize(static_cast<std::size_t>(*choice.ranks));
  if (chosen.size() == total) chosen.clear();
  return chosen;
}

std::vector<std::uint32_t> read_rank_map(const std::string& text_or_file) {
  const bool is_list = !text_or_file.empty() && text_or_file.find_first_not_of("0123456789,-: ") == std::string::npos;
  const std::string text = is_list ? text_or_file : read_file(text_or_file);
  std::vector<std::uint32_t> map;
  std::string item;
  bool comment = false;
  const auto finish_item = [&] {
    if (!item.empty()) append_item(item, map);
    item.clear();
  };
  for (const char c : text) {
    if (c == '\n') comment = false;
    if (c == '#') comment = true;
    if (comment || c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      finish_item();
    } else {
      item.push_back(c);
    }
  }
  finish_item();
  return map;
}

}  // namespace polyplane::cli
