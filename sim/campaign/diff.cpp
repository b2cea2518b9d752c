#include "sim/campaign/diff.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/json.h"
#include "configs/schema/read_file.h"
#include "configs/schema/report.pb.h"
#include "configs/schema/write_json.h"

namespace polyplane::sim {
namespace {

constexpr const char* kReport = "polyplane/report/1";

using Parts = std::vector<std::pair<std::string, Duration>>;

/// One result of a report, whatever it is of.
struct Entry {
  std::string key, what;
  Duration time;
  Parts parts;
  std::vector<std::pair<std::string, std::string>> choices;
  bool is_met = false;
};

Duration whole(double ps) { return Duration::from_ps(std::llround(ps)); }

std::string number(double value) { return std::to_string(std::llround(value)); }

v1::Report read(const std::string& path) {
  const std::string bytes = configs::read_binary_file(path);
  if (bytes.starts_with("\x1f\x8b") || bytes.starts_with("SQLite format 3")) {
    throw InputError(printable(path) + ": is " +
                     (bytes.front() == 'S' ? "a store of a sweep" : "a recording, as --record writes it,") +
                     " and no result to compare; allowed: what perf, run and explain print with --format json");
  }
  const std::string text = configs::read_text_file(path);
  if (!configs::begins_as_json(text)) {
    throw InputError(printable(path) +
                     ": is no JSON, so no result to compare; allowed: what perf, run and explain print with "
                     "--format json");
  }
  v1::Report report;
  configs::parse_json(path, text, report);
  if (report.schema() != kReport) {
    throw InputError(printable(path) + ": schema: \"" + printable(report.schema()) +
                     "\" is no result to compare; allowed: \"" + kReport +
                     "\", as perf, run and explain print with --format json");
  }
  return report;
}

Parts parts_of(const v1::Attribution& from) {
  Parts parts{{"launch", whole(from.launch_ps())},
              {"software", whole(from.software_ps())},
              {"waiting", whole(from.waiting_ps())}};
  for (const v1::Attribution::Tier& tier : from.tiers()) {
    parts.emplace_back(tier.tier() + ": latency", whole(tier.latency_ps()));
    parts.emplace_back(tier.tier() + ": serialisation", whole(tier.serialisation_ps()));
    parts.emplace_back(tier.tier() + ": contention", whole(tier.contention_ps()));
  }
  return parts;
}

Entry entry_of(const v1::CollectiveResult& row) {
  Entry entry;
  entry.what = row.collective() + " of " + to_string(Bytes(std::llround(row.size_bytes()))) + " among " +
               number(row.ranks()) + " ranks";
  if (row.groups() > 1) entry.what += ", " + number(row.groups()) + " groups at once";
  if (!row.job().empty()) entry.what = row.job() + ": " + entry.what;
  entry.time = whole(row.time_ps());
  entry.choices = {
      {"algorithm", row.algorithm()},   {"protocol", row.protocol()},    {"channels", number(row.channels())},
      {"slices", number(row.slices())}, {"model", row.model()},          {"datatype", row.datatype()},
      {"placement", row.placement()},   {"bottleneck", row.bottleneck()}};
  if (row.has_attribution()) entry.parts = parts_of(row.attribution());
  return entry;
}

Entry entry_of(const v1::StepResult& step) {
  Entry entry;
  entry.what = "step " + step.name() + ", " + step.phase();
  entry.time = whole(step.time_ps());
  entry.choices = {
      {"model", step.model()}, {"card", step.card()}, {"mode", step.mode()}, {"cards", number(step.cards())}};
  entry.parts = {{"busy", whole(step.busy_ps())}, {"idle", whole(step.idle_ps())}};
  for (const auto& one : step.exposed()) {
    entry.parts.emplace_back("exposed: " + one.label(), whole(one.moving_ps() + one.waiting_ps()));
  }
  return entry;
}

Entry entry_of(const v1::ProgramResult& program) {
  Entry entry;
  entry.what = "trace " + program.name();
  entry.time = whole(program.time_ps());
  entry.choices = {{"format", program.format()}, {"mode", program.mode()}, {"network model", program.network_model()}};
  entry.parts = {{"busy", whole(program.busy_ps())}, {"idle", whole(program.idle_ps())}};
  for (const auto& label : program.labels()) {
    entry.parts.emplace_back("exposed: " + label.label(), whole(label.moving_ps() + label.waiting_ps()));
  }
  return entry;
}

Entry entry_of(const v1::FlowResult& flow) {
  Entry entry;
  entry.what = "flow " + flow.name();
  entry.time = whole(flow.end_ps() - flow.start_ps());
  return entry;
}

std::vector<Entry> entries_of(const v1::Report& report) {
  std::vector<Entry> entries;
  const auto add = [&](const auto& results) {
    for (const auto& result : results) {
      Entry& entry = entries.emplace_back(entry_of(result));
      if (report.clusters_size() > 1) entry.what += " on " + result.cluster();
      entry.key = entry.what;
    }
  };
  add(report.results());
  add(report.steps());
  add(report.programs());
  add(report.flows());
  return entries;
}

void compare(const std::string& name, const std::string& before, const std::string& after,
             std::vector<std::string>& changes) {
  if (before == after) return;
  const auto shown = [](const std::string& text) { return text.empty() ? std::string("none") : printable(text); };
  changes.push_back(name + ": " + shown(before) + " -> " + shown(after));
}

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::vector<std::string> settings(const v1::ReportedCluster& before, const v1::ReportedCluster& after) {
  std::vector<std::string> changes;
  compare("cluster", before.name(), after.name(), changes);
  compare("endpoints", number(before.endpoints()), number(after.endpoints()), changes);
  compare("stack", before.stack(), after.stack(), changes);
  compare("routing", before.routing(), after.routing(), changes);
  compare("hash", before.hash(), after.hash(), changes);
  compare("faults", joined(before.faults()), joined(after.faults()), changes);
  compare("seed", number(before.seed()), number(after.seed()), changes);
  return changes;
}

std::vector<ReportDifference::Part> moved(const Parts& before, const Parts& after) {
  std::vector<ReportDifference::Part> parts;
  if (before.empty() || after.empty()) return parts;
  const auto part = [&](const std::string& name) -> ReportDifference::Part& {
    const auto known = std::ranges::find(parts, name, &ReportDifference::Part::name);
    return known != parts.end() ? *known : parts.emplace_back(ReportDifference::Part{name, {}, {}});
  };
  for (const auto& [name, time] : before) part(name).before = time;
  for (const auto& [name, time] : after) part(name).after = time;
  std::erase_if(parts, [](const ReportDifference::Part& one) { return one.before == one.after; });
  std::ranges::stable_sort(parts, std::greater<>(),
                           [](const ReportDifference::Part& one) { return std::abs((one.after - one.before).ps()); });
  return parts;
}

}  // namespace

ReportDifference diff_reports(const std::string& before, const std::string& after) {
  const v1::Report one = read(before), other = read(after);
  ReportDifference difference;
  difference.same_fingerprint = !one.fingerprint().empty() && one.fingerprint() == other.fingerprint();
  if (one.has_cluster() && other.has_cluster()) difference.settings = settings(one.cluster(), other.cluster());
  std::vector<Entry> later = entries_of(other);
  for (const Entry& entry : entries_of(one)) {
    const auto met = std::ranges::find_if(
        later, [&](const Entry& candidate) { return !candidate.is_met && candidate.key == entry.key; });
    if (met == later.end()) {
      difference.only_before.push_back(entry.what);
      continue;
    }
    met->is_met = true;
    ReportDifference::Row& row = difference.rows.emplace_back();
    row.what = entry.what;
    row.before = entry.time;
    row.after = met->time;
    for (std::size_t i = 0; i < entry.choices.size(); ++i) {
      compare(entry.choices[i].first, entry.choices[i].second, met->choices[i].second, row.changes);
    }
    row.parts = moved(entry.parts, met->parts);
  }
  for (const Entry& entry : later) {
    if (!entry.is_met) difference.only_after.push_back(entry.what);
  }
  return difference;
}

std::string to_json(const ReportDifference& difference, const std::string& version) {
  v1::DiffReport report;
  report.set_schema("polyplane/diff/1");
  report.set_version(version);
  report.set_same_fingerprint(difference.same_fingerprint);
  for (const std::string& setting : difference.settings) report.add_settings(setting);
  for (const ReportDifference::Row& row : difference.rows) {
    v1::DiffReport::Row& to = *report.add_results();
    to.set_what(row.what);
    to.set_before_ps(static_cast<double>(row.before.ps()));
    to.set_after_ps(static_cast<double>(row.after.ps()));
    for (const std::string& change : row.changes) to.add_changes(change);
    for (const ReportDifference::Part& part : row.parts) {
      v1::DiffReport::Part& moved_part = *to.add_parts();
      moved_part.set_part(part.name);
      moved_part.set_before_ps(static_cast<double>(part.before.ps()));
      moved_part.set_after_ps(static_cast<double>(part.after.ps()));
    }
  }
  for (const std::string& what : difference.only_before) report.add_only_before(what);
  for (const std::string& what : difference.only_after) report.add_only_after(what);
  return configs::to_json(report);
}

}  // namespace polyplane::sim
