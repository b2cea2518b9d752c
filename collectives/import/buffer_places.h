// Buffers of MSCCL and MSCCL++ as places of a schedule (Schedule::payload()).
//
// A rank has an input, an output and a scratch buffer of chunks. An element of them that starts and ends as the
// contract wants its place of some chunk to start and end *is* that place; others are scratch places. What the contract
// wants at a place that no element is, is copied there at the end, and what an element starts with and is not the place
// of, at the beginning: namings (LocalMove::is_naming), which take no time.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/collective.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

enum class Buffer : std::uint8_t { input, output, scratch };

class BufferPlaces {
 public:
  /// `pieces` as in Schedule. In place: the output of an all-gather holds the input, the input of a reduce-scatter the
  /// output, and for other kinds the two are one. REQUIRES: kind all_reduce, all_gather, reduce_scatter, alltoall or
  /// broadcast; blocks x pieces below 2^32.
  BufferPlaces(const Collective& contract, std::uint32_t pieces, bool in_place, RankId rank,
               std::uint32_t scratch_size);

  /// Elements of a buffer.
  [[nodiscard]] std::uint32_t size(Buffer buffer) const;
  /// REQUIRES: offset < size(buffer).
  [[nodiscard]] ChunkId at(Buffer buffer, std::uint32_t offset) const;
  /// A scratch place that no buffer has.
  [[nodiscard]] ChunkId add_place();
  /// Scratch places so far.
  [[nodiscard]] std::uint32_t scratch() const { return scratch_; }

  /// To be done before all steps of this rank, and after them.
  [[nodiscard]] const std::vector<LocalMove>& first_moves() const { return first_; }
  [[nodiscard]] const std::vector<LocalMove>& last_moves() const { return last_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Element {
    std::uint32_t before = kNone, after = kNone;  // chunk that the contract puts here, and wants here
    ChunkId place;
  };
  void alias(const Collective& contract);
  void fill_roles(const Collective& contract);
  void claim(const Collective& contract);

  std::uint32_t pieces_, rank_;
  bool in_place_;
  std::uint32_t chunks_ = 0, scratch_ = 0;
  std::vector<std::uint32_t> input_, output_;  // element of each offset; in place some are in both
  std::vector<Element> elements_;
  std::vector<ChunkId> scratch_places_;
  std::vector<LocalMove> first_, last_;
};

}  // namespace polyplane::collectives
