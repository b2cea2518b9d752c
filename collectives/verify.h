// The proof that a schedule does what its collective promises, from its transfers alone.
//
// Replays the schedule on multisets of contributions: each rank holds, per place, a chunk and how often each rank's
// contribution is in it. Checks, in this order: every send meets exactly one receive of the same pair (and the other way round); bytes
// equal the sum of the chunks' bytes; all steps complete (else the cycle, or who waits for whom, is named); no two
// accesses to one chunk of one rank, at least one of them a write, are unordered (by vector clocks), so the outcome
// holds for every timing; nothing is sent that is not there; the end state is the contract's, each contribution exactly
// once (of combine: additions to one chunk need no order among themselves, and the first finds a zero). Cost O(ranks^2 x lanes x steps): meant for up to ~64 ranks. References: MSCCL-tools' check_implements
// (algorithm.py), which tests presence only; here contributions are counted.
#pragma once

#include <string>

#include "collectives/schedule.h"

namespace polyplane::collectives {

struct Verdict {
  bool proven = false;
  std::string problem;  // names rank, lane, step and chunk of the first defect; "" when proven
};

[[nodiscard]] Verdict verify(const Schedule& schedule);

}  // namespace polyplane::collectives
