// polyplane diff: two results side by side.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/text_table.h"
#include "cli/version.h"
#include "sim/campaign/diff.h"

namespace polyplane::cli {
namespace {

struct DiffArguments {
  CommonArguments common;
  std::string before, after;
};

Command declare(DiffArguments& diff) {
  Command command{
      "diff", "two results: what changed, by how much, which part of the time moved",
      Examples{"polyplane diff before.json after.json", "polyplane diff monday.json tuesday.json --format json"}};
  command.positional("BEFORE", &diff.before, "required: what perf, run or explain printed with --format json (or -J)");
  command.positional("AFTER", &diff.after, "required: another; parts are compared where both ran with --explain");
  add_common(command, diff.common);
  command.group("Output").flag("-v,--verbose", &diff.common.verbose, "all parts that moved");
  return command;
}

using Align = TextTable::Align;

constexpr std::size_t kShownParts = 4;

std::string microseconds(Duration d) { return fmt::format("{:.2f}", d.microseconds()); }

std::string change_text(Duration before, Duration after) {
  if (before == Duration()) return "";
  return fmt::format("{:+.2f}%", 100 * static_cast<double>((after - before).ps()) / static_cast<double>(before.ps()));
}

/// What was set or chosen differently, and the parts that moved most.
std::string why(const sim::ReportDifference::Row& row, bool verbose) {
  std::string text;
  for (const std::string& change : row.changes) text += "    " + change + "\n";
  TextTable parts({Align::left, Align::right, Align::right, Align::right});
  std::size_t shown = 0;
  for (const sim::ReportDifference::Part& part : row.parts) {
    if (!verbose && shown++ == kShownParts) break;
    parts.add({printable(part.name), microseconds(part.before), microseconds(part.after),
               fmt::format("{:+.2f}", (part.after - part.before).microseconds())});
  }
  return text + parts.text(4);
}

std::string text_of(const sim::ReportDifference& difference, bool verbose) {
  std::string text;
  for (const std::string& setting : difference.settings) text += "# " + setting + "\n";
  TextTable table({Align::left, Align::right, Align::right, Align::right});
  table.add({"# result", "before (us)", "after (us)", "change"});
  bool any_moved = false;
  for (const sim::ReportDifference::Row& row : difference.rows) {
    table.add(
        {printable(row.what), microseconds(row.before), microseconds(row.after), change_text(row.before, row.after)});
    any_moved = any_moved || row.before != row.after;
  }
  if (!difference.rows.empty()) text += table.text();
  if (!difference.rows.empty() && !any_moved) text += "# no time has changed\n";
  for (const sim::ReportDifference::Row& row : difference.rows) {
    const std::string reasons = why(row, verbose);
    if (!reasons.empty())
      text += "# " + printable(row.what) + ": what is different, parts of the time in us\n" + reasons;
  }
  for (const std::string& what : difference.only_before) text += "# only before: " + printable(what) + "\n";
  for (const std::string& what : difference.only_after) text += "# only after: " + printable(what) + "\n";
  return text + (difference.same_fingerprint ? "# same fingerprint\n" : "# other fingerprint\n");
}

int run_diff(const DiffArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  const sim::ReportDifference difference = sim::diff_reports(arguments.before, arguments.after);
  print(format == "json" ? sim::to_json(difference, kVersion) : text_of(difference, arguments.common.verbose > 0));
  return 0;
}

}  // namespace

Command diff_command() { return make_command(declare, run_diff); }

}  // namespace polyplane::cli
