#include "cli/answer_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/suggest.h"
#include "cli/wording.h"

namespace polyplane::cli {
namespace {

constexpr double kTold = 0.001;  // of the time; a smaller spread is not told by its ends

std::string cards_of(std::uint32_t cards, const std::string& cluster) {
  return std::to_string(cards) + (cards == 1 ? " card of " : " cards of ") + printable(cluster);
}

/// What compute of a mean card waits for: by label, what is on its way, and what others have not sent yet.
struct Waits {
  Duration all;
  std::pair<std::string, Duration> most;

  void add(const std::string& label, Duration moving, Duration waiting) {
    all += moving + waiting;
    if (moving > most.second) most = {printable(label) + " on its way", moving};
    if (waiting > most.second) most = {printable(label) + " that others have not sent yet", waiting};
  }
  [[nodiscard]] std::string words(Duration time) const {
    if (all == Duration()) return "compute waits for nothing";
    return "compute waits " + percent(share_of(all, time)) + " of it, mostly for " + most.first;
  }
};

/// "" where nobody asked.
std::string help_words(Duration time, const std::vector<sim::Sensitivity>& answers) {
  if (answers.empty()) return "";
  const sim::Sensitivity& best = answers.front();
  if (best.time >= time) return "no single figure 10% better would help";
  return fmt::format("{} would help most ({:+.2f}%)", improved(best.what), -100 * share_of(time - best.time, time));
}

/// The parts that are not empty, and a hint where something was not asked.
std::string sentence(const std::string& head, std::vector<std::string> parts, bool asked) {
  std::erase(parts, "");
  if (!asked) parts.emplace_back("--explain adds how sure that is and what would help most");
  std::string text = head;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? ": " : "; ") + parts[i];
  return wrapped(text + ".", "# ");
}

template <class Result>
bool is_asked(const Result& result) {
  return result.spread.has_value() || !result.sensitivities.empty();
}

std::string answer_of(const sim::StepResult& step, const sim::Report& report) {
  Waits waits;
  for (const sim::StepExposure& one : step.exposed) waits.add(one.label, one.moving, one.waiting);
  return sentence("Answer: one " + step.phase + " step of " + printable(step.model) + " on " +
                      cards_of(step.cards, report.cluster) + " takes " + rough(step.time) + spread_words(step.spread),
                  {waits.words(step.time), binding_words(step.communication, step.time, report.processor_tiers),
                   help_words(step.time, step.sensitivities)},
                  is_asked(step));
}

std::string answer_of(const sim::ProgramResult& program, const sim::Report& report) {
  Waits waits;
  for (const sim::ProgramLabel& label : program.labels) waits.add(label.label, label.moving, label.waiting);
  return sentence(
      "Answer: " + printable(program.name) + " on " + cards_of(program.cards, report.cluster) + " takes " +
          rough(program.time) + spread_words(program.spread),
      {waits.words(program.time), binding_words(program.communication, program.time, report.processor_tiers),
       help_words(program.time, program.sensitivities)},
      is_asked(program));
}

std::string answer_of(const sim::ExchangeResult& exchange, const sim::Report& report) {
  return sentence("Answer: a layer of " + printable(exchange.name) + " among " + std::to_string(exchange.ranks) +
                      " ranks of " + printable(report.cluster) + " takes " + rough(exchange.layer) +
                      spread_words(exchange.spread),
                  {binding_words(exchange.communication, exchange.dispatch + exchange.combine, report.processor_tiers),
                   help_words(exchange.layer, exchange.sensitivities)},
                  is_asked(exchange));
}

}  // namespace

std::string spread_words(const std::optional<sim::TimeSpread>& spread) {
  if (!spread) return "";
  if (!spread->is_range()) return " (no uncertain figure of the hardware moves it)";
  if (share_of(spread->slowest - spread->fastest, spread->slowest) < kTold) {
    return " (the hardware's uncertain figures move it by less than 0.1%)";
  }
  return " (" + rough(spread->fastest) + " to " + rough(spread->slowest) + " with the hardware's uncertain figures)";
}

std::string binding_words(const sim::Attribution& communication, Duration time,
                          std::span<const std::string> processor_tiers) {
  const auto tier =
      std::ranges::find(communication.tiers, communication.binding_tier, &sim::Attribution::TierParts::tier);
  if (tier == communication.tiers.end()) return "";
  const bool is_processor = std::ranges::find(processor_tiers, tier->tier) != processor_tiers.end();
  return "of the links, " + printable(tier->tier) + " holds it up most (" +
         percent(share_of(tier->serialisation + tier->contention, time)) + " of its critical path)" +
         (is_processor ? ", which is work of the ranks' processors as well as bytes" : "");
}

std::string answer_text(const sim::Report& report) {
  std::string text;
  for (const sim::StepResult& step : report.steps) text += answer_of(step, report);
  for (const sim::ProgramResult& program : report.programs) text += answer_of(program, report);
  for (const sim::ExchangeResult& exchange : report.exchanges) text += answer_of(exchange, report);
  return text;
}

}  // namespace polyplane::cli
