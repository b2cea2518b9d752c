#include "cli/sweep_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/suggest.h"
#include "cli/figure_text.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

using sim::SweepResult;
using sim::SweepTable;
using sim::SweptPoint;
using Align = TextTable::Align;

/// A column of figures; it is left out where no point has one.
struct Column {
  const char* header;
  std::optional<double> (*value)(const SweepResult&);
};

template <class Unit, double (Unit::*number)() const>
std::optional<double> scaled(const std::optional<Unit>& value, double factor) {
  return value ? std::optional(((*value).*number)() * factor) : std::nullopt;
}

constexpr Column kColumns[] = {
    {"time us", [](const SweepResult& r) { return std::optional(static_cast<double>(r.time.ps()) / 1e6); }},
    {"busbw GB/s", [](const SweepResult& r) { return r.busbw_GBps; }},
    {"bound %",
     [](const SweepResult& r) {
       if (!r.lower_bound || r.time == Duration()) return std::optional<double>();
       return std::optional(100.0 * static_cast<double>(r.lower_bound->ps()) / static_cast<double>(r.time.ps()));
     }},
    {"network M$", [](const SweepResult& r) { return scaled<Money, &Money::dollars>(r.figures.network_cost, 1e-6); }},
    {"system M$", [](const SweepResult& r) { return scaled<Money, &Money::dollars>(r.figures.system_cost, 1e-6); }},
    {"network kW", [](const SweepResult& r) { return scaled<Power, &Power::watts>(r.figures.network_power, 1e-3); }},
    {"system kW", [](const SweepResult& r) { return scaled<Power, &Power::watts>(r.figures.system_power, 1e-3); }},
};

std::vector<const Column*> columns_of(const SweepTable& table) {
  std::vector<const Column*> columns;
  for (const Column& column : kColumns) {
    const bool any = std::ranges::any_of(table.points, [&](const SweptPoint& point) {
      return point.result && point.result->done() && column.value(*point.result);
    });
    if (any) columns.push_back(&column);
  }
  return columns;
}

std::string remark(const SweepTable& table, const SweptPoint& point) {
  if (!point.result) return "not run";
  if (!point.result->done()) return "failed: " + printable(point.result->error);
  const std::string& algorithm = point.result->algorithm;
  return printable(algorithm) + (table.best == point.position ? (algorithm.empty() ? "best" : ", best") : "");
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string heading(const SweepTable& table) {
  const sim::SweepDescription& description = table.description;
  std::string text = "# experiment " + printable(description.experiment) + ", " +
                     counted(description.keys.size(), "point") + ", prices " + printable(description.prices);
  if (description.shards > 1) {
    text += ", shard " + std::to_string(description.shard) + "/" + std::to_string(description.shards) + " of them";
  }
  text += "\n";
  if (!description.search) return text;
  return text + "# search for the least " + description.search->minimise + ", " +
         counted(description.search->budget, "point") + " at most, seed " + std::to_string(description.search->seed) +
         "\n";
}

}  // namespace

std::string sweep_text(const SweepTable& table) {
  const sim::SweepDescription& description = table.description;
  const std::vector<const Column*> columns = columns_of(table);
  std::vector<Align> aligns(description.variables.size(), Align::left);
  aligns.insert(aligns.end(), columns.size(), Align::right);
  aligns.push_back(Align::left);
  TextTable text(aligns);
  std::vector<std::string> header;
  for (const auto& variable : description.variables) header.push_back(printable(variable.key));
  for (const Column* column : columns) header.emplace_back(column->header);
  header.emplace_back("algorithm");
  text.add(header);
  std::size_t open = 0;
  for (const SweptPoint& point : table.points) {
    const std::vector<std::size_t> of = indices_of(description, point.position);
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < of.size(); ++i) {
      cells.push_back(printable(description.variables[i].values[of[i]].text));
    }
    for (const Column* column : columns) {
      const bool done = point.result && point.result->done();
      const std::optional<double> value = done ? column->value(*point.result) : std::nullopt;
      cells.push_back(value ? figure_text(*value) : done ? kUnknown : "");
    }
    cells.push_back(remark(table, point));
    open += point.result ? 0 : 1;
    text.add(std::move(cells));
  }
  std::string all = heading(table) + text.text();
  if (table.best) all += "# best: " + words_of(description, *table.best) + "\n";
  if (open > 0) all += "# " + counted(open, "point") + " not run\n";
  return all;
}

std::string sweep_failures(const SweepTable& table) {
  if (table.failed == 0) return "";
  const auto first =
      std::ranges::find_if(table.points, [](const SweptPoint& point) { return point.result && !point.result->done(); });
  return std::to_string(table.failed) + " of " + counted(table.points.size(), "point") + " failed, the first with " +
         words_of(table.description, first->position) + ": " + printable(first->result->error);
}

}  // namespace polyplane::cli
