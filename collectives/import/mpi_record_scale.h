// A recorded program on more ranks than it was recorded on: what is done to sizes and times. The recorded P ranks are
// tiles that repeat: rank t * P + r does what rank r did. Nothing is known of the program but what it did, so messages
// and smaller communicators stay within their tile, and collectives of all recorded ranks become collectives of all.
//
//               weak: a rank keeps its share of the data       strong: all ranks keep the whole of it, k tiles
//   compute     as recorded                                    / k
//   messages    as recorded                                    as recorded, or / k (messages=divide)
//   smaller communicators: as messages
//   all_reduce, broadcast, reduce    the array as recorded     as recorded
//   gather, all_gather, scatter, reduce_scatter    the share of a rank as recorded    / k
//   alltoall    what a rank sends in all as recorded: to each rank / k    / k: to each rank / k^2
// Shares are rounded up to whole bytes.
#pragma once

#include <cstdint>

#include "base/options.h"
#include "base/units.h"
#include "collectives/import/mpi_record_file.h"

namespace polyplane::collectives::mpi_record {

class Scale {
 public:
  /// Of options "ranks", "scale" and "messages". Throws InputError when they do not go together with `recorded` ranks.
  Scale(const Options& options, std::uint32_t recorded);

  [[nodiscard]] std::uint32_t tiles() const { return tiles_; }  // 1: as recorded
  [[nodiscard]] bool strong() const { return strong_; }
  /// What compute is divided by.
  [[nodiscard]] std::int64_t compute_divisor() const { return strong_ ? tiles_ : 1; }
  /// A message, and any bytes within a tile.
  [[nodiscard]] std::int64_t within_tile(std::int64_t bytes) const;
  /// The `bytes` of a record of a collective of all recorded ranks, once it is one of all ranks.
  [[nodiscard]] std::int64_t of_all(Kind kind, std::int64_t bytes) const;

 private:
  std::uint32_t tiles_ = 1;
  bool strong_ = false, divide_messages_ = false;
};

}  // namespace polyplane::collectives::mpi_record
