#include "tests/fuzz/file_target.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "configs/schema/view.pb.h"
#include "sim/campaign/sweep_value.h"
#include "sim/catalog.h"
#include "sim/cluster_graph.h"
#include "sim/fit/measurement.h"
#include "sim/load_tokens.h"
#include "sim/nccl/graph_file.h"
#include "sim/view/read_result.h"
#include "topology/faults.h"

namespace polyplane::fuzz {
namespace {

const sim::Catalog& catalog() {
  static const sim::Catalog opened = sim::Catalog::open();
  return opened;
}

/// A file that holds `text`, gone afterwards: for readers that begin with a name.
class TemporaryFile {
 public:
  TemporaryFile(std::string_view text, const char* ending)
      : path_((std::filesystem::temp_directory_path() / ("polyplane-fuzz-" + std::to_string(getpid()) + ending))
                  .string()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    for (const char* more : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path_ + more, error_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::error_code error_;
};

void read_measured(std::string_view text) {
  // With and without what only the user knows; a hint that contradicts the file is refused.
  sim::MeasurementHints hints;
  hints.ranks = 8;
  hints.collective = collectives::CollectiveKind::all_reduce;
  for (const sim::MeasurementHints& known : {sim::MeasurementHints{}, hints}) {
    try {
      const sim::MeasurementSeries series = sim::read_measurements("run.txt", text, known);
      CHECK(!series.rows.empty() && series.ranks > 0, "measurements of nothing");
      for (const sim::Measurement& row : series.rows) {
        CHECK(row.size.count() > 0 && row.time.ps() > 0, "a measurement of no size or time");
      }
    } catch (const InputError&) {}
  }
}

/// Each value of a variable is one that the field holds.
void read_vary(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  const sim::SweepKey key = sim::SweepKey::parse(std::string(text.substr(0, equals)));
  for (const sim::SweepValue& value : sim::parse_sweep_values(key, text.substr(equals + 1))) {
    CHECK(!value.text.empty(), "a value without a text");
  }
}

void read_faults(std::string_view text) {
  static const topology::Topology whole =
      sim::build(catalog().cluster("fat_tree:endpoints=32,per_node=4,radix=8,tiers=2,planes=2"));
  std::vector<std::string> selectors;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    selectors.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const topology::Topology faulty = topology::apply_faults(whole, selectors, 7);
  CHECK(faulty.devices().size() == whole.devices().size(), "faults that change the devices");
}

}  // namespace

const std::vector<std::string>& file_formats() {
  static const std::vector<std::string> kNames{"cluster_line", "experiment", "expert_histogram", "fault_selectors",
                                               "measurements", "nccl_graph", "result",           "sweep_vary"};
  return kNames;
}

void read_anything(const std::string& format, std::string_view text) {
  if (format == "measurements") {
    read_measured(text);
  } else if (format == "expert_histogram") {
    CHECK(!sim::parse_histogram("input", std::string(text)).empty(), "a histogram of nothing");
  } else if (format == "nccl_graph") {
    static_cast<void>(sim::nccl::read_graphs("input", std::string(text)));
  } else if (format == "sweep_vary") {
    read_vary(text);
  } else if (format == "cluster_line") {
    if (!sim::is_file_name(text)) static_cast<void>(sim::size_of(catalog().cluster(text)));
  } else if (format == "fault_selectors") {
    read_faults(text);
  } else if (format == "experiment") {
    const TemporaryFile file(text, ".textproto");
    CHECK(!catalog().experiments(file.path()).empty(), "a file of no experiment");
  } else {
    CHECK(format == "result", "no reader is called " + format);
    const TemporaryFile file(text, ".json");
    v1::View view;
    sim::read_result(file.path(), view);
    CHECK(view.recordings_size() > 0, "a result of nothing");
  }
}

}  // namespace polyplane::fuzz
