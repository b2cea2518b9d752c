// Cards joined as listed, for partial meshes with uneven link groups: four MI250X of a Frontier node with one link here
// and two there, two meshes of eight joined card by card. One list serves every domain. Cards forward, so that pairs
// without a link of their own take the shortest way over others.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/error.h"
#include "base/suggest.h"
#include "base/union_find.h"
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

constexpr std::int64_t kMaxLinksOfPair = 1000;

struct Wire {
  std::int64_t a = 0, b = 0, links = 1;  // cards of the domain, a < b
};

[[noreturn]] void fail(const std::string& sentence) { throw InputError("wired: " + sentence); }

/// A whole number at the front of `text`, which is cut off; -1 when there is none.
std::int64_t take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char letter) {
  if (!text.starts_with(letter)) return false;
  text.remove_prefix(1);
  return true;
}

Wire parse_wire(std::string_view item, std::int64_t cards) {
  const std::string shown = "links: \"" + printable(item) + "\" ";
  Wire wire;
  wire.a = take_number(item);
  const bool pair = wire.a >= 0 && take(item, '-') && (wire.b = take_number(item)) >= 0;
  const bool counted = pair && take(item, '*');
  if (counted) wire.links = take_number(item);
  if (!pair || !item.empty()) fail(shown + "is no pair of cards; write for example 0-1, or 0-1*4 for four links");
  if (wire.links < 1 || wire.links > kMaxLinksOfPair) {
    fail(shown + "has no number of links from 1 to " + std::to_string(kMaxLinksOfPair));
  }
  if (wire.a == wire.b || wire.a >= cards || wire.b >= cards) {
    fail(shown + "is no pair of two cards from 0 to " + std::to_string(cards - 1));
  }
  if (wire.a > wire.b) std::swap(wire.a, wire.b);
  return wire;
}

/// Ascending by pair. Throws where a pair comes twice or where cards are left apart.
std::vector<Wire> parse_wires(const Options& options, const DomainShape& shape) {
  const std::string& text = options.text("links");
  std::vector<Wire> wires;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('+', from), text.size());
    wires.push_back(parse_wire(std::string_view(text).substr(from, end - from), shape.cards()));
    from = end + 1;
  }
  std::ranges::sort(wires, {}, [](const Wire& wire) { return std::tuple(wire.a, wire.b); });
  UnionFind sets(static_cast<std::size_t>(shape.cards()));
  for (std::size_t i = 0; i < wires.size(); ++i) {
    if (i > 0 && wires[i].a == wires[i - 1].a && wires[i].b == wires[i - 1].b) {
      fail("links: cards " + std::to_string(wires[i].a) + " and " + std::to_string(wires[i].b) +
           " are joined twice; write the number of links after *");
    }
    sets.join(static_cast<std::uint32_t>(wires[i].a), static_cast<std::uint32_t>(wires[i].b));
  }
  for (std::int64_t card = 0; card < shape.cards(); ++card) {
    if (sets.root(static_cast<std::uint32_t>(card)) == 0) continue;
    fail("links: card " + std::to_string(card) + " is not joined to card 0; one list joins all " +
         std::to_string(shape.cards()) + " cards of a domain");
  }
  return wires;
}

std::int64_t links_per_card(const std::vector<Wire>& wires, const DomainShape& shape) {
  std::vector<std::int64_t> links(static_cast<std::size_t>(shape.cards()), 0);
  for (const Wire& wire : wires) {
    links[static_cast<std::size_t>(wire.a)] += wire.links;
    links[static_cast<std::size_t>(wire.b)] += wire.links;
  }
  return *std::ranges::max_element(links);
}

DomainSize wired_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  const std::vector<Wire> wires = parse_wires(options, shape);
  const std::int64_t links = links_per_card(wires, shape);
  for (const Wire& wire : wires) (void)link_group_rate(spec, wire.links, links);
  return {.switches = 0, .cables = static_cast<int128>(wires.size()), .joined = shape.cards(), .links_per_card = links};
}

void build_wired(DomainContext& domain, const Options& options) {
  const std::vector<Wire> wires = parse_wires(options, domain.shape);
  const std::int64_t links = links_per_card(wires, domain.shape);
  for (const Wire& wire : wires) {
    join_cards(domain, domain.card(wire.a), domain.card(wire.b), link_group_rate(domain.spec, wire.links, links));
  }
}

const bool kRegistered = [] {
  scale_ups().add("wired", "Cards joined as listed, link groups as uneven as they are, cards forward: MI250X",
                  {.options = {{.name = "links",
                                .kind = OptionSpec::Kind::text,
                                .sentence = "pairs of cards of a domain, with * the links of a pair: 0-1*2+0-2+1-2",
                                .words = {}}},
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = wired_size,
                   .build = build_wired});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
