#include "mpi/place_memory.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

/// Where a whole block is; none: nowhere yet.
using BlockStretches = std::vector<std::optional<Stretch>>;

bool exchanges_blocks(CollectiveKind kind) {
  return kind == CollectiveKind::alltoall || kind == CollectiveKind::alltoallv || kind == CollectiveKind::sendrecv;
}

/// `blocks` one after the other in `memory`; returns the bytes that they take.
std::int64_t lay(const Collective& contract, const std::vector<std::uint64_t>& blocks, Memory memory,
                 BlockStretches& where) {
  std::int64_t offset = 0;
  for (const std::uint64_t block : blocks) {
    const std::int64_t bytes = block_bytes(contract, block);
    where[block] = Stretch{memory, offset, bytes};
    offset += bytes;
  }
  return offset;
}

void check_exchange_in_place(const Collective& contract, const std::vector<std::uint64_t>& before,
                             const std::vector<std::uint64_t>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (block_bytes(contract, before[i]) == block_bytes(contract, after[i])) continue;
    throw InputError(std::string(to_string(contract.kind())) +
                     " in place needs as many bytes from each rank as go to it; these differ");
  }
}

}  // namespace

void append(std::vector<Stretch>& stretches, const Stretch& next) {
  if (next.bytes == 0) return;
  if (!stretches.empty()) {
    Stretch& last = stretches.back();
    if (last.memory == next.memory && last.offset + last.bytes == next.offset) {
      last.bytes += next.bytes;
      return;
    }
  }
  stretches.push_back(next);
}

std::int64_t block_bytes(const Collective& collective, std::uint64_t block) {
  return collective.block_elements(block) * collective.shape().element_bytes;
}

std::int64_t piece_offset(const Collective& collective, std::uint64_t block, std::uint32_t piece,
                          std::uint32_t pieces) {
  const std::int64_t elements = collective.block_elements(block);
  return (elements / pieces * piece + std::min<std::int64_t>(piece, elements % pieces)) *
         collective.shape().element_bytes;
}

std::vector<std::uint64_t> blocks_before(const Collective& collective, RankId rank) {
  std::vector<std::uint64_t> blocks;
  for (std::uint64_t block = 0; block < collective.blocks(); ++block) {
    if (collective.holds_before(rank, block)) blocks.push_back(block);
  }
  return blocks;
}

std::vector<std::uint64_t> blocks_after(const Collective& collective, RankId rank) {
  std::vector<std::uint64_t> blocks;
  for (std::uint64_t block = 0; block < collective.blocks(); ++block) {
    if (collective.required_after(rank, block)) blocks.push_back(block);
  }
  return blocks;
}

PlaceMemory::PlaceMemory(const collectives::Schedule& schedule, RankId participant, bool in_place, const PlaceUse& use,
                         std::int64_t work_start)
    : places_(use.touched.size()), work_end_(work_start) {
  const Collective& contract = schedule.collective();
  const std::uint32_t pieces = schedule.pieces();
  const bool is_agent = participant.index() >= contract.ranks();
  const std::vector<std::uint64_t> before =
      is_agent ? std::vector<std::uint64_t>() : blocks_before(contract, participant);
  const std::vector<std::uint64_t> after =
      is_agent ? std::vector<std::uint64_t>() : blocks_after(contract, participant);
  BlockStretches held(contract.blocks()), where(contract.blocks());

  if (!in_place) {
    in_bytes_ = lay(contract, before, Memory::in, held);
    out_bytes_ = lay(contract, after, Memory::out, where);
  } else if (exchanges_blocks(contract.kind())) {
    check_exchange_in_place(contract, before, after);
    out_bytes_ = lay(contract, after, Memory::out, where);
    lay(contract, before, Memory::out, held);
  } else {
    std::vector<std::uint64_t> both;
    std::ranges::set_union(before, after, std::back_inserter(both));
    out_bytes_ = lay(contract, both, Memory::out, where);
    for (const std::uint64_t block : before) held[block] = where[block];
  }

  const auto any_piece = [&](const std::vector<char>& marks, std::uint64_t block) {
    const auto first = marks.begin() + static_cast<std::ptrdiff_t>(block * pieces);
    return std::any_of(first, first + pieces, [](char mark) { return mark != 0; });
  };
  const auto take_work = [&](std::int64_t bytes) {
    const Stretch taken{Memory::work, work_end_, bytes};
    work_end_ += bytes;
    return taken;
  };
  for (std::uint64_t block = 0; block < contract.blocks(); ++block) {
    const std::int64_t bytes = block_bytes(contract, block);
    const bool was_nowhere = !where[block];
    if (was_nowhere && held[block] && !in_place && !any_piece(use.written, block)) {
      where[block] = held[block];
    } else if (was_nowhere && (held[block] || any_piece(use.touched, block))) {
      where[block] = take_work(bytes);
    }
    if (!where[block]) continue;
    if (held[block]) {
      if (*held[block] != *where[block] && bytes > 0) copies_.push_back({*held[block], *where[block]});
    } else if (contract.adds_in_any_order() && bytes > 0) {
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
