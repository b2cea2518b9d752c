#include "sim/view/recorder.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/utf8.h"
#include "configs/directory.h"
#include "configs/schema/view.pb.h"
#include "sim/campaign/write_compare.h"
#include "sim/fill_report.h"
#include "sim/view/cluster_recorder.h"
#include "sim/view/figures.h"
#include "sim/view/read_recorder.h"
#include "sim/view/recording_file.h"

namespace polyplane::sim {
namespace {

constexpr const char* kSchema = "polyplane/recording/1";

bool is_explained(const Attribution& parts) {
  return parts.launch + parts.software + parts.waiting > Duration() || !parts.tiers.empty();
}

/// What took time, so that figures could decide it.
struct Work {
  bool ran = false, computed = false;
  std::vector<std::string> stacks;  // in use
};

/// The stack of the cards' maker is looked for among all that are shipped: those that are not in use come out again. Files
/// of the user's are known by their paths.
template <class Entries>
void keep_used_stacks(const std::vector<std::string>& used, Entries& entries, const auto& kind_and_name) {
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [&](const auto& entry) {
                                 const auto& [kind, name] = kind_and_name(entry);
                                 const bool is_shipped = name.find_first_of("/.") == std::string::npos;
                                 return kind == "stack" && is_shipped && std::ranges::find(used, name) == used.end();
                               }),
                entries.end());
}

bool computes(const Report& report) { return !report.steps.empty() || !report.programs.empty(); }

void add_band(const CollectiveResult& result, int row, v1::Recording& recording) {
  if (!result.spread || !result.spread->is_range()) return;
  v1::Band& band = *recording.add_bands();
  band.set_result(static_cast<std::uint32_t>(row));
  band.set_fastest_ps(static_cast<double>(result.spread->fastest.ps()));
  band.set_slowest_ps(static_cast<double>(result.spread->slowest.ps()));
}

void add_assumed(const std::string& sentence, v1::Recording& recording) {
  if (std::ranges::find(recording.assumed(), valid_utf8(sentence)) != recording.assumed().end()) return;
  recording.add_assumed(valid_utf8(sentence));
}

/// Of cluster and stack, then of what ran on them.
void add_assumed(const Report& report, v1::Recording& recording) {
  for (const std::string& sentence : report.assumed) add_assumed(sentence, recording);
  for (const StepResult& step : report.steps) {
    for (const std::string& note : step.notes) {
      if (note != step.memory_warning) add_assumed(note, recording);
    }
  }
  for (const ProgramResult& program : report.programs) {
    for (const std::string& note : program.notes) add_assumed(note, recording);
  }
}

/// Rows of a recording are explained where that costs no run by itself.
void tell_unexplained(v1::Recording& recording) {
  const auto& rows = recording.report().results();
  const auto parts = std::ranges::count_if(rows, &v1::CollectiveResult::has_attribution);
  if (parts == rows.size()) return;
  recording.add_left_out("where the time goes: of " + std::to_string(rows.size() - parts) + " of " +
                         std::to_string(rows.size()) + " results; --explain --record FILE keeps it of all");
}

}  // namespace

struct Recorder::Parts {
  explicit Parts(RecordedCommand of) : command(std::move(of)), read(configs::find_directory()) {}

  RecordedCommand command;
  ReadRecorder read;
  std::deque<ClusterRecorder> clusters;  // stay where they are
  v1::View view;

  v1::Recording& start(const Work& work) {
    v1::Recording& recording = *view.add_recordings();
    recording.set_schema(kSchema);
    recording.set_name(valid_utf8(command.name));
    recording.set_version(command.version);
    for (const std::string& word : command.command_line) recording.add_command_line(valid_utf8(word));
    read.write(recording);
    keep_used_stacks(work.stacks, *recording.mutable_sources(),
                     [](const v1::SourceText& source) { return std::pair(source.role(), source.name()); });
    keep_used_stacks(work.stacks, *recording.mutable_figures(),
                     [](const v1::Figure& figure) { return std::pair(figure.kind(), figure.part()); });
    for (v1::Figure& figure : *recording.mutable_figures()) {
      if (!work.ran || (!work.computed && is_of_compute(figure))) figure.set_decides_time(false);
    }
    return recording;
  }
};

