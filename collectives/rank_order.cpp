#include "collectives/rank_order.h"

#include <cstddef>

namespace polyplane::collectives {
namespace {

/// Members of a domain, cyclically from local `first` mod size.
void append_rotated(const std::vector<RankId>& members, std::size_t first, std::vector<RankId>& order) {
  for (std::size_t i = 0; i < members.size(); ++i) order.push_back(members[(first + i) % members.size()]);
}

/// Where channel 0 enters each of `domains` domains of `locals` ranks; channel c enters c further (mod locals).
std::vector<std::uint32_t> ring_entries(std::uint32_t domains, std::uint32_t locals) {
  std::vector<std::uint32_t> entries(domains);
  for (std::uint32_t m = 0; m < domains; ++m) entries[m] = (locals - m % locals) % locals;
  // The ring closes at local 0, where the last domain must then not be entered; 2 is neither that nor the entry before.
  if (locals >= 3 && domains % locals == 1) entries[domains - 1] = 2;
  return entries;
}

}  // namespace

std::vector<RankId> domain_order(const RankLayout& layout) {
  std::vector<RankId> order;
  order.reserve(layout.num_ranks());
  for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
    append_rotated(layout.members(domain), 0, order);
  }
  return order;
}

std::vector<RankId> rooted_order(const RankLayout& layout, RankId root) {
  std::vector<RankId> order;
  order.reserve(layout.num_ranks());
  const RankPlace& first = layout.place(root);
  for (std::uint32_t i = 0; i < layout.num_domains(); ++i) {
    append_rotated(layout.members((first.domain + i) % layout.num_domains()), first.local, order);
  }
  return order;
}

std::vector<RankId> ring_order(const RankLayout& layout, std::uint32_t channel) {
  const std::uint32_t locals = layout.uniform_domain_size();
  const std::uint32_t domains = layout.num_domains();
  std::vector<RankId> order;
  order.reserve(layout.num_ranks());
  if (locals < 2 || domains < 2) {
    for (std::uint32_t m = 0; m < domains; ++m) append_rotated(layout.members(m), channel, order);
    return order;
  }
  const std::vector<std::uint32_t> entries = ring_entries(domains, locals);
  const std::uint32_t turn = channel % locals;
  for (std::uint32_t m = 0; m < domains; ++m) {
    const std::uint32_t entry = entries[m];
    std::uint32_t exit = m + 1 < domains ? entries[m + 1] : entries[0];
    if (exit == entry) exit = (entry + locals - 1) % locals;
    for (std::uint32_t i = 0; i < locals; ++i) {
      const std::uint32_t local = (entry + i) % locals;
      if (local != exit) order.push_back(layout.members(m)[(local + turn) % locals]);
    }
    order.push_back(layout.members(m)[(exit + turn) % locals]);
  }
  return order;
}

std::vector<std::uint32_t> positions(const std::vector<RankId>& order) {
  std::vector<std::uint32_t> position(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) position[order[i].index()] = i;
  return position;
}

}  // namespace polyplane::collectives
