// Fair shares of 16,384 flows, one step of a pairwise exchange: solved from nothing, building the problem included, by the
// solver and by the textbook; and kept up while one flow ends and it, or another over its links, starts.
#include <benchmark/benchmark.h>

#include <limits>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/network/allocation.h"
#include "sim/network/max_min.h"
#include "tests/bench/pairwise_step.h"
#include "tests/oracle/textbook_max_min.h"

namespace polyplane::sim {
namespace {

using bench::PairwiseStep;

void full_solve(benchmark::State& state, const PairwiseStep& step) {
  MaxMin solver{LoadUnits()};
  constexpr std::uint32_t kNotYet = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> trunk_of_link(step.links.size());
  for (auto _ : state) {
    solver.clear();
    trunk_of_link.assign(step.links.size(), kNotYet);
    for (const std::vector<std::uint32_t>& flow : step.flows) {
      solver.add_flow();
      for (const std::uint32_t link : flow) {
        std::uint32_t& trunk = trunk_of_link[link];
        if (trunk == kNotYet) trunk = solver.add_trunk(LoadUnits().of(step.links[link]), step.links[link]);
        solver.add_hop(trunk);
      }
    }
    solver.solve();
    double rate_of_first = solver.rate(0).bps;
    benchmark::DoNotOptimize(rate_of_first);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(step.flows.size()));
}
BENCHMARK_CAPTURE(full_solve, leaf_spine, bench::leaf_spine_step())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(full_solve, fat_tree, bench::fat_tree_step())->Unit(benchmark::kMillisecond);

void textbook_solve(benchmark::State& state, const PairwiseStep& step) {
  std::vector<double> capacities;
  for (const BitRate rate : step.links) capacities.push_back(static_cast<double>(rate.bps()));
  std::vector<std::vector<oracle::WeightedHop>> flows;
  for (const std::vector<std::uint32_t>& flow : step.flows) {
    flows.emplace_back();
    for (const std::uint32_t link : flow) flows.back().push_back({link});
  }
  for (auto _ : state) benchmark::DoNotOptimize(oracle::textbook_max_min(capacities, flows).data());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(step.flows.size()));
}
BENCHMARK_CAPTURE(textbook_solve, leaf_spine, bench::leaf_spine_step())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(textbook_solve, fat_tree, bench::fat_tree_step())->Unit(benchmark::kMillisecond);

// items: an end and a start.
void one_ends_one_starts(benchmark::State& state, const PairwiseStep& step) {
  const auto count = static_cast<std::uint32_t>(step.flows.size());
  Allocation allocation(step.links, count);
  std::vector<std::vector<topology::Hop>> hops(count);
  for (std::uint32_t flow = 0; flow < count; ++flow) {
    for (const std::uint32_t link : step.flows[flow]) hops[flow].push_back({TrunkId(link), 1.0});
    allocation.set_route(flow, hops[flow], {}, 1);
    allocation.add(flow);
  }
  allocation.settle();
  RandomStream random(2, 0);
  for (auto _ : state) {
    const auto flow = static_cast<std::uint32_t>(random.below(count));
    allocation.remove(flow);
    allocation.settle();
    allocation.set_route(flow, hops[flow], {}, 1);
    allocation.add(flow);
    benchmark::DoNotOptimize(allocation.settle().data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(one_ends_one_starts, leaf_spine, bench::leaf_spine_step());
BENCHMARK_CAPTURE(one_ends_one_starts, fat_tree, bench::fat_tree_step());

}  // namespace
}  // namespace polyplane::sim
