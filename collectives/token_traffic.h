// The traffic of one layer of experts: which bytes of which rank must come to which ranks.
//
// A block is a set of tokens of one rank that go to the same ranks. The traffic of DeepSeek's dispatch and combine has
// two numbers for each source (DeepSeek-V3 report, arXiv:2412.19437, 3.2.2): T2, bytes to each rank, and T1, bytes that
// some rank of a node needs, which cross to it once if they are forwarded there.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/units.h"
#include "collectives/token_routing.h"

namespace polyplane::collectives {

/// How far traffic is from even; copies to the own rank count.
struct TokenFigures {
  double ranks_per_token = 0;  // mean number of ranks (and nodes) that get a token
  double nodes_per_token = 0;
  double rank_imbalance = 1;  // most that one rank (or node) receives / the mean
  double node_imbalance = 1;
};

/// Immutable. Memory: about 16 bytes a block and 4 for each of its destinations.
class TokenTraffic {
 public:
  struct Block {
    std::uint32_t source = 0;
    std::uint32_t num_destinations = 0;
    std::uint64_t first_destination = 0;
    std::int64_t bytes = 0;
  };

  /// Throws what settled() throws; LimitError when all copies together pass 2^62 bytes or blocks would pass 2^26.
  TokenTraffic(const TokenRouting& routing, std::uint32_t ranks, Bytes token);

  [[nodiscard]] const TokenRouting& routing() const { return routing_; }  // settled
  [[nodiscard]] std::uint32_t ranks() const { return ranks_; }
  [[nodiscard]] Bytes token() const { return token_; }
  /// By source, ascending.
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }
  /// Ascending, each once; the source may be one of them. Of an `expected` draw, all in one node.
  [[nodiscard]] std::span<const std::uint32_t> destinations(const Block& block) const {
    return {destinations_.data() + block.first_destination, block.num_destinations};
  }
  [[nodiscard]] bool goes_to(const Block& block, std::uint32_t rank) const;
  /// The numbers of the blocks of a rank: from first, before end.
  [[nodiscard]] std::uint32_t first_block(std::uint32_t source) const { return first_block_[source]; }
  [[nodiscard]] std::uint32_t end_block(std::uint32_t source) const { return first_block_[source + 1]; }

  /// T2: [source * ranks + destination], bytes, the own rank included.
  [[nodiscard]] std::vector<std::int64_t> pair_bytes() const;
  [[nodiscard]] TokenFigures figures() const;

  /// A few of the blocks of each rank, spread over all of them, at most `blocks_per_rank`: another traffic, for proofs.
  [[nodiscard]] std::shared_ptr<const TokenTraffic> thinned(std::uint32_t blocks_per_rank) const;

 private:
  TokenTraffic() = default;
  void add(std::uint32_t source, std::span<const std::uint32_t> destinations, std::int64_t bytes);
  void add_even();
  void add_sampled();
  void add_expected();

  TokenRouting routing_;
  std::uint32_t ranks_ = 0;
  Bytes token_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> destinations_;
  std::vector<std::uint32_t> first_block_;
};

}  // namespace polyplane::collectives
