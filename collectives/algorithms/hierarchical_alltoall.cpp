// Alltoall and alltoallv over scale-up domains and rails: what NCCL calls PXN and DeepSeek's multi-plane network needs,
// where a card reaches only its own plane. Each rank hands the blocks for local j of all domains to its peer j of its
// own domain (with the block for the peer itself); the peer sends, to each other domain along its rail, one message with
// the blocks of all its domain. For L locals and M domains that is L - 1 + M - 1 sends a rank instead of L M - 1.
//
// Lanes of a rank: L-1 hand over, one a peer, all at once; one takes in what is handed over, peer by peer; one is the
// rail: pairwise over the domains by shift. Slices cut the domains, in the order in which the rail visits them, into
// groups that are handed over one after the other, so that the rail need not wait for the whole; the own domain is last.
// Own choice: slices so that what is handed to one peer is at least 512 KiB, at most 8; never more than domains.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

class HierarchicalAlltoall : public GeneratedSchedule {
 public:
  HierarchicalAlltoall(const AlgorithmRequest& request, const DomainGrid& grid, std::uint32_t slices)
      : GeneratedSchedule(request.collective, 1, grid.locals() + 1, grid.locals() > 1),
        grid_(grid),
        slices_(slices),
        peers_(grid.locals() - 1),
        equal_(request.collective.kind() == CollectiveKind::alltoall),
        slice_of_shift_(grid.domains() + 1) {
    for (std::uint32_t slice = 0; slice <= slices; ++slice) {
      end_.push_back(static_cast<std::uint32_t>(std::uint64_t{slice} * grid.domains() / slices));
    }
    for (std::uint32_t slice = 0; slice < slices; ++slice) {
      for (std::uint32_t shift = end_[slice] + 1; shift <= end_[slice + 1]; ++shift) slice_of_shift_[shift] = slice;
      for (std::uint32_t distance = 1; distance <= peers_; ++distance) peer_of_take_.push_back(distance);
    }
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override {
    if (lane == take_lane()) return slices_ * peers_;
    return lane == rail_lane() ? grid_.domains() - 1 : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    Step s;
    if (lane == rail_lane()) {
      const std::uint32_t shift = step + 1;
      const std::uint32_t to = grid_.domain_after(me.domain, shift);
      s.send_to = grid_.rank(to, me.local);
      s.peer_lane = lane;
      s.peer_step = step;
      s.send_bytes = rail_bytes(me.domain, s.send_to);
      s.receive_from = grid_.rank(grid_.domain_before(me.domain, shift), me.local);
      const std::uint32_t slice = slice_of_shift_[shift];
      if (peers_ > 0 && shift == end_[slice] + 1) s.after[s.num_after++] = {take_lane(), (slice + 1) * peers_ - 1};
    } else if (lane == take_lane()) {
      s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, peer_of_take_[step]));
    } else {
      const std::uint32_t to = grid_.local_after(me.local, lane + 1);
      s.send_to = grid_.rank(me.domain, to);
      s.peer_lane = take_lane();
      s.peer_step = step * peers_ + lane;
      s.send_bytes = hand_over_bytes(rank, me.domain, to, step);
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    chunks.clear();
    if (lane == rail_lane()) {
      const RankId to = grid_.rank(grid_.domain_after(me.domain, step + 1), me.local);
      for (std::uint32_t local = 0; local < grid_.locals(); ++local) {
        chunks.push_back(pair_chunk(grid_.rank(me.domain, local).index(), to.index()));
      }
    } else {
      const std::uint32_t to = grid_.local_after(me.local, lane + 1);
      for (std::uint32_t shift = end_[step] + 1; shift <= end_[step + 1]; ++shift) {
        const RankId destination = grid_.rank(grid_.domain_after(me.domain, shift), to);
        chunks.push_back(pair_chunk(rank.index(), destination.index()));
      }
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups = symmetries_of_grid(grid_, true, grid_.domains() <= 2);
    std::erase_if(groups,
                  [&](const RankSymmetry& group) { return !keeps_sizes(group.kind, group.stride, collective()); });
    return groups;
  }

 private:
  [[nodiscard]] std::uint32_t take_lane() const { return peers_; }
  [[nodiscard]] std::uint32_t rail_lane() const { return peers_ + 1; }
  [[nodiscard]] Bytes bytes(std::int64_t elements) const {
    return Bytes(elements * collective().shape().element_bytes);
  }

  /// From all ranks of a domain to one rank.
  [[nodiscard]] Bytes rail_bytes(std::uint32_t domain, RankId to) const {
    if (equal_) return bytes(collective().shape().elements_per_block * grid_.locals());
    std::int64_t elements = 0;
    for (std::uint32_t local = 0; local < grid_.locals(); ++local) {
      elements += collective().pair_elements(grid_.rank(domain, local).index(), to.index());
    }
    return bytes(elements);
  }

  /// From one rank to all of one local in the domains of a slice.
  [[nodiscard]] Bytes hand_over_bytes(RankId from, std::uint32_t domain, std::uint32_t local,
                                      std::uint32_t slice) const {
    if (equal_) return bytes(collective().shape().elements_per_block * (end_[slice + 1] - end_[slice]));
    std::int64_t elements = 0;
    for (std::uint32_t shift = end_[slice] + 1; shift <= end_[slice + 1]; ++shift) {
      const RankId to = grid_.rank(grid_.domain_after(domain, shift), local);
      elements += collective().pair_elements(from.index(), to.index());
    }
    return bytes(elements);
  }

  DomainGrid grid_;
  std::uint32_t slices_, peers_;
  bool equal_;                                 // all blocks are of one size
  std::vector<std::uint32_t> end_;             // slice s has the domains shifted by end_[s] + 1 to end_[s + 1]
  std::vector<std::uint32_t> slice_of_shift_;  // shifts 1 to M, M being the own domain
  std::vector<std::uint32_t> peer_of_take_;    // distance of the peer whose data a step takes in
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  const Bytes to_peer(request.collective.size().count() / grid.locals());
  const std::uint32_t slices = request.slices == 0 ? choose_slices(to_peer, Bytes(512 << 10), 8) : request.slices;
  return std::make_unique<HierarchicalAlltoall>(request, grid, std::min(slices, grid.domains()));
}

Algorithm hierarchical(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "hierarchical",
          .sentence = std::move(sentence),
          .honours_slices = true,
          .cannot = needs_equal_domains,
          .make = make};
}

const bool kRegistered =
    register_algorithm(hierarchical(CollectiveKind::alltoall,
                                    "Rails or planes that do not meet (PXN): over the node to the card on the right "
                                    "rail, then one message per remote node.")) &&
    register_algorithm(hierarchical(CollectiveKind::alltoallv,
                                    "Uneven blocks on rails or planes that do not meet (PXN), as in expert "
                                    "parallelism: one message per rail and remote node."));

}  // namespace
}  // namespace polyplane::collectives
