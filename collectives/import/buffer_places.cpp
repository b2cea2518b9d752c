#include "collectives/import/buffer_places.h"

#include <set>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

struct Sizes {
  std::uint32_t input = 0, output = 0;
};

Sizes sizes_of(const Collective& contract, std::uint32_t pieces) {
  const std::uint32_t all = contract.ranks() * pieces;
  switch (contract.kind()) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::broadcast:
      return {pieces, pieces};
    case CollectiveKind::all_gather:
      return {pieces, all};
    case CollectiveKind::reduce_scatter:
      return {all, pieces};
    case CollectiveKind::alltoall:
      return {all, all};
    default:
      CHECK(false, "buffers of a collective that MSCCL does not have");
  }
}

}  // namespace

BufferPlaces::BufferPlaces(const Collective& contract, std::uint32_t pieces, bool in_place, RankId rank,
                           std::uint32_t scratch_size)
    : pieces_(pieces),
      rank_(rank.index()),
      in_place_(in_place),
      chunks_(static_cast<std::uint32_t>(contract.blocks() * pieces)) {
  alias(contract);
  fill_roles(contract);
  claim(contract);
  for (std::uint32_t i = 0; i < scratch_size; ++i) scratch_places_.push_back(add_place());
}

/// Which elements input and output share.
void BufferPlaces::alias(const Collective& contract) {
  const Sizes sizes = sizes_of(contract, pieces_);
  std::uint32_t next = 0;
  for (std::uint32_t i = 0; i < sizes.input; ++i) input_.push_back(next++);
  for (std::uint32_t i = 0; i < sizes.output; ++i) {
    if (!in_place_) {
      output_.push_back(next++);
    } else if (contract.kind() == CollectiveKind::all_gather) {
      output_.push_back(i / pieces_ == rank_ ? input_[i % pieces_] : next++);
    } else if (contract.kind() == CollectiveKind::reduce_scatter) {
      output_.push_back(input_[rank_ * pieces_ + i]);
    } else {
      output_.push_back(input_[i]);
    }
  }
  elements_.resize(next);
}

void BufferPlaces::fill_roles(const Collective& contract) {
  const auto ranks = contract.ranks();
  const auto chunk = [this](std::uint32_t block, std::uint32_t piece) { return block * pieces_ + piece; };
  for (std::uint32_t i = 0; i < input_.size(); ++i) {
    std::uint32_t& before = elements_[input_[i]].before;
    switch (contract.kind()) {
      case CollectiveKind::all_gather:
        before = chunk(rank_, i);
        break;
      case CollectiveKind::alltoall:
        before = chunk(rank_ * ranks + i / pieces_, i % pieces_);
        break;
      case CollectiveKind::broadcast:
        if (rank_ == contract.root().index()) before = i;
        break;
      default:
        before = i;
    }
  }
  for (std::uint32_t i = 0; i < output_.size(); ++i) {
    std::uint32_t& after = elements_[output_[i]].after;
    switch (contract.kind()) {
      case CollectiveKind::reduce_scatter:
        after = chunk(rank_, i);
        break;
      case CollectiveKind::alltoall:
        after = chunk(i / pieces_ * ranks + rank_, i % pieces_);
        break;
      default:
        after = i;
    }
  }
}

void BufferPlaces::claim(const Collective& contract) {
  std::set<std::uint32_t> claimed;
  const auto is_place = [&](const Element& element) {
    const std::uint32_t chunk = element.before != kNone ? element.before : element.after;
    if (chunk == kNone || (element.after != kNone && element.after != chunk) || claimed.contains(chunk)) return false;
    return contract.holds_before(RankId(rank_), chunk / pieces_) == (element.before != kNone);
  };
  for (Element& element : elements_) {
    const bool own = is_place(element);
    element.place = own ? ChunkId(element.before != kNone ? element.before : element.after) : add_place();
    if (own) claimed.insert(element.place.index());
  }
  for (const Element& element : elements_) {
    if (element.place.index() < chunks_) continue;
    if (element.before != kNone)
      first_.push_back({.from = ChunkId(element.before), .to = element.place, .is_naming = true});
    if (element.after != kNone)
      last_.push_back({.from = element.place, .to = ChunkId(element.after), .is_naming = true});
  }
}

std::uint32_t BufferPlaces::size(Buffer buffer) const {
  const auto& list = buffer == Buffer::input ? input_ : output_;
  return static_cast<std::uint32_t>(buffer == Buffer::scratch ? scratch_places_.size() : list.size());
}

ChunkId BufferPlaces::at(Buffer buffer, std::uint32_t offset) const {
  if (buffer == Buffer::scratch) return scratch_places_[offset];
  return elements_[buffer == Buffer::input ? input_[offset] : output_[offset]].place;
}

ChunkId BufferPlaces::add_place() { return ChunkId(chunks_ + scratch_++); }

}  // namespace polyplane::collectives
