// Slim Fly (Besta and Hoefler, SC14): the graphs of McKay, Miller and Siran (1998) in the form of Hafner (2004), 2 q^2
// switches of diameter 2 with (3q - delta) / 2 network ports each, q = 4w + delta a prime power, delta -1, 0 or 1.
// A switch is (0, x, y) or (1, m, c) over GF(q), xi being its primitive element:
//   (0, x, y) meets (0, x, y')  when y - y' is in X;      (1, m, c) meets (1, m, c')  when c - c' is in X';
//   (0, x, y) meets (1, m, c)   when y = m x + c.
//   delta  1: X = {1, xi^2, ..., xi^(q-3)},  X' = {xi, xi^3, ..., xi^(q-2)}
//   delta  0: X = {1, xi^2, ..., xi^(q-2)},  X' = {xi, xi^3, ..., xi^(q-1)}
//   delta -1: X = {1, xi^2, ..., xi^(2w-2), xi^(2w-1), xi^(2w+1), ..., xi^(4w-3)},  X' = xi X
// Pods are the racks of the paper's section IV: rack r has all (0, r, y), then all (1, r, c); two racks are joined by 2q
// cables. Links of tier "rack" stay in a rack, those of "rack-rack" leave it.
#include <array>
#include <optional>
#include <vector>

#include "base/error.h"
#include "topology/generators/direct_network.h"
#include "topology/generators/finite_field.h"
#include "topology/generators/slim_fly_counts.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "slim_fly";
constexpr std::int64_t kMaxQ = 2000;  // 8 million switches

std::string text(std::int64_t n) { return std::to_string(n); }

[[noreturn]] void fail(const std::string& sentence) { throw InputError(std::string(kName) + ": " + sentence); }

bool exists(std::int64_t q) { return slim_fly_has_delta(q) && prime_power(q).has_value(); }

/// "27 (3^3)" or "29".
std::string describe(std::int64_t q) {
  const PrimePower power = *prime_power(q);
  return text(q) + (power.exponent > 1 ? " (" + text(power.prime) + "^" + text(power.exponent) + ")" : "");
}

void refuse_unless_exists(std::int64_t q) {
  if (exists(q)) return;
  std::string nearest;
  for (std::int64_t below = q - 1; below >= 3 && nearest.empty(); --below) {
    if (exists(below)) nearest = describe(below);
  }
  for (std::int64_t above = q + 1;; ++above) {
    if (!exists(above)) continue;
    nearest += (nearest.empty() ? "" : " and ") + describe(above);
    break;
  }
  const bool lone = nearest.find(" and ") == std::string::npos;
  fail("no graph with q=" + text(q) +
       " exists, since it is no prime power of the form 4w - 1, 4w or 4w + 1; the nearest " + (lone ? "is " : "are ") +
       nearest);
}

struct Plan {
  std::int64_t q = 3;
  SlimFlyCounts counts;
  Seating seating;
};

/// The fewest racks that hold the ports with `p` endpoints a switch (0: as many as the paper has).
std::int64_t fewest_q(std::int64_t ports, std::int64_t p, std::int64_t radix) {
  for (std::int64_t q = 3; q <= kMaxQ; ++q) {
    if (!exists(q)) continue;
    const SlimFlyCounts counts = slim_fly_counts(q);
    if (counts.switches * (p > 0 ? p : counts.concentration) >= ports) return q;
  }
  fail("no q up to " + text(kMaxQ) + " holds " + text(ports) + " ports a plane with switches of radix " + text(radix) +
       "; use more endpoints a switch or more planes");
}

Plan plan_slim_fly(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  const std::int64_t p = options.integer("p");
  std::int64_t q = options.integer("q");
  if (q == 0) q = fewest_q(ports, p, radix);
  refuse_unless_exists(q);
  const SlimFlyCounts counts = slim_fly_counts(q);
  if (p == 0 && ports > counts.endpoints) {
    fail("q=" + text(q) + " holds " + text(counts.endpoints) + " ports a plane at full bandwidth, " +
         text(counts.concentration) + " on each of " + text(counts.switches) + " switches, and " + text(ports) +
         " are needed; use q=" + text(fewest_q(ports, 0, radix)) + ", or p= to put more on a switch");
  }
  return {
      .q = q, .counts = counts, .seating = seat_ports(kName, ports, counts.switches, p, counts.network_radix, radix)};
}

