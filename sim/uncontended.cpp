#include "sim/uncontended.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/uncontended_dataflow.h"
#include "sim/uncontended_events.h"
#include "sim/uncontended_presolve.h"
#include "sim/uncontended_rings.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

namespace {

RunOutcome outcome_of(const Job& job, const Folding* folding, const UncontendedSends& sends, std::string way,
                      TimePoint end, std::uint64_t num_sends) {
  RunOutcome outcome;
  outcome.job_end = {end};
  outcome.makespan = end;
  outcome.events = num_sends;
  outcome.sends = num_sends * (folding == nullptr ? 1 : folding->copies());
  outcome.trunk_bytes = sends.trunk_bytes();
  outcome.way.text = std::move(way);
  outcome.way.text += agents_text(*job.schedule);
  outcome.way.rank_classes = job.schedule->collective().ranks();
  outcome.way.link_classes = outcome.trunk_bytes.size();
  if (folding != nullptr) {
    outcome.way.text += ", folded: " + folding->text();
    outcome.way.rank_classes = folding->stride();
    outcome.way.link_classes = folding->num_trunk_classes();
  }
  return outcome;
}

}  // namespace

std::optional<RunOutcome> run_uncontended(topology::Router& router, const Job& job, const Folding* folding,
                                          bool shares_links, UncontendedWay way, const std::function<bool()>& stop) {
  if (shares_links) {
    UncontendedSends sends(router, job, folding);
    if (!fits_capacities(job, folding, sends, stop)) return std::nullopt;
  }
  if (way == UncontendedWay::whole_steps) {
    UncontendedSends sends(router, job, folding);
    if (const auto rings = run_rings(job, folding, sends, stop)) {
      return outcome_of(job, folding, sends, "whole steps, no contention", rings->end, rings->sends);
    }
  }
  UncontendedSends sends(router, job, folding);
  if (way == UncontendedWay::events) {
    UncontendedEvents events(job, folding, sends, shares_links);
    if (!events.run(stop)) return std::nullopt;
    return outcome_of(job, folding, sends, "event by event, no contention", events.end(), events.events());
  }
  UncontendedDataflow dataflow(job, folding, sends);
  if (!dataflow.run(stop)) return std::nullopt;
  return outcome_of(job, folding, sends, "send by send, no contention", dataflow.end(), dataflow.sends());
}

}  // namespace polyplane::sim
