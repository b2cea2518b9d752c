// Committed results hold to the picosecond, on every compiler, optimisation level and number of threads.
//   POLYPLANE_UPDATE_GOLDEN=1  rewrites fingerprints.csv with what this build computes
//   POLYPLANE_THREADS=2        sizes run side by side
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/golden/fingerprint_rows.h"

namespace polyplane::golden {
namespace {

const std::string kDirectory = POLYPLANE_GOLDEN_DIRECTORY;
const std::string kFile = kDirectory + "/fingerprints.csv";

std::size_t threads() {
  const char* text = std::getenv("POLYPLANE_THREADS");
  return text == nullptr ? 1 : std::stoul(text);
}

std::string name(const FingerprintRow& row) {
  if (!row.experiment.empty()) return row.experiment;
  return row.collective + "/" + row.algorithm + " on " + row.ranks + " of " + row.cluster + ", " + row.size_bytes +
         " B, " + row.model + ", " + row.routing + ", " + row.stack + (row.faults.empty() ? "" : ", ") + row.faults;
}

void expect_same(const std::vector<FingerprintRow>& committed, const std::vector<FingerprintRow>& now) {
  ASSERT_EQ(committed.size(), now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    EXPECT_EQ(now[i].time_ps, committed[i].time_ps) << name(committed[i]);
    EXPECT_EQ(now[i].fingerprint, committed[i].fingerprint) << name(committed[i]);
  }
}

TEST(Fingerprints, AreAsCommitted) {
  const std::vector<FingerprintRow> rows = read_rows(kFile);
  std::vector<FingerprintRow> computed;
  for (const std::vector<FingerprintRow>& group : by_experiment(rows)) {
    SCOPED_TRACE(name(group.front()));
    const std::vector<FingerprintRow> now = run_rows(group, kDirectory, threads());
    computed.insert(computed.end(), now.begin(), now.end());
  }
  if (std::getenv("POLYPLANE_UPDATE_GOLDEN") != nullptr) {
    write_rows(kFile, computed);
  } else {
    expect_same(rows, computed);
  }
}

TEST(Fingerprints, ThreadsChangeNothing) {
  for (const std::vector<FingerprintRow>& group : by_experiment(read_rows(kFile))) {
    if (group.size() > 1) expect_same(run_rows(group, kDirectory, 1), run_rows(group, kDirectory, 3));
  }
}

TEST(Fingerprints, EachSizeAloneIsAsInATable) {
  for (const std::vector<FingerprintRow>& group : by_experiment(read_rows(kFile))) {
    if (group.size() > 1) expect_same({group.back()}, run_rows({group.back()}, kDirectory, 1));
  }
}

}  // namespace
}  // namespace polyplane::golden
