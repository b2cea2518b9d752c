// What came out of a program that a trace gave: a ProgramOutcome without its operations, for reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/program.h"
#include "sim/attribution.h"
#include "sim/network/model_facts.h"
#include "sim/program/program_mode.h"
#include "sim/sensitivity_answer.h"
#include "sim/time_spread.h"

namespace polyplane::sim {

struct ProgramOutcome;

/// Time under one label.
struct ProgramLabel {
  std::string label;
  Duration compute, communication;  // on the critical path
  Duration moving, waiting;         // exposed, mean over actors (Exposed in run_program.h)
  Duration most_exposed;            // moving + waiting of the actor that has most of it
  std::string most_exposed_actor;
};

/// A collective that the program uses.
struct ProgramCall {
  std::string name, kind, algorithm, protocol;
  std::uint64_t instances = 0;
  std::uint32_t groups = 0, ranks = 0;  // side by side, of so many cards each
  Bytes size;
  Duration alone;  // mode timed; else zero
};

struct ProgramResult {
  std::string name, format;
  ProgramMode mode = ProgramMode::flows;
  std::string model;  // of the network
  std::uint32_t actors = 0, cards = 0;
  std::uint64_t operations = 0, messages = 0, events = 0;
  Bytes sent;
  Duration time;
  Duration busy, idle;               // mean over actors; with all that is exposed they sum to `time`, but for rounding
  std::vector<ProgramLabel> labels;  // those with any time
  Attribution communication;         // of what communicates on the critical path; explained or in mode flows
  Duration overlap;                  // see ProgramOutcome
  std::vector<ProgramCall> calls;    // those that are entered
  ModelFacts model_facts;            // see ProgramOutcome
  std::vector<std::string> notes;    // what the reader left out or assumed
  std::uint64_t fingerprint = 0;
  std::uint64_t foretold_bytes = 0;        // peak of the process; depends on the machine, so reports leave it out
  std::vector<Sensitivity> sensitivities;  // as in CollectiveResult
  std::optional<TimeSpread> spread;        // as in CollectiveResult
};

/// Everything but format, mode, model and notes.
[[nodiscard]] ProgramResult summarise(const collectives::Program& program, const ProgramOutcome& outcome);

}  // namespace polyplane::sim
