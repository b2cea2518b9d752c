#include "topology/automorphism.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::topology {
namespace {

/// A torus may take many rounds to tell all apart; stopping early only makes more devices look alike.
constexpr std::size_t kMaxRounds = 64;

/// Dense numbers of values, in order of first use. Neighbours are often equal.
template <class Key>
class Classes {
 public:
  std::uint32_t of(const Key& key) {
    if (!numbers_.empty() && key == last_) return last_number_;
    last_ = key;
    last_number_ = numbers_.try_emplace(key, static_cast<std::uint32_t>(numbers_.size())).first->second;
    return last_number_;
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  std::map<Key, std::uint32_t> numbers_;
  Key last_{};
  std::uint32_t last_number_ = 0;
};

/// That a device has a rail or a plane is an attribute even where its number is none.
std::int32_t number_of(std::int32_t rail_or_plane, AutomorphismFinder::Rails rails) {
  return rails == AutomorphismFinder::Rails::stay ? rail_or_plane : std::min(rail_or_plane, 0);
}

auto attributes(const Device& d, AutomorphismFinder::Rails rails) {
  return std::tuple(d.kind, number_of(d.plane, rails), number_of(d.rail, rails), d.tier, d.forwards, d.up);
}

auto attributes(const Link& l, AutomorphismFinder::Rails rails) {
  return std::tuple(l.rate.bps(), l.nominal_rate.bps(), l.latency.ps(), l.kind, l.tier, number_of(l.plane, rails),
                    l.up);
}

/// A permutation of small numbers that comes to light pair by pair; -1 goes to -1.
class Permutation {
 public:
  /// False when `from` or `to` has another partner already.
  [[nodiscard]] bool add(std::int32_t from, std::int32_t to) {
    if (from < 0 || to < 0) return from == to;
    return forward_.try_emplace(from, to).first->second == to && backward_.try_emplace(to, from).first->second == from;
  }

 private:
  std::map<std::int32_t, std::int32_t> forward_, backward_;
};

}  // namespace

AutomorphismFinder::AutomorphismFinder(const Topology& topology, std::span<const DeviceId> cards, Rails rails)
    : topology_(topology),
      rails_(rails),
      cards_(cards.begin(), cards.end()),
      is_card_(topology.devices().size(), 0),
      domain_(topology.devices().size(), -1),
      cursor_(topology.devices().size(), 0) {
  for (const DeviceId card : cards) {
    CHECK(is_card_[card.index()] == 0, "a card is given twice: " + topology.device(card).name);
    is_card_[card.index()] = 1;
  }
  std::int32_t domains = 0;
  for (std::uint32_t i = 0; i < topology.accelerators().size(); ++i) {
    domain_[topology.accelerators()[i].index()] = topology.scaleup_domain()[i];
    domains = std::max(domains, topology.scaleup_domain()[i] + 1);
  }
  domain_image_.resize(static_cast<std::size_t>(domains));
  classify_devices();
  compile_links();
  colour_cards(cards_, colours_);
  std::size_t distinct = 0;
  for (std::size_t round = 0; round < kMaxRounds; ++round) {
    refine(colours_);
    sums_.push_back(sum_of(colours_));
    others_ = others_by_colour(colours_);
    std::size_t count = 0;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      count += i == 0 || colours_[others_[i].index()] != colours_[others_[i - 1].index()] ? 1U : 0U;
    }
    if (count == distinct) break;
    distinct = count;
  }
}

void AutomorphismFinder::classify_devices() {
  Classes<decltype(attributes(Device{}, rails_))> classes;
  device_class_.reserve(topology_.devices().size());
  for (const Device& device : topology_.devices()) device_class_.push_back(classes.of(attributes(device, rails_)));
}

void AutomorphismFinder::compile_links() {
  Classes<decltype(attributes(Link{}, rails_))> classes;
  std::vector<std::uint32_t> class_of;
  class_of.reserve(topology_.links().size());
  for (const Link& link : topology_.links()) class_of.push_back(classes.of(attributes(link, rails_)));
  for (std::uint32_t c = 0; c < classes.count(); ++c) salt_.push_back(mix64(c));

  std::vector<std::pair<std::uint32_t, std::uint32_t>> row;  // (far end, link)
  const auto before = [&](const auto& a, const auto& b) {
    return std::tuple(a.first, class_of[a.second], a.second) < std::tuple(b.first, class_of[b.second], b.second);
  };
  first_.push_back(0);
  for (auto* column : {&to_, &link_class_, &link_}) column->reserve(class_of.size());
  for (std::uint32_t d = 0; d < topology_.devices().size(); ++d) {
    row.clear();
    for (const LinkId l : topology_.out_links(DeviceId(d))) row.emplace_back(topology_.link(l).to.index(), l.index());
    if (!std::is_sorted(row.begin(), row.end(), before)) std::sort(row.begin(), row.end(), before);
    for (const auto& [to, link] : row) {
      to_.push_back(to);
      link_class_.push_back(class_of[link]);
      link_.push_back(link);
    }
    first_.push_back(static_cast<std::uint32_t>(to_.size()));
  }
}

/// Each card a colour of its own, worn by the device in its place; the others the colour of their class.
void AutomorphismFinder::colour_cards(std::span<const DeviceId> places, Colours& colours) const {
  colours.resize(device_class_.size());
  for (std::size_t d = 0; d < colours.size(); ++d) colours[d] = mix64(device_class_[d]);
  for (std::uint32_t i = 0; i < places.size(); ++i) colours[places[i].index()] = mix64((std::uint64_t{1} << 32U) + i);
}