PlaneSize slim_fly_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t /*nodes*/) {
  const SlimFlyCounts counts = plan_slim_fly(fabric, options, ports).counts;
  return {.switches = counts.switches, .cables = static_cast<int128>(ports) + counts.inter_switch_links};
}

/// X and X'.
std::array<std::vector<std::uint32_t>, 2> generator_sets(const FiniteField& field) {
  std::array<std::vector<std::uint32_t>, 2> sets;
  const std::uint32_t order = field.size() - 1;
  for (std::uint32_t prime_set = 0; prime_set < 2; ++prime_set) {
    const auto add = [&](std::uint32_t exponent) {
      sets[prime_set].push_back(field.power((exponent + prime_set) % order));
    };
    if (field.size() % 4 == 3) {
      const std::uint32_t w = (field.size() + 1) / 4;
      for (std::uint32_t e = 0; e <= 2 * w - 2; e += 2) add(e);
      for (std::uint32_t e = 2 * w - 1; e <= 4 * w - 3; e += 2) add(e);
    } else {
      for (std::uint32_t e = 0; e < order; e += 2) add(e);
    }
  }
  return sets;
}

class SlimFlyBuilder {
 public:
  SlimFlyBuilder(PlaneContext& plane, const Plan& plan)
      : plane_(plane), plan_(plan), field_(plan.q), q_(static_cast<std::uint32_t>(plan.q)) {}

  void build() {
    for (std::int64_t i = 0; i < plan_.counts.switches; ++i) {
      switches_.push_back(add_switch(plane_, "switch", i, 1, static_cast<std::int32_t>(i / (2 * plan_.q))));
    }
    attach_seated(plane_, plan_.seating, switches_);
    join_columns();
    join_halves();
  }

 private:
  [[nodiscard]] DeviceId at(std::uint32_t half, std::uint32_t rack, std::uint32_t row) const {
    return switches_[(std::size_t{2} * rack + half) * q_ + row];
  }

  void join_columns() {
    const auto sets = generator_sets(field_);
    for (std::uint32_t half = 0; half < 2; ++half) {
      for (std::uint32_t rack = 0; rack < q_; ++rack) {
        for (std::uint32_t row = 0; row < q_; ++row) {
          for (const std::uint32_t step : sets[half]) {
            const std::uint32_t other = field_.add(row, step);
            if (row < other) join_switches(plane_, at(half, rack, row), at(half, rack, other), "rack");
          }
        }
      }
    }
  }

  void join_halves() {
    for (std::uint32_t m = 0; m < q_; ++m) {
      for (std::uint32_t x = 0; x < q_; ++x) {
        const std::uint32_t shift = field_.multiply(m, x);
        for (std::uint32_t c = 0; c < q_; ++c) {
          join_switches(plane_, at(0, x, field_.add(shift, c)), at(1, m, c), m == x ? "rack" : "rack-rack");
        }
      }
    }
  }

  PlaneContext& plane_;
  const Plan& plan_;
  FiniteField field_;
  std::uint32_t q_;
  std::vector<DeviceId> switches_;
};

void build_slim_fly(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_slim_fly(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  SlimFlyBuilder(plane, plan).build();
}

const bool kRegistered = [] {
  OptionSpec q = count_option("q",
                              "prime power 4w - 1, 4w or 4w + 1: 2 q^2 switches; 0 takes the least that holds the "
                              "ports");
  q.max = kMaxQ;
  generators().add(
      std::string(kName),
      "Diameter 2 between switches with nearly the fewest switches that can have it: low cost and latency, "
      "one or two hops, hard to grow in steps",
      {.options = {radix_option(), std::move(q),
                   concentration_option("spreads the ports evenly, at most half the network ports")},
       .size = slim_fly_size,
       .build = build_slim_fly});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
