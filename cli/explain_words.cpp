#include "cli/explain_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "base/suggest.h"
#include "cli/answer_text.h"
#include "cli/processor_words.h"
#include "cli/text_table.h"
#include "cli/wording.h"
#include "sim/sensitivity.h"

namespace polyplane::cli {
namespace {

constexpr double kWorthTelling = 0.01;  // of the time

/// A part of the critical path: what to call it, and what it means when it is the largest.
struct Part {
  std::string name, meaning;
  Duration time;
};

std::vector<Part> parts_of(const sim::Attribution& where) {
  std::vector<Part> parts;
  const auto add = [&](std::string name, std::string meaning, Duration time) {
    if (time > Duration()) parts.push_back({std::move(name), std::move(meaning), time});
  };
  add("launch", "the launch of the collective by the software stack, before the first byte moves", where.launch);
  add("software", "what the software stack does before each step and message", where.software);
  for (const sim::Attribution::TierParts& tier : where.tiers) {
    const std::string name = printable(tier.tier);
    add("latency of " + name, "latency of " + name + ": the messages are too small for its rate to matter",
        tier.latency);
    add("bytes on " + name, "bytes on " + name + " at the full rate of a link", tier.serialisation);
    add("sharing of " + name, "lost to sharing " + name + ": messages that meet there get a part of its rate each",
        tier.contention);
  }
  add("waiting", "waiting: for links without any capacity, or for the time quantum", where.waiting);
  std::ranges::stable_sort(parts, std::greater<>(), &Part::time);
  return parts;
}

std::string what_binds(const sim::CollectiveResult& result) {
  const std::vector<Part> parts = parts_of(result.attribution);
  if (parts.empty()) return "It takes no time at all.";
  const double largest = share_of(parts.front().time, result.time);
  std::string text = (largest > 0.5 ? "Most of it, " : "The largest part, ") + percent(largest) + ", is " +
                     parts.front().meaning + ".";
  std::string others;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const double share = share_of(parts[i].time, result.time);
    if (share < kWorthTelling) break;
    others += (others.empty() ? " Then come " : ", ") + parts[i].name + " (" + percent(share) + ")";
  }
  std::string processors = processor_words(result, result.attribution.binding_tier);
  if (!processors.empty()) processors = " L" + processors.substr(1) + ".";
  return text + others + (others.empty() ? "" : ".") + processors;
}

std::string distance(const sim::CollectiveResult& result) {
  if (result.lower_bound <= Duration()) return "";
  const double factor = static_cast<double>(result.time.ps()) / static_cast<double>(result.lower_bound.ps());
  const std::string bound = rough(result.lower_bound), why = printable(result.lower_bound_reason);
  if (factor < 1.0005)
    return " No algorithm could be faster on this cluster: its lower bound is " + bound + " (" + why + ").";
  return fmt::format(" No algorithm could take less than {} on this cluster ({}); this run takes {:.2f} times that.",
                     bound, why, factor);
}

std::string what_helps(Duration time, const std::vector<sim::Sensitivity>& answers) {
  if (answers.empty()) return "";
  std::string text;
  std::size_t told = 0;
  for (const sim::Sensitivity& answer : answers) {
    const double gain = share_of(time - answer.time, time);
    if (gain < kWorthTelling / 10 || told == 3) break;
    text += told == 0 ? " What would help most is " : told == 1 ? "; " : ", ";
    text += improved(answer.what) + (told == 0 ? ": the time would fall by " : " by ") + percent(gain);
    if (told == 0) text += " to " + rough(answer.time);
    ++told;
  }
  if (told == 0) return " Nothing that is 10% better by itself would take off even 0.1%.";
  return text + ".";
}

/// A part of the time of a mean card.
struct Share {
  std::string name;
  Duration time;
};

/// What compute waits for under a label: what is under way, and what nobody has sent.
void add_waits(const std::string& label, Duration moving, Duration waiting, std::vector<Share>& waits) {
  const bool pipeline = label == "pp";
  const std::string name = printable(label);
  waits.push_back({pipeline ? "what the pipeline has on its way" : name + " that is on its way", moving});
  waits.push_back({pipeline ? "what the pipeline has not sent yet" : name + " that is not sent yet", waiting});
}

std::string list_of(std::vector<Share> shares, Duration whole) {
  std::ranges::stable_sort(shares, std::greater<>(), &Share::time);
  std::string text;
  for (const Share& share : shares) {
    if (share_of(share.time, whole) < kWorthTelling) break;
    text += (text.empty() ? "" : ", ") + share.name + " (" + percent(share_of(share.time, whole)) + ")";
  }
  return text;
}

std::string mean_card(Duration time, Duration busy, Duration idle, std::vector<Share> waits) {
  std::string text = "A mean card computes for " + percent(share_of(busy, time)) + " of it.";
  const std::string listed = list_of(std::move(waits), time);
  if (!listed.empty()) text += " Compute waits for " + listed + ".";
  if (share_of(idle, time) >= kWorthTelling) {
    text += " For " + percent(share_of(idle, time)) + " the card is done and waits for the others.";
  }
  return text;
}

std::string critical(Duration time, Duration compute, std::vector<Share> communication, const sim::Attribution& parts,
                     std::span<const std::string> processor_tiers) {
  std::string text = " Of the critical path " + percent(share_of(compute, time)) + " is compute";
  const std::string listed = list_of(std::move(communication), time),
                    binding = binding_words(parts, time, processor_tiers);
  return text + (listed.empty() ? "" : "; the rest is communication: " + listed) +
         (binding.empty() ? "" : "; " + binding) + ".";
}

}  // namespace

