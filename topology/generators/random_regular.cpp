// Jellyfish (Singla, Hong, Popa and Godfrey, NSDI 2012): switches joined to one another at random, each with `degree`
// cables to different switches, in one piece. The draw is a chain of exchanges (a-b and c-d become
// a-d and c-b unless a cable would be double), twenty a cable, from a circulant graph on; its limit is the uniform
// distribution over regular graphs (Kannan, Tetali and Vempala, 1999), which the paper's own way of adding cables only
// comes near to. More are drawn until the graph is in one piece. The same seed gives the same graph on every machine.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/union_find.h"
#include "topology/generators/direct_network.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "random_regular";
constexpr std::uint64_t kSwapsPerCable = 20;

std::string text(std::int64_t n) { return std::to_string(n); }

[[noreturn]] void fail(const std::string& sentence) { throw InputError(std::string(kName) + ": " + sentence); }

struct Plan {
  std::int64_t degree = 0;
  Seating seating;
};

void refuse_degree(std::int64_t degree, std::int64_t switches) {
  const std::string asked = "degree=" + text(degree) + " does not fit " + text(switches) + " switches: ";
  if (degree >= switches) { fail(asked + "a switch has " + text(switches - 1) + " others to be joined to"); }
  if (switches % 2 != 0 && degree % 2 != 0) {
    fail(asked + "both are odd, and every cable has two ends; use degree=" + text(degree - 1) +
         (degree + 1 < switches ? " or degree=" + text(degree + 1) : "") + ", or an even number of switches");
  }
  if (degree == 1 && switches > 2) fail(asked + "the graph would fall apart; use degree=2 or more");
}

Plan plan_random_regular(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  std::int64_t p = options.integer("p"), switches = options.integer("switches");
  if (switches == 0) {
    if (p == 0) p = std::max<std::int64_t>(1, radix / 4);
    switches = ports / p + (ports % p != 0 ? 1 : 0);
  }
  std::int64_t degree = options.integer("degree");
  if (degree == 0 && switches > 1) {
    const std::int64_t taken = seat_ports(kName, ports, switches, p, 0, radix).most();
    degree = std::min(radix - std::max(taken, p), switches - 1);
    if (switches % 2 != 0 && degree % 2 != 0) --degree;
    if (degree < 1 || (degree == 1 && switches > 2)) {
      fail("a switch of radix " + text(radix) + " with " + text(std::max(taken, p)) +
           " endpoints has too few ports "
           "left to join " +
           text(switches) + " switches; use fewer endpoints a switch or a larger radix");
    }
  } else if (switches > 1 || degree > 0) {
    refuse_degree(degree, switches);
  }
  return {.degree = degree, .seating = seat_ports(kName, ports, switches, p, degree, radix)};
}

PlaneSize random_regular_size(const FabricSpec& fabric, const Options& options, std::int64_t ports,
                              std::int64_t /*nodes*/) {
  const Plan plan = plan_random_regular(fabric, options, ports);
  const int128 switches = plan.seating.switches;
  return {.switches = switches, .cables = ports + switches * plan.degree / 2};
}

/// Cables of a simple regular graph, changed a pair at a time.
class RegularGraph {
 public:
  using Cable = std::pair<std::uint32_t, std::uint32_t>;

  /// Each switch joined to the `degree` nearest in number, and half way round when the degree is odd.
  RegularGraph(std::uint32_t switches, std::uint32_t degree) : switches_(switches), degree_(degree) {
    neighbours_.reserve(std::size_t{switches} * degree);
    for (std::uint32_t s = 0; s < switches; ++s) {
      for (std::uint32_t offset = 1; offset <= degree / 2; ++offset) {
        add_start(s, (s + offset) % switches);
        neighbours_.push_back((s + switches - offset) % switches);
      }
      if (degree % 2 != 0) add_start(s, (s + switches / 2) % switches);
    }
  }

