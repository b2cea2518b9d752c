// All-reduce over scale-up domains whose switches reduce, but for what joins the domains: the switch of each adds up, and
// hands part j to local j; something adds part j over all domains; local j has the switch multicast it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/reducers.h"
#include "collectives/slice_pattern.h"

namespace polyplane::collectives {

class NvlsDomains {
 public:
  /// Ranks of one local, by domain; the part that they sum up, of stripe `stripe`; and the step of each after which it has the
  /// sum of its domain.
  struct Owners {
    std::vector<std::uint32_t> ranks;
    std::uint32_t local = 0, stripe = 0;
    PartRuns part;
    std::vector<std::optional<Dependency>> summed;  // of all
  };
  /// Adds up over the domains; the step of each owner after which it has the whole sum.
  using Join = std::function<std::vector<Dependency>(SlicePattern&, const Owners&)>;

  /// "" when the layout has what this needs: several domains alike, with as many switches that reduce in each.
  [[nodiscard]] static std::string cannot(const AlgorithmRequest& request);

  /// Each local's part is cut into `stripes`, which are joined apart. REQUIRES: cannot() == "".
  NvlsDomains(const AlgorithmRequest& request, std::uint32_t stripes);
  [[nodiscard]] SlicePattern build(const Join& join);
  [[nodiscard]] std::uint32_t parts() const { return switches_ * grid_.locals() * stripes_; }

 private:
  void add_share(std::uint32_t number, const Join& join, SlicePattern& pattern) const;
  [[nodiscard]] std::vector<std::uint32_t> members_of(std::uint32_t domain) const;
  [[nodiscard]] std::uint32_t local_of(std::uint32_t rank) const { return grid_.cell(RankId(rank)).local; }
  [[nodiscard]] std::uint32_t part(std::uint32_t number, std::uint32_t local, std::uint32_t stripe) const {
    return (number * grid_.locals() + local) * stripes_ + stripe;
  }

  Reducers reducers_;
  DomainGrid grid_;
  std::uint32_t ranks_, switches_, stripes_;
};

}  // namespace polyplane::collectives
