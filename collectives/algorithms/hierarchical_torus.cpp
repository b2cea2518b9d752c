// All-reduce, all-gather and reduce-scatter over scale-up domains that are tori of cards (Trainium's UltraServers, cubes of
// TPUs that a network joins): inside a domain the bucket algorithm on all its rings at once (collectives/torus_walk.h), where
// "hierarchical" writes to all peers and most of what it sends is passed on by others; between domains the rails as there
// (BlueConnect, Cho et al. 2019). All-reduce: (1) reduce-scatter in each domain, after which each of the L cards has the sum of
// 1/L of the array; (2) between cards of equal local an all-reduce of that part by halving-doubling; (3) all-gather in each
// domain. All-gather: Bruck's pattern along each rail, then (3) with the blocks of all domains. Reduce-scatter is its mirror.
//
// Each channel, a dimension to begin with and a direction, has its share of the data and does (1), (2) and (3) in a lane of its
// own. Slices have lanes of their own, too, each stage of which waits for the same stage of the slice before, so that the
// stages of different slices overlap.
// Own choice: two channels a dimension, no others are offered; slices of a card's 1/L that are at least 512 KiB, at most 4.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/symmetry.h"
#include "collectives/torus_walk.h"

namespace polyplane::collectives {
namespace {

/// `Rail`: the pattern between domains, HalvingDoublingExchange for all-reduce, BruckExchange for the others.
template <class Rail>
class HierarchicalTorus : public GeneratedSchedule {
 public:
  HierarchicalTorus(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail, std::uint32_t slices)
      : GeneratedSchedule(request.collective, pieces_of(request, rail, slices),
                          checked_pieces(slices, 2 * request.layout.domain_grid()->dims.size()), slices > 1),
        grid_(grid),
        box_(*request.layout.domain_grid()),
        walk_(box_.dims),
        rail_(rail),
        scatters_(request.collective.kind() == CollectiveKind::all_gather ? 0 : walk_.steps()),
        gathers_(request.collective.kind() == CollectiveKind::reduce_scatter ? 0 : walk_.steps()),
        whole_block_(request.collective.kind() == CollectiveKind::all_reduce),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {}

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t) const override {
    return scatters_ + rail_.steps(grid_.cell(rank).domain) + gathers_;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Place place = place_of(me, step);
    Step s;
    s.peer_lane = lane;
    if (place.stage == Stage::rail) {
      const Exchange e = rail_.at(me.domain, place.within);
      if (e.to != Exchange::kNone) s.send_to = grid_.rank(e.to, me.local);
      if (e.from != Exchange::kNone) s.receive_from = grid_.rank(e.from, me.local);
      s.peer_step = scatters_ + e.peer_step;
      s.send_bytes = rail_bytes(me, lane, e);
      s.reduce = e.reduce;
    } else {
      const TorusWalk::Hop hop = hop_at(me, lane, place);
      s.send_to = grid_.rank(me.domain, box_.rank[hop.to].index());
      s.receive_from = grid_.rank(me.domain, box_.rank[hop.from].index());
      s.peer_step = step;  // of the same domain, which has as many steps on its rails
      s.send_bytes = hop_bytes(lane, hop);
      s.reduce = place.stage == Stage::scatter;
    }
    if (place.within == 0 && lane >= walk_.channels()) {
      s.after[s.num_after++] = {lane - walk_.channels(), step + place.length - 1};
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const DomainGrid::Cell me = grid_.cell(rank);
    const Place place = place_of(me, step);
    chunks.clear();
    if (place.stage != Stage::rail) {
      const TorusWalk::Hop hop = hop_at(me, lane, place);
      for (std::uint32_t part = hop.first; part < hop.first + hop.count; ++part) {
        const std::uint32_t local = box_.rank[walk_.cell_of(channel_of(lane), part)].index();
        for (std::uint32_t i = 0; i < rail_.parts(); ++i) chunks.push_back(chunk_of(lane, local, i));
      }
    } else {
      const Exchange e = rail_.at(me.domain, place.within);
      for (std::uint32_t i = 0; i < e.count; ++i) {
        chunks.push_back(chunk_of(lane, me.local, (e.first + i) % rail_.parts()));
      }
    }
    std::sort(chunks.begin(), chunks.end());
  }

  /// Moves of all domains by a distance (or by xor, where they meet so) together with moves along the rings of the tori.
  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups;
    if (whole_block_ && !sizes_.even()) return groups;
    for (const RankSymmetry::Kind kind : {RankSymmetry::Kind::rotation, RankSymmetry::Kind::exclusive_or}) {
      add_finest(kind, collective().ranks(), [&](std::uint32_t by) { return moves_alike(kind, by); }, groups);
    }
    return groups;
  }

