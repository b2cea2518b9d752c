// The contract of a collective: which chunks there are, who holds which contributions before, and who must hold which
// after. It says nothing of how. Sizes follow nccl-tests: the `size` of a row is the whole array of a rank.
//   S. all_gather, gather: what a rank ends with; reduce_scatter, scatter, alltoall: what it starts with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "collectives/token_traffic.h"

namespace polyplane::collectives {

enum class CollectiveKind : std::uint8_t {
  all_reduce,
  all_gather,
  reduce_scatter,
  broadcast,
  reduce,
  alltoall,
  alltoallv,
  gather,
  scatter,
  sendrecv,
  barrier,
  dispatch,  // of expert parallelism: each token to the ranks of its experts, once to each
  combine    // and back: what these ranks made of it, added up at the rank of the token
};

[[nodiscard]] std::string_view to_string(CollectiveKind kind);
/// Accepts also allreduce, all-reduce, all_to_all, alltoall... Throws InputError with did-you-mean.
[[nodiscard]] CollectiveKind parse_collective(std::string_view name);
[[nodiscard]] std::vector<CollectiveKind> all_collectives();

/// Data is cut into *blocks* (fixed by the kind) and each block into `pieces` (chosen by the algorithm: channels,
/// slices, ring positions). chunk = block * pieces + piece; pieces split the elements of a block as evenly as possible,
/// earlier pieces taking the remainder; empty pieces are legal.
///   kind                        blocks   block b is
///   all_reduce broadcast reduce  1       the whole array
///   all_gather reduce_scatter gather scatter sendrecv  n   the part of rank b
///   alltoall alltoallv          n*n      source b / n to destination b % n
///   dispatch combine            as the traffic has  the tokens of one rank that go to the same ranks (token_traffic.h)
///   barrier                     n        the notice, without elements, that rank b has arrived; all must hold all
class Collective {
 public:
  struct Shape {
    CollectiveKind kind = CollectiveKind::all_reduce;
    std::uint32_t ranks = 1;
    std::int64_t elements_per_block = 0;  // alltoallv: the mean, ignored when there is a matrix
    std::int64_t element_bytes = 4;
    RankId root = RankId(0);  // broadcast, reduce, gather, scatter
    /// alltoallv: elements from i to j at [i * ranks + j]; empty: nccl-tests' default, in which rank i sends to rank
    /// i + d in proportion to d, and to itself nothing.
    std::vector<std::int64_t> matrix;
    /// dispatch, combine: never null. Elements are bytes.
    std::shared_ptr<const TokenTraffic> tokens = nullptr;
  };
  /// Throws InputError for a root that is no rank and for a matrix of wrong size or with a negative entry.
  explicit Collective(Shape shape);

  /// The contract for an array of `size` bytes as nccl-tests would round it (count = size / element, and per-rank
  /// shares rounded down to 16 bytes where nccl-tests does so: all but all_reduce, broadcast, reduce and sendrecv);
  /// alltoallv gets nccl-tests' default pattern, barrier moves no bytes, dispatch and combine are of_tokens() with a
  /// default TokenRouting and `size` a token. Source: GetCollByteCount in nccl-tests'
  /// src/*.cu, commit a0b82b2. REQUIRES: element_bytes is 1, 2, 4, 8 or 16.
  static Collective sized(CollectiveKind kind, std::uint32_t ranks, Bytes size, std::int64_t element_bytes,
                          RankId root);
  /// The traffic of a layer of experts whose tokens have so many bytes each: dispatch, combine, or alltoallv (every
  /// copy by itself, none to the own rank). Throws what TokenTraffic throws.
  static Collective of_tokens(CollectiveKind kind, std::uint32_t ranks, const TokenRouting& routing, Bytes token);
  /// The same contract on other traffic. REQUIRES: dispatch or combine.
  [[nodiscard]] Collective with_traffic(std::shared_ptr<const TokenTraffic> traffic) const;

  [[nodiscard]] CollectiveKind kind() const { return shape_.kind; }
  [[nodiscard]] std::uint32_t ranks() const { return shape_.ranks; }
  [[nodiscard]] RankId root() const { return shape_.root; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  /// Not null of dispatch and combine only.
  [[nodiscard]] const TokenTraffic* tokens() const { return shape_.tokens.get(); }
  /// The `size` and `count` columns of nccl-tests for this contract; of dispatch and combine the most bytes that a rank
  /// sends to or gets from others in copies, and the tokens of a rank.
  [[nodiscard]] Bytes size() const;
  [[nodiscard]] std::int64_t count() const;
  /// busbw = algbw x factor, nccl-tests' doc/PERFORMANCE.md.
  [[nodiscard]] double bus_factor() const;

  [[nodiscard]] std::uint64_t blocks() const;
  [[nodiscard]] std::int64_t block_elements(std::uint64_t block) const;
  /// Of the block from `source` to `destination`; alltoall and alltoallv only, without a division.
  [[nodiscard]] std::int64_t pair_elements(std::uint32_t source, std::uint32_t destination) const {
    if (!shape_.matrix.empty()) return shape_.matrix[std::size_t{source} * shape_.ranks + destination];
    if (by_distance_.empty()) return shape_.elements_per_block;
    return by_distance_[destination >= source ? destination - source : destination + shape_.ranks - source];
  }
  /// Bytes of piece `piece` of `pieces` of a block.
  [[nodiscard]] Bytes piece_bytes(std::uint64_t block, std::uint32_t piece, std::uint32_t pieces) const;

  /// Does `rank` hold (its own contribution to) this block before? Contribution of a rank to a block it holds is
  /// itself.
  [[nodiscard]] bool holds_before(RankId rank, std::uint64_t block) const;
  /// Must `rank` hold the block after, and made of whom: `reduced` = one contribution of every rank that contributes,
  /// else of one source.
  [[nodiscard]] bool required_after(RankId rank, std::uint64_t block) const;
  [[nodiscard]] bool reduced() const;  // all_reduce, reduce, reduce_scatter, combine
  /// Is a contribution of `rank` in the block after? Of combine: of the ranks that had its tokens; else of all.
  [[nodiscard]] bool contributes(RankId rank, std::uint64_t block) const;
  /// What is received has a place of its own until it is added: additions to one chunk need no order among themselves,
  /// and the first one finds a zero. True of combine; the sum itself takes no time.
  [[nodiscard]] bool adds_in_any_order() const { return shape_.kind == CollectiveKind::combine; }
  [[nodiscard]] RankId source(std::uint64_t block) const;  // of a block that is not reduced

 private:
  Shape shape_;
  std::vector<std::int64_t> by_distance_;  // alltoallv without a matrix: elements from i to i + d
  std::int64_t largest_share_ = 0;  // alltoallv, dispatch, combine: most elements that one rank sends or receives
};

}  // namespace polyplane::collectives
