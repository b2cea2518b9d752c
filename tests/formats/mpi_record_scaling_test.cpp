// Records of MPI programs on more ranks than they ran on.
#include "tests/formats/formats.h"
#include "tests/formats/mpi_record_words.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::collectives {
namespace {

using format::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// 2 ranks on 6: 3 tiles, rank r of tile t is rank 2 t + r.
TEST(MpiRecord, WeakScalingKeepsTheShareOfARank) {
  std::vector<RankFile> files = rank_files(2);
  for (std::int32_t r = 0; r < 2; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.communicator({r}).after(90);
    file.send(1 - r, 100, 3, format::kPaired).receive(1 - r, 3);
    file.collective(Kind::all_reduce, 100).collective(Kind::broadcast, 100, 1).collective(Kind::all_gather, 100);
    file.collective(Kind::alltoall, 100).collective(Kind::all_reduce, 50, 0, 2).finalize();
  }
  const ImportedProgram imported = program_of(files, {"ranks=6"});
  ASSERT_THAT(imported.program.actors, SizeIs(2));
  EXPECT_THAT(imported.program.actors[1].cards, ElementsAre(1, 3, 5));
  EXPECT_EQ(imported.program.actors[1].operations[0].duration, Duration::from_ps(90'000));
  EXPECT_EQ(words(imported, 1)[1], "send 100 to 0 #0 < 0");
  // all_gather: 6 ranks of 100. alltoall: a rank sent 2 x 100 in all, now to each of 6: ceil(100 / 3) = 34, in all 204.
  EXPECT_THAT(calls_of(imported), ElementsAre("all_reduce 100 [0 1 2 3 4 5]", "broadcast 100 [1 2 3 4 5 0]",
                                              "all_gather 600 [0 1 2 3 4 5]", "alltoall 204 [0 1 2 3 4 5]"));
  EXPECT_THAT(imported.notes.assumed(), Contains(HasSubstr("3 tiles of 2")));
}

TEST(MpiRecord, StrongScalingKeepsTheWholeOfTheData) {
  std::vector<RankFile> files = rank_files(4);
  for (std::int32_t r = 0; r < 4; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.communicator(r < 2 ? std::vector<std::int32_t>{0, 1} : std::vector<std::int32_t>{2, 3}).after(90);
    file.send(r ^ 1, 100, 3, format::kPaired).receive(r ^ 1, 3);
    file.collective(Kind::all_reduce, 100).collective(Kind::all_gather, 99).collective(Kind::alltoall, 100);
    file.collective(Kind::all_reduce, 50, 0, 2).finalize();
  }
  const ImportedProgram kept = program_of(files, {"ranks=8", "scale=strong"});
  EXPECT_EQ(kept.program.actors[1].operations[0].duration, Duration::from_ps(45'000));
  EXPECT_EQ(words(kept, 1)[1], "send 100 to 0 #0 < 0");
  // all_gather: 8 shares of ceil(99 / 2) = 50. alltoall: 100 to each of 4 becomes 100 / 2 / 2 = 25 to each of 8.
  EXPECT_THAT(calls_of(kept),
              ElementsAre("all_reduce 100 [0 1 2 3 4 5 6 7]", "all_gather 400 [0 1 2 3 4 5 6 7]",
                          "alltoall 200 [0 1 2 3 4 5 6 7]", "all_reduce 50 [0 1] [4 5]", "all_reduce 50 [2 3] [6 7]"));
  const ImportedProgram divided = program_of(files, {"ranks=8", "scale=strong", "messages=divide"});
  EXPECT_EQ(words(divided, 1)[1], "send 50 to 0 #0 < 0");
  EXPECT_EQ(calls_of(divided)[0], "all_reduce 100 [0 1 2 3 4 5 6 7]");
  EXPECT_EQ(calls_of(divided)[3], "all_reduce 25 [0 1] [4 5]");
}

TEST(MpiRecord, ScalingIsRefusedWhereItMakesNoSense) {
  std::vector<RankFile> files = rank_files(2);
  for (RankFile& file : files) file.collective(Kind::all_reduce, 8).finalize();
  EXPECT_THAT(refusal([&] { static_cast<void>(program_of(files, {"ranks=7"})); }),
              HasSubstr("option ranks is 7; it must be a multiple of the 2 ranks"));
  EXPECT_THAT(refusal([&] { static_cast<void>(program_of(files, {"scale=strong"})); }),
              HasSubstr("option scale says how the program grows; ranks says to what, and is missing"));
  EXPECT_THAT(refusal([&] { static_cast<void>(program_of(files, {"ranks=4", "messages=divide"})); }),
              HasSubstr("messages=divide is of scale=strong"));
  std::vector<RankFile> uneven = rank_files(2), scans = rank_files(2);
  for (std::size_t r = 0; r < 2; ++r) {
    uneven[r].alltoallv({1, 2}).finalize();
    scans[r].collective(Kind::scan, 8).finalize();
  }
  EXPECT_THAT(refusal([&] { static_cast<void>(program_of(uneven, {"ranks=4"})); }),
              HasSubstr("rank.0.mpirec: byte 288: alltoallv is of all ranks, and moves more for some"));
  EXPECT_THAT(refusal([&] { static_cast<void>(program_of(scans, {"ranks=4"})); }),
              HasSubstr("scan is of all ranks, and goes from each rank to the next"));
  EXPECT_THAT(calls_of(program_of(uneven)), SizeIs(1));  // as recorded it runs
}

}  // namespace
}  // namespace polyplane::collectives