Recorder::Recorder(RecordedCommand command) : parts_(std::make_unique<Parts>(std::move(command))) {}
Recorder::~Recorder() = default;

void Recorder::set_name(std::string name) { parts_->command.name = std::move(name); }

RunObserver& Recorder::next_cluster(bool looks_again) {
  return parts_->clusters.emplace_back(looks_again ? SecondLooks{} : SecondLooks::none());
}

void Recorder::add_cluster(const topology::Topology& topology) {
  parts_->clusters.emplace_back(SecondLooks::none()).built(topology);
}

std::string Recorder::of_reports(std::span<const Report> reports, const ReportOrigin& origin) {
  Work work{.ran = true, .computed = std::ranges::any_of(reports, computes), .stacks = {}};
  for (const Report& report : reports) work.stacks.push_back(report.stack);
  v1::Recording& recording = parts_->start(work);
  v1::Report& message = *recording.mutable_report();
  fill(reports, origin, message);
  int row = 0;
  for (const Report& report : reports) {
    for (const CollectiveResult& result : report.collectives) {
      add_band(result, row, recording);
      v1::CollectiveResult& to = *message.mutable_results(row++);
      if (!to.has_attribution() && is_explained(result.attribution)) {
        fill(result.attribution, *to.mutable_attribution());
      }
    }
  }
  ClusterRecorder::Places next;  // of the first result that comes
  std::uint32_t results = 0, flows = 0, steps = 0, programs = 0;
  for (std::size_t c = 0; c < reports.size(); ++c) {
    const Report& report = reports[c];
    ClusterRecorder::Places places;
    for (const CollectiveResult& result : report.collectives)
      places.results.emplace_back(result.fingerprint, results++);
    for (std::size_t i = 0; i < report.flows.size(); ++i) places.flows.push_back(flows++);
    for (const StepResult& result : report.steps) places.steps.emplace_back(result.fingerprint, steps++);
    for (const ProgramResult& result : report.programs) places.programs.emplace_back(result.fingerprint, programs++);
    parts_->clusters.at(c).write(places, recording);
    v1::FabricView& fabric = *recording.mutable_fabrics(static_cast<int>(c));
    fabric.set_cluster(valid_utf8(report.cluster));
    fabric.set_routing(report.routing);
    for (const std::string& fault : report.faults) fabric.add_faults(valid_utf8(fault));
    add_assumed(report, recording);
  }
  tell_unexplained(recording);
  return recording_file(parts_->view);
}

std::string Recorder::of_comparison(const Comparison& comparison, const Compared& compared) {
  v1::Recording& recording = parts_->start({.ran = true, .computed = false, .stacks = {comparison.stack.name}});
  fill(comparison, compared, parts_->command.version, *recording.mutable_compare());
  std::vector<ClusterRecorder::Places> places(parts_->clusters.size());
  std::uint32_t number = 0;
  for (const ComparedRow& row : compared.rows) {
    for (const CollectiveResult& part : row.parts) places[row.cluster].results.emplace_back(part.fingerprint, number++);
  }
  for (std::size_t c = 0; c < compared.clusters.size(); ++c) {
    parts_->clusters.at(c).write(places[c], recording);
    v1::FabricView& fabric = *recording.mutable_fabrics(static_cast<int>(c));
    fabric.set_cluster(valid_utf8(compared.clusters[c].name));
    fabric.set_routing(comparison.routing);
  }
  return recording_file(parts_->view);
}

std::string Recorder::of_topology(const TopoReport& report) {
  v1::Recording& recording = parts_->start({});
  fill(report, parts_->command.version, *recording.mutable_topo());
  for (ClusterRecorder& cluster : parts_->clusters) cluster.write({}, recording);
  for (const std::string& fault : report.faults) {
    if (recording.fabrics_size() > 0) recording.mutable_fabrics(0)->add_faults(valid_utf8(fault));
  }
  for (const std::string& sentence : report.assumed) recording.add_assumed(valid_utf8(sentence));
  return recording_file(parts_->view);
}

}  // namespace polyplane::sim
