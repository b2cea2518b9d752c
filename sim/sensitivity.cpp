#include "sim/sensitivity.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"

namespace polyplane::sim {

namespace {

constexpr Scale kFaster{11, 10}, kLess{9, 10}, kQuicker{10, 11};

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
    if (!experiment.capacity_events.empty()) names[link.tier].insert(link.name);
    if (link.latency > Duration()) is_late[link.tier] = true;
  }
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    if (is_used[tier]) knobs.push_back(tier_rate(tiers[tier], std::move(names[tier])));
    if (is_late[tier] && is_used[tier]) knobs.push_back(tier_latency(tiers[tier]));
  }
  const std::pair<const char*, Duration ProtocolCosts::*> costs[] = {
      {"launch of the stack", &ProtocolCosts::launch},
      {"steps of the stack inside scale-up domains", &ProtocolCosts::step_scale_up},
      {"steps of the stack between them", &ProtocolCosts::step_scale_out},
      {"messages of the stack", &ProtocolCosts::message}};
  for (const auto& [what, cost] : costs) {
    if (has_cost(experiment.stack, cost)) knobs.push_back(stack_cost(what, cost));
  }
  return knobs;
}

/// Results that one run per knob answers for.
struct Question {
  Experiment experiment;
  std::vector<std::size_t> rows;  // of Report::collectives
};

void settle_choice(const CollectiveResult& row, CollectiveJob& job) {
  job.algorithm = row.algorithm;
  job.protocol = row.protocol;
  job.channels = row.channels;
  job.slices = row.slices;
}

bool same_choice(const CollectiveResult& a, const CollectiveResult& b) {
  return a.algorithm == b.algorithm && a.protocol == b.protocol && a.channels == b.channels && a.slices == b.slices;
}

std::vector<Question> questions_of(const Experiment& experiment, std::uint64_t max_events, const Report& report) {
  const std::vector<CollectiveResult>& rows = report.collectives;
  std::vector<Question> questions;
  if (!experiment.exchanges.empty()) return questions;  // rows of exchanges are no jobs; state a dispatch by itself
  if (!runs_rows(experiment)) {
    Question& all = questions.emplace_back(Question{experiment, {}});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows[row].events > max_events) return {};
      settle_choice(rows[row], all.experiment.collectives[row]);
      all.rows.push_back(row);
    }
    return questions;
  }
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row].events > max_events) continue;
    const auto alike = std::ranges::find_if(
        questions, [&](const Question& question) { return same_choice(rows[question.rows.front()], rows[row]); });
    Question& question = alike != questions.end() ? *alike : questions.emplace_back(Question{experiment, {}});
    CollectiveJob& job = question.experiment.collectives.front();
    if (question.rows.empty()) job.sizes.clear();
    settle_choice(rows[row], job);
    job.sizes.push_back(rows[row].size);
    question.rows.push_back(row);
  }
  return questions;
}

/// Runs that memory has room for at one time.
std::size_t runs_at_once(const RunOptions& options, const Report& report) {
  if (!options.max_memory) return options.threads;
  std::uint64_t most = std::max<std::uint64_t>(report.foretold_bytes, 1);
  for (const CollectiveResult& row : report.collectives) most = std::max(most, row.foretold_bytes);
  const auto room = static_cast<std::size_t>(static_cast<std::uint64_t>(options.max_memory->count()) / most);
  return std::clamp<std::size_t>(room, 1, options.threads);
}

}  // namespace

void add_sensitivities(const Experiment& experiment, const RunOptions& options, std::uint64_t max_events,
                       Report& report) {
  const std::vector<Question> questions = questions_of(experiment, max_events, report);
  if (questions.empty()) return;
  const std::vector<Knob> knobs = knobs_of(experiment);
  std::vector<Report> answers(questions.size() * knobs.size());
  RunOptions inner;
  inner.symmetry = options.symmetry;
  inner.certify = options.certify;
  inner.max_memory = options.max_memory;
  inner.stop = options.stop;
  parallel_for(
      answers.size(), runs_at_once(options, report),
      [&](std::size_t i) {
        Experiment variant = questions[i / knobs.size()].experiment;
        knobs[i % knobs.size()].turn(variant);
        answers[i] = run(variant, inner);
      },
      options.stop);
  if (options.stop && options.stop()) throw Interrupted{};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Question& question = questions[i / knobs.size()];
    for (std::size_t k = 0; k < question.rows.size(); ++k) {
      CollectiveResult& row = report.collectives[question.rows[k]];
      row.sensitivities.push_back({knobs[i % knobs.size()].what, answers[i].collectives[k].time});
    }
  }
  for (CollectiveResult& row : report.collectives) {
    std::ranges::stable_sort(row.sensitivities, {}, &Sensitivity::time);
  }
}

}  // namespace polyplane::sim
