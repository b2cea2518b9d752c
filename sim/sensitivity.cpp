#include "sim/sensitivity.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "sim/experiment_topology.h"
#include "sim/flow_names.h"
#include "sim/processor_work.h"

namespace polyplane::sim {

namespace {

constexpr Scale kFaster{11, 10}, kLess{9, 10}, kQuicker{10, 11}, kLessTime{10, 9};

/// One thing that could be better.
struct Knob {
  std::string what;
  std::function<void(Experiment&)> turn;
};

/// `links`: names of the links of the tier, for capacity events.
Knob tier_rate(const std::string& tier, std::set<std::string> links) {
  return {"rate of " + tier, [tier, links = std::move(links)](Experiment& experiment) {
            experiment.what_if.tiers.push_back({tier, kFaster, {}});
            for (CapacityEvent& event : experiment.capacity_events) {
              if (links.contains(event.link)) event.rate = BitRate::from_bps(kFaster.of(event.rate.bps()));
            }
          }};
}

Knob tier_latency(const std::string& tier) {
  return {"latency of " + tier,
          [tier](Experiment& experiment) { experiment.what_if.tiers.push_back({tier, {}, kLess}); }};
}

Knob stack_cost(std::string what, Duration ProtocolCosts::* cost) {
  return {std::move(what), [cost](Experiment& experiment) {
            for (Protocol& protocol : experiment.stack.protocols) {
              for (ProtocolCosts& costs : protocol.costs) costs.*cost = kLess.of(costs.*cost);
            }
          }};
}

/// Beside passing bytes.
Knob processor_work() {
  return {"work of processors", [](Experiment& experiment) {
            for (Protocol& protocol : experiment.stack.protocols) {
              for (ProtocolCosts& costs : protocol.costs) {
                for (MessageCost& cost : costs.by_size) {
                  for (Duration* const part : {&cost.work, &cost.copy, &cost.reduction}) *part = kLess.of(*part);
                }
                for (BitRate* const rate : {&costs.reduction_rate, &costs.copy_rate}) {
                  *rate = BitRate::from_bps(kLessTime.of(rate->bps()));
                }
              }
            }
          }};
}

bool has_processor_work(const Stack& stack) {
  return std::ranges::any_of(stack.protocols, [](const Protocol& protocol) {
    return std::ranges::any_of(protocol.costs, [](const ProtocolCosts& costs) {
      return has_work_cost(costs) || has_reduction_cost(costs) || has_copy_cost(costs);
    });
  });
}

bool has_cost(const Stack& stack, Duration ProtocolCosts::* cost) {
  return std::ranges::any_of(stack.protocols, [&](const Protocol& protocol) {
    return std::ranges::any_of(protocol.costs, [&](const ProtocolCosts& costs) { return costs.*cost > Duration(); });
  });
}

std::vector<Knob> knobs_of(const Experiment& experiment) {
  std::vector<Knob> knobs;
  const topology::Topology topology = build_topology(experiment);
  const auto tiers = topology.tier_names();
  std::vector<bool> is_used(tiers.size()), is_late(tiers.size());
  std::vector<std::set<std::string>> names(tiers.size());
  for (const topology::Link& link : topology.links()) {
    if (!link.up) continue;
    is_used[link.tier] = true;
    if (!experiment.capacity_events.empty()) names[link.tier].insert({link.name, by_ends(topology, link)});
    if (link.latency > Duration()) is_late[link.tier] = true;
  }
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    if (is_used[tier]) knobs.push_back(tier_rate(tiers[tier], std::move(names[tier])));
    if (is_late[tier] && is_used[tier]) knobs.push_back(tier_latency(tiers[tier]));
  }
  const std::pair<const char*, Duration ProtocolCosts::*> costs[] = {
      {"launch cost", &ProtocolCosts::launch},
      {"step cost inside scale-up domains", &ProtocolCosts::step_scale_up},
      {"step cost between scale-up domains", &ProtocolCosts::step_scale_out},
      {"message cost", &ProtocolCosts::message}};
  for (const auto& [what, cost] : costs) {
    if (has_cost(experiment.stack, cost)) knobs.push_back(stack_cost(what, cost));
  }
  if (has_processors(experiment.stack, topology) && has_processor_work(experiment.stack))
    knobs.push_back(processor_work());
  if (!experiment.training.empty() || !experiment.inference.empty() || !experiment.traces.empty()) {
    knobs.push_back({"speed of compute", [](Experiment& variant) { variant.what_if.compute = kQuicker; }});
  }
  return knobs;
}

/// What one run for each knob answers for.
struct Question {
  Experiment experiment;
  std::vector<std::vector<Sensitivity>*> asked;                      // of results of the report
  std::function<std::vector<Duration>(const Report& answer)> times;  // of the same, in an answer
};

void settle_choice(const CollectiveResult& row, CollectiveJob& job) {
  job.algorithm = row.algorithm;
  job.protocol = row.protocol;
  job.channels = row.channels;
  job.slices = row.slices;
}

bool has_choice(const CollectiveResult& row, const CollectiveJob& job) {
  return row.algorithm == job.algorithm && row.protocol == job.protocol && row.channels == job.channels &&
         row.slices == job.slices;
}

std::vector<Duration> collective_times(const Report& answer) {
  std::vector<Duration> times;
  for (const CollectiveResult& row : answer.collectives) times.push_back(row.time);
  return times;
}

/// Of an experiment with nothing but what is asked about.
Experiment without_work(const Experiment& experiment) {
  Experiment bare = experiment;
  bare.collectives.clear();
  bare.exchanges.clear();
  bare.flows.clear();
  bare.training.clear();
  bare.inference.clear();
  bare.traces.clear();
  return bare;
}

/// Without those of exchanges, which come last, two each.
std::span<CollectiveResult> rows_of_jobs(Report& report) {
  return std::span(report.collectives).first(report.collectives.size() - 2 * report.exchanges.size());
}

/// Every size is a run of its own: those with the same choice are asked about together.
void ask_about_rows(const Experiment& experiment, std::uint64_t max_events, Report& report,
                    std::vector<Question>& questions) {
  std::vector<Question> of_choice;
  for (CollectiveResult& row : rows_of_jobs(report)) {
    if (row.events > max_events) continue;
    auto question = std::ranges::find_if(
        of_choice, [&](const Question& other) { return has_choice(row, other.experiment.collectives.front()); });
    if (question == of_choice.end()) {
      of_choice.push_back({without_work(experiment), {}, collective_times});
      question = std::prev(of_choice.end());
      CollectiveJob& job = question->experiment.collectives.emplace_back(experiment.collectives.front());
      settle_choice(row, job);
      job.sizes.clear();
    }
    question->experiment.collectives.front().sizes.push_back(row.size);
    question->asked.push_back(&row.sensitivities);
  }
  std::ranges::move(of_choice, std::back_inserter(questions));
}

/// Jobs and flows on one network: one run answers for all jobs.
void ask_about_all(const Experiment& experiment, std::uint64_t max_events, Report& report,
                   std::vector<Question>& questions) {
  Question all{without_work(experiment), {}, collective_times};
  all.experiment.collectives = experiment.collectives;
  all.experiment.flows = experiment.flows;
  const std::span<CollectiveResult> rows = rows_of_jobs(report);
  for (std::size_t job = 0; job < rows.size(); ++job) {
    CollectiveResult& row = rows[job];
    if (row.events > max_events) return;
    settle_choice(row, all.experiment.collectives[job]);
    all.asked.push_back(&row.sensitivities);
  }
  if (!all.asked.empty()) questions.push_back(std::move(all));
}

std::vector<Duration> step_time(const Report& answer) { return {answer.steps.front().time}; }
std::vector<Duration> program_time(const Report& answer) { return {answer.programs.front().time}; }
std::vector<Duration> layer_time(const Report& answer) { return {answer.exchanges.front().layer}; }

std::vector<Question> questions_of(const Experiment& experiment, std::uint64_t max_events, Report& report) {
  std::vector<Question> questions;
  if (runs_rows(experiment)) {
    ask_about_rows(experiment, max_events, report, questions);
  } else {
    ask_about_all(experiment, max_events, report, questions);
  }
  for (std::size_t i = 0; i < report.steps.size(); ++i) {
    StepResult& step = report.steps[i];
    if (step.events > max_events) continue;
    Question& question = questions.emplace_back(Question{without_work(experiment), {&step.sensitivities}, step_time});
    const std::size_t trainings = experiment.training.size();
    if (i < trainings) {
      question.experiment.training.push_back(experiment.training[i]);
    } else {
      question.experiment.inference.push_back(experiment.inference[i - trainings]);
    }
  }
  for (std::size_t i = 0; i < report.programs.size(); ++i) {
    ProgramResult& program = report.programs[i];
    if (program.events > max_events) continue;
    Question& question =
        questions.emplace_back(Question{without_work(experiment), {&program.sensitivities}, program_time});
    question.experiment.traces.push_back(experiment.traces[i]);
  }
  for (std::size_t i = 0; i < report.exchanges.size(); ++i) {
    ExchangeResult& exchange = report.exchanges[i];
    if (exchange.events > max_events) continue;
    Question& question =
        questions.emplace_back(Question{without_work(experiment), {&exchange.sensitivities}, layer_time});
    question.experiment.exchanges.push_back(experiment.exchanges[i]);
  }
  return questions;
}

/// Side by side as long as that is little memory; larger ones one after the other, in what the run itself took.
constexpr std::uint64_t kLittleMemory = 64'000'000;

/// Peak of the process for one run.
std::uint64_t foretold_bytes(const Report& report) {
  std::uint64_t most = std::max<std::uint64_t>(report.foretold_bytes, 1);
  for (const CollectiveResult& row : report.collectives) most = std::max(most, row.foretold_bytes);
  for (const StepResult& step : report.steps) most = std::max(most, step.foretold_bytes);
  for (const ProgramResult& program : report.programs) most = std::max(most, program.foretold_bytes);
  return most;
}

}  // namespace

