// All-reduce over scale-up domains and rails: (1) in each domain a reduce-scatter, after which each rank has the sum of
// its 1/L of the array; (2) along each rail, between the ranks of equal local in all domains, an all-reduce of that
// part: by halving-doubling ("hierarchical") or ring ("hierarchical_ring"); (3) in each domain an all-gather. Only
// (2) leaves the domain, always on the own rail (NCCL's and DeepSeek's multi-rail layout; BlueConnect, Cho et al. 2019).
// "hierarchical_sites" is for clusters that a thin link joins: its rail reduce-scatters inside the site, all-reduces
// between sites, and gathers inside the site (collectives/site_exchange.h), in three stages with a lane each, so that
// one slice crosses while others are summed or gathered.
//
// Inside a domain all peers are written to at once, one lane a peer: a switch gives every pattern full rate. Lanes of a
// rank, for L locals: L-1 send in (1); one adds what arrives in (1), peer by peer; one is the rail (one a stage); L-1 do
// (3). Slices follow each other through these lanes, so that the three phases of different slices overlap.
// Own choice: slices of a rank's 1/L that are at least 512 KiB, at most 8; over sites at most 4, since each slice pays the
// distance again.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/site_exchange.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// A pattern among domains as a rail of one stage.
template <class Among>
class PlainRail {
 public:
  explicit PlainRail(Among pattern) : pattern_(std::move(pattern)) {}
  [[nodiscard]] std::uint32_t stages() const { return 1; }
  [[nodiscard]] std::uint32_t parts() const { return pattern_.parts(); }
  [[nodiscard]] std::uint32_t steps(std::uint32_t domain, std::uint32_t) const { return pattern_.steps(domain); }
  [[nodiscard]] Exchange at(std::uint32_t domain, std::uint32_t, std::uint32_t step) const {
    return pattern_.at(domain, step);
  }
  [[nodiscard]] const Among& pattern() const { return pattern_; }

 private:
  Among pattern_;
};

template <class Among>
std::vector<RankSymmetry> symmetries_of_rail(const DomainGrid& grid, const PlainRail<Among>& rail) {
  return symmetries_of_grid(grid, rail.pattern().rotates(), rail.pattern().exchanges_by_xor());
}

