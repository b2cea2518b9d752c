#include "cli/compare_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/suggest.h"
#include "cli/figure_text.h"
#include "cli/text_table.h"
#include "collectives/kind_traits.h"

namespace polyplane::cli {
namespace {

using sim::ComparedCluster;
using sim::ComparedRow;
using Align = TextTable::Align;

std::string milliseconds(Duration d) { return figure_text(d.seconds() * 1e3); }

std::string percent(Duration bound, Duration time) {
  if (time == Duration()) return kUnknown;
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(bound.ps()) / static_cast<double>(time.ps()));
}

/// A part of a workload with what it says of itself: "alltoall 64 MiB", "dispatch of tokens of 7 KiB".
std::string part_name(const sim::Workload::Part& part) {
  std::string name(to_string(part.kind));
  if (part.kind == collectives::CollectiveKind::barrier) return name;
  return name + (collectives::is_of_tokens(part.kind) ? " of tokens of " : " ") + to_string(part.size);
}

/// What ran where it is not the size asked for: shares are cut to whole elements, and of tokens a size is that of one.
std::string ran_text(const sim::Workload::Part& asked, const sim::CollectiveResult& ran) {
  const std::string who = std::string(to_string(asked.kind)) + " among " + std::to_string(ran.ranks) + " ranks";
  if (collectives::is_of_tokens(asked.kind)) {
    return who + ": " + ran.tokens + ", each of " + to_string(asked.size) + "; up to " + to_string(ran.size) +
           " into or out of a rank";
  }
  if (asked.size == ran.size) return "";
  return who + ": " + to_string(ran.size) + " of the " + to_string(asked.size) + " asked for, as nccl-tests rounds";
}

/// Of the columns of one part among several.
std::string numbered(std::size_t part) { return "(" + std::to_string(part + 1) + ") "; }

struct Cells {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

std::vector<std::string> header_of(const sim::Workload& workload, bool ranges, bool system) {
  std::vector<std::string> cells{"cluster", "ranks", "time ms"};
  if (ranges) cells.emplace_back("from..to");
  cells.emplace_back("bound %");
  const std::size_t parts = workload.parts.size();
  for (std::size_t i = 0; i < parts; ++i) {
    if (parts > 1) cells.push_back(numbered(i) + "ms");
    cells.push_back((parts > 1 ? numbered(i) : "") + "busbw GB/s");
    cells.push_back((parts > 1 ? numbered(i) : "") + "algorithm");
  }
  for (const char* name : {"network M$", "k$/card", "network kW", "$/1M runs", "J/run"}) cells.emplace_back(name);
  if (!system) return cells;
  for (const char* name : {"system M$", "system kW", "system $/1M runs", "system J/run"}) cells.emplace_back(name);
  return cells;
}

void add_costs(std::vector<std::string>& cells, const ComparedRow& row, const ComparedCluster& on, double years,
               const sim::BillTotal<Money>& cost, const sim::BillTotal<Power>& power, bool per_card) {
  const auto add = [&](const std::optional<double>& value, double factor) {
    cells.push_back(value ? figure_text(*value * factor) : kUnknown);
  };
  const auto dollars = [](const std::optional<Spread<Money>>& money) {
    return money ? std::optional(money->used.dollars()) : std::nullopt;
  };
  add(dollars(cost.sum), 1e-6);
  if (per_card) add(dollars(on.bill.per_endpoint(cost)), 1e-3);
  add(power.sum ? std::optional(power.sum->used.watts()) : std::nullopt, 1e-3);
  add(row.dollars(cost.sum, on, years), 1e6);
  add(row.joules(power.sum, on), 1);
}

Cells cells_of(const sim::Comparison& comparison, const sim::Compared& compared, std::size_t workload, bool system) {
  const bool ranges = std::ranges::any_of(compared.rows, [&](const ComparedRow& row) {
    return row.workload == workload && compared.clusters[row.cluster].has_range;
  });
  Cells cells{.header = header_of(comparison.workloads[workload], ranges, system), .rows = {}};
  for (const ComparedRow& row : compared.rows) {
    if (row.workload != workload) continue;
    const ComparedCluster& on = compared.clusters[row.cluster];
    std::vector<std::string> line{printable(on.name), std::to_string(row.ranks), milliseconds(row.time)};
    if (ranges) { line.push_back(on.has_range ? milliseconds(row.fastest) + ".." + milliseconds(row.slowest) : ""); }
    line.push_back(percent(row.lower_bound, row.time));
    for (const sim::CollectiveResult& part : row.parts) {
      if (row.parts.size() > 1) line.push_back(milliseconds(part.time));
      line.push_back(figure_text(part.busbw_GBps));
      line.push_back(part.algorithm);
    }
    const double years = comparison.amortisation_years;
    add_costs(line, row, on, years, on.bill.network_cost, on.bill.network_power, true);
    if (system) add_costs(line, row, on, years, on.bill.system_cost, on.bill.system_power, false);
    cells.rows.push_back(std::move(line));
  }
  return cells;
}

bool is_text(const std::string& title) { return title == "cluster" || title.ends_with("algorithm"); }

std::string aligned(const Cells& cells) {
  std::vector<Align> columns;
  for (const std::string& title : cells.header) columns.push_back(is_text(title) ? Align::left : Align::right);
  TextTable table(columns);
  table.add(cells.header);
  for (const auto& row : cells.rows) table.add(row);
  return table.text();
}

std::string markdown(const Cells& cells) {
  const auto line = [](const std::vector<std::string>& row) {
    std::string text = "|";
    for (std::string cell : row) {
      for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) cell.insert(at, 1, '\\');
      text += " " + cell + " |";
    }
    return text + "\n";
  };
  std::vector<std::string> rule;
  for (const std::string& title : cells.header) rule.emplace_back(is_text(title) ? "---" : "---:");
  std::string text = line(cells.header) + line(rule);
  for (const auto& row : cells.rows) text += line(row);
  return text;
}

class Remarks {
 public:
  explicit Remarks(TableStyle style) : prefix_(style == TableStyle::markdown ? "- " : "# ") {}
  /// Once.
  void add(const std::string& line) {
    if (std::ranges::find(lines_, line) == lines_.end()) lines_.push_back(line);
  }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& line : lines_) text += prefix_ + line + "\n";
    return text;
  }

 private:
  std::string prefix_;
  std::vector<std::string> lines_;
};

