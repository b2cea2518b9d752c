// What `polyplane-mpi perf` prints: measured beside MPI beside simulated. No MPI.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "mpi/timing.h"

namespace polyplane::mpi {

struct PerfRow {
  Bytes size;
  std::int64_t count = 0;
  std::string datatype, reduction;
  std::int32_t root = -1;
  std::string algorithm;                   // of the schedule
  std::uint32_t channels = 0, slices = 0;  // 0: its own choice
  double bus_factor = 1;                   // busbw / algbw
  Timing schedule, mpi;
  Duration simulated;

  [[nodiscard]] double algbw_GBps() const;
  [[nodiscard]] double busbw_GBps() const { return algbw_GBps() * bus_factor; }
  /// simulated / measured - 1.
  [[nodiscard]] double error() const;
};

/// What stands above the rows, as '#' lines.
struct PerfFacts {
  std::string collective;  // "all_reduce"
  std::string mpi_name;    // "MPI_Allreduce"
  std::vector<std::string> lines;
};

[[nodiscard]] std::string perf_header(const PerfFacts& facts);
[[nodiscard]] std::string perf_row(const PerfRow& row);
/// Average busbw, and the median of |ln(simulated / measured)| with what it is as a factor; `load` is what stands last.
[[nodiscard]] std::string perf_footer(const std::vector<PerfRow>& rows, const std::string& load);

[[nodiscard]] std::string perf_csv_header();
[[nodiscard]] std::string perf_csv_row(const PerfRow& row);
/// Schema polyplane/mpi-perf/1.
[[nodiscard]] std::string perf_json(const PerfFacts& facts, const std::vector<PerfRow>& rows, int ranks,
                                    const std::string& load);

}  // namespace polyplane::mpi