template <class Rail>
class HierarchicalAllReduce : public GeneratedSchedule {
 public:
  HierarchicalAllReduce(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail, std::uint32_t slices)
      : GeneratedSchedule(request.collective, checked_pieces(slices, grid.locals(), rail.parts()),
                          2 * grid.locals() - 1 + rail.stages(), true),
        grid_(grid),
        rail_(rail),
        slices_(slices),
        peers_(grid.locals() - 1),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t step = 0; step < slices_ * peers_; ++step) peer_of_add_.push_back(step % peers_ + 1);
  }

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    if (lane == add_lane()) return slices_ * peers_;
    if (is_rail(lane)) return slices_ * rail_.steps(grid_.cell(rank).domain, stage_of(lane));
    return slices_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    if (lane < add_lane()) return scatter_step(me, lane + 1, step);
    if (lane == add_lane()) return add_step(me, step);
    if (is_rail(lane)) return rail_step(me, stage_of(lane), step);
    return gather_step(me, lane - last_rail_lane(), step);
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    std::uint32_t first = 0, count = rail_.parts(), more_first = 0, more_count = 0;
    if (lane < add_lane()) {
      first = part(step, grid_.local_after(me.local, lane + 1));
    } else if (is_rail(lane)) {
      const RailStep at = rail_at(me, stage_of(lane), step);
      first = part(at.slice, me.local) + at.exchange.first;
      count = at.exchange.count;
      more_first = part(at.slice, me.local) + at.exchange.more_first;
      more_count = at.exchange.more_count;
    } else {
      first = part(step, me.local);
    }
    chunks.clear();
    for (std::uint32_t i = 0; i < count; ++i) chunks.push_back(chunk(0, first + i));
    for (std::uint32_t i = 0; i < more_count; ++i) chunks.push_back(chunk(0, more_first + i));
    if (more_count > 0) std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (!sizes_.even()) return {};
    return symmetries_of_rail(grid_, rail_);
  }

 private:
  struct RailStep {
    std::uint32_t slice, within;
    Exchange exchange;
  };

  [[nodiscard]] std::uint32_t add_lane() const { return peers_; }
  [[nodiscard]] std::uint32_t rail_lane(std::uint32_t stage) const { return peers_ + 1 + stage; }
  [[nodiscard]] std::uint32_t last_rail_lane() const { return peers_ + rail_.stages(); }
  [[nodiscard]] bool is_rail(std::uint32_t lane) const { return lane > add_lane() && lane <= last_rail_lane(); }
  [[nodiscard]] std::uint32_t stage_of(std::uint32_t lane) const { return lane - rail_lane(0); }
  /// First piece of the part of a slice that one local sums up.
  [[nodiscard]] std::uint32_t part(std::uint32_t slice, std::uint32_t local) const {
    return (slice * grid_.locals() + local) * rail_.parts();
  }
  [[nodiscard]] Dependency summed_in_domain(std::uint32_t slice) const {
    return {add_lane(), (slice + 1) * peers_ - 1};
  }

  [[nodiscard]] Step scatter_step(DomainGrid::Cell me, std::uint32_t distance, std::uint32_t slice) const {
    const std::uint32_t to = grid_.local_after(me.local, distance);
    Step s;
    s.send_to = grid_.rank(me.domain, to);
    s.peer_lane = add_lane();
    s.peer_step = slice * peers_ + distance - 1;
    s.send_bytes = sizes_.of(part(slice, to), rail_.parts());
    return s;
  }

  [[nodiscard]] Step add_step(DomainGrid::Cell me, std::uint32_t step) const {
    Step s;
    s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, peer_of_add_[step]));
    s.reduce = true;
    return s;
  }

  /// What a slice waits for at the start of a stage, or after the last one.
  void wait_for_stages_before(DomainGrid::Cell me, std::uint32_t stage, std::uint32_t slice, Step& s) const {
    while (stage > 0) {
      --stage;
      const std::uint32_t steps = rail_.steps(me.domain, stage);
      if (steps == 0) continue;
      s.after[s.num_after++] = {rail_lane(stage), (slice + 1) * steps - 1};
      return;
    }
    if (peers_ > 0) s.after[s.num_after++] = summed_in_domain(slice);
  }

  [[nodiscard]] RailStep rail_at(DomainGrid::Cell me, std::uint32_t stage, std::uint32_t step) const {
    const std::uint32_t steps = rail_.steps(me.domain, stage);
    const std::uint32_t slice = slices_ == 1 ? 0 : step / steps;
    const std::uint32_t within = step - slice * steps;
    return {slice, within, rail_.at(me.domain, stage, within)};
  }

  [[nodiscard]] Step rail_step(DomainGrid::Cell me, std::uint32_t stage, std::uint32_t step) const {
    const RailStep at = rail_at(me, stage, step);
    const Exchange& e = at.exchange;
    Step s;
    if (e.to != Exchange::kNone) {
      const std::uint32_t base = part(at.slice, me.local);
      s.send_to = grid_.rank(e.to, me.local);
      s.peer_lane = rail_lane(stage);
      s.peer_step = at.slice * rail_.steps(e.to, stage) + e.peer_step;
      s.send_bytes = sizes_.of(base + e.first, e.count) + sizes_.of(base + e.more_first, e.more_count);
    }
    if (e.from != Exchange::kNone) s.receive_from = grid_.rank(e.from, me.local);
    s.reduce = e.reduce;
    if (at.within == 0) wait_for_stages_before(me, stage, at.slice, s);
    return s;
  }

  [[nodiscard]] Step gather_step(DomainGrid::Cell me, std::uint32_t distance, std::uint32_t slice) const {
    Step s;
    s.send_to = grid_.rank(me.domain, grid_.local_after(me.local, distance));
    s.peer_lane = last_rail_lane() + distance;
    s.peer_step = slice;
    s.send_bytes = sizes_.of(part(slice, me.local), rail_.parts());
    s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, distance));
    wait_for_stages_before(me, rail_.stages(), slice, s);
    return s;
  }

  DomainGrid grid_;
  Rail rail_;
  std::uint32_t slices_, peers_;
  PieceSizes sizes_;
  std::vector<std::uint32_t> peer_of_add_;  // distance of the peer whose data an add step takes
};

template <class Rail>
std::unique_ptr<Schedule> make_with(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail,
                                    std::uint32_t most_slices) {
  const Bytes part(request.collective.size().count() / grid.locals());
  const std::uint32_t slices =
      request.slices == 0 ? choose_slices(part, Bytes(512 << 10), most_slices) : request.slices;
  return std::make_unique<HierarchicalAllReduce<Rail>>(request, grid, rail, slices);
}

template <class Among>
std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  return make_with(request, grid, PlainRail(Among(grid.domains(), Pattern::all_reduce)), 8);
}

std::unique_ptr<Schedule> make_over_sites(const AlgorithmRequest& request) {
  return make_with(request, DomainGrid(request.layout), SiteExchange(request.layout), 4);
}

const bool kRegistered =
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical",
                        .sentence = "Many nodes with fast links inside: only 1/L of the array leaves each rank, along "
                                    "its rail, in 2 log2(nodes) steps.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<HalvingDoublingExchange>}) &&
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical_ring",
                        .sentence = "As hierarchical, with a ring along each rail: the largest arrays on few nodes.",
                        .cost_family = "ring",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<RingExchange>}) &&
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical_sites",
                        .sentence = "Several clusters joined by a thin link: sums are formed inside each, only their "
                                    "parts cross, each once a direction.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_sites,
                        .make = make_over_sites});

}  // namespace
}  // namespace polyplane::collectives
