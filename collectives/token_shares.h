// Bytes of the messages of node-wise forwarding, by slice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "collectives/domain_grid.h"
#include "collectives/token_traffic.h"

namespace polyplane::collectives {

/// Every block is cut into `slices` pieces, as Collective::piece_bytes cuts it. Memory: 8 ranks^2 slices bytes.
class TokenShares {
 public:
  TokenShares(const TokenTraffic& tokens, const DomainGrid& grid, std::uint32_t slices)
      : ranks_(tokens.ranks()),
        domains_(grid.domains()),
        slices_(slices),
        to_rank_(std::size_t{ranks_} * ranks_ * slices),
        to_domain_(std::size_t{ranks_} * domains_ * slices) {
    for (const TokenTraffic::Block& block : tokens.blocks()) {
      std::uint64_t seen =
          UINT64_MAX;  // the domain of the rank before; where ranks are mixed, met() looks further back
      for (const std::uint32_t rank : tokens.destinations(block)) {
        const std::uint32_t domain = grid.cell(RankId(rank)).domain;
        add(to_rank_, std::size_t{block.source} * ranks_ + rank, block.bytes);
        if (domain == seen || met(tokens, grid, block, rank, domain)) continue;
        seen = domain;
        add(to_domain_, std::size_t{block.source} * domains_ + domain, block.bytes);
      }
    }
  }

  /// T2 and T1 of one slice.
  [[nodiscard]] std::int64_t to_rank(std::uint32_t source, std::uint32_t rank, std::uint32_t slice) const {
    return to_rank_[(std::size_t{source} * ranks_ + rank) * slices_ + slice];
  }
  [[nodiscard]] std::int64_t to_domain(std::uint32_t source, std::uint32_t domain, std::uint32_t slice) const {
    return to_domain_[(std::size_t{source} * domains_ + domain) * slices_ + slice];
  }
  /// T2 of all slices.
  [[nodiscard]] std::int64_t to_rank(std::uint32_t source, std::uint32_t rank) const {
    std::int64_t sum = 0;
    for (std::uint32_t slice = 0; slice < slices_; ++slice) sum += to_rank(source, rank, slice);
    return sum;
  }
  /// Is everything as it is when all ranks are rotated by `by`, as far as ranks of other domains are asked for T1?
  /// REQUIRES: the rotation takes domains to domains.
  [[nodiscard]] bool keeps(const DomainGrid& grid, std::uint32_t by) const {
    const auto image = [&](std::uint32_t rank) { return (rank + by) % ranks_; };
    for (std::uint32_t source = 0; source < ranks_; ++source) {
      for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
        for (std::uint32_t slice = 0; slice < slices_ && rank != source; ++slice) {
          if (to_rank(source, rank, slice) != to_rank(image(source), image(rank), slice)) return false;
        }
      }
      for (std::uint32_t domain = 0; domain < domains_; ++domain) {
        if (domain == grid.cell(RankId(source)).domain) continue;
        const std::uint32_t there = grid.cell(RankId(image(grid.rank(domain, 0).index()))).domain;
        for (std::uint32_t slice = 0; slice < slices_; ++slice) {
          if (to_domain(source, domain, slice) != to_domain(image(source), there, slice)) return false;
        }
      }
    }
    return true;
  }

 private:
  void add(std::vector<std::int64_t>& table, std::size_t place, std::int64_t bytes) const {
    for (std::uint32_t slice = 0; slice < slices_; ++slice) {
      table[place * slices_ + slice] += bytes / slices_ + (slice < bytes % slices_ ? 1 : 0);
    }
  }
  /// Has an earlier destination of the block the same domain?
  static bool met(const TokenTraffic& tokens, const DomainGrid& grid, const TokenTraffic::Block& block,
                  std::uint32_t rank, std::uint32_t domain) {
    for (const std::uint32_t earlier : tokens.destinations(block)) {
      if (earlier == rank) return false;
      if (grid.cell(RankId(earlier)).domain == domain) return true;
    }
    return false;
  }

  std::uint32_t ranks_, domains_, slices_;
  std::vector<std::int64_t> to_rank_, to_domain_;
};

}  // namespace polyplane::collectives
