// What came out of a training step or an inference step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/attribution.h"
#include "sim/network/model_facts.h"
#include "sim/sensitivity_answer.h"
#include "sim/time_spread.h"

namespace polyplane::sim {

/// Time of a mean card during which its compute stands still, by what it waits for.
struct StepExposure {
  std::string label;  // "ep dispatch"
  Duration moving;    // the bytes were on their way
  Duration waiting;   // they had not been sent yet: somebody else was late
};

/// Critical path by label.
struct StepPathPart {
  std::string label;
  Duration compute, communication;
};

/// A collective that the step uses.
struct StepCall {
  std::string name, kind, algorithm, protocol;
  std::uint64_t instances = 0;
  std::uint32_t groups = 0, ranks = 0;  // side by side, of so many cards each
  Duration alone;
};

/// Memory of a card. Inference: activations are keys and values.
struct StepBytes {
  Bytes weights, gradients, optimiser, activations;
  [[nodiscard]] Bytes total() const { return weights + gradients + optimiser + activations; }
};

struct StepResult {
  std::string name, phase;  // "training", "decode", "prefill"
  std::string model, mode, network_model, card;
  std::int64_t parameters = 0, active_parameters = 0;
  std::uint32_t cards = 0;
  Duration time;
  double tokens = 0;  // of all cards in the step
  // busy + exposures + idle = time, each the mean over pipeline ranks (or cards).
  Duration busy, idle;
  std::vector<StepExposure> exposed;
  std::vector<StepPathPart> path;
  Attribution communication;  // of what communicates on the critical path; explained or in mode flows
  Duration overlap;           // see ProgramOutcome
  std::vector<StepCall> calls;
  StepBytes memory;  // of the fullest card
  std::optional<Bytes> memory_limit;
  std::uint64_t operations = 0, messages = 0, events = 0;
  std::uint64_t foretold_bytes = 0;        // peak of the process; depends on the machine, so reports leave it out
  std::vector<Sensitivity> sensitivities;  // as in CollectiveResult
  std::optional<TimeSpread> spread;        // as in CollectiveResult
  std::uint64_t fingerprint = 0;
  ModelFacts model_facts;  // see ProgramOutcome
  std::vector<std::string> notes;
  std::string memory_warning;  // among the notes; "" when it fits, or the card's memory is not published

  // Training. Operations by the model's formulas over time x cards.
  double tflops_causal = 0, tflops_full = 0;  // of a card; attention over half of the sequence, or all of it
  double tflops_hardware = 0;                 // and what is worked out a second time
  double mfu_causal = 0, mfu_full = 0;        // over the bf16 peak
  Duration bubble;                            // idle, and waiting for other stages
  std::optional<double> train_days, train_joules, train_dollars;  // for the token budget; absent where unknown
  std::optional<double> token_budget;
  std::vector<std::string> missing;  // what nobody published, so that energy or cost is absent
  // Inference: every request gets one token in the time of a step (decode).
  double tokens_per_second_card = 0, tokens_per_second_user = 0;

  [[nodiscard]] double tokens_per_second() const { return time.ps() > 0 ? tokens / time.seconds() : 0; }
};

}  // namespace polyplane::sim
