// NVLink SHARP in one scale-up domain (NCCL 2.17, NVLS; the switch reads and adds with multimem.ld_reduce and multicasts with
// multimem.st): rank j owns part j of the array. All-reduce: every rank's array goes up to the switch, which adds and
// delivers part j to rank j; rank j sends the sum back up, and the switch gives it to all, its sender included. So each card
// link carries S + S/n each way, where a ring carries 2 S (n - 1)/n. The other collectives are one half of that, or one
// rank's part of a half. With k switches that reduce, each has 1/k of every part.
//
// All-reduce of several domains (NCCL 2.18: NVLS with CollNet): rank j of each domain sends the sum of its domain through the
// switches of the fabric (sharp.cpp) and has the result multicast, so that S/L passes each NIC once each way.
//
// A switch adds and forwards slice by slice, where the real one works on what passes through; so an array of K slices takes
// about (K + 1)/K of the time that its bytes need. Slices are of at least 512 KiB (8 MiB between domains), at most
// 64. Left out: the limit of what the copy engines and SMs of a card can issue (NVLS reaches some 70 to 80 % of the link).
#include <functional>
#include <numeric>
#include <utility>

#include "collectives/agent_stages.h"
#include "collectives/algorithm.h"
#include "collectives/head_trees.h"
#include "collectives/nvls_domains.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

/// A slice pays a hop of the network's software, so that slices between domains are longer: of at least 8 MiB.
std::uint32_t slices_between_domains(const AlgorithmRequest& request) {
  return request.slices == 0 ? choose_slices(request.collective.size(), Bytes(8 << 20), 64) : request.slices;
}

std::string cannot(const AlgorithmRequest& request) {
  const Reducers& reducers = request.layout.reducers();
  const bool several = request.layout.num_domains() > 1;
  if (several && request.collective.kind() != CollectiveKind::all_reduce)
    return "needs all ranks in one scale-up domain";
  if (reducers.domain_switches.empty()) return "needs " + reducers.missing_switches;
  if (!several) return "";
  if (std::string why = NvlsDomains::cannot(request); !why.empty()) return why;
  if (reducers.trees.empty()) return "needs " + reducers.missing_trees + "; nvls_tree does without";
  return trees_by_local(request.layout)[0].empty() ? kNeedsHeadTrees : "";
}

/// Part of the pattern that belongs to one switch, whose first agent is `agent`.
class Share {
 public:
  Share(SlicePattern& pattern, const AlgorithmRequest& request, std::uint32_t agent, std::uint32_t number)
      : pattern_(pattern),
        request_(request),
        ranks_(request.layout.num_ranks()),
        adds_(agent, ranks_, all_ranks(ranks_)),
        gives_(agent + 1, ranks_, all_ranks(ranks_)),
        number_(number) {}

  void all_reduce() {
    std::vector<Contribution> sums;
    const std::vector<Delivered> delivered = add_up();
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) sums.push_back({rank, part(rank), delivered[rank].complete});
    give_all(climb(pattern_, gives_, sums, false));
  }
  void reduce_scatter() { add_up(); }
  void all_gather() {
    std::vector<Contribution> own;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) own.push_back({rank, part(rank), {}});
    give_all(climb(pattern_, gives_, own, false));
  }
  void broadcast() {
    const std::uint32_t root = request_.collective.root().index();
    const Contribution array{root, {{number_, 1}}, {}};
    std::vector<Delivery> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, {{number_, 1}}});
    }
    descend(pattern_, gives_, climb(pattern_, gives_, {&array, 1}, false), others);
  }
  void reduce() {
    const std::uint32_t root = request_.collective.root().index();
    std::vector<Contribution> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, {{number_, 1}}, {}});
    }
    const Delivery sum{root, {{number_, 1}}, true};
    descend(pattern_, adds_, climb(pattern_, adds_, others, true), {&sum, 1});
  }

 private:
  static std::vector<std::uint32_t> all_ranks(std::uint32_t ranks) {
    std::vector<std::uint32_t> all(ranks);
    std::iota(all.begin(), all.end(), 0U);
    return all;
  }
  [[nodiscard]] PartRuns part(std::uint32_t owner) const { return {{number_ * ranks_ + owner, 1}}; }
  [[nodiscard]] PartRuns all_parts() const { return {{number_ * ranks_, ranks_}}; }

  /// Every rank's parts, added and delivered to their owners.
  std::vector<Delivered> add_up() {
    std::vector<Contribution> arrays;
    std::vector<Delivery> to_owners;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      arrays.push_back({rank, all_parts(), {}});
      to_owners.push_back({rank, part(rank)});
    }
    return descend(pattern_, adds_, climb(pattern_, adds_, arrays, true), to_owners);
  }
  void give_all(const ArrivedAt& arrived) {
    std::vector<Delivery> everything;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) everything.push_back({rank, all_parts()});
    descend(pattern_, gives_, arrived, everything);
  }

  SlicePattern& pattern_;
  const AlgorithmRequest& request_;
  std::uint32_t ranks_;
  AgentTree adds_, gives_;
  std::uint32_t number_;  // of the switch in its domain
};

