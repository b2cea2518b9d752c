// Dispatch and combine of expert parallelism over scale-up domains and rails, as DeepEP's normal kernels do it
// (DeepSeek-V3 report, arXiv:2412.19437, 3.2.2): a token crosses to each other domain once, along the rail, however
// many ranks want it there; the rank on that rail hands it on to them. Combine is the mirror: what the ranks of a
// domain made of a token is added up on the rail of its source and crosses back once. Inside the own domain every rank
// sends straight.
//
// A message over the rail goes in slices, and a slice is handed on (or crosses back) while the next one is on its way.
// A slice is the same part of every token, not some of the tokens as in the kernels: of large traffic the same bytes.
//
// Lanes of a rank, for M domains of L: L-1 to the peers of its domain, one step each. M-1 that send along the rail and
// M-1 that receive, one step a slice. dispatch: (M-1)(L-1) that hand on, one for each remote domain and peer, each
// slice after it came; L-1 that take what peers hand on. combine: (M-1)(L-1) that give parts to the peer on the rail of
// their source, all free at once; M-1 that take them, all peers slice by slice, before the slice crosses. Own choice:
// slices so that one to a domain has at least 512 KiB on average, at most 8.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/symmetry.h"
#include "collectives/token_shares.h"

namespace polyplane::collectives {
namespace {

class NodeForwarding : public GeneratedSchedule {
 public:
  NodeForwarding(const AlgorithmRequest& request, const DomainGrid& grid, std::uint32_t slices)
      : GeneratedSchedule(request.collective, slices, lanes_of(request.collective.kind(), grid),
                          grid.locals() > 1 && grid.domains() > 1),
        grid_(grid),
        shares_(*request.collective.tokens(), grid, slices),
        slices_(slices),
        peers_(grid.locals() - 1),
        others_(grid.domains() - 1) {}

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups = symmetries_of_grid(grid_, true, false);
    std::erase_if(groups, [&](const RankSymmetry& group) { return !shares_.keeps(grid_, group.stride); });
    return groups;
  }

 protected:
  enum class Role : std::uint8_t { own, rail_send, rail_take, hand, take };
  /// What a lane is for: `other` counts domains and `peer` locals, from 0 for the next one.
  struct Lane {
    Role role;
    std::uint32_t other, peer;
  };
  [[nodiscard]] Lane lane(std::uint32_t number) const {
    if (number < peers_) return {Role::own, 0, number};
    number -= peers_;
    if (number < others_) return {Role::rail_send, number, 0};
    number -= others_;
    if (number < others_) return {Role::rail_take, number, 0};
    number -= others_;
    if (number < others_ * peers_) return {Role::hand, number / peers_, number % peers_};
    number -= others_ * peers_;
    return {Role::take, number, number};
  }
  [[nodiscard]] std::uint32_t rail_send_lane(std::uint32_t other) const { return peers_ + other; }
  [[nodiscard]] std::uint32_t rail_take_lane(std::uint32_t other) const { return peers_ + others_ + other; }
  [[nodiscard]] std::uint32_t take_lane(std::uint32_t number) const {
    return peers_ + 2 * others_ + others_ * peers_ + number;
  }

  [[nodiscard]] RankId peer_after(DomainGrid::Cell me, std::uint32_t peer) const {
    return grid_.rank(me.domain, grid_.local_after(me.local, peer + 1));
  }
  [[nodiscard]] RankId peer_before(DomainGrid::Cell me, std::uint32_t peer) const {
    return grid_.rank(me.domain, grid_.local_before(me.local, peer + 1));
  }
  [[nodiscard]] std::uint32_t domain_after(DomainGrid::Cell me, std::uint32_t other) const {
    return grid_.domain_after(me.domain, other + 1);
  }
  [[nodiscard]] std::uint32_t domain_before(DomainGrid::Cell me, std::uint32_t other) const {
    return grid_.domain_before(me.domain, other + 1);
  }

