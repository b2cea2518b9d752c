// The table of nccl-tests, so that every script that reads nccl-tests reads polyplane: the same 13 columns, widths,
// number rule, '#' header and footer (NVIDIA/nccl-tests 2.19, src/util.cu).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/report.h"

namespace polyplane::cli {

/// `value` with the most decimals (2, 1, 0) that fit `width`, else in exponent form; right-aligned.
[[nodiscard]] std::string table_number(double value, int width);

/// What the header says about the run, each a '#' line.
struct TableHeader {
  std::string program;  // "all_reduce_perf"
  Bytes min, max;
  std::int64_t step = 2;
  bool step_is_factor = true;
  bool check = true;               // false (-c 0): N/A in place of #wrong
  std::vector<std::string> facts;  // what stands in for "Using devices": cluster, model, stack, ...
};

/// What the time quantum did and what was certified, one sentence each; none where neither was asked for.
[[nodiscard]] std::vector<std::string> model_remarks(const sim::ModelFacts& facts);

class NcclTable {
 public:
  /// `verbose` adds columns to the right: algorithm, protocol, channels, lower bound, tier of the fullest link.
  NcclTable(TableHeader header, bool verbose) : header_(std::move(header)), verbose_(verbose) {}

  [[nodiscard]] std::string header() const;
  /// The in-place columns repeat the out-of-place figures; #wrong is 0 where the schedule was proven, else N/A.
  [[nodiscard]] std::string row(const sim::CollectiveResult& result);
  /// Average over the rows so far, what `auto` left out of them, `remarks` as further '#' lines, the fingerprint.
  [[nodiscard]] std::string footer(std::uint64_t fingerprint, const std::vector<std::string>& remarks) const;

 private:
  TableHeader header_;
  bool verbose_;
  double busbw_sum_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::string> not_run_;  // of any row
};

}  // namespace polyplane::cli
