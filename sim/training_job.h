// A training step or an inference step of a model, as an experiment asks for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/compute_units.h"
#include "base/units.h"
#include "collectives/training/compute_spec.h"
#include "collectives/training/inference_step.h"
#include "collectives/training/model_spec.h"
#include "collectives/training/parallel_layout.h"
#include "sim/price_sheet.h"
#include "sim/program/program_mode.h"

namespace polyplane::sim {

/// A model of the catalogue, or of a file.
struct ModelChoice {
  collectives::ModelSpec spec;
  std::string description;
  std::vector<std::string> assumed;              // of any step
  std::vector<std::string> assumed_in_training;  // of training alone, beside those
};

/// What one card is said to do, beside its rates.
struct CardFacts {
  std::string part;             // catalogue name
  FlopRate bf16_peak;           // MFU counts against it
  FlopRate product_peak;        // at the precision of products
  std::optional<Bytes> memory;  // absent: not published, so that nothing is checked
  std::string efficiency_source;
};

enum class MemoryCheck : std::uint8_t { refuse, warn };

/// What both kinds of steps share.
struct StepJob {
  std::string name;
  ModelChoice model;
  collectives::ComputeSpec compute;
  CardFacts card;
  std::vector<std::uint32_t> cards;  // accelerators of the cluster, in the order of the layout
  ProgramMode mode = ProgramMode::timed;
  MemoryCheck memory_check = MemoryCheck::refuse;
  std::vector<std::string> assumed;
};

struct TrainingJob : StepJob {
  collectives::ParallelLayout layout;
  std::optional<double> token_budget;
  PriceSheet prices;
  double amortisation_years = 4;
};

struct InferenceJob : StepJob {
  collectives::InferenceSpec inference;
};

}  // namespace polyplane::sim
