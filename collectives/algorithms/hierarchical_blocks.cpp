// All-gather and reduce-scatter over scale-up domains and rails. All-gather: (1) along each rail, between ranks of equal
// local, by Bruck's pattern in ceil(log2 M) steps; (2) each rank hands the M blocks it then has to all peers of its
// domain at once. Reduce-scatter is the mirror: peers first, then the rail. Only the rail leaves the domain.
//
// Lanes of a rank, for L locals: all-gather: the rail, then one a peer. Reduce-scatter: one a peer that sends, one that
// adds what arrives, the rail. Each block is cut into slices that follow each other, so that the phases overlap.
// Own choice: slices so that what goes to one peer is at least 512 KiB, at most 8.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// The rail, common to both.
class HierarchicalBlocks : public GeneratedSchedule {
 public:
  HierarchicalBlocks(const AlgorithmRequest& request, const DomainGrid& grid, Pattern pattern, std::uint32_t slices,
                     std::uint32_t lanes)
      : GeneratedSchedule(request.collective, slices, lanes, true),
        grid_(grid),
        rail_(grid.domains(), pattern),
        rail_steps_(rail_.steps(0)),
        slices_(slices),
        peers_(grid.locals() - 1),
        sizes_(request.collective.block_elements(0), slices, request.collective.shape().element_bytes) {
    for (std::uint32_t slice = 0; slice < slices; ++slice) {
      slice_of_rail_step_.insert(slice_of_rail_step_.end(), rail_steps_, slice);
    }
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    return symmetries_of_grid(grid_, true, grid_.domains() <= 2);
  }

 protected:
  [[nodiscard]] Step rail_step(DomainGrid::Cell me, std::uint32_t lane, std::uint32_t step) const {
    const Exchange e = exchange(me, step);
    Step s;
    s.send_to = grid_.rank(e.to, me.local);
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = sizes_.of(slice_of_rail_step_[step]) * e.count;
    s.receive_from = grid_.rank(e.from, me.local);
    s.reduce = e.reduce;
    return s;
  }

  void rail_payload(DomainGrid::Cell me, std::uint32_t step, std::vector<ChunkId>& chunks) const {
    const Exchange e = exchange(me, step);
    rail_blocks(e.first, e.count, me.local, slice_of_rail_step_[step], chunks);
  }

  /// One slice of the blocks of ranks of one local, from `count` domains on from `first`.
  void rail_blocks(std::uint32_t first, std::uint32_t count, std::uint32_t local, std::uint32_t slice,
                   std::vector<ChunkId>& chunks) const {
    chunks.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      chunks.push_back(chunk(grid_.rank((first + i) % grid_.domains(), local).index(), slice));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] Bytes to_peer(std::uint32_t slice) const { return sizes_.of(slice) * grid_.domains(); }

  DomainGrid grid_;
  BruckExchange rail_;
  std::uint32_t rail_steps_, slices_, peers_;  // steps of one slice
  PieceSizes sizes_;
  std::vector<std::uint32_t> slice_of_rail_step_;

 private:
  [[nodiscard]] Exchange exchange(DomainGrid::Cell me, std::uint32_t step) const {
    return rail_.at(me.domain, step - slice_of_rail_step_[step] * rail_steps_);
  }
};

class AllGather : public HierarchicalBlocks {
 public:
  AllGather(const AlgorithmRequest& request, const DomainGrid& grid, std::uint32_t slices)
      : HierarchicalBlocks(request, grid, Pattern::all_gather, slices, grid.locals()) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override {
    return lane == 0 ? slices_ * rail_steps_ : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    if (lane == 0) return rail_step(me, lane, step);
    Step s;
    s.send_to = grid_.rank(me.domain, grid_.local_after(me.local, lane));
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = to_peer(step);
    s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, lane));
    if (rail_steps_ > 0) s.after[s.num_after++] = {0, (step + 1) * rail_steps_ - 1};
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    if (lane == 0) return rail_payload(me, step, chunks);
    rail_blocks(0, grid_.domains(), me.local, step, chunks);
  }
};

class ReduceScatter : public HierarchicalBlocks {
 public:
  ReduceScatter(const AlgorithmRequest& request, const DomainGrid& grid, std::uint32_t slices)
      : HierarchicalBlocks(request, grid, Pattern::reduce_scatter, slices, grid.locals() + 1) {
    for (std::uint32_t step = 0; step < slices * peers_; ++step) peer_of_add_.push_back(step % peers_ + 1);
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override {
    if (lane == add_lane()) return slices_ * peers_;
    return lane == rail_lane() ? slices_ * rail_steps_ : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    Step s;
    if (lane == rail_lane()) {
      s = rail_step(me, lane, step);
      const std::uint32_t slice = slice_of_rail_step_[step];
      if (peers_ > 0 && step == slice * rail_steps_) s.after[s.num_after++] = {add_lane(), (slice + 1) * peers_ - 1};
    } else if (lane == add_lane()) {
      s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, peer_of_add_[step]));
      s.reduce = true;
    } else {
      s.send_to = grid_.rank(me.domain, grid_.local_after(me.local, lane + 1));
      s.peer_lane = add_lane();
      s.peer_step = step * peers_ + lane;
      s.send_bytes = to_peer(step);
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    if (lane == rail_lane()) return rail_payload(me, step, chunks);
    rail_blocks(0, grid_.domains(), grid_.local_after(me.local, lane + 1), step, chunks);
  }

 private:
  [[nodiscard]] std::uint32_t add_lane() const { return peers_; }
  [[nodiscard]] std::uint32_t rail_lane() const { return peers_ + 1; }

  std::vector<std::uint32_t> peer_of_add_;  // distance of the peer whose data an add step takes
};

template <class Phases>
std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  const Bytes to_peer = request.collective.piece_bytes(0, 0, 1) * grid.domains();
  const std::uint32_t slices = request.slices == 0 ? choose_slices(to_peer, Bytes(512 << 10), 8) : request.slices;
  return std::make_unique<Phases>(request, grid, slices);
}

const bool kRegistered =
    register_algorithm({.collective = CollectiveKind::all_gather,
                        .name = "hierarchical",
                        .sentence = "Many nodes with fast links inside: blocks cross the fabric once per rail, in "
                                    "log2(nodes) steps, and spread inside the node.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<AllGather>}) &&
    register_algorithm({.collective = CollectiveKind::reduce_scatter,
                        .name = "hierarchical",
                        .sentence = "Many nodes with fast links inside: sums are formed in the node first and cross "
                                    "the fabric once per rail, in log2(nodes) steps.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<ReduceScatter>});

}  // namespace
}  // namespace polyplane::collectives