std::unique_ptr<Schedule> make_over_domains(const AlgorithmRequest& request) {
  const auto trees = trees_by_local(request.layout);
  const std::uint32_t ranks = request.layout.num_ranks();
  NvlsDomains domains(request, static_cast<std::uint32_t>(trees[0].size()));
  const SlicePattern pattern = domains.build([&](SlicePattern& to, const NvlsDomains::Owners& owners) {
    return add_through(to, *trees[owners.local][owners.stripe], ranks, owners.ranks, owners.part, owners.summed);
  });
  return std::make_unique<SlicedSchedule>(request.collective, pattern, request.layout.reducers().num_agents,
                                          domains.parts(), slices_between_domains(request));
}

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  if (request.layout.num_domains() > 1) return make_over_domains(request);
  const CollectiveKind kind = request.collective.kind();
  const Reducers& reducers = request.layout.reducers();
  const std::uint32_t ranks = request.layout.num_ranks();
  const std::vector<std::uint32_t>& switches = reducers.domain_switches[0];
  SlicePattern pattern(ranks + reducers.num_agents);
  for (std::uint32_t number = 0; ranks > 1 && number < switches.size(); ++number) {
    Share share(pattern, request, switches[number], number);
    switch (kind) {
      case CollectiveKind::all_reduce:
        share.all_reduce();
        break;
      case CollectiveKind::reduce_scatter:
        share.reduce_scatter();
        break;
      case CollectiveKind::all_gather:
        share.all_gather();
        break;
      case CollectiveKind::broadcast:
        share.broadcast();
        break;
      default:
        share.reduce();
    }
  }
  const bool one_part = kind == CollectiveKind::broadcast || kind == CollectiveKind::reduce;
  const auto parts = static_cast<std::uint32_t>(switches.size()) * (one_part ? 1 : ranks);
  return std::make_unique<SlicedSchedule>(request.collective, pattern, reducers.num_agents, parts,
                                          slices_through_agents(request));
}

Algorithm nvls(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "nvls",
          .sentence = std::move(sentence),
          .cost_family = "nvls",
          .honours_slices = true,
          .cannot = cannot,
          .switches =
              [](const AlgorithmRequest& request) {
                return SwitchUse{.in_domains = true, .in_fabric = request.layout.num_domains() > 1};
              },
          .make = make};
}

const bool kRegistered =
    register_algorithm(nvls(CollectiveKind::all_reduce,
                            "Domains whose switches reduce (NVLink SHARP): S + S/n over each link; several on a fabric "
                            "whose switches reduce, too.")) &&
    register_algorithm(nvls(CollectiveKind::reduce_scatter,
                            "One domain whose switches reduce: each block is added on its way to its owner.")) &&
    register_algorithm(
        nvls(CollectiveKind::all_gather, "One domain whose switches multicast: each block goes up once.")) &&
    register_algorithm(
        nvls(CollectiveKind::broadcast, "One domain whose switches multicast: the array goes up once.")) &&
    register_algorithm(
        nvls(CollectiveKind::reduce, "One domain whose switches reduce: one sum comes down to the root."));

}  // namespace
}  // namespace polyplane::collectives
