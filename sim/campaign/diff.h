// Two results of perf, run or explain (polyplane/report/1): what changed, by how much, and which part of the time
// moved.
//
// Rows meet by what was asked (job, collective, size, ranks, groups; the name of a step, trace or flow), and by cluster
// where a report holds several; what was chosen or set differently is listed. Parts are compared where both were
// explained. Left out: loads of links, alternatives, notes.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

struct ReportDifference {
  struct Part {
    std::string name;  // "gpu-leaf: contention"
    Duration before, after;
  };
  struct Row {
    std::string what;  // "all_reduce of 64 MiB among 8 ranks"
    Duration before, after;
    std::vector<std::string> changes;  // "algorithm: ring -> nvls"
    std::vector<Part> parts;           // those that moved, the most first
  };
  std::vector<std::string> settings;  // "stack: nccl -> ideal"; of reports of one cluster each
  std::vector<Row> rows;              // in both, in the order of the first
  std::vector<std::string> only_before, only_after;
  bool same_fingerprint = false;
};

/// Throws InputError for a file that cannot be read or is no such result, naming the place.
[[nodiscard]] ReportDifference diff_reports(const std::string& before, const std::string& after);

/// "polyplane/diff/1".
[[nodiscard]] std::string to_json(const ReportDifference& difference, const std::string& version);

}  // namespace polyplane::sim
