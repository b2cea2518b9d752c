// CollNet (NCCL 2.6; direct since 2.7): all-reduce over scale-up domains and a fabric whose switches reduce. Local j of every
// domain is the head of part j: (1) in each domain part j is added up at head j; (2) the heads' parts go through the
// switches of the fabric (sharp.cpp), on each rail its own; (3) each head hands the sum back inside its domain. Only S/L
// leaves each NIC, once each way. (1) and (3) are all to all ("collnet_direct") or along a chain of the locals that ends at
// the head ("collnet_chain").
//
// Slices follow each other, of at least 512 KiB, at most 64.
#include <algorithm>
#include <optional>
#include <utility>

#include "collectives/agent_stages.h"
#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/head_trees.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

std::string cannot(const AlgorithmRequest& request) {
  if (request.layout.num_domains() < 2) return "needs several scale-up domains";
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (request.layout.reducers().trees.empty()) return "needs " + request.layout.reducers().missing_trees;
  return trees_by_local(request.layout)[0].empty() ? kNeedsHeadTrees : "";
}

SwitchUse in_fabric(const AlgorithmRequest&) { return {.in_fabric = true}; }

enum class Inside { direct, chain };

class Builder {
 public:
  Builder(const AlgorithmRequest& request, Inside inside)
      : inside_(inside),
        grid_(request.layout),
        ranks_(request.layout.num_ranks()),
        trees_(trees_by_local(request.layout)),
        stripes_(static_cast<std::uint32_t>(trees_[0].size())),
        pattern_(ranks_ + request.layout.reducers().num_agents) {}

  [[nodiscard]] std::uint32_t parts() const { return grid_.locals() * stripes_; }

  SlicePattern build() && {
    for (std::uint32_t head = 0; head < grid_.locals(); ++head) {
      std::vector<std::optional<Dependency>> summed;  // by domain: the part is added up at its head
      for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
        summed.push_back(inside_ == Inside::direct ? gather_directly(domain, head) : gather_by_chain(domain, head));
      }
      for (std::uint32_t stripe = 0; stripe < stripes_; ++stripe) add_stripe(head, stripe, summed);
    }
    return std::move(pattern_);
  }

 private:
  [[nodiscard]] std::uint32_t rank(std::uint32_t domain, std::uint32_t local) const {
    return grid_.rank(domain, local).index();
  }
  [[nodiscard]] PartRuns part_of(std::uint32_t head) const { return {{head * stripes_, stripes_}}; }

  std::optional<Dependency> gather_directly(std::uint32_t domain, std::uint32_t head) {
    if (grid_.locals() == 1) return std::nullopt;
    const PatternLane adds = pattern_.add_lane(rank(domain, head));
    for (std::uint32_t distance = 1; distance < grid_.locals(); ++distance) {
      const std::uint32_t from = rank(domain, grid_.local_after(head, distance));
      pattern_.transfer(pattern_.add_lane(from), adds, part_of(head), true);
    }
    return pattern_.last(adds);
  }

  /// Starts at the local after the head.
  std::optional<Dependency> gather_by_chain(std::uint32_t domain, std::uint32_t head) {
    std::optional<Dependency> summed;
    for (std::uint32_t distance = 1; distance < grid_.locals(); ++distance) {
      const std::uint32_t from = rank(domain, grid_.local_after(head, distance));
      const std::uint32_t to = rank(domain, grid_.local_after(head, distance + 1));
      summed = pattern_.transfer(pattern_.add_lane(from), pattern_.add_lane(to), part_of(head), true,
                                 std::span(summed ? &*summed : nullptr, summed ? 1 : 0));
    }
    return summed;
  }

  void add_stripe(std::uint32_t head, std::uint32_t stripe, const std::vector<std::optional<Dependency>>& summed) {
    const PartRuns part{{head * stripes_ + stripe, 1}};
    std::vector<std::uint32_t> heads;
    for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) heads.push_back(rank(domain, head));
    const std::vector<Dependency> there = add_through(pattern_, *trees_[head][stripe], ranks_, heads, part, summed);
    for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) hand_out(domain, head, part, there[domain]);
  }

  void hand_out(std::uint32_t domain, std::uint32_t head, const PartRuns& part, Dependency there) {
    std::uint32_t from = rank(domain, head);
    for (std::uint32_t distance = 1; distance < grid_.locals(); ++distance) {
      const std::uint32_t to = rank(domain, grid_.local_before(head, distance));
      const Dependency then = pattern_.transfer(pattern_.add_lane(from), pattern_.add_lane(to), part, false, {there});
      if (inside_ == Inside::direct) continue;
      from = to;
      there = then;
    }
  }

  Inside inside_;
  DomainGrid grid_;
  std::uint32_t ranks_;
  std::vector<std::vector<const ReductionTree*>> trees_;  // by local
  std::uint32_t stripes_;
  SlicePattern pattern_;
};

template <Inside inside>
std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  Builder builder(request, inside);
  const std::uint32_t parts = builder.parts();
  return std::make_unique<SlicedSchedule>(request.collective, std::move(builder).build(),
                                          request.layout.reducers().num_agents, parts, slices_through_agents(request));
}

const bool kRegistered =
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "collnet_direct",
                        .sentence =
                            "Domains on a fabric whose switches reduce (InfiniBand SHARP): 1/L of the array over "
                            "each NIC once each way, all to all inside.",
                        .cost_family = "collnet_direct",
                        .honours_slices = true,
                        .cannot = cannot,
                        .switches = in_fabric,
                        .make = make<Inside::direct>}) &&
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "collnet_chain",
                        .sentence = "As collnet_direct, along chains inside: domains without a switch.",
                        .cost_family = "collnet_chain",
                        .honours_slices = true,
                        .cannot = cannot,
                        .switches = in_fabric,
                        .make = make<Inside::chain>});

}  // namespace
}  // namespace polyplane::collectives
