#include "tests/golden/fingerprint_rows.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "sim/catalog.h"
#include "sim/fingerprint.h"
#include "sim/simulation.h"

namespace polyplane::golden {
namespace {

using Column = std::string FingerprintRow::*;
constexpr std::array<std::pair<const char*, Column>, 15> kColumns = {{
    {"experiment", &FingerprintRow::experiment},
    {"cluster", &FingerprintRow::cluster},
    {"collective", &FingerprintRow::collective},
    {"algorithm", &FingerprintRow::algorithm},
    {"ranks", &FingerprintRow::ranks},
    {"size_bytes", &FingerprintRow::size_bytes},
    {"model", &FingerprintRow::model},
    {"routing", &FingerprintRow::routing},
    {"stack", &FingerprintRow::stack},
    {"channels", &FingerprintRow::channels},
    {"slices", &FingerprintRow::slices},
    {"faults", &FingerprintRow::faults},
    {"seed", &FingerprintRow::seed},
    {"time_ps", &FingerprintRow::time_ps},
    {"fingerprint", &FingerprintRow::fingerprint},
}};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  if (!text.empty() && text.back() == separator) parts.emplace_back();
  return parts;
}

std::string header() {
  std::string text;
  for (const auto& [name, column] : kColumns) text += (text.empty() ? "" : ",") + std::string(name);
  return text;
}

/// All that two rows of one experiment have in common.
std::string key(FingerprintRow row) {
  row.size_bytes.clear();
  row.time_ps.clear();
  row.fingerprint.clear();
  std::string text;
  for (const auto& [name, column] : kColumns) text += row.*column + ',';
  return text;
}

}  // namespace

std::vector<FingerprintRow> read_rows(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line != header())
    throw std::runtime_error(path + " does not begin with " + header());
  std::vector<FingerprintRow> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = split(line, ',');
    if (fields.size() != kColumns.size()) throw std::runtime_error(path + ": wrong number of columns in " + line);
    FingerprintRow row;
    for (std::size_t i = 0; i < fields.size(); ++i) row.*kColumns[i].second = fields[i];
    rows.push_back(row);
  }
  return rows;
}

void write_rows(const std::string& path, const std::vector<FingerprintRow>& rows) {
  std::ofstream file(path);
  file << header() << '\n';
  for (const FingerprintRow& row : rows) {
    for (const auto& [name, column] : kColumns)
      file << (column == &FingerprintRow::experiment ? "" : ",") << row.*column;
    file << '\n';
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::vector<std::vector<FingerprintRow>> by_experiment(const std::vector<FingerprintRow>& rows) {
  std::vector<std::vector<FingerprintRow>> groups;
  for (const FingerprintRow& row : rows) {
    if (groups.empty() || key(groups.back().front()) != key(row)) groups.emplace_back();
    groups.back().push_back(row);
  }
  return groups;
}

sim::Experiment to_experiment(const std::vector<FingerprintRow>& rows, const std::string& directory) {
  const FingerprintRow& first = rows.front();
  const sim::Catalog catalog = sim::Catalog::open();
  if (!first.experiment.empty()) return catalog.experiment(directory + "/" + first.experiment + ".textproto");
  sim::Experiment experiment;
  experiment.name = key(first);
  const bool own = first.cluster.find('/') != std::string::npos;
  experiment.cluster = catalog.cluster(own ? directory + "/" + first.cluster + ".textproto" : first.cluster);
  experiment.stack = catalog.stack(first.stack);
  experiment.routing.name = first.routing;
  experiment.model = first.model;
  experiment.seed = std::stoull(first.seed);
  experiment.faults = split(first.faults, ';');
  sim::CollectiveJob job;
  job.kind = collectives::parse_collective(first.collective);
  job.algorithm = first.algorithm;
  job.channels = static_cast<std::uint32_t>(std::stoul(first.channels));
  job.slices = static_cast<std::uint32_t>(std::stoul(first.slices));
  for (std::uint32_t rank = 0; rank < std::stoul(first.ranks); ++rank) job.ranks.push_back(rank);
  for (const FingerprintRow& row : rows) job.sizes.emplace_back(std::stoll(row.size_bytes));
  experiment.collectives.push_back(job);
  return experiment;
}

std::vector<FingerprintRow> run_rows(std::vector<FingerprintRow> rows, const std::string& directory,
                                     std::size_t threads) {
  const sim::Experiment experiment = to_experiment(rows, directory);
  sim::RunOptions options;
  options.threads = threads;
  const sim::Report report = sim::run(experiment, options);
  if (!rows.front().experiment.empty()) {
    TimePoint last;
    for (const sim::FlowResult& flow : report.flows) last = std::max(last, flow.end);
    rows.front().time_ps = std::to_string(last.ps());
    rows.front().fingerprint = sim::fingerprint_text(report.fingerprint);
    return rows;
  }
  if (report.collectives.size() != rows.size()) throw std::runtime_error("not one result for each size");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].time_ps = std::to_string(report.collectives[i].time.ps());
    rows[i].fingerprint = sim::fingerprint_text(report.collectives[i].fingerprint);
  }
  return rows;
}

}  // namespace polyplane::golden