  void swap_at_random(RandomStream& random) {
    Cable& first = cables_[random.below(cables_.size())];
    Cable& second = cables_[random.below(cables_.size())];
    if (random.below(2) == 1) std::swap(second.first, second.second);
    const auto [a, b] = first;
    const auto [c, d] = second;
    if (a == c || a == d || b == c || b == d || joined(a, d) || joined(c, b)) return;
    replace(a, b, d);
    replace(b, a, c);
    replace(c, d, b);
    replace(d, c, a);
    first = {a, d};
    second = {c, b};
  }

  [[nodiscard]] bool in_one_piece() const {
    UnionFind pieces(switches_);
    std::uint32_t joins = 0;
    for (const auto& [a, b] : cables_) {
      if (pieces.root(a) != pieces.root(b)) ++joins;
      pieces.join(a, b);
    }
    return joins + 1 == switches_;
  }

  /// By ends, the lower one first.
  [[nodiscard]] std::vector<Cable> sorted_cables() const {
    std::vector<Cable> sorted = cables_;
    for (Cable& cable : sorted) {
      if (cable.first > cable.second) std::swap(cable.first, cable.second);
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }
  [[nodiscard]] std::size_t num_cables() const { return cables_.size(); }

 private:
  void add_start(std::uint32_t from, std::uint32_t to) {
    neighbours_.push_back(to);
    if (degree_ % 2 == 0 || (to + switches_ - from) % switches_ != switches_ / 2 || from < to)
      cables_.emplace_back(from, to);
  }
  [[nodiscard]] bool joined(std::uint32_t a, std::uint32_t b) const {
    const auto row = neighbours_.begin() + static_cast<std::ptrdiff_t>(std::size_t{a} * degree_);
    return std::find(row, row + degree_, b) != row + degree_;
  }
  void replace(std::uint32_t at, std::uint32_t old_neighbour, std::uint32_t new_neighbour) {
    const auto row = neighbours_.begin() + static_cast<std::ptrdiff_t>(std::size_t{at} * degree_);
    *std::find(row, row + degree_, old_neighbour) = new_neighbour;
  }

  std::uint32_t switches_, degree_;
  std::vector<std::uint32_t> neighbours_;  // `degree` of each switch
  std::vector<Cable> cables_;
};

void build_random_regular(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_random_regular(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  std::vector<DeviceId> switches;
  for (std::int64_t i = 0; i < plan.seating.switches; ++i) switches.push_back(add_switch(plane, "switch", i, 1));
  attach_seated(plane, plan.seating, switches);
  if (plan.degree == 0) return;
  RegularGraph graph(static_cast<std::uint32_t>(plan.seating.switches), static_cast<std::uint32_t>(plan.degree));
  RandomStream random(static_cast<std::uint64_t>(options.integer("seed")), static_cast<std::uint64_t>(plane.plane));
  for (std::uint64_t i = 0; i < kSwapsPerCable * graph.num_cables(); ++i) graph.swap_at_random(random);
  while (!graph.in_one_piece()) {
    for (std::size_t i = 0; i < graph.num_cables(); ++i) graph.swap_at_random(random);
  }
  for (const auto& [a, b] : graph.sorted_cables()) join_switches(plane, switches[a], switches[b], "switch-switch");
}

const bool kRegistered = [] {
  OptionSpec seed = count_option("seed", "of the random draw; each plane has a draw of its own");
  seed.max = INT64_MAX;
  generators().add(
      std::string(kName),
      "Switches joined at random (Jellyfish): short paths and growth by any number of switches, but no "
      "order in the cabling",
      {.options = {radix_option(), concentration_option("takes radix / 4, or spreads the ports evenly over `switches`"),
                   count_option("switches", "switches; 0 takes the fewest that hold the ports"),
                   count_option("degree",
                                "cables of a switch to other switches; 0 takes all ports that are "
                                "left"),
                   std::move(seed)},
       .size = random_regular_size,
       .build = build_random_regular});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
