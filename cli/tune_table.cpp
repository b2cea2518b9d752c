#include "cli/tune_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/suggest.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

using sim::TuneCandidate;
using sim::TuneRow;

std::string name_of(const TuneCandidate& candidate) {
  return fmt::format("{}/{}", to_string(candidate.algorithm), to_string(candidate.protocol));
}

std::string microseconds(const std::optional<Duration>& time) {
  return time ? fmt::format("{:.2f}", static_cast<double>(time->ps()) / 1e6) : "n/a";
}

/// 1.25: NCCL's choice takes a quarter longer than the best.
std::string gain_of(const TuneRow& row) {
  const std::optional<Duration>& chosen = row.candidates[row.chosen].time;
  if (!row.best || !chosen) return "n/a";
  const Duration best = *row.candidates[*row.best].time;
  if (best.ps() == 0) return "1.00";
  return fmt::format("{:.2f}", static_cast<double>(chosen->ps()) / static_cast<double>(best.ps()));
}

void add_row(TextTable& table, const TuneRow& row) {
  const TuneCandidate& chosen = row.candidates[row.chosen];
  const TuneCandidate* best = row.best ? &row.candidates[*row.best] : nullptr;
  table.add({std::string(to_string(row.collective)), std::to_string(row.size.count()), name_of(chosen),
             fmt::format("{:.2f}", chosen.table_us), microseconds(chosen.time), best ? name_of(*best) : "n/a",
             microseconds(best ? best->time : std::nullopt), gain_of(row)});
}

std::string candidates_text(const TuneRow& row) {
  std::string text;
  for (const TuneCandidate& candidate : row.candidates) {
    text += fmt::format("# {} {} B: {}: {:.2f} us by NCCL's table, {}\n", to_string(row.collective), row.size.count(),
                        name_of(candidate), candidate.table_us,
                        candidate.time ? microseconds(candidate.time) + " us simulated" : candidate.why_not);
  }
  return text;
}

}  // namespace

std::string tune_text(const sim::TuneRequest& request, const sim::Tuned& tuned, bool verbose) {
  const sim::Experiment& experiment = request.experiment;
  std::string text = fmt::format("# cluster {}: {} node{}, {} ranks; NCCL {}; model {}, stack {}, routing {}\n",
                                 printable(tuned.cluster), tuned.nodes, tuned.nodes == 1 ? "" : "s", tuned.ranks,
                                 printable(tuned.nccl_release), experiment.model, printable(experiment.stack.name),
                                 experiment.routing.name);
  using enum TextTable::Align;
  TextTable table({left, right, left, right, right, left, right, right});
  table.add({"# collective", "size (B)", "NCCL's choice", "its table (us)", "simulated (us)", "best simulated",
             "time (us)", "gain"});
  for (const TuneRow& row : tuned.rows) add_row(table, row);
  text += table.text();
  std::vector<std::string> missing;
  for (const TuneRow& row : tuned.rows) {
    for (const TuneCandidate& candidate : row.candidates) {
      if (candidate.why_not.empty()) continue;
      const std::string line = name_of(candidate) + ": " + candidate.why_not;
      if (std::ranges::find(missing, line) == missing.end()) missing.push_back(line);
    }
  }
  text += "# gain: simulated time of NCCL's choice over that of the best\n";
  if (verbose) {
    for (const TuneRow& row : tuned.rows) text += candidates_text(row);
  }
  for (const std::string& line : missing) text += "# not simulated: " + printable(line) + "\n";
  for (const std::string& line : tuned.assumed) text += "# assumed: " + printable(line) + "\n";
  return text;
}

}  // namespace polyplane::cli
