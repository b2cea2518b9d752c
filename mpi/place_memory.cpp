#include "mpi/place_memory.h"

#include <algorithm>
#include <optional>

namespace polyplane::mpi {

PlaceMemory::PlaceMemory(const collectives::Schedule& schedule, const UserBuffers& buffers, const PlaceUse& use,
                         std::int64_t work_start)
    : places_(use.touched.size()), work_end_(work_start) {
  const collectives::Collective& contract = schedule.collective();
  const std::uint32_t pieces = schedule.pieces();
  std::vector<std::optional<Stretch>> held(contract.blocks()), where(contract.blocks());
  for (const BlockPlace& block : buffers.held) held[block.block] = block.where;
  for (const BlockPlace& block : buffers.required) where[block.block] = block.where;

  const auto any_piece = [&](const std::vector<char>& marks, std::uint64_t block) {
    const auto first = marks.begin() + static_cast<std::ptrdiff_t>(block * pieces);
    return std::any_of(first, first + pieces, [](char mark) { return mark != 0; });
  };
  const auto take_work = [&](std::int64_t bytes) {
    const Stretch taken{Memory::work, work_end_, bytes};
    work_end_ += bytes;
    return taken;
  };
  const auto may_stay = [&](std::uint64_t block) {
    if (held[block]->memory == Memory::in) return !any_piece(use.written, block);
    return std::ranges::none_of(buffers.required,
                                [&](const BlockPlace& other) { return other.where.overlaps(*held[block]); });
  };
  for (std::uint64_t block = 0; block < contract.blocks(); ++block) {
    if (!where[block]) {
      if (held[block] && may_stay(block)) {
        where[block] = held[block];
      } else if (held[block] || any_piece(use.touched, block)) {
        where[block] = take_work(block_bytes(contract, block));
      } else {
        continue;
      }
    }
    if (held[block]) {
      if (*held[block] != *where[block] && where[block]->bytes > 0) copies_.push_back({*held[block], *where[block]});
    } else if (contract.adds_in_any_order() && where[block]->bytes > 0) {
      zeros_.push_back(*where[block]);
    }
    for (std::uint32_t piece = 0; piece < pieces; ++piece) {
      places_[block * pieces + piece] = {where[block]->memory,
                                         where[block]->offset + piece_offset(contract, block, piece, pieces),
                                         contract.piece_bytes(block, piece, pieces).count()};
    }
  }
  for (std::size_t i = 0; i < use.scratch_bytes.size(); ++i) {
    places_[contract.blocks() * pieces + i] = take_work(use.scratch_bytes[i]);
  }
}

}  // namespace polyplane::mpi
