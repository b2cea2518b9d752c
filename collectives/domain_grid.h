// Ranks as a grid of domains by locals, for algorithms that treat scale-up domains alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "collectives/algorithm.h"
#include "collectives/rank_layout.h"

namespace polyplane::collectives {

class DomainGrid {
 public:
  struct Cell {
    std::uint32_t domain, local;
  };

  /// REQUIRES: layout.uniform_domain_size() > 0.
  explicit DomainGrid(const RankLayout& layout)
      : domains_(layout.num_domains()), locals_(layout.uniform_domain_size()) {
    for (std::uint32_t domain = 0; domain < domains_; ++domain) {
      ranks_.insert(ranks_.end(), layout.members(domain).begin(), layout.members(domain).end());
    }
    for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
      cells_.push_back({layout.place(RankId(rank)).domain, layout.place(RankId(rank)).local});
    }
  }

  [[nodiscard]] std::uint32_t domains() const { return domains_; }
  [[nodiscard]] std::uint32_t locals() const { return locals_; }
  [[nodiscard]] Cell cell(RankId rank) const { return cells_[rank.index()]; }
  [[nodiscard]] RankId rank(std::uint32_t domain, std::uint32_t local) const {
    return ranks_[std::size_t{domain} * locals_ + local];
  }
  /// `step` places after and before, cyclically. REQUIRES: step <= locals() (or domains()).
  [[nodiscard]] std::uint32_t local_after(std::uint32_t local, std::uint32_t step) const {
    return local + step >= locals_ ? local + step - locals_ : local + step;
  }
  [[nodiscard]] std::uint32_t local_before(std::uint32_t local, std::uint32_t step) const {
    return local >= step ? local - step : local + locals_ - step;
  }
  [[nodiscard]] std::uint32_t domain_after(std::uint32_t domain, std::uint32_t step) const {
    return domain + step >= domains_ ? domain + step - domains_ : domain + step;
  }
  [[nodiscard]] std::uint32_t domain_before(std::uint32_t domain, std::uint32_t step) const {
    return domain >= step ? domain - step : domain + domains_ - step;
  }

 private:
  std::uint32_t domains_, locals_;
  std::vector<RankId> ranks_;  // [domain * locals + local]
  std::vector<Cell> cells_;    // by rank
};

/// Algorithm::cannot of all that build on a DomainGrid.
[[nodiscard]] inline std::string needs_equal_domains(const AlgorithmRequest& request) {
  if (request.layout.uniform_domain_size() > 0) return "";
  return "needs scale-up domains of equal size with the same rails in the same order";
}

}  // namespace polyplane::collectives
