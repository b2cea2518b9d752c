// A collective job on its cluster: which cards its ranks are, how they lie, and what each size has to achieve.
#pragma once

#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "collectives/collective.h"
#include "collectives/rank_layout.h"
#include "sim/bounds.h"
#include "sim/choose_algorithm.h"
#include "sim/experiment.h"
#include "sim/foldings.h"
#include "sim/proofs.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Copies share bounds, proofs and foldings, which may be asked from several threads.
struct PlacedJob {
  const CollectiveJob* job = nullptr;  // not owned; outlives this
  std::vector<std::vector<DeviceId>> groups;
  std::vector<collectives::RankLayout> layouts;    // of the groups
  std::vector<collectives::Collective> contracts;  // of the sizes, the same for all groups
  std::shared_ptr<Bounds> bounds;
  std::shared_ptr<Proofs> proofs = std::make_shared<Proofs>();
  std::shared_ptr<Foldings> foldings = std::make_shared<Foldings>();

  /// False above the limits of the proof; groups that lie alike share their proof.
  [[nodiscard]] bool prove(const collectives::Collective& collective, const RowOutcome& row) const;
};

/// `best_rates`: of links, whatever fails or slows down. Throws InputError: cards that the cluster does not have or that
/// do not reach each other, groups of unequal size, no size, a root, matrix, reduction, algorithm or schedule that does
/// not fit.
[[nodiscard]] PlacedJob place_job(const CollectiveJob& job, const topology::Topology& topology,
                                  const SwitchArithmetic& arithmetic, const std::vector<BitRate>& best_rates);

/// Of a job of tokens. A node of tokens is a scale-up domain where the job does not say and domains are alike.
[[nodiscard]] collectives::TokenRouting token_routing(const CollectiveJob& job, const collectives::RankLayout& layout);

}  // namespace polyplane::sim
