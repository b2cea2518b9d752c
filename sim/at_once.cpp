#include "sim/at_once.h"

#include <algorithm>
#include <memory>

#include "sim/at_once_certificate.h"
#include "sim/at_once_problem.h"
#include "sim/at_once_solve.h"

namespace polyplane::sim {

namespace {

constexpr std::uint64_t kSeed = 0x61744f6e6365;  // any

/// Bytes of the router's trunks from those of links.
std::vector<double> trunk_bytes(const topology::Router& router, const Islands& islands,
                                const std::vector<double>& slot_bytes) {
  std::vector<double> bytes;
  bytes.reserve(router.trunks().size());
  for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
    double sum = 0, shares = 0;
    for (const topology::TrunkMember& member : router.members(TrunkId(t))) {
      const std::uint32_t slot = islands.slot_of(member.link);
      if (slot != kNoIndex) sum += slot_bytes[slot];
      shares += member.share;
    }
    bytes.push_back(shares > 0 ? sum / shares : 0);
  }
  return bytes;
}

}  // namespace

std::optional<RunOutcome> run_at_once(const topology::Topology& topology, topology::Router& router, const Job& job,
                                      bool certify, const std::function<bool()>& stop,
                                      const std::function<void(std::uint64_t, std::uint64_t)>& sized) {
  if (!router.follows_shape()) return std::nullopt;
  const std::unique_ptr<AtOnceProblem> problem = AtOnceProblem::pose(topology, job);
  if (!problem) return std::nullopt;
  const std::optional<AtOnceClasses> classes = AtOnceClasses::find(*problem, kSeed, stop);
  if (!classes) return std::nullopt;
  const ClassNetwork network = class_network(*classes, problem->islands(), topology, router);
  if (sized) sized(classes->flows().size(), network.hops.size());
  const TimePoint launched = job.start + job.costs.launch;
  const ClassEnds ends = drain(*classes, network, launched, stop);

  RunOutcome outcome;
  outcome.makespan = launched;
  for (const TimePoint end : ends.end) outcome.makespan = std::max(outcome.makespan, end);
  outcome.job_end = {outcome.makespan};
  outcome.events = ends.events;
  for (const FlowClass& flow : classes->flows()) outcome.sends += flow.flows;
  outcome.trunk_bytes = trunk_bytes(router, problem->islands(), classes->link_bytes());
  outcome.model_facts = ends.model_facts;
  if (certify) {
    outcome.model_facts.solves = certify_classes(*problem, *classes, network, ends, launched, stop);
    outcome.model_facts.certified = outcome.model_facts.solves;
  }
  outcome.way = {.text = "all at once, by classes",
                 .rank_classes = problem->islands().classes().size(),
                 .flow_classes = classes->flows().size(),
                 .link_classes = network.used_link_classes};
  return outcome;
}

}  // namespace polyplane::sim
