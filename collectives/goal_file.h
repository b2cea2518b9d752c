// GOAL (LogGOPSim, ATLAHS) as values: what its text and its binary form both say, and how that is a Program.
//
// A rank is an actor on the card of its number. `calc` is compute on a stream "cpu C" that takes one at a time, in the
// order in which they become ready; sends and receives are on streams "nic K" that take any number at once. `requires`
// is After, of the end; `irequires`, of the start. A send has ended when its last byte is delivered; in LogGOPSim it
// has when it left, so that programs that reuse a buffer as soon as that may be slower here.
// Left out: the cpu of a send or receive, which LogGOPSim keeps busy for o and O; here software costs are the stack's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/import/importer.h"
#include "collectives/program.h"

namespace polyplane::collectives {

struct GoalOperation {
  enum class Type : std::uint8_t { send = 1, receive = 2, calc = 3 };  // numbers of the binary form
  static constexpr std::uint32_t kAny = UINT32_MAX;                    // receive: any source, any tag
  Type type = Type::calc;
  std::uint8_t cpu = 0, nic = 0;
  std::uint32_t peer = 0, tag = 0;
  std::int64_t size = 0;  // bytes; of calc: nanoseconds
};

/// `operation` starts after `other` has ended, or only started.
struct GoalEdge {
  std::uint32_t operation = 0, other = 0;
  bool started = false;
};

struct GoalRank {
  std::vector<GoalOperation> operations;
  std::vector<GoalEdge> edges;      // of indices that exist
  std::vector<std::string> labels;  // of operations, "" where one has none; empty: none has
};

struct GoalFile {
  std::vector<GoalRank> ranks;
};

/// Most that one calc may take: ten days.
inline constexpr std::int64_t kMaxGoalNs = 864'000'000'000'000;

/// With notes of what every program out of GOAL takes for granted.
[[nodiscard]] ImportedProgram import_goal(const GoalFile& file, const std::string& name);

/// Operations on a stream in order require the one before. Compute of streams that take one at a time, or in order, is
/// on a cpu each; joins are calc 0 on a cpu of their own. Cards are forgotten: an actor is the rank of its number.
/// Throws InputError for what GOAL cannot say: actors of several cards, collectives, compute on a stream that takes any
/// number at once, messages on one that takes one at a time, more than 256 streams. Durations are rounded to
/// nanoseconds.
[[nodiscard]] GoalFile goal_of(const Program& program);

}  // namespace polyplane::collectives