  /// The chunks of slice `slice` of the blocks of `source` that `wanted` accepts.
  template <class Wanted>
  void add_chunks(RankId source, std::uint32_t slice, const Wanted& wanted, std::vector<ChunkId>& chunks) const {
    const TokenTraffic& tokens = *collective().tokens();
    for (std::uint32_t b = tokens.first_block(source.index()); b < tokens.end_block(source.index()); ++b) {
      if (wanted(tokens.blocks()[b])) chunks.push_back(chunk(b, slice));
    }
  }
  [[nodiscard]] auto to_rank(RankId rank) const {
    return
        [this, rank](const TokenTraffic::Block& block) { return collective().tokens()->goes_to(block, rank.index()); };
  }
  [[nodiscard]] auto to_domain(std::uint32_t domain) const {
    return [this, domain](const TokenTraffic::Block& block) {
      const auto ranks = collective().tokens()->destinations(block);
      return std::any_of(ranks.begin(), ranks.end(),
                         [&](std::uint32_t rank) { return grid_.cell(RankId(rank)).domain == domain; });
    };
  }
  /// All slices of the tokens of `source` for `rank`.
  void add_own(RankId source, RankId rank, std::vector<ChunkId>& chunks) const {
    for (std::uint32_t slice = 0; slice < slices_; ++slice) add_chunks(source, slice, to_rank(rank), chunks);
  }

  const DomainGrid grid_;
  const TokenShares shares_;
  const std::uint32_t slices_, peers_, others_;

