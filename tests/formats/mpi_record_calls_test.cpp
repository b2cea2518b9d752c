// Collectives in records of MPI programs: which communicator calls them, and who moves how much.
#include "tests/formats/formats.h"
#include "tests/formats/mpi_record_words.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::collectives {
namespace {

using format::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(MpiRecord, CollectivesAreCallsOfTheirCommunicator) {
  std::vector<RankFile> files = rank_files(4);
  for (std::int32_t r = 0; r < 4; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.communicator(r % 2 == 0 ? std::vector<std::int32_t>{0, 2} : std::vector<std::int32_t>{3, 1});
    file.after(5).collective(Kind::all_reduce, 8).collective(Kind::all_reduce, 8).collective(Kind::barrier, 0);
    file.collective(Kind::broadcast, 100, 2).collective(Kind::reduce, 100, 1);
    file.collective(Kind::gather, 10, 3).collective(Kind::scatter, 10, 0).collective(Kind::all_gather, 10);
    file.collective(Kind::reduce_scatter, 10).collective(Kind::alltoall, 10);
    file.collective(Kind::all_reduce, 24, 0, 2).collective(Kind::all_reduce, 8, 0, 1).finalize();
  }
  const ImportedProgram imported = program_of(files);
  // Shares are of ranks, sizes of arrays: 4 ranks of 10 bytes. The root is the first of its group.
  EXPECT_THAT(calls_of(imported),
              ElementsAre("all_reduce 8 [0 1 2 3]", "barrier 0 [0 1 2 3]", "broadcast 100 [2 3 0 1]",
                          "reduce 100 [1 2 3 0]", "gather 40 [3 0 1 2]", "scatter 40 [0 1 2 3]",
                          "all_gather 40 [0 1 2 3]", "reduce_scatter 40 [0 1 2 3]", "alltoall 40 [0 1 2 3]",
                          "all_reduce 24 [0 2]", "all_reduce 24 [3 1]"));
  EXPECT_THAT(imported.program.calls, testing::Each(testing::Field(&Call::exact_shares, true)));
  // All on one stream of each communicator, one after the other; that of a rank alone moves nothing.
  EXPECT_THAT(words(imported, 1),
              ElementsAre("compute 5", "call 0 < 0", "call 0 < 1", "call 1 < 2", "call 2 < 3", "call 3 < 4",
                          "call 4 < 5", "call 5 < 6", "call 6 < 7", "call 7 < 8", "call 8 < 9", "call 10 < 10"));
  EXPECT_EQ(imported.program.actors[1].streams[2].name, "MPI_COMM_WORLD");
}

TEST(MpiRecord, CommunicatorsAreToldApartByTheOrderInWhichTheyWereMade) {
  std::vector<RankFile> files = rank_files(2);
  files[0].communicator({0, 1}).communicator({0, 1});
  files[0].add(Kind::all_reduce, {.flags = format::kNonBlocking, .communicator = 2, .bytes = 100, .request = 1});
  files[0].add(Kind::all_reduce, {.flags = format::kNonBlocking, .communicator = 3, .bytes = 200, .request = 2});
  files[0].wait(1).wait(2).finalize();
  files[1].communicator({0, 1}).communicator({0, 1});
  files[1].add(Kind::all_reduce, {.flags = format::kNonBlocking, .communicator = 3, .bytes = 200, .request = 1});
  files[1].add(Kind::all_reduce, {.flags = format::kNonBlocking, .communicator = 2, .bytes = 100, .request = 2});
  files[1].wait(1).wait(2).finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(calls_of(imported), ElementsAre("all_reduce 100 [0 1]", "all_reduce 200 [0 1]"));
  EXPECT_THAT(words(imported, 1), ElementsAre("call 1", "call 0"));
}

TEST(MpiRecord, UnevenCollectivesMoveWhatEachRankMoves) {
  std::vector<RankFile> files = rank_files(2);
  for (std::int32_t r = 0; r < 2; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.collective(Kind::gather, 10 * (r + 1), 1).collective(Kind::scatter, 10 * (r + 1), 1);
    file.alltoallv({r + 1, 30}).collective(Kind::all_gather, r == 0 ? 11 : 20).finalize();
  }
  const ImportedProgram imported = program_of(files);
  // all_gather: shares of ceil((11 + 20) / 2) = 16.
  EXPECT_THAT(calls_of(imported),
              ElementsAre("alltoallv 0 [0 1]", "alltoallv 0 [0 1]", "alltoallv 0 [0 1]", "all_gather 32 [0 1]"));
  EXPECT_THAT(imported.program.calls[0].matrix, ElementsAre(0, 10, 0, 20));  // to rank 1
  EXPECT_THAT(imported.program.calls[1].matrix, ElementsAre(0, 0, 10, 20));  // from rank 1
  EXPECT_THAT(imported.program.calls[2].matrix, ElementsAre(1, 30, 2, 30));
  EXPECT_THAT(imported.notes.assumed(), Contains(HasSubstr("shares of their mean")));
}

TEST(MpiRecord, AScanGoesFromRankToRank) {
  std::vector<RankFile> files = rank_files(3);
  for (RankFile& file : files) file.collective(Kind::scan, 8).finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(words(imported, 0), ElementsAre("send 8 to 1 #0"));
  EXPECT_THAT(words(imported, 1), ElementsAre("receive 8 from 0 #0", "send 8 to 2 #0 < 0"));
  EXPECT_THAT(words(imported, 2), ElementsAre("receive 8 from 1 #0"));
}

}  // namespace
}  // namespace polyplane::collectives
