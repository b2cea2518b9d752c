// One way to do a row: an algorithm, a protocol and the schedules of it, its lower bounds, and its run.
//
// The lower bounds hold in every model that shares links, each dearer to find than the one before: the floor (steps and
// bytes of three ranks), the longest chain (the sends of three ranks on their routes), the estimate (the analytic run of
// all).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/choose_algorithm.h"
#include "sim/folding.h"
#include "sim/run_once.h"
#include "sim/stack.h"
#include "sim/weighed.h"

namespace polyplane::sim {

/// Keeps pointers: the algorithm is registered or RowRequest::imported, the protocol is the stack's, the folding one of
/// RowRequest::foldings or null.
struct Candidate {
  const collectives::Algorithm* algorithm = nullptr;
  const Protocol* protocol = nullptr;
  std::uint32_t channels = 0, slices = 0;
  std::shared_ptr<const std::vector<std::unique_ptr<collectives::Schedule>>> schedules;  // one a group
  const Folding* folding = nullptr;
  std::shared_ptr<const FirstChannel> first_channel;  // instead of the schedule, when channels are folded
  Duration floor;                                     // longest lane x cheapest software cost
  std::uint64_t sends = 0;                            // to be simulated; counted for auto only
  std::optional<Duration> chain, estimate;            // once they were asked for
  [[nodiscard]] std::string name() const { return algorithm->name + "/" + protocol->name; }
};

/// No run can be faster: the sends of one lane follow each other, and all sends of a card leave through its links.
/// Holds for any card, so three are looked at. Needs algorithm, protocol and schedules.
[[nodiscard]] Duration floor_of(const RowRequest& request, const Candidate& candidate);

/// Does it go by classes (run_once.h)?
[[nodiscard]] bool takes_classes(const RowRequest& request, const Candidate& candidate);

/// The floor must do as the estimate.
[[nodiscard]] bool is_only_floored(const RowRequest& request, const Candidate& candidate);

/// What the sends of one lane take, each behind the one before or, with one slot, after it, alone on its route: no more than
/// the analytic time, at the cost of the steps of three ranks. Zero where that stands still or passes 53 days.
[[nodiscard]] Duration longest_chain(const RowRequest& request, const Candidate& candidate);

/// The analytic time, or, where links are shared, the bytes over the most loaded trunk if that is more; of very many
/// messages at once the floor. All are lower bounds. Throws as run_candidate() does, but no GaveUp.
[[nodiscard]] Duration estimate_of(const RowRequest& request, const Candidate& candidate, Weighed& weighed);

/// By `model`, all groups at the same time; `weighed` takes the foretold memory. Throws as run_once() does: GaveUp when
/// it takes longer than `give_up`.
[[nodiscard]] RunOutcome run_candidate(const RowRequest& request, const Candidate& candidate, const std::string& model,
                                       bool explain, Weighed& weighed, TimePoint give_up = TimePoint::never());

}  // namespace polyplane::sim
