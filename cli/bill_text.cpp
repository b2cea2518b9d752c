#include "cli/bill_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/suggest.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

using sim::BillLine;
using sim::BillOfMaterials;
using sim::BillTotal;
using Align = TextTable::Align;

/// Whole dollars and watts without decimals.
std::string number(double value) {
  const bool whole = value == static_cast<double>(static_cast<std::int64_t>(value));
  return grouped(value, whole ? 0 : 2);
}

std::string unit_text(Money money) { return number(money.dollars()); }
std::string unit_text(Power power) { return number(power.watts()); }

/// Sums from ten thousand on are rounded to whole dollars or watts.
std::string sum_text(double value) { return value < 10'000 ? number(value) : grouped(value, 0); }
std::string sum_text(Money money) { return sum_text(money.dollars()); }
std::string sum_text(Power power) { return sum_text(power.watts()); }

template <class Unit>
std::string spread_text(const Spread<Unit>& spread, const std::string& unit) {
  std::string text = sum_text(spread.used) + " " + unit;
  if (spread.low != spread.high) text += " (" + sum_text(spread.low) + " to " + sum_text(spread.high) + ")";
  return text;
}

std::string missing_text(const std::vector<std::string>& missing) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(missing.size(), kShown); ++i) {
    text += (text.empty() ? "" : ", ") + printable(missing[i]);
  }
  if (missing.size() > kShown) text += " and " + std::to_string(missing.size() - kShown) + " more";
  return "n/a (unknown: " + text + ")";
}

template <class Unit>
std::string total_text(const BillTotal<Unit>& total, const std::string& unit) {
  return total.sum ? spread_text(*total.sum, unit) : missing_text(total.missing);
}

std::string endpoint_text(const BillOfMaterials& bill, const BillTotal<Money>& cost) {
  const auto share = bill.per_endpoint(cost);
  return share ? ", " + number(share->used.dollars()) + " USD an endpoint" : "";
}

template <class Unit>
std::string one_text(const sim::UnitFigure<Unit>& figure) {
  if (figure.one) return unit_text(figure.one->used);
  return figure.nothing_because.empty() ? "n/a" : "-";
}

template <class Unit>
std::string all_text(std::int64_t count, const sim::UnitFigure<Unit>& figure) {
  return figure.one ? sum_text(count * figure.one->used) : one_text(figure);
}

std::string item_text(const BillLine& line) {
  return printable(line.item) + (line.length ? fmt::format(", {:g} m", line.length->metres()) : "");
}

std::string lines_text(const BillOfMaterials& bill) {
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right, Align::right, Align::right});
  table.add({"item", "part", "count", "USD each", "USD", "W each", "W"});
  for (const BillLine& line : bill.lines) {
    table.add({item_text(line), line.part.empty() ? "-" : printable(line.part), number(static_cast<double>(line.count)),
               one_text(line.price), all_text(line.count, line.price), one_text(line.power),
               all_text(line.count, line.power)});
  }
  return table.text(2);
}

std::string totals_text(const BillOfMaterials& bill) {
  TextTable table({Align::left, Align::left});
  table.add({"network", total_text(bill.network_cost, "USD") + endpoint_text(bill, bill.network_cost)});
  table.add({"system", total_text(bill.system_cost, "USD") + endpoint_text(bill, bill.system_cost)});
  table.add({"network, typical", total_text(bill.network_power, "W")});
  table.add({"network, at most", total_text(bill.network_power_max, "W")});
  table.add({"system, typical", total_text(bill.system_power, "W")});
  table.add({"system, at most", total_text(bill.system_power_max, "W")});
  table.add({"transceivers", number(static_cast<double>(bill.transceivers))});
  for (const sim::LengthClass& length : bill.lengths) {
    const std::string reach =
        length.up_to ? fmt::format("up to {:g} m", length.up_to->metres()) : std::string("no length stated");
    table.add({"cables, " + length.medium + ", " + reach, number(static_cast<double>(length.count))});
  }
  return table.text(2);
}

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
}

std::string sources_text(const BillOfMaterials& bill) {
  std::vector<std::string> texts;
  for (const BillLine& line : bill.lines) {
    const bool whole_link = line.item.starts_with("link, ");
    const std::string name = whole_link ? "a link" : line.part.empty() ? line.item : line.part;
    if (!line.price.source.empty()) add_once(texts, "price of " + name + ": " + line.price.source);
    if (!line.power.source.empty()) add_once(texts, "power of " + name + ": " + line.power.source);
    if (line.price.one && !line.in_node_price.empty()) {
      add_once(texts, name + ": not in the system's cost again, it is " + line.in_node_price);
    }
  }
  std::string text;
  for (const std::string& one : texts) text += "  " + printable(one) + "\n";
  return text;
}

std::string list_text(const std::string& title, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += "  " + printable(item) + "\n";
  return text.empty() ? text : title + "\n" + text;
}

}  // namespace

std::string grouped(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  for (std::size_t i = std::min(text.find('.'), text.size()); i > start + 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

std::string cost_text(const BillOfMaterials& bill) {
  return "network " + total_text(bill.network_cost, "USD") + endpoint_text(bill, bill.network_cost) + "; system " +
         total_text(bill.system_cost, "USD") + "; prices " + printable(bill.prices);
}

std::string power_text(const BillOfMaterials& bill) {
  return "network " + total_text(bill.network_power, "W") + "; system " + total_text(bill.system_power, "W") +
         "; typical";
}

std::string bill_text(const BillOfMaterials& bill) {
  std::vector<std::string> missing;
  for (const auto& names :
       {bill.system_cost.missing, bill.network_cost.missing, bill.system_power.missing, bill.network_power.missing}) {
    for (const std::string& name : names) add_once(missing, name);
  }
  return lines_text(bill) + "total, prices " + printable(bill.prices) + "\n" + totals_text(bill) +
         list_text("unknown", missing) + list_text("notes", bill.notes) + "sources\n" + sources_text(bill);
}

}  // namespace polyplane::cli
