#include "sim/run_steps.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/training/chunk_pieces.h"
#include "collectives/training/step_memory.h"
#include "collectives/training/training_step.h"
#include "sim/bill_of_materials.h"
#include "sim/placed_error.h"
#include "sim/training_job.h"

namespace polyplane::sim {
namespace {

using collectives::Program;
using collectives::StepLabel;

constexpr double kSecondsPerYear = 365.25 * 86400;
constexpr double kSecondsPerDay = 86400;

std::string gigabytes(Bytes bytes) {
  std::string text = std::to_string((bytes.count() + 50'000'000) / 100'000'000);
  if (text.size() == 1) text = "0" + text;
  return text.insert(text.size() - 1, ".") + " GB";
}

Duration mean(Duration sum, std::size_t count) {
  return Duration::from_ps(sum.ps() / static_cast<std::int64_t>(count));
}

/// Exposed time of a mean actor, by label. Rounding is booked as idle, so that the parts sum to the whole.
void fill_times(const Program& program, const ProgramOutcome& outcome, StepResult& result) {
  const std::size_t actors = outcome.actors.size();
  std::vector<Exposed> sums(program.labels.size());
  Duration busy;
  for (const ActorTime& actor : outcome.actors) {
    busy += actor.busy;
    for (const Exposed& one : actor.exposed) {
      sums[one.label].moving += one.moving;
      sums[one.label].waiting += one.waiting;
    }
  }
  result.time = outcome.makespan.since_start();
  result.busy = mean(busy, actors);
  result.idle = result.time - result.busy;
  for (std::size_t label = 0; label < sums.size(); ++label) {
    if (sums[label].moving + sums[label].waiting == Duration()) continue;
    const Duration moving = mean(sums[label].moving, actors), waiting = mean(sums[label].waiting, actors);
    result.exposed.push_back({program.labels[label], moving, waiting});
    result.idle -= moving + waiting;
  }
  for (const PathLabel& one : outcome.path_labels) {
    result.path.push_back({program.labels[one.label], one.compute, one.communication});
  }
  result.communication = outcome.communication;
  result.overlap = outcome.overlap;
}

/// Calls of one name and kind together; those of different stages are alike.
void fill_calls(const Program& program, const ProgramOutcome& outcome, StepResult& result) {
  for (std::size_t c = 0; c < outcome.calls.size(); ++c) {
    const collectives::Call& call = program.calls[c];
    const CallOutcome& what = outcome.calls[c];
    std::string name = call.name;
    if (name.starts_with("stage ")) name.erase(0, name.find(' ', 6) + 1);
    const std::string kind(to_string(call.kind));
    const auto known = std::ranges::find_if(result.calls, [&](const StepCall& one) {
      return one.name == name && one.kind == kind && one.algorithm == what.algorithm && one.protocol == what.protocol &&
             one.ranks == call.groups.front().size();
    });
    if (known != result.calls.end()) {
      known->instances += what.instances;
      known->alone = std::max(known->alone, what.alone);
      continue;
    }
    result.calls.push_back({name, kind, what.algorithm, what.protocol, what.instances,
                            static_cast<std::uint32_t>(call.groups.size()),
                            static_cast<std::uint32_t>(call.groups.front().size()), what.alone});
  }
}

void check_memory(const StepJob& job, StepResult& result, const std::string& parts) {
  result.memory_limit = job.card.memory;
  if (!job.card.memory || result.memory.total() <= *job.card.memory) return;
  const std::string sentence = "step " + printable(job.name) + " needs " + gigabytes(result.memory.total()) +
                               " on its fullest card (" + parts + "); " + job.card.part + " has " +
                               gigabytes(*job.card.memory);
  if (job.memory_check == MemoryCheck::refuse) {
    throw LimitError(sentence + ". Spread it over more cards, recompute more, or state memory_check: \"warn\"");
  }
  result.memory_warning = sentence;
  result.notes.push_back(sentence);
}

class StepRunner {
 public:
  explicit StepRunner(const StepsInput& input) : input_(input) {}

  StepResult run(const TrainingJob& job) {
    StepResult result = start(job, "training");
    const collectives::ModelSpec& model = job.model.spec;
    const auto ranks = collectives::step_memory(model, job.layout, job.compute);
    const collectives::StepMemory& most = *std::ranges::max_element(ranks, {}, &collectives::StepMemory::total);
    result.memory = {most.weights, most.gradients, most.optimiser, most.activations};
    check_memory(job, result,
                 "weights " + gigabytes(result.memory.weights) + ", gradients " + gigabytes(result.memory.gradients) +
                     ", optimiser " + gigabytes(result.memory.optimiser) + ", activations " +
                     gigabytes(result.memory.activations));
    const Program program = collectives::training_step(model, job.layout, job.compute, job.cards);
    run_program(job, program, result);
    result.tokens = static_cast<double>(job.layout.global_batch) * static_cast<double>(model.sequence_length);
    fill_rates(job, result);
    fill_training(job, result);
    return result;
  }

