#include "cli/exchange_text.h"

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

using Align = TextTable::Align;

std::string micros(Duration d) { return fmt::format("{:.2f}", static_cast<double>(d.ps()) / 1e6); }

std::string whole(double value) { return fmt::format("{}", static_cast<std::int64_t>(value)); }

}  // namespace

std::string exchange_table(const std::string& experiment, const sim::Report& report) {
  if (report.exchanges.empty()) return "";
  std::string text = "# experiment " + printable(experiment) + ", exchanges of experts on cluster " +
                     printable(report.cluster) + " (" + std::to_string(report.endpoints) +
                     " cards); simulated, no device was used\n# stack " + printable(report.stack) + ", routing " +
                     report.routing + ", seed " + std::to_string(report.seed) + "\n";
  for (const std::string& assumption : report.assumed) text += "# assumed: " + printable(assumption) + "\n";
  for (const sim::ExchangeResult& e : report.exchanges) {
    text += "# " + printable(e.name) + ": " + std::to_string(e.ranks) + " ranks, " + e.tokens + "; " +
            std::to_string(e.dispatch_token.count()) + " B of a token by " + e.dispatch_algorithm + ", " +
            std::to_string(e.combine_token.count()) + " B back by " + e.combine_algorithm + "; " +
            std::to_string(e.layers) + " layers x " + std::to_string(e.micro_batches) + " micro-batches\n";
  }
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right, Align::right,
                   Align::right, Align::right, Align::right});
  table.add({"# exchange", "dispatch (us)", "combine (us)", "both (us)", "layer (us)", "TPOT (ms)", "tokens/s",
             "ranks/token", "nodes/token", "most/mean rank"});
  for (const sim::ExchangeResult& e : report.exchanges) {
    table.add({printable(e.name), micros(e.dispatch), micros(e.combine), micros(e.dispatch + e.combine),
               micros(e.layer), fmt::format("{:.2f}", static_cast<double>(e.time_per_token.ps()) / 1e9),
               whole(e.tokens_per_second), fmt::format("{:.2f}", e.figures.ranks_per_token),
               fmt::format("{:.2f}", e.figures.nodes_per_token), fmt::format("{:.3f}", e.figures.rank_imbalance)});
  }
  return text + table.text() + fmt::format("# Fingerprint   : {:016x}\n", report.fingerprint);
}

}  // namespace polyplane::cli