void add_sensitivities(const Experiment& experiment, const RunOptions& options, std::uint64_t max_events,
                       Report& report) {
  const std::vector<Question> questions = questions_of(experiment, max_events, report);
  if (questions.empty()) return;
  const std::vector<Knob> knobs = knobs_of(experiment);
  const std::uint64_t memory = foretold_bytes(report);
  const std::size_t at_once = std::clamp<std::size_t>(kLittleMemory / memory, 1, options.threads);
  report.foretold_bytes = at_once * memory;
  std::vector<Report> answers(questions.size() * knobs.size());
  RunOptions inner;
  inner.threads = at_once == 1 ? options.threads : 1;
  inner.symmetry = options.symmetry;
  inner.certify = options.certify;
  inner.prove = false;
  inner.max_memory = options.max_memory;
  inner.stop = options.stop;
  parallel_for(
      answers.size(), at_once,
      [&](std::size_t i) {
        Experiment variant = questions[i / knobs.size()].experiment;
        knobs[i % knobs.size()].turn(variant);
        answers[i] = run(variant, inner);
      },
      options.stop);
  if (options.stop && options.stop()) throw Interrupted{};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Question& question = questions[i / knobs.size()];
    const std::vector<Duration> times = question.times(answers[i]);
    CHECK(times.size() == question.asked.size(), "an answer to another question");
    for (std::size_t k = 0; k < times.size(); ++k) {
      question.asked[k]->push_back({knobs[i % knobs.size()].what, times[k]});
    }
  }
  for (const Question& question : questions) {
    for (std::vector<Sensitivity>* asked : question.asked) std::ranges::stable_sort(*asked, {}, &Sensitivity::time);
  }
}

}  // namespace polyplane::sim
