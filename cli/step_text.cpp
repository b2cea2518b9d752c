#include "cli/step_text.h"

#include <fmt/format.h>

#include <vector>

#include "base/suggest.h"
#include "cli/nccl_table.h"
#include "cli/text_table.h"
#include "sim/fingerprint.h"

namespace polyplane::cli {
namespace {

using Align = TextTable::Align;

/// Four digits with a fitting unit.
std::string time_text(Duration d) {
  const double seconds = d.seconds();
  if (seconds >= 1) return fmt::format("{:.3f} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.3f} ms", seconds * 1e3);
  return fmt::format("{:.2f} us", seconds * 1e6);
}

std::string share_text(Duration part, Duration whole) {
  if (whole == Duration()) return "n/a";
  return fmt::format("{:.2f} %", 100 * static_cast<double>(part.ps()) / static_cast<double>(whole.ps()));
}

std::string gigabytes(Bytes bytes) { return fmt::format("{:.1f} GB", static_cast<double>(bytes.count()) / 1e9); }

std::string line(const std::string& what, const std::string& value) {
  return fmt::format("  {:<22} {}\n", what, value);
}

std::string or_missing(const std::optional<double>& number, double scale, const std::string& unit,
                       const std::vector<std::string>& missing) {
  if (number) return fmt::format("{:.4g} {}", *number / scale, unit);
  return "n/a (unknown: " + (missing.empty() ? "" : printable(missing.front())) +
         (missing.size() > 1 ? fmt::format(", and {} more", missing.size() - 1) : "") + ")";
}

std::string training_lines(const sim::StepResult& step) {
  std::string text;
  text += line("tokens", fmt::format("{:.4g} a step, {:.4g} /s, {:.4g} billion a day", step.tokens,
                                     step.tokens_per_second(), step.tokens_per_second() * 86400 / 1e9));
  text += line("MFU",
               fmt::format("{:.2f} % with causal attention ({:.1f} TFLOPS a card), {:.2f} % with all of it ({:.1f}), "
                           "against the BF16 peak",
                           100 * step.mfu_causal, step.tflops_causal, 100 * step.mfu_full, step.tflops_full));
  if (step.tflops_hardware > step.tflops_full) {
    text += line("with recomputation", fmt::format("{:.1f} TFLOPS a card", step.tflops_hardware));
  }
  text += line("bubble", time_text(step.bubble) + ", " + share_text(step.bubble, step.time));
  return text;
}

std::string budget_lines(const sim::StepResult& step) {
  if (!step.token_budget) return "";
  std::string text =
      line("to train", fmt::format("{:.4g} tokens in {:.4g} days", *step.token_budget, *step.train_days));
  text += line("energy", or_missing(step.train_joules, 3.6e9, "MWh", step.missing));
  return text + line("cost", or_missing(step.train_dollars, 1e6, "million USD", step.missing));
}

std::string serving_lines(const sim::StepResult& step) {
  std::string text = line("tokens", fmt::format("{:.4g} a step, {:.4g} /s, {:.4g} /s a card", step.tokens,
                                                step.tokens_per_second(), step.tokens_per_second_card));
  if (step.phase == "decode") text += line("a user", fmt::format("{:.4g} tokens/s", step.tokens_per_second_user));
  return text;
}

std::string memory_line(const sim::StepResult& step) {
  const sim::StepBytes& memory = step.memory;
  std::string parts = "weights " + gigabytes(memory.weights);
  if (step.phase == "training") {
    parts += ", gradients " + gigabytes(memory.gradients) + ", optimiser " + gigabytes(memory.optimiser) +
             ", activations " + gigabytes(memory.activations);
  } else {
    parts += ", keys and values " + gigabytes(memory.activations);
  }
  const std::string of =
      step.memory_limit ? " of " + gigabytes(*step.memory_limit) : "; the card's memory is not published";
  return line("memory, fullest card", gigabytes(memory.total()) + of + " (" + parts + ")");
}

/// Where a mean card spends the step.
std::string time_table(const sim::StepResult& step) {
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right});
  table.add({"  # a mean card", "moving", "waiting", "in all", "of the step"});
  table.add({"  computes", "", "", time_text(step.busy), share_text(step.busy, step.time)});
  for (const sim::StepExposure& one : step.exposed) {
    table.add({"  exposed: " + one.label, time_text(one.moving), time_text(one.waiting),
               time_text(one.moving + one.waiting), share_text(one.moving + one.waiting, step.time)});
  }
  table.add({"  idle at the end", "", "", time_text(step.idle), share_text(step.idle, step.time)});
  return table.text();
}

std::string detail_tables(const sim::StepResult& step) {
  TextTable path({Align::left, Align::right, Align::right, Align::right});
  path.add({"  # critical path", "compute", "communication", "of the step"});
  for (const sim::StepPathPart& part : step.path) {
    path.add({"  " + part.label, time_text(part.compute), time_text(part.communication),
              share_text(part.compute + part.communication, step.time)});
  }
  TextTable calls({Align::left, Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
  calls.add({"  # collective", "kind", "algorithm", "groups", "cards", "times", "alone, most"});
  for (const sim::StepCall& call : step.calls) {
    calls.add({"  " + printable(call.name), call.kind, call.algorithm + "/" + call.protocol,
               std::to_string(call.groups), std::to_string(call.ranks), std::to_string(call.instances),
               time_text(call.alone)});
  }
  return path.text() + calls.text();
}

std::string block(const sim::Report& report, const sim::StepResult& step, bool verbose) {
  const bool training = step.phase == "training";
  std::string text =
      fmt::format("# {} step {}: {} on {} of {} cards of cluster {}; simulated, no device was used\n", step.phase,
                  printable(step.name), printable(step.model), step.cards, report.endpoints, printable(report.cluster));
  text += fmt::format(
      "# model {}, mode {}, stack {}, routing {}; {:.4g} billion parameters, {:.4g} active; {} operations\n",
      step.network_model, step.mode, printable(report.stack), report.routing,
      static_cast<double>(step.parameters) / 1e9, static_cast<double>(step.active_parameters) / 1e9, step.operations);
  for (const std::string& note : step.notes) {
    text += (note == step.memory_warning ? "# warning: " : "# assumed: ") + printable(note) + "\n";
  }
  for (const std::string& remark : model_remarks(step.model_facts)) text += "# " + remark + "\n";
  for (const std::string& assumption : report.assumed) text += "# assumed: " + printable(assumption) + "\n";
  text += line(training                 ? "step time"
               : step.phase == "decode" ? "time per output token"
                                        : "time",
               time_text(step.time));
  text += training ? training_lines(step) : serving_lines(step);
  text += memory_line(step) + budget_lines(step) + time_table(step);
  if (verbose) text += detail_tables(step);
  return text + "# fingerprint " + sim::fingerprint_text(step.fingerprint) + "\n";
}

}  // namespace

std::string step_text(const sim::Report& report, bool verbose) {
  std::string text;
  for (const sim::StepResult& step : report.steps) text += block(report, step, verbose);
  return text;
}

std::string step_comparison(const std::vector<sim::Report>& reports) {
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right});
  table.add({"# cluster", "step", "cards", "time", "tokens/s"});
  bool any = false;
  for (const sim::Report& report : reports) {
    for (const sim::StepResult& step : report.steps) {
      any = true;
      table.add({printable(report.cluster), printable(step.name), std::to_string(step.cards), time_text(step.time),
                 fmt::format("{:.4g}", step.tokens_per_second())});
    }
  }
  return any ? table.text() : "";
}

}  // namespace polyplane::cli
