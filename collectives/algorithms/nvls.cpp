// NVLink SHARP in one scale-up domain (NCCL 2.17, NVLS; the switch reads and adds with multimem.ld_reduce and multicasts with
// multimem.st): rank j owns part j of the array. All-reduce: every rank's array goes up to the switch, which adds and
// delivers part j to rank j; rank j sends the sum back up, and the switch gives it to all, its sender included. So each card
// link carries S + S/n each way, where a ring carries 2 S (n - 1)/n. The other collectives are one half of that, or one
// rank's part of a half. With k switches that reduce, each has 1/k of every part.
//
// A switch adds and forwards slice by slice, where the real one works on what passes through; so an array of K slices takes
// about (K + 1)/K of the time that its bytes need. Slices are as many as make that small, each of at least 512 KiB, at most
// 64. Left out: the limit of what the copy engines and SMs of a card can issue (NVLS reaches some 70 to 80 % of the link).
#include <functional>
#include <numeric>
#include <utility>

#include "collectives/agent_stages.h"
#include "collectives/algorithm.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

std::string cannot(const AlgorithmRequest& request) {
  const Reducers& reducers = request.layout.reducers();
  if (request.layout.num_domains() > 1) return "needs all ranks in one scale-up domain; nvls_tree joins several";
  if (reducers.domain_switches.empty()) return "needs " + reducers.missing_switches;
  return "";
}

/// Part of the pattern that belongs to one switch.
class Share {
 public:
  Share(SlicePattern& pattern, const AlgorithmRequest& request, std::uint32_t agent, std::uint32_t number)
      : pattern_(pattern),
        request_(request),
        ranks_(request.layout.num_ranks()),
        tree_(agent, ranks_, all_ranks(ranks_)),
        number_(number) {}

  void all_reduce() {
    std::vector<Contribution> sums;
    const std::vector<Delivered> delivered = add_up();
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) sums.push_back({rank, part(rank), delivered[rank].complete});
    give_all(climb(pattern_, tree_, sums, false));
  }
  void reduce_scatter() { add_up(); }
  void all_gather() {
    std::vector<Contribution> own;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) own.push_back({rank, part(rank), {}});
    give_all(climb(pattern_, tree_, own, false));
  }
  void broadcast() {
    const std::uint32_t root = request_.collective.root().index();
    const Contribution array{root, {{number_, 1}}, {}};
    std::vector<Delivery> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, {{number_, 1}}});
    }
    descend(pattern_, tree_, climb(pattern_, tree_, {&array, 1}, false), others);
  }
  void reduce() {
    const std::uint32_t root = request_.collective.root().index();
    std::vector<Contribution> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, {{number_, 1}}, {}});
    }
    const Delivery sum{root, {{number_, 1}}, true};
    descend(pattern_, tree_, climb(pattern_, tree_, others, true), {&sum, 1});
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
    return descend(pattern_, tree_, climb(pattern_, tree_, arrays, true), to_owners);
  }
  void give_all(const ArrivedAt& arrived) {
    std::vector<Delivery> everything;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) everything.push_back({rank, all_parts()});
    descend(pattern_, tree_, arrived, everything);
  }

  SlicePattern& pattern_;
  const AlgorithmRequest& request_;
  std::uint32_t ranks_;
  AgentTree tree_;
  std::uint32_t number_;  // of the switch in its domain
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
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
          .make = make};
}

const bool kRegistered =
    register_algorithm(nvls(CollectiveKind::all_reduce,
                            "One domain whose switches reduce (NVLink SHARP): S + S/n over each link, two trips.")) &&
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
