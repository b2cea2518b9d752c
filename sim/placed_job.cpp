#include "sim/placed_job.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/kind_traits.h"
#include "collectives/verify.h"
#include "sim/datatype.h"
#include "sim/imported_algorithm.h"
#include "sim/placement.h"
#include "sim/switch_arithmetic.h"

namespace polyplane::sim {

namespace {

using collectives::Collective;
using topology::Topology;

std::vector<DeviceId> cards(const Topology& topology, const std::vector<std::uint32_t>& ranks) {
  const auto all = topology.accelerators();
  if (ranks.empty()) return {all.begin(), all.end()};
  std::vector<DeviceId> chosen;
  for (const std::uint32_t rank : ranks) {
    if (rank >= all.size()) {
      throw InputError("card " + std::to_string(rank) + " is asked for, but cluster " + topology.name() + " has " +
                       std::to_string(all.size()) + " (0 to " + std::to_string(all.size() - 1) + ")");
    }
    chosen.push_back(all[rank]);
  }
  return chosen;
}

Collective contract(const CollectiveJob& job, const collectives::RankLayout& layout, Bytes size) {
  const std::uint32_t ranks = layout.num_ranks();
  const std::int64_t element = element_bytes(job.datatype);
  if (job.root >= ranks) {
    throw InputError("root " + std::to_string(job.root) + " is not among the " + std::to_string(ranks) + " ranks");
  }
  if (job.tokens || collectives::is_of_tokens(job.kind))
    return Collective::of_tokens(job.kind, ranks, token_routing(job, layout), size);
  if (job.kind == collectives::CollectiveKind::alltoallv && !job.matrix.empty()) {
    if (job.matrix.size() != std::size_t{ranks} * ranks) {
      throw InputError("the matrix of an alltoallv among " + std::to_string(ranks) + " ranks needs " +
                       std::to_string(std::size_t{ranks} * ranks) + " entries, not " +
                       std::to_string(job.matrix.size()));
    }
    Collective::Shape shape;
    shape.kind = job.kind;
    shape.ranks = ranks;
    shape.element_bytes = element;
    shape.matrix = job.matrix;
    return Collective(std::move(shape));
  }
  return Collective::sized(job.kind, ranks, size, element, RankId(job.root));
}

}  // namespace

bool PlacedJob::prove(const Collective& collective, const RowOutcome& row) const {
  if (collective.ranks() > kMaxProvenRanks) return false;
  for (std::size_t g = 0; g < layouts.size(); ++g) {
    const auto alike = std::find(layouts.begin(), layouts.end(), layouts[g]);
    if (alike != layouts.begin() + static_cast<std::ptrdiff_t>(g)) continue;
    if (!proofs->prove({collective, layouts[g], row.channels, row.slices}, row.algorithm, g, job->schedule.get()))
      return false;
  }
  return true;
}

collectives::TokenRouting token_routing(const CollectiveJob& job, const collectives::RankLayout& layout) {
  collectives::TokenRouting routing = job.tokens.value_or(collectives::TokenRouting{});
  if (routing.ranks_per_node == 0) routing.ranks_per_node = layout.uniform_domain_size();
  return routing;
}

PlacedJob place_job(const CollectiveJob& job, const Topology& topology, const SwitchArithmetic& arithmetic,
                    const std::vector<BitRate>& best_rates) {
  check_reduction(job.reduction);
  if (topology.accelerators().empty()) throw InputError("cluster " + topology.name() + " has no accelerator to run on");
  PlacedJob placed;
  placed.job = &job;
  const auto groups = job.groups.empty() ? std::vector<std::vector<std::uint32_t>>{job.ranks} : job.groups;
  for (const std::vector<std::uint32_t>& group : groups) {
    placed.groups.push_back(cards(topology, group));
    if (placed.groups.back().size() != placed.groups.front().size()) {
      throw InputError("groups that run side by side must be of equal size; one has " +
                       std::to_string(placed.groups.front().size()) + " ranks, another " +
                       std::to_string(placed.groups.back().size()));
    }
    refuse_islands(topology, placed.groups.back());
    placed.layouts.push_back(with_able_switches(make_layout(topology, placed.groups.back()), arithmetic, job.kind,
                                                job.datatype, job.reduction));
  }
  if (job.sizes.empty()) throw InputError("job \"" + printable(job.name) + "\" has no size");
  for (const Bytes size : job.sizes) placed.contracts.push_back(contract(job, placed.layouts.front(), size));
  if (job.algorithm != "auto" && job.algorithm != "nccl") {
    static_cast<void>(collectives::find_algorithm(job.kind, job.algorithm, job.schedule.get()));
  }
  if (job.schedule) {
    prove_imported(*job.schedule, {placed.contracts.front(), placed.layouts.front(), job.channels, job.slices});
  }
  placed.bounds = std::make_shared<Bounds>(topology, placed.groups.front(), best_rates);
  return placed;
}

}  // namespace polyplane::sim