/// One round: the new colour of a device is a hash of its own and of the multiset of those beyond its links.
void AutomorphismFinder::refine(Colours& colours) {
  next_.resize(colours.size());
  for (std::size_t d = 0; d < colours.size(); ++d) {
    std::uint64_t sum = 0;
    for (std::uint32_t e = first_[d]; e < first_[d + 1]; ++e) sum += mix64(colours[to_[e]] ^ salt_[link_class_[e]]);
    next_[d] = mix64(colours[d] ^ mix64(sum));
  }
  std::swap(colours, next_);
}

std::uint64_t AutomorphismFinder::sum_of(const Colours& colours) const {
  std::uint64_t sum = 0;
  for (const std::uint64_t colour : colours) sum += mix64(colour);
  return sum;
}

std::vector<DeviceId> AutomorphismFinder::others_by_colour(const Colours& colours) const {
  std::vector<std::pair<std::uint64_t, DeviceId>> order;
  order.reserve(colours.size() - cards_.size());
  for (std::uint32_t d = 0; d < colours.size(); ++d) {
    if (is_card_[d] == 0) order.emplace_back(colours[d], DeviceId(d));
  }
  std::sort(order.begin(), order.end());
  std::vector<DeviceId> devices;
  devices.reserve(order.size());
  for (const auto& [colour, device] : order) devices.push_back(device);
  return devices;
}

/// Cards of one scale-up domain go into one, and differ in nothing from their images: most wrong images fail here.
bool AutomorphismFinder::keeps_domains(std::span<const DeviceId> images) {
  std::fill(domain_image_.begin(), domain_image_.end(), -1);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::uint32_t from = cards_[i].index(), to = images[i].index();
    if (device_class_[from] != device_class_[to]) return false;
    if (domain_[from] < 0 || domain_[to] < 0) continue;
    std::int32_t& image = domain_image_[static_cast<std::size_t>(domain_[from])];
    if (image < 0) image = domain_[to];
    if (image != domain_[to]) return false;
  }
  return true;
}

std::optional<Automorphism> AutomorphismFinder::find(std::span<const DeviceId> images) {
  CHECK(images.size() == cards_.size(), "an image for each card");
  if (!keeps_domains(images)) return std::nullopt;
  // The device in the place of a card's image wears the colour of the card: looked at from there, the image of any device
  // looks as the device does.
  colour_cards(images, image_colours_);
  for (const std::uint64_t sum : sums_) {
    refine(image_colours_);
    if (sum_of(image_colours_) != sum) return std::nullopt;
  }
  Automorphism map;
  if (!match_devices(images, image_colours_, map) || !match_links(map)) return std::nullopt;
  if (rails_ == Rails::may_move && !moves_whole_rails(map)) return std::nullopt;
  return map;
}

bool AutomorphismFinder::moves_whole_rails(const Automorphism& map) const {
  Permutation rails, planes;
  for (std::uint32_t d = 0; d < map.device.size(); ++d) {
    const Device& from = topology_.devices()[d];
    const Device& to = topology_.device(map.device[d]);
    if (!rails.add(from.rail, to.rail) || !planes.add(from.plane, to.plane)) return false;
  }
  for (std::uint32_t l = 0; l < map.link.size(); ++l) {
    if (!planes.add(topology_.links()[l].plane, topology_.link(map.link[l]).plane)) return false;
  }
  return true;
}

bool AutomorphismFinder::match_devices(std::span<const DeviceId> images, const Colours& colours,
                                       Automorphism& map) const {
  map.device.assign(device_class_.size(), DeviceId());
  for (std::size_t i = 0; i < images.size(); ++i) {
    CHECK(is_card_[images[i].index()] != 0, "the images are the cards in another order");
    map.device[cards_[i].index()] = images[i];
  }
  const std::vector<DeviceId> others = others_by_colour(colours);
  for (std::size_t i = 0; i < others.size(); ++i) {
    const DeviceId from = others_[i], to = others[i];
    if (colours_[from.index()] != colours[to.index()]) return false;
    if (device_class_[from.index()] != device_class_[to.index()]) return false;
    map.device[from.index()] = to;
  }
  return true;
}

bool AutomorphismFinder::match_links(Automorphism& map) {
  map.link.assign(link_.size(), LinkId());
  for (std::uint32_t d = 0; d + 1 < first_.size(); ++d) {
    const std::uint32_t image = map.device[d].index();
    const std::uint32_t begin = first_[image], end = first_[image + 1];
    if (end - begin != first_[d + 1] - first_[d]) return false;
    // Where the links to each far end begin; parallel ones are then used up in order.
    for (std::uint32_t e = end; e-- > begin;) cursor_[to_[e]] = e;
    for (std::uint32_t e = first_[d]; e < first_[d + 1]; ++e) {
      const std::uint32_t to = map.device[to_[e]].index();
      const std::uint32_t found = cursor_[to]++;
      if (found < begin || found >= end || to_[found] != to || link_class_[found] != link_class_[e]) return false;
      map.link[link_[e]] = LinkId(link_[found]);
    }
  }
  return true;
}

}  // namespace polyplane::topology
