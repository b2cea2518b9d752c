#include "mpi/user_buffers.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/error.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

bool exchanges_blocks(CollectiveKind kind) {
  return kind == CollectiveKind::alltoall || kind == CollectiveKind::alltoallv || kind == CollectiveKind::sendrecv;
}

/// `blocks` one after the other.
std::vector<BlockPlace> lay(const Collective& contract, const std::vector<std::uint64_t>& blocks, Memory memory) {
  std::vector<BlockPlace> places;
  std::int64_t offset = 0;
  for (const std::uint64_t block : blocks) {
    const std::int64_t bytes = block_bytes(contract, block);
    places.push_back({block, {memory, offset, bytes}});
    offset += bytes;
  }
  return places;
}

std::int64_t end_of(const std::vector<BlockPlace>& places) {
  return places.empty() ? 0 : places.back().where.offset + places.back().where.bytes;
}

UserBuffers overlaid(const Collective& contract, const std::vector<std::uint64_t>& before,
                     const std::vector<std::uint64_t>& after) {
  UserBuffers buffers;
  buffers.held = lay(contract, before, Memory::out);
  buffers.required = lay(contract, after, Memory::out);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (buffers.held[i].where == buffers.required[i].where) continue;
    throw InputError(std::string(to_string(contract.kind())) +
                     " in place needs as many bytes from each rank as go to it; these differ");
  }
  return buffers;
}

UserBuffers joined(const Collective& contract, const std::vector<std::uint64_t>& before,
                   const std::vector<std::uint64_t>& after) {
  std::vector<std::uint64_t> both;
  std::ranges::set_union(before, after, std::back_inserter(both));
  UserBuffers buffers;
  for (const BlockPlace& place : lay(contract, both, Memory::out)) {
    if (std::ranges::binary_search(before, place.block)) buffers.held.push_back(place);
    if (std::ranges::binary_search(after, place.block)) buffers.required.push_back(place);
  }
  return buffers;
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

UserBuffers user_buffers(const Collective& collective, RankId rank, bool in_place) {
  std::vector<std::uint64_t> before, after;
  for (std::uint64_t block = 0; block < collective.blocks(); ++block) {
    if (collective.holds_before(rank, block)) before.push_back(block);
    if (collective.required_after(rank, block)) after.push_back(block);
  }
  UserBuffers buffers;
  if (!in_place) {
    buffers.held = lay(collective, before, Memory::in);
    buffers.required = lay(collective, after, Memory::out);
    buffers.in_bytes = end_of(buffers.held);
    buffers.out_bytes = end_of(buffers.required);
    return buffers;
  }
  buffers =
      exchanges_blocks(collective.kind()) ? overlaid(collective, before, after) : joined(collective, before, after);
  buffers.out_bytes = std::max(end_of(buffers.held), end_of(buffers.required));
  return buffers;
}

}  // namespace polyplane::mpi