 private:
  enum class Stage : std::uint8_t { scatter, rail, gather };
  /// Step `within` of a stage of `length` steps.
  struct Place {
    Stage stage;
    std::uint32_t within, length;
  };

  static std::uint32_t pieces_of(const AlgorithmRequest& request, const Rail& rail, std::uint32_t slices) {
    const std::uint32_t lanes = checked_pieces(slices, 2 * request.layout.domain_grid()->dims.size());
    if (request.collective.kind() != CollectiveKind::all_reduce) return lanes;
    return checked_pieces(lanes, request.layout.uniform_domain_size(), rail.parts());
  }

  [[nodiscard]] std::uint32_t channel_of(std::uint32_t lane) const { return lane % walk_.channels(); }

  [[nodiscard]] Place place_of(DomainGrid::Cell me, std::uint32_t step) const {
    if (step < scatters_) return {Stage::scatter, step, scatters_};
    const std::uint32_t rails = rail_.steps(me.domain);
    if (step < scatters_ + rails) return {Stage::rail, step - scatters_, rails};
    return {Stage::gather, step - scatters_ - rails, gathers_};
  }

  [[nodiscard]] TorusWalk::Hop hop_at(DomainGrid::Cell me, std::uint32_t lane, const Place& place) const {
    const Pattern pattern = place.stage == Stage::scatter ? Pattern::reduce_scatter : Pattern::all_gather;
    return walk_.at(pattern, channel_of(lane), box_.cell[me.local], place.within);
  }

  /// First piece of the part of a cell; all-reduce.
  [[nodiscard]] std::uint32_t piece(std::uint32_t lane, std::uint32_t part) const {
    return (lane * walk_.cells() + part) * rail_.parts();
  }

  [[nodiscard]] Bytes hop_bytes(std::uint32_t lane, const TorusWalk::Hop& hop) const {
    if (whole_block_) return sizes_.of(piece(lane, hop.first), hop.count * rail_.parts());
    return sizes_.of(lane) * hop.count * rail_.parts();
  }

  [[nodiscard]] Bytes rail_bytes(DomainGrid::Cell me, std::uint32_t lane, const Exchange& e) const {
    if (e.to == Exchange::kNone) return {};
    if (!whole_block_) return sizes_.of(lane) * e.count;
    return sizes_.of(piece(lane, walk_.part_of(channel_of(lane), box_.cell[me.local])) + e.first, e.count);
  }

  /// Part `part` of the rail of one local.
  [[nodiscard]] ChunkId chunk_of(std::uint32_t lane, std::uint32_t local, std::uint32_t part) const {
    if (!whole_block_) return chunk(grid_.rank(part, local).index(), lane);
    return chunk(0, piece(lane, walk_.part_of(channel_of(lane), box_.cell[local])) + part);
  }

