// Unmodified MPI programs under mpirun with libpolyplane_record.so before them: what is recorded, and what is left when
// something goes wrong. On a machine of two cores these prove correctness, never speed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

class Recording : public testing::Test {
 protected:
  Recording() : folder_(std::filesystem::temp_directory_path() / ("polyplane-record-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Recording() override { std::filesystem::remove_all(folder_); }

  /// Runs the program on so many ranks; returns the exit code. What it and the recorder say is in said().
  int run(int ranks, const std::string& program, const std::string& before = "") {
    const std::string command = before + " cd " + folder_.string() +
                                " && OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
                                "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none "
                                "POLYPLANE_RECORD=${POLYPLANE_RECORD:-record} " MPIEXEC " -n " +
                                std::to_string(ranks) +
                                " -x LD_PRELOAD=" POLYPLANE_RECORDER " " POLYPLANE_PROGRAMS "/" + program +
                                " > said 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::string said() const { return content(folder_ / "said"); }

  [[nodiscard]] ImportedProgram recorded(int ranks, const std::string& name = "record") const {
    std::vector<ImportFile> files;
    for (int rank = 0; rank < ranks; ++rank) {
      const std::string file = "rank." + std::to_string(rank) + ".mpirec";
      files.push_back({file, content(folder_ / name / file)});
    }
    return import_program("mpi_record", files);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

struct Counts {
  std::size_t sends = 0, receives = 0, entries = 0;
  std::int64_t sent = 0;  // bytes
};

Counts count(const Actor& actor) {
  Counts counts;
  for (const Operation& operation : actor.operations) {
    counts.sends += operation.kind == Operation::Kind::send ? 1 : 0;
    counts.receives += operation.kind == Operation::Kind::receive ? 1 : 0;
    counts.entries += operation.kind == Operation::Kind::collective ? 1 : 0;
    if (operation.kind == Operation::Kind::send) counts.sent += operation.bytes.count();
  }
  return counts;
}

Counts count(const Program& program) {
  Counts all;
  for (const Actor& actor : program.actors) {
    const Counts one = count(actor);
    all.sends += one.sends;
    all.receives += one.receives;
    all.entries += one.entries;
    all.sent += one.sent;
  }
  return all;
}

std::vector<std::string> warnings_of(const ImportNotes& notes) {
  std::vector<std::string> texts;
  for (const ImportWarning& warning : notes.warnings()) texts.push_back(warning.text);
  return texts;
}

std::string call_words(const Call& call) {
  return std::string(to_string(call.kind)) + " " + std::to_string(call.size.count()) + " of " +
         std::to_string(call.groups.front().size());
}

// 4 ranks as 2 x 2: each has four neighbours, each edge 32 cells of 8 bytes; 20 steps, a sum every tenth of them.
TEST_F(Recording, StencilOn4Ranks) {
  ASSERT_EQ(run(4, "stencil 32 32 20"), 0) << said();
  const ImportedProgram imported = recorded(4);
  for (const Actor& actor : imported.program.actors) {
    const Counts counts = count(actor);
    EXPECT_EQ(counts.sends, 4U * 20);
    EXPECT_EQ(counts.receives, 4U * 20);
    EXPECT_EQ(counts.sent, 4 * 20 * 32 * 8);
    EXPECT_EQ(counts.entries, 2U + 2);
  }
  ASSERT_EQ(imported.program.calls.size(), 2U);
  EXPECT_EQ(call_words(imported.program.calls[0]), "barrier 0 of 4");
  EXPECT_EQ(call_words(imported.program.calls[1]), "all_reduce 8 of 4");
  EXPECT_THAT(imported.notes.warnings(), IsEmpty());
  EXPECT_THAT(said(), HasSubstr("polyplane: this run of 4 ranks is recorded in record"));
}

// 2 ranks as 2 x 1: the neighbours in x are the rank itself. Edges of 1,024 cells are 8,192 bytes, over the eager limit:
// each message has a notice of 0 bytes the other way.
TEST_F(Recording, StencilOn2RanksWithLargeMessages) {
  ASSERT_EQ(run(2, "stencil 1024 16 10"), 0) << said();
  const ImportedProgram imported = recorded(2);
  for (const Actor& actor : imported.program.actors) {
    const Counts counts = count(actor);
    EXPECT_EQ(counts.sends, 2U * 2 * 10);
    EXPECT_EQ(counts.receives, 2U * 2 * 10);
    EXPECT_EQ(counts.sent, 2 * 10 * 1024 * 8);
  }
  EXPECT_THAT(warnings_of(imported.notes), testing::ElementsAre("messages of a rank to itself take no time"));
}

// A chain of 4 ranks: 3 neighbours to the right, 3 to the left, 8 bytes each; a sum before 15 iterations and two in each.
TEST_F(Recording, CgOn4Ranks) {
  ASSERT_EQ(run(4, "cg 100 15"), 0) << said();
  const ImportedProgram imported = recorded(4);
  const Counts counts = count(imported.program);
  EXPECT_EQ(counts.sends, 6U * 15);
  EXPECT_EQ(counts.sent, 6 * 15 * 8);
  EXPECT_EQ(counts.entries, 4U * (2 + 1 + 31));
  ASSERT_EQ(imported.program.calls.size(), 3U);
  EXPECT_EQ(call_words(imported.program.calls[1]), "all_reduce 8 of 4");
  EXPECT_EQ(call_words(imported.program.calls[2]), "gather 3200 of 4");
}

TEST_F(Recording, CgOn2Ranks) {
  ASSERT_EQ(run(2, "cg 100 15"), 0) << said();
  EXPECT_EQ(count(recorded(2).program).sends, 2U * 15);
}

class EveryCall : public Recording, public testing::WithParamInterface<int> {};

TEST_P(EveryCall, IsRecorded) {
  const int n = GetParam();
  ASSERT_EQ(run(n, "every_call"), 0) << said();
  const ImportedProgram imported = recorded(n);
  const Counts counts = count(imported.program);
  // 6 messages from rank 0 to 1, one of them synchronous with its notice; by each rank 2, twice one, one, and one to the
  // next; two scans on two communicators of n - 1 messages each.
  EXPECT_EQ(counts.sends, static_cast<std::size_t>(6 + 1 + 6 * n + 4 * (n - 1)));
  EXPECT_EQ(counts.receives, counts.sends);
  // In integers: 1 + ... + 6; 10 + 11, twice 20, 30 and 40 of each rank; 13 + 14 of each scan.
  EXPECT_EQ(counts.sent, 4 * (21 + 131 * n + 2 * 27 * (n - 1)));
  // 15 different ones on each of two communicators, one on each of two duplicates, and one on the half of even ranks, when
  // there are several.
  EXPECT_EQ(imported.program.calls.size(), 15U * 2 + 2 + (n > 2 ? 1 : 0) + (n > 3 ? 1 : 0));
  const std::string times = std::to_string(n) + " times on all ranks";
  EXPECT_THAT(
      warnings_of(imported.notes),
      testing::UnorderedElementsAre(HasSubstr("MPI_Neighbor_allgather is not replayed; it was called " + times),
                                    HasSubstr("MPI_Ineighbor_allgather is not replayed; it was called " + times),
                                    "requests that were cancelled are left out"));
  // The root of the first communicator's broadcast is its last rank, that of the reversed one is rank 0.
  const auto broadcasts = [&] {
    std::vector<std::uint32_t> roots;
    for (const Call& call : imported.program.calls) {
      if (call.kind == CollectiveKind::broadcast) roots.push_back(call.groups[0][0]);
    }
    return roots;
  }();
  EXPECT_THAT(broadcasts, testing::ElementsAre(n - 1, 0));
}

INSTANTIATE_TEST_SUITE_P(Ranks, EveryCall, testing::Values(2, 3, 4));

// 3 ranks: 5 times 100 doubles to the next, received from anyone, and a sum; 7 doubles; a broadcast of 9. The scan is counted.
TEST_F(Recording, Fortran) {
  if (!std::filesystem::exists(POLYPLANE_PROGRAMS "/ring")) GTEST_SKIP() << "no Fortran compiler";
  ASSERT_EQ(run(3, "ring"), 0) << said();
  const ImportedProgram imported = recorded(3);
  const Counts counts = count(imported.program);
  EXPECT_EQ(counts.sends, 3U * 6);
  EXPECT_EQ(counts.receives, 3U * 6);
  EXPECT_EQ(counts.sent, 3 * (5 * 800 + 56));
  ASSERT_EQ(imported.program.calls.size(), 2U);
  EXPECT_EQ(call_words(imported.program.calls[0]), "all_reduce 800 of 3");
  EXPECT_EQ(call_words(imported.program.calls[1]), "broadcast 72 of 3");
  EXPECT_EQ(imported.program.calls[1].groups[0][0], 1U);
  EXPECT_THAT(warnings_of(imported.notes),
              testing::ElementsAre("mpi_scan of Fortran is not replayed; it was called 3 times on all ranks"));
}

// Rank 2 kills itself at the start of step 7: it has sent and received the edges of 7 steps.
TEST_F(Recording, ARankKilledBySigkillLeavesAReadableTrace) {
  EXPECT_NE(run(4, "stencil 32 32 20 2 7"), 0);
  const ImportedProgram imported = recorded(4);
  const Counts counts = count(imported.program.actors[2]);
  EXPECT_EQ(counts.sends, 4U * 7);
  EXPECT_EQ(counts.receives, 4U * 7);
  EXPECT_THAT(warnings_of(imported.notes), Contains(HasSubstr("rank 2 did not come to MPI_Finalize")));
  for (const Actor& actor : imported.program.actors) EXPECT_GE(count(actor).sends, 2U * 7);
}

TEST_F(Recording, NothingIsOverwritten) {
  ASSERT_EQ(run(2, "cg 100 1"), 0) << said();
  const std::string first = content(folder() / "record" / "rank.1.mpirec");
  ASSERT_EQ(run(2, "cg 100 2"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("is recorded in record.2"));
  EXPECT_EQ(content(folder() / "record" / "rank.1.mpirec"), first);
  EXPECT_EQ(count(recorded(2, "record.2").program).sends, 2U * 2);
}

TEST_F(Recording, AProgramRunsWithoutARecordWhereNoneCanBeMade) {
  EXPECT_EQ(run(2, "cg 100 1", "POLYPLANE_RECORD=/proc/nowhere/record;"), 0);
  EXPECT_THAT(said(), HasSubstr("nothing is recorded: the directory /proc/nowhere/record cannot be made"));
  EXPECT_THAT(said(), HasSubstr("cg: 2 ranks"));
}

}  // namespace
}  // namespace polyplane::collectives