void add_missing(Remarks& remarks, const ComparedCluster& on, bool system) {
  std::vector<std::string> missing;
  const auto collect = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (std::ranges::find(missing, name) == missing.end()) missing.push_back(name);
    }
  };
  collect(on.bill.network_cost.missing);
  collect(on.bill.network_power.missing);
  if (system) collect(on.bill.system_cost.missing);
  if (system) collect(on.bill.system_power.missing);
  if (missing.empty()) return;
  std::string line = "n/a, " + printable(on.name) + ": unknown is ";
  for (std::size_t i = 0; i < missing.size(); ++i) line += (i == 0 ? "" : ", ") + printable(missing[i]);
  remarks.add(line);
}

/// What the time quantum did to the flows, on average and at the most.
std::string quantum_text(const sim::Comparison& comparison, const sim::Compared& compared) {
  double mean = 0;
  for (const ComparedRow& row : compared.rows) {
    for (const sim::CollectiveResult& part : row.parts) mean = std::max(mean, part.model_facts.mean_put_off());
  }
  return fmt::format(
      "time quantum {}: ends of flows put off by at most {:.2g} % of their drain times, on average over a run; "
      "--time-quantum 0 is exact",
      to_string(comparison.quantum), 100 * mean);
}

std::string remarks_text(const sim::Comparison& comparison, const sim::Compared& compared, TableStyle style,
                         bool system) {
  Remarks remarks(style);
  remarks.add(fmt::format("model {}, stack {}, algorithm {}, prices {}, seed {}; simulated, no device was used",
                          comparison.model, printable(comparison.stack.name), comparison.algorithm,
                          printable(comparison.prices.name), comparison.seed));
  if (comparison.model != "analytic" && comparison.quantum > Duration()) {
    remarks.add(quantum_text(comparison, compared));
  }
  for (const ComparedRow& row : compared.rows) {
    const std::vector<sim::Workload::Part>& asked = comparison.workloads[row.workload].parts;
    for (std::size_t i = 0; i < row.parts.size(); ++i) {
      const std::string ran = ran_text(asked[i], row.parts[i]);
      if (!ran.empty()) remarks.add(ran);
    }
  }
  remarks.add("bound %: the lower bound over the time; 100 is as fast as any algorithm could be on this cluster");
  remarks.add(
      fmt::format("a run: the workload once. $: capital over {:.6g} years; J: typical power over the time of the run; "
                  "both for the cards that take part",
                  comparison.amortisation_years));
  if (std::ranges::any_of(compared.clusters, &ComparedCluster::has_range)) {
    remarks.add("from..to: the least and the most with the figures that the sources allow");
  }
  for (const ComparedCluster& on : compared.clusters) add_missing(remarks, on, system);
  std::vector<std::pair<std::string, std::string>> assumed;  // what, and the clusters that do
  std::vector<std::string> notes, named;
  for (const ComparedCluster& on : compared.clusters) {
    const bool again = std::ranges::find(named, on.name) != named.end();
    named.push_back(on.name);
    for (const std::string& what : on.assumed) {
      if (again) break;
      const auto known = std::ranges::find(assumed, what, &std::pair<std::string, std::string>::first);
      if (known == assumed.end()) {
        assumed.emplace_back(what, on.name);
      } else {
        known->second += ", " + on.name;
      }
    }
    notes.insert(notes.end(), on.bill.notes.begin(), on.bill.notes.end());
  }
  for (const auto& [what, clusters] : assumed) remarks.add("assumed, " + printable(clusters) + ": " + printable(what));
  for (const std::string& note : notes) remarks.add(printable(note));
  return remarks.text();
}

}  // namespace

std::string compare_text(const sim::Comparison& comparison, const sim::Compared& compared, TableStyle style,
                         bool system) {
  const bool is_markdown = style == TableStyle::markdown;
  std::string text;
  for (std::size_t w = 0; w < comparison.workloads.size(); ++w) {
    const Cells cells = cells_of(comparison, compared, w, system);
    if (cells.rows.empty()) continue;
    const std::vector<sim::Workload::Part>& parts = comparison.workloads[w].parts;
    std::string title;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      title += (i == 0 ? "" : ", then ") + (parts.size() > 1 ? numbered(i) : "") + part_name(parts[i]);
    }
    text += (is_markdown ? "**" + title + "**\n\n" : "# " + title + "\n");
    text += (is_markdown ? markdown(cells) : aligned(cells)) + "\n";
  }
  if (text.empty()) return text;
  return text + remarks_text(comparison, compared, style, system);
}

}  // namespace polyplane::cli