std::string explain_words(const sim::CollectiveResult& result) {
  std::string first =
      std::string(to_string(result.kind)) + " of " + to_string(result.size) + " among " + std::to_string(result.ranks) +
      " ranks" + (result.groups > 1 ? ", in " + std::to_string(result.groups) + " groups at once," : "") + " takes " +
      rough(result.time) + " by " + result.algorithm + " with protocol " + printable(result.protocol) + ". ";
  if (!result.job.empty()) first = "Job " + printable(result.job) + ": " + first;
  return wrapped(first + what_binds(result) + distance(result) + what_helps(result.time, result.sensitivities));
}

std::string explain_words(const sim::StepResult& step, std::span<const std::string> processor_tiers) {
  std::vector<Share> waits, path;
  Duration compute;
  for (const sim::StepExposure& one : step.exposed) { add_waits(one.label, one.moving, one.waiting, waits); }
  for (const sim::StepPathPart& part : step.path) {
    compute += part.compute;
    path.push_back({printable(part.label), part.communication});
  }
  const std::string first = printable(step.name) + ", " + step.phase + " of " + printable(step.model) + " on " +
                            std::to_string(step.cards) + " cards, takes " + rough(step.time) +
                            spread_words(step.spread) + ". ";
  return wrapped(first + mean_card(step.time, step.busy, step.idle, std::move(waits)) +
                 critical(step.time, compute, std::move(path), step.communication, processor_tiers) +
                 what_helps(step.time, step.sensitivities));
}

std::string explain_words(const sim::ProgramResult& program, std::span<const std::string> processor_tiers) {
  std::vector<Share> waits, path;
  Duration compute;
  for (const sim::ProgramLabel& label : program.labels) {
    add_waits(label.label, label.moving, label.waiting, waits);
    compute += label.compute;
    path.push_back({printable(label.label), label.communication});
  }
  const std::string first = printable(program.name) + ", " + program.format + " of " + std::to_string(program.actors) +
                            " ranks, takes " + rough(program.time) + spread_words(program.spread) + ". ";
  return wrapped(first + mean_card(program.time, program.busy, program.idle, std::move(waits)) +
                 critical(program.time, compute, std::move(path), program.communication, processor_tiers) +
                 what_helps(program.time, program.sensitivities));
}

std::string sensitivity_text(const sim::CollectiveResult& result, const std::string& prefix) {
  if (!result.sensitivities.empty()) return sensitivity_text(result.time, result.sensitivities, prefix);
  return prefix + fmt::format(
                      "what would help most: not asked, for this run has {} events and each answer takes one "
                      "like it; polyplane explain EXPERIMENT asks\n",
                      result.events);
}

std::string sensitivity_text(const sim::Report& report, const std::string& prefix) {
  std::string text;
  const auto add = [&](const std::string& name, Duration time, const std::vector<sim::Sensitivity>& answers) {
    if (!answers.empty())
      text += prefix + printable(name) + ": " + sensitivity_text(time, answers, prefix).substr(prefix.size());
  };
  for (const sim::StepResult& step : report.steps) add(step.name, step.time, step.sensitivities);
  for (const sim::ProgramResult& program : report.programs) add(program.name, program.time, program.sensitivities);
  return text;
}

std::string sensitivity_text(Duration time, const std::vector<sim::Sensitivity>& answers, const std::string& prefix) {
  TextTable table({TextTable::Align::left, TextTable::Align::right, TextTable::Align::right});
  std::string unmoved;
  for (const sim::Sensitivity& answer : answers) {
    const double change = share_of(answer.time - time, time);
    if (std::abs(change) < 0.5e-4) {
      unmoved += (unmoved.empty() ? "" : ", ") + printable(answer.what);
      continue;
    }
    table.add({improved(answer.what), fmt::format("{:+.2f}%", 100 * change), "to " + rough(answer.time)});
  }
  std::string text = prefix + "what would help most (the time if this alone were better):\n";
  const std::string rows = table.text(2);
  for (std::size_t begin = 0; begin < rows.size();) {
    const std::size_t end = rows.find('\n', begin);
    text += prefix + rows.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  if (!unmoved.empty()) text += prefix + "  less than 0.01%: " + unmoved + "\n";
  return text;
}

}  // namespace polyplane::cli