  StepResult run(const InferenceJob& job) {
    StepResult result = start(job, job.inference.prefill ? "prefill" : "decode");
    const collectives::InferenceMemory memory = collectives::inference_memory(job.model.spec, job.inference);
    result.memory.weights = memory.weights;
    result.memory.activations = memory.cache;
    check_memory(job, result, "weights " + gigabytes(memory.weights) + ", keys and values " + gigabytes(memory.cache));
    const Program program = collectives::inference_step(job.model.spec, job.inference, job.compute, job.cards);
    run_program(job, program, result);
    const double of_card = static_cast<double>(job.inference.batch) *
                           static_cast<double>(job.inference.prefill ? job.inference.context : 1);
    result.tokens = of_card * static_cast<double>(result.cards);
    result.tokens_per_second_card = of_card / result.time.seconds();
    if (!job.inference.prefill) result.tokens_per_second_user = 1 / result.time.seconds();
    return result;
  }

 private:
  StepResult start(const StepJob& job, const std::string& phase) const {
    StepResult result;
    result.name = job.name;
    result.phase = phase;
    result.model = job.model.spec.name;
    result.mode = job.mode == ProgramMode::timed ? "timed" : "flows";
    result.network_model = input_.experiment.model;
    result.card = job.card.part;
    result.parameters = job.model.spec.parameters();
    result.active_parameters = job.model.spec.active_parameters();
    result.cards = static_cast<std::uint32_t>(job.cards.size());
    result.notes = job.assumed;
    result.notes.insert(result.notes.end(), job.model.assumed.begin(), job.model.assumed.end());
    result.notes.push_back("efficiencies of " + job.card.part + ": " + job.card.efficiency_source);
    return result;
  }

  void run_program(const StepJob& job, const Program& folded, StepResult& result) const {
    ProgramInput run = input_.run;
    run.mode = job.mode;
    const bool flows = job.mode == ProgramMode::flows;
    Program program = flows ? collectives::unfold(folded) : folded;
    const WhatIf& what_if = input_.experiment.what_if;
    if (!what_if.compute.is_one()) program = changed(std::move(program), what_if);
    const ProgramOutcome outcome = sim::run_observed(program, run);
    fill_times(program, outcome, result);
    fill_calls(program, outcome, result);
    result.operations = outcome.operations;
    result.messages = outcome.messages;
    result.events = outcome.events;
    result.foretold_bytes = outcome.foretold_bytes;
    result.model_facts = outcome.model_facts;
    result.fingerprint = outcome.fingerprint;
  }

  static void fill_rates(const TrainingJob& job, StepResult& result) {
    const collectives::ModelSpec& model = job.model.spec;
    const double card_seconds = result.time.seconds() * static_cast<double>(result.cards);
    const auto tflops = [&](double per_token) { return per_token * result.tokens / card_seconds / 1e12; };
    const double full = model.training_flops_per_token(false), causal = model.training_flops_per_token(true);
    result.tflops_full = tflops(full);
    result.tflops_causal = tflops(causal);
    result.tflops_hardware =
        tflops(full + model.recompute_flops_per_token(
                          job.layout.recompute == collectives::Recompute::full,
                          job.layout.recompute == collectives::Recompute::selective && job.compute.stored_scores));
    const double peak = static_cast<double>(job.card.bf16_peak.per_second()) / 1e12;
    result.mfu_full = result.tflops_full / peak;
    result.mfu_causal = result.tflops_causal / peak;
  }

  void fill_training(const TrainingJob& job, StepResult& result) {
    result.bubble = result.idle;
    const std::string& pipeline = collectives::step_labels()[static_cast<std::size_t>(StepLabel::pipeline)];
    for (const StepExposure& one : result.exposed) {
      if (one.label == pipeline) result.bubble += one.waiting;
    }
    if (!job.token_budget) return;
    result.token_budget = job.token_budget;
    const double seconds = *job.token_budget / result.tokens_per_second();
    result.train_days = seconds / kSecondsPerDay;
    const BillOfMaterials bill = sim::bill(input_.run.topology, input_.experiment.cluster, job.prices);
    const double share = static_cast<double>(result.cards) / static_cast<double>(bill.endpoints);
    if (bill.system_power.sum) result.train_joules = bill.system_power.sum->used.watts() * share * seconds;
    if (bill.system_cost.sum) {
      result.train_dollars =
          bill.system_cost.sum->used.dollars() * share * seconds / (job.amortisation_years * kSecondsPerYear);
    }
    result.missing = bill.system_power.missing;
    result.missing.insert(result.missing.end(), bill.system_cost.missing.begin(), bill.system_cost.missing.end());
  }

  const StepsInput& input_;
};

}  // namespace

std::vector<StepResult> run_steps(const StepsInput& input) {
  StepRunner runner(input);
  std::vector<StepResult> results;
  const auto run_all = [&](const char* field, const auto& jobs) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      at_entry(field, static_cast<int>(i), [&] { results.push_back(runner.run(*jobs[i])); });
    }
  };
  run_all("training", input.experiment.training);
  run_all("inference", input.experiment.inference);
  return results;
}

}  // namespace polyplane::sim