 private:
  static std::uint32_t lanes_of(CollectiveKind kind, const DomainGrid& grid) {
    const std::uint32_t peers = grid.locals() - 1, others = grid.domains() - 1;
    const std::uint32_t takes = kind == CollectiveKind::dispatch ? (others > 0 ? peers : 0) : (peers > 0 ? others : 0);
    return peers + 2 * others + others * peers + takes;
  }
};

class ForwardedDispatch final : public NodeForwarding {
 public:
  using NodeForwarding::NodeForwarding;

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t number) const override {
    const Role role = lane(number).role;
    return role == Role::own ? 1 : role == Role::take ? slices_ * others_ : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t number, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Lane l = lane(number);
    Step s;
    switch (l.role) {
      case Role::own:
        s.send_to = peer_after(me, l.peer);
        s.peer_lane = number;
        s.send_bytes = Bytes(shares_.to_rank(rank.index(), s.send_to.index()));
        s.receive_from = peer_before(me, l.peer);
        break;
      case Role::rail_send:
        s.send_to = grid_.rank(domain_after(me, l.other), me.local);
        s.peer_lane = rail_take_lane(l.other);
        s.peer_step = step;
        s.send_bytes = Bytes(shares_.to_domain(rank.index(), domain_after(me, l.other), step));
        break;
      case Role::rail_take:
        s.receive_from = grid_.rank(domain_before(me, l.other), me.local);
        break;
      case Role::hand:
        s.send_to = peer_after(me, l.peer);
        s.peer_lane = take_lane(l.peer);
        s.peer_step = step * others_ + l.other;
        s.send_bytes =
            Bytes(shares_.to_rank(grid_.rank(domain_before(me, l.other), me.local).index(), s.send_to.index(), step));
        s.after[s.num_after++] = {rail_take_lane(l.other), step};
        break;
      case Role::take:
        s.receive_from = peer_before(me, l.peer);
        break;
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t number, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Lane l = lane(number);
    chunks.clear();
    if (l.role == Role::own) add_own(rank, peer_after(me, l.peer), chunks);
    if (l.role == Role::rail_send) add_chunks(rank, step, to_domain(domain_after(me, l.other)), chunks);
    if (l.role == Role::hand) {
      add_chunks(grid_.rank(domain_before(me, l.other), me.local), step, to_rank(peer_after(me, l.peer)), chunks);
    }
    std::sort(chunks.begin(), chunks.end());
  }
};

class ForwardedCombine final : public NodeForwarding {
 public:
  using NodeForwarding::NodeForwarding;

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t number) const override {
    const Role role = lane(number).role;
    return role == Role::own ? 1 : role == Role::take ? slices_ * peers_ : slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t number, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Lane l = lane(number);
    Step s;
    s.reduce = true;
    switch (l.role) {
      case Role::own:
        s.send_to = peer_after(me, l.peer);
        s.peer_lane = number;
        s.send_bytes = Bytes(shares_.to_rank(s.send_to.index(), rank.index()));
        s.receive_from = peer_before(me, l.peer);
        break;
      case Role::rail_send:
        s.send_to = grid_.rank(domain_after(me, l.other), me.local);
        s.peer_lane = rail_take_lane(l.other);
        s.peer_step = step;
        s.send_bytes = Bytes(shares_.to_domain(s.send_to.index(), me.domain, step));
        if (peers_ > 0) s.after[s.num_after++] = {take_lane(l.other), (step + 1) * peers_ - 1};
        break;
      case Role::rail_take:
        s.receive_from = grid_.rank(domain_before(me, l.other), me.local);
        break;
      case Role::hand: {
        s.send_to = peer_after(me, l.peer);
        s.peer_lane = take_lane(l.other);
        s.peer_step = step * peers_ + l.peer;
        s.send_bytes = Bytes(shares_.to_rank(source_of(me, l).index(), rank.index(), step));
        break;
      }
      case Role::take:
        s.receive_from = peer_before(me, step % peers_);
        break;
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t number, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Lane l = lane(number);
    chunks.clear();
    if (l.role == Role::own) add_own(peer_after(me, l.peer), rank, chunks);
    if (l.role == Role::rail_send) {
      add_chunks(grid_.rank(domain_after(me, l.other), me.local), step, to_domain(me.domain), chunks);
    }
    if (l.role == Role::hand) add_chunks(source_of(me, l), step, to_rank(rank), chunks);
    std::sort(chunks.begin(), chunks.end());
  }

 private:
  /// Whose tokens a lane hands to the peer on their rail.
  [[nodiscard]] RankId source_of(DomainGrid::Cell me, Lane l) const {
    return grid_.rank(domain_after(me, l.other), grid_.local_after(me.local, l.peer + 1));
  }
};

constexpr std::uint32_t kMostRanks = 1024;

std::string cannot(const AlgorithmRequest& request) {
  const RankLayout& layout = request.layout;
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (layout.num_ranks() > kMostRanks) {
    return "keeps the sizes of all messages and allows 1024 ranks, not " + std::to_string(layout.num_ranks());
  }
  const TokenRouting& routing = request.collective.tokens()->routing();
  if (routing.draw != TokenRouting::Draw::expected || layout.uniform_domain_size() == 1) return "";
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    const std::uint32_t first = rank / routing.ranks_per_node * routing.ranks_per_node;
    const bool same = layout.place(RankId(rank)).domain == layout.place(RankId(first)).domain;
    if (!same || layout.uniform_domain_size() != routing.ranks_per_node) {
      return "needs expected traffic to be that of scale-up domains: ranks_per_node is " +
             std::to_string(routing.ranks_per_node);
    }
  }
  return "";
}

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  const TokenTraffic& tokens = *request.collective.tokens();
  std::int64_t bytes = 0;
  for (const TokenTraffic::Block& block : tokens.blocks()) bytes += block.bytes;
  const Bytes to_domain(bytes / tokens.ranks() / grid.domains());
  const std::uint32_t slices = request.slices == 0 ? choose_slices(to_domain, Bytes(512 << 10), 8) : request.slices;
  if (request.collective.kind() == CollectiveKind::dispatch) {
    return std::make_unique<ForwardedDispatch>(request, grid, slices);
  }
  return std::make_unique<ForwardedCombine>(request, grid, slices);
}

Algorithm forwarding(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "node_forwarding",
          .sentence = std::move(sentence),
          .honours_slices = true,
          .cannot = cannot,
          .make = make};
}

const bool kRegistered =
    register_algorithm(
        forwarding(CollectiveKind::dispatch,
                   "Many tokens, as in training and prefill: one copy per node along the rail, handed on "
                   "inside (DeepEP's normal kernels).")) &&
    register_algorithm(forwarding(CollectiveKind::combine,
                                  "Many tokens, as in training and prefill: added up inside each node, then back along "
                                  "the rail once."));

}  // namespace
}  // namespace polyplane::collectives
