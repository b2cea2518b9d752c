#include "sim/view/read_result.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "configs/schema/json.h"
#include "configs/schema/read_file.h"
#include "configs/schema/view.pb.h"
#include "configs/schema/write_json.h"
#include "sim/campaign/sweep_table.h"
#include "sim/datatype.h"
#include "sim/fit/measurement.h"
#include "sim/view/recording_file.h"
#include "sim/view/report_page.h"

namespace polyplane::sim {
namespace {

constexpr const char* kRecording = "polyplane/recording/1";
constexpr std::string_view kStoreBegin = "SQLite format 3";

/// What the document says that it is; "" where it says nothing.
std::string schema_of(const std::string& path, const std::string& text) {
  if (!configs::begins_as_json(text)) {
    throw InputError(
        printable(path) +
        ": is no result to show: neither a file of --record, nor a store of a sweep, nor JSON that a command "
        "printed with --format json; tables of benchmarks go to --measured");
  }
  google::protobuf::Struct document;
  if (!google::protobuf::util::JsonStringToMessage(text, &document).ok()) {
    v1::Report place;  // no document at all: this says where
    configs::parse_json(path, text, place);
  }
  const auto schema = document.fields().find("schema");
  return schema == document.fields().end() ? std::string() : schema->second.string_value();
}

template <class Assumed>
void add_assumed(const Assumed& sentences, v1::Recording& recording) {
  for (const std::string& sentence : sentences) {
    const auto& known = recording.assumed();
    if (std::find(known.begin(), known.end(), sentence) == known.end()) recording.add_assumed(sentence);
  }
}

void read_document(const std::string& path, const std::string& text, v1::Recording& recording) {
  const std::string schema = schema_of(path, text);
  const auto parse = [&](google::protobuf::Message& message) { configs::parse_json(path, text, message); };
  if (schema == "polyplane/report/1") {
    v1::Report& report = *recording.mutable_report();
    parse(report);
    add_assumed(report.cluster().assumed(), recording);
    for (const v1::ReportedCluster& cluster : report.clusters()) add_assumed(cluster.assumed(), recording);
  } else if (schema == "polyplane/compare/1") {
    parse(*recording.mutable_compare());
    for (const auto& cluster : recording.compare().clusters()) add_assumed(cluster.assumed(), recording);
  } else if (schema == "polyplane/topo/1") {
    parse(*recording.mutable_topo());
    add_assumed(recording.topo().assumed(), recording);
  } else if (schema == "polyplane/tune/1") {
    parse(*recording.mutable_tune());
    add_assumed(recording.tune().assumed(), recording);
  } else if (schema == "polyplane/sweep/1") {
    parse(*recording.mutable_sweep());
  } else if (schema == "polyplane/validate/1") {
    parse(*recording.mutable_validate());
    for (const auto& system : recording.validate().systems()) add_assumed(system.assumed(), recording);
  } else {
    throw InputError(printable(path) + ": schema: " + (schema.empty() ? "none" : "\"" + printable(schema) + "\"") +
                     " is no result to show; allowed: polyplane/report/1, compare/1, topo/1, tune/1, validate/1 and "
                     "sweep/1, as commands print with --format json, and files of --record");
  }
}

std::string version_of(const v1::Recording& recording) {
  if (recording.has_report()) return recording.report().version();
  if (recording.has_compare()) return recording.compare().version();
  if (recording.has_topo()) return recording.topo().version();
  if (recording.has_tune()) return recording.tune().version();
  if (recording.has_validate()) return recording.validate().version();
  return recording.sweep().version();
}

v1::View view_of(const PageInput& input) {
  v1::View view;
  for (const std::string& path : input.results) read_result(path, view);
  for (const std::string& path : input.measured) add_measured(path, view);
  return view;
}

/// As nccl-tests defines it for the collective.
double bus_factor_of(const MeasurementSeries& series, const Measurement& row) {
  return collectives::Collective::sized(series.collective, series.ranks, row.size, element_bytes(series.datatype),
                                        RankId(0))
      .bus_factor();
}

/// Where the file does not say on how many ranks it was, it was on as many as the first result.
MeasurementSeries measured_series(const std::string& path, const v1::View& view) {
  const std::string text = configs::read_text_file(path);
  MeasurementHints hints;
  hints.collective_advice = "a name of the file such as all_reduce_perf.txt says it";
  hints.ranks_advice = "they are taken from the first result of a collective, and there is none";
  for (const v1::Recording& recording : view.recordings()) {
    if (hints.ranks || recording.report().results().empty()) continue;
    hints.ranks = static_cast<std::uint32_t>(recording.report().results(0).ranks());
  }
  try {
    MeasurementHints none = hints;
    none.ranks.reset();
    return read_measurements(path, text, none);
  } catch (const InputError&) { return read_measurements(path, text, hints); }
}

/// Does the file begin as one of SQLite does? A store may be larger than what is read as a whole.
bool is_store(const std::string& path) {
  std::array<char, kStoreBegin.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return file.gcount() == static_cast<std::streamsize>(begin.size()) &&
         std::string_view(begin.data(), begin.size()) == kStoreBegin;
}

}  // namespace

void read_result(const std::string& path, v1::View& view) {
  v1::Recording recording;
  recording.set_schema(kRecording);
  recording.set_name(valid_utf8(std::filesystem::path(path).stem().string()));
  if (is_store(path)) {
    SweepStore store = SweepStore::read(path);
    read_document(path, to_json(table_of(store)), recording);
  } else if (const std::string bytes = configs::read_binary_file(path); is_compressed(bytes)) {
    read_recording(path, bytes, view);
    return;
  } else {
    read_document(path, configs::read_text_file(path), recording);
    if (!recording.has_sweep() && !recording.has_validate() && !recording.has_tune()) {
      recording.add_left_out(
          "all but the result: " + valid_utf8(path) +
          " holds no more; --record FILE keeps the cluster, bytes of links, loads over time and lanes, too");
    }
  }
  recording.set_version(version_of(recording));
  *view.add_recordings() = std::move(recording);
}

void add_measured(const std::string& path, v1::View& view) {
  const MeasurementSeries series = measured_series(path, view);
  bool is_shown = false;
  for (v1::Recording& recording : *view.mutable_recordings()) {
    if (recording.report().results().empty()) continue;
    is_shown = true;
    for (const Measurement& row : series.rows) {
      v1::Measured& to = *recording.add_measured();
      to.set_source(valid_utf8(path));
      to.set_collective(std::string(to_string(series.collective)));
      to.set_size_bytes(static_cast<double>(row.size.count()));
      to.set_time_us(row.time.microseconds());
      to.set_ranks(series.ranks);
      const double algbw = static_cast<double>(row.size.count()) * 1e3 / static_cast<double>(row.time.ps());
      to.set_algbw_gbps(algbw);
      to.set_busbw_gbps(algbw * bus_factor_of(series, row));
    }
  }
  if (!is_shown) throw InputError(printable(path) + ": there is no result of a collective to show it beside");
}

std::string to_json(const v1::View& view) { return configs::to_json(view); }

std::string page_of(const PageInput& input) { return report_page(view_of(input)); }

std::string json_of(const PageInput& input) { return to_json(view_of(input)); }

}  // namespace polyplane::sim
