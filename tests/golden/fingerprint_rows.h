// tests/golden/fingerprints.csv: what a run is, when it ended and its fingerprint. A changed row is a changed result: it
// is reviewed, and announced in CHANGELOG.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment.h"

namespace polyplane::golden {

struct FingerprintRow {
  // Either an experiment file, "flows/rate_caps", relative to tests/golden and without its ending; the columns up to
  // `seed` are then empty.
  std::string experiment;
  // Or one collective at one size. Names as on the command line, but a cluster with a '/' is a file of tests/golden; faults are joined by ';'; channels and slices 0: the
  // algorithm's own choice.
  std::string cluster, collective, algorithm, ranks, size_bytes, model, routing, stack, channels, slices, faults, seed;
  // The result: `time_ps` of an experiment file is its last end.
  std::string time_ps, fingerprint;
};

/// Throws std::runtime_error when the file cannot be read or a line has the wrong columns.
[[nodiscard]] std::vector<FingerprintRow> read_rows(const std::string& path);
void write_rows(const std::string& path, const std::vector<FingerprintRow>& rows);

/// Neighbouring rows that differ in size and result only are one experiment.
[[nodiscard]] std::vector<std::vector<FingerprintRow>> by_experiment(const std::vector<FingerprintRow>& rows);

/// `rows`: one group of by_experiment(). `directory`: tests/golden.
[[nodiscard]] sim::Experiment to_experiment(const std::vector<FingerprintRow>& rows, const std::string& directory);

/// The same rows with the results of a run.
[[nodiscard]] std::vector<FingerprintRow> run_rows(std::vector<FingerprintRow> rows, const std::string& directory,
                                                   std::size_t threads);

}  // namespace polyplane::golden