  [[nodiscard]] bool moves_alike(RankSymmetry::Kind kind, std::uint32_t by) const {
    const std::uint32_t ranks = collective().ranks();
    const auto image = [&](std::uint32_t rank) { return grid_.cell(RankId(moved(kind, ranks, rank, by))); };
    const DomainGrid::Cell origin = grid_.cell(RankId(0)), target = image(0);
    const std::uint32_t distance = target.domain + grid_.domains() - origin.domain;
    const std::uint32_t flipped = target.domain ^ origin.domain;
    bool by_distance = rail_rotates(), by_xor = rail_exchanges_by_xor();
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const DomainGrid::Cell from = grid_.cell(RankId(rank)), to = image(rank);
      by_distance = by_distance && to.domain == (from.domain + distance) % grid_.domains();
      by_xor = by_xor && to.domain == (from.domain ^ flipped);
      if (!by_distance && !by_xor) return false;
      for (std::size_t dim = 0; dim < walk_.num_dims(); ++dim) {
        const std::uint32_t n = box_.dims[dim];
        const std::uint32_t ahead = along(target, dim) + n - along(origin, dim);
        if (along(to, dim) != (along(from, dim) + ahead) % n) return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::uint32_t along(DomainGrid::Cell cell, std::size_t dim) const {
    return walk_.coordinate(box_.cell[cell.local], dim);
  }

  [[nodiscard]] bool rail_rotates() const {
    if constexpr (requires { rail_.rotates(); }) return rail_.rotates();
    return true;  // Bruck's
  }
  [[nodiscard]] bool rail_exchanges_by_xor() const {
    if constexpr (requires { rail_.exchanges_by_xor(); }) return rail_.exchanges_by_xor();
    return grid_.domains() <= 2;
  }

  DomainGrid grid_;
  RankGrid box_;  // of the locals of a domain
  TorusWalk walk_;
  Rail rail_;
  std::uint32_t scatters_, gathers_;  // steps inside the domain, each way
  bool whole_block_;                  // parts are pieces of one block, else blocks
  PieceSizes sizes_;
};

template <class Rail>
std::unique_ptr<Schedule> make(const AlgorithmRequest& request, Pattern pattern) {
  const DomainGrid grid(request.layout);
  const Bytes part(request.collective.size().count() / grid.locals());
  const std::uint32_t slices = request.slices == 0 ? choose_slices(part, Bytes(512 << 10), 4) : request.slices;
  return std::make_unique<HierarchicalTorus<Rail>>(request, grid, Rail(grid.domains(), pattern), slices);
}

std::string needs_tori(const AlgorithmRequest& request) {
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (!request.layout.domain_grid())
    return "needs scale-up domains whose ranks fill boxes of one torus or mesh of cards";
  return request.layout.num_domains() > 1 ? "" : "needs several scale-up domains; torus does one";
}

Algorithm hierarchical_torus(CollectiveKind kind, std::string sentence,
                             std::function<std::unique_ptr<Schedule>(const AlgorithmRequest&)> maker) {
  return {.collective = kind,
          .name = "hierarchical_torus",
          .sentence = std::move(sentence),
          .cost_family = "ring",
          .honours_slices = true,
          .cannot = needs_tori,
          .make = std::move(maker)};
}

const bool kRegistered =
    register_algorithm(hierarchical_torus(
        CollectiveKind::all_reduce,
        "Domains that are tori of cards: rings along every dimension inside, 1/L of the array along each rail.",
        [](const AlgorithmRequest& request) { return make<HalvingDoublingExchange>(request, Pattern::all_reduce); })) &&
    register_algorithm(hierarchical_torus(
        CollectiveKind::all_gather,
        "Domains that are tori of cards: blocks cross the fabric once a rail, then go around the rings.",
        [](const AlgorithmRequest& request) { return make<BruckExchange>(request, Pattern::all_gather); })) &&
    register_algorithm(hierarchical_torus(
        CollectiveKind::reduce_scatter,
        "Domains that are tori of cards: sums are formed around the rings and cross the fabric once a rail.",
        [](const AlgorithmRequest& request) { return make<BruckExchange>(request, Pattern::reduce_scatter); }));

}  // namespace
}  // namespace polyplane::collectives
