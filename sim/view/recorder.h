// From a command to a recording (configs/schema/view.proto): what was read, what was computed, what links did.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/campaign/compare.h"
#include "sim/report.h"
#include "sim/run_observer.h"
#include "sim/simulation.h"
#include "sim/write_report.h"
#include "sim/write_topo_report.h"

namespace polyplane::sim {

/// What a recording says of the command.
struct RecordedCommand {
  std::string name;                       // of the experiment, or the cluster
  std::string version;                    // of polyplane
  std::vector<std::string> command_line;  // the program first
};

/// One a command. From its making on it notes what this thread reads: make it before the catalogue is asked for anything.
class Recorder {
 public:
  explicit Recorder(RecordedCommand command);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void set_name(std::string name);
  /// For the runs on one more cluster, in the order in which results name them. Lives as long as this. `looks_again`: a few
  /// runs once more, for loads over time and parts of the time (cluster_recorder.h).
  [[nodiscard]] RunObserver& next_cluster(bool looks_again);
  /// Of a cluster without runs.
  void add_cluster(const topology::Topology& topology);

  /// The recording as a file (recording_file.h); once. Reports: of one command, one a cluster that was observed. What
  /// explains a result is in it where it is known, whatever the command printed.
  [[nodiscard]] std::string of_reports(std::span<const Report> reports, const ReportOrigin& origin);
  /// Clusters observed in the order of the comparison.
  [[nodiscard]] std::string of_comparison(const Comparison& comparison, const Compared& compared);
  [[nodiscard]] std::string of_topology(const TopoReport& report);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace polyplane::sim
