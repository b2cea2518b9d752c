// Records of MPI programs written by hand: what is compute, what a message, and what waits for what.
#include "tests/formats/formats.h"
#include "tests/formats/mpi_record_words.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::collectives {
namespace {

using format::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(MpiRecord, TimeBetweenCallsIsComputeAndTimeInsideIsNot) {
  std::vector<RankFile> files = rank_files(2);
  files[0].after(100).takes(40).send(1, 8).after(30).finalize();
  files[1].after(50).takes(500).receive(0).after(7).finalize();
  const ImportedProgram imported = program_of(files);
  // An eager send is not waited for: what follows comes after the same compute.
  EXPECT_THAT(words(imported, 0), ElementsAre("compute 100", "send 8 to 1 #0 < 0", "compute 30 < 0"));
  EXPECT_THAT(words(imported, 1), ElementsAre("compute 50", "receive 8 from 0 #0 < 0", "compute 7 < 1"));
  EXPECT_THAT(warnings_of(imported.notes), IsEmpty());
  // Rank 1: 50 + 500 + 7 ns.
  EXPECT_THAT(imported.notes.assumed(), Contains(HasSubstr("the recorded run took 557 ns")));
}

TEST(MpiRecord, ComputeCanBeMadeFasterAndMessagesEager) {
  std::vector<RankFile> files = rank_files(2);
  files[0].after(100).send(1, 9000).finalize();
  files[1].after(51).receive(0).finalize();
  const ImportedProgram imported = program_of(files, {"compute=1:2", "eager=9000"});
  EXPECT_THAT(words(imported, 0), ElementsAre("compute 50", "send 9000 to 1 #0 < 0"));
  EXPECT_EQ(imported.program.actors[1].operations[0].duration, Duration::from_ps(25'500));
}

TEST(MpiRecord, ALargeMessageLeavesWhenItsReceiveIsPosted) {
  std::vector<RankFile> files = rank_files(2);
  files[0].send(1, 4096).after(10).send(1, 4097).after(20).finalize();
  files[1].receive(0).after(5).receive(0).finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(words(imported, 0), ElementsAre("send 4096 to 1 #0", "compute 10", "receive 0 from 1 #3",
                                              "send 4097 to 1 #2 < 1,2", "compute 20 < 3"));
  EXPECT_THAT(words(imported, 1), ElementsAre("receive 4096 from 0 #0", "compute 5 < 0", "send 0 to 0 #3 < 1",
                                              "receive 4097 from 0 #2 < 1"));
}

TEST(MpiRecord, SynchronousSendsWaitAndBufferedOnesNeverDo) {
  std::vector<RankFile> files = rank_files(2);
  files[0].send(1, 1, 0, format::kSynchronous).send(1, 1'000'000, 0, format::kBuffered).after(1).finalize();
  files[1].receive(0).receive(0).finalize();
  EXPECT_THAT(words(program_of(files), 0),
              ElementsAre("receive 0 from 1 #1", "send 1 to 1 #0 < 0", "send 1000000 to 1 #2 < 1", "compute 1 < 1"));
}

TEST(MpiRecord, WhatIsBegunRunsBesideComputeUntilItIsWaitedFor) {
  std::vector<RankFile> files = rank_files(2);
  files[0].isend(1, 1, 8000).after(10).wait(1).after(1).finalize();
  files[1].ireceive(9, 0).after(20).wait(9).after(2).finalize();
  const ImportedProgram overlapped = program_of(files);
  EXPECT_THAT(words(overlapped, 0),
              ElementsAre("receive 0 from 1 #1", "send 8000 to 1 #0 < 0", "compute 10", "compute 1 < 1,2"));
  EXPECT_THAT(words(overlapped, 1),
              ElementsAre("send 0 to 0 #1", "receive 8000 from 0 #0", "compute 20", "compute 2 < 1,2"));
  // In calls only: the same operations, but after the compute.
  const ImportedProgram in_calls = program_of(files, {"progress=calls"});
  EXPECT_THAT(words(in_calls, 0),
              ElementsAre("compute 10", "receive 0 from 1 #1", "send 8000 to 1 #0 < 0,1", "compute 1 < 0,2"));
  EXPECT_THAT(words(in_calls, 1),
              ElementsAre("compute 20", "send 0 to 0 #1 < 0", "receive 8000 from 0 #0 < 0", "compute 2 < 0,2"));
}

// 3 ns of MPI_Isend, 10 ns of work, 40 ns of MPI_Wait: the first is the processor's own, the last the network's.
TEST(MpiRecord, TimeOfCallsThatOnlyBeginCanBeCompute) {
  std::vector<RankFile> files = rank_files(2);
  files[0].takes(3).isend(1, 1, 8).after(10).takes(40).wait(1).finalize();
  files[1].receive(0).finalize();
  EXPECT_THAT(words(program_of(files), 0), ElementsAre("send 8 to 1 #0", "compute 10"));
  EXPECT_THAT(words(program_of(files, {"posting=measured"}), 0), ElementsAre("send 8 to 1 #0", "compute 13"));
}

TEST(MpiRecord, ReceivesFromAnyoneGetWhatTheyGot) {
  std::vector<RankFile> files = rank_files(3);
  // Rank 2 sends two messages with one tag; the receives from anyone took its first, one of rank 1, then its second.
  files[0].ireceive(1, -1, -1).ireceive(2, -1, 4).ireceive(3, 2, 4);
  files[0].wait(2, 1, 4).wait(1, 2, 4).wait(3).finalize();
  files[1].send(0, 11, 4).finalize();
  files[2].send(0, 21, 4).send(0, 22, 4).finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(words(imported, 0), ElementsAre("receive 21 from 2 #0", "receive 11 from 1 #0", "receive 22 from 2 #2"));
  EXPECT_THAT(words(imported, 2), ElementsAre("send 21 to 0 #0", "send 22 to 0 #2"));
}

TEST(MpiRecord, MessagesOfDifferentCommunicatorsAndTagsDoNotMeet) {
  std::vector<RankFile> files = rank_files(2);
  // Communicator 2 has the ranks the other way round: its rank 0 is rank 1.
  files[0].communicator({1, 0});
  files[0].add(Kind::send, {.communicator = 2, .bytes = 1, .peer = 0}).send(1, 2, 5).send(1, 3, 6).finalize();
  files[1].communicator({1, 0}).receive(0, 6).receive(0, 5);
  files[1].add(Kind::receive, {.communicator = 2, .peer = 1}).finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(words(imported, 0), ElementsAre("send 1 to 1 #4", "send 2 to 1 #0", "send 3 to 1 #2"));
  EXPECT_THAT(words(imported, 1),
              ElementsAre("receive 3 from 0 #2", "receive 2 from 0 #0 < 0", "receive 1 from 0 #4 < 1"));
}

TEST(MpiRecord, SendAndReceiveAtOnceEndTogether) {
  std::vector<RankFile> files = rank_files(2);
  for (std::int32_t r = 0; r < 2; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.send(1 - r, 8000, 3, format::kPaired).takes(10).receive(1 - r, 3).after(1).finalize();
  }
  EXPECT_THAT(words(program_of(files), 0), ElementsAre("receive 0 from 1 #1", "send 8000 to 1 #0 < 0", "send 0 to 1 #1",
                                                       "receive 8000 from 1 #0", "compute 1 < 1,3"));
}

TEST(MpiRecord, AProbeWaitsForTheMessageThatItFinds) {
  std::vector<RankFile> files = rank_files(2);
  files[0].send(1, 8, 4).send(1, 9, 5).send(1, 10, 5).finalize();
  files[1].add(Kind::probe, {.flags = format::kResolved, .peer = 0, .tag = 5});
  files[1].after(50).receive(0, 4).receive(0, 5).receive(0, 5).finalize();
  const ImportedProgram imported = program_of(files);
  // Message #2, of tag 5, is waited for at the probe; the receive of it waits no more.
  EXPECT_THAT(words(imported, 1), ElementsAre("receive 9 from 0 #2", "compute 50 < 0", "receive 8 from 0 #0 < 1",
                                              "receive 10 from 0 #4 < 2"));
  EXPECT_THAT(imported.notes.assumed(), Contains(HasSubstr("(1 probes)")));
}

TEST(MpiRecord, PollsWaitAndWhatLiesBetweenThemComputes) {
  std::vector<RankFile> files = rank_files(2);
  files[0].send(1, 8).finalize();
  // 100 ns of work, then 1000 ns of polls of which 700 waited, then the message is there.
  files[1].ireceive(1, 0).after(100).takes(1000).add(Kind::polls, {.bytes = 700, .extra = 9}).wait(1).finalize();
  EXPECT_THAT(words(program_of(files), 1), ElementsAre("receive 8 from 0 #0", "compute 400"));
}

TEST(MpiRecord, WhatMovesNothingIsNothing) {
  std::vector<RankFile> files = rank_files(2);
  for (std::int32_t r = 0; r < 2; ++r) {
    RankFile& file = files[static_cast<std::size_t>(r)];
    file.isend(1, r, 8).receive(r).wait(1).collective(Kind::all_reduce, 0).alltoallv({0, 0}).finalize();
  }
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(imported.program.calls, IsEmpty());
  EXPECT_THAT(words(imported, 0), IsEmpty());
  EXPECT_THAT(warnings_of(imported.notes), ElementsAre("0+1: messages of a rank to itself take no time"));
}

TEST(MpiRecord, ManyRequestsAreJoinedOnce) {
  std::vector<RankFile> files = rank_files(2);
  for (std::uint32_t i = 1; i <= 6; ++i) {
    files[0].send(1, 1);
    files[1].ireceive(i, 0);
  }
  for (std::uint32_t i = 1; i <= 6; ++i) files[1].wait(i);
  files[0].receive(1).finalize();
  files[1].send(0, 1).finalize();
  const std::vector<std::string> operations = words(program_of(files), 1);
  ASSERT_THAT(operations, SizeIs(8));
  EXPECT_EQ(operations[6], "join < 0,1,2,3,4,5");
  EXPECT_EQ(operations[7], "send 1 to 0 #0 < 6");
}

TEST(MpiRecord, ARankThatWasKilledLeavesWhatItDid) {
  std::vector<RankFile> files = rank_files(3);
  for (RankFile& file : files) file.after(10).collective(Kind::all_reduce, 8);
  // Rank 1 dies before the second one; what is sent to and awaited from it comes to nothing.
  files[1].zeros(5);
  files[0].send(1, 8).ireceive(1, 1).after(3).collective(Kind::all_reduce, 8).zeros(2);
  files[2].collective(Kind::all_reduce, 8).receive(0);
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(calls_of(imported), ElementsAre("all_reduce 8 [0 1 2]"));
  for (std::size_t r = 0; r < 3; ++r) {
    SCOPED_TRACE(r);
    std::vector<std::string> operations = words(imported, r);
    operations.resize(2);
    EXPECT_THAT(operations, ElementsAre("compute 10", "call 0 < 0"));
  }
  EXPECT_THAT(warnings_of(imported.notes),
              ElementsAre("0: rank 0 did not come to MPI_Finalize; its record ends after 6 records",
                          "0: rank 1 did not come to MPI_Finalize; its record ends after 3 records",
                          "0: rank 2 did not come to MPI_Finalize; its record ends after 5 records",
                          "0: sends whose receive is not recorded are left out",
                          "0+1: receives whose send is not recorded are left out",
                          "0: collectives that not all their ranks have entered are left out"));
}

TEST(MpiRecord, CallsThatAreNotReplayedAreCountedByName) {
  std::vector<RankFile> files = rank_files(2);
  for (RankFile& file : files) {
    file.add(Kind::uncovered, {.extra = 1}).add(Kind::uncovered, {.extra = 1}).add(Kind::other);
    file.add(Kind::uncovered, {.extra = 0}).finalize();
  }
  std::string other_threads = files[0].bytes();
  const std::uint64_t calls = 12;
  std::memcpy(other_threads.data() + offsetof(format::FileHeader, calls_of_other_threads), &calls, sizeof(calls));
  const ImportedProgram imported = import_program("mpi_record", {{"a", other_threads}, files[1].file()});
  EXPECT_THAT(warnings_of(imported.notes),
              ElementsAre("0: calls on intercommunicators is not replayed; it was called 2 times on all ranks",
                          "0: MPI_Accumulate is not replayed; it was called 4 times on all ranks",
                          "0: 12 calls of threads other than the first are not replayed"));
}

TEST(MpiRecord, AllRanksMayBeInOneFile) {
  std::vector<RankFile> files = rank_files(2);
  files[0].after(4).send(1, 8).zeros(3);  // killed
  files[1].after(9).receive(0).finalize();
  const ImportedProgram apart = program_of(files);
  const ImportedProgram together =
      import_program("mpi_record", {{"all", files[1].bytes() + files[0].bytes()}});  // in any order
  for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(words(apart, r), words(together, r));
}

TEST(MpiRecord, WhatNeverEndedIsLeftOut) {
  std::vector<RankFile> files = rank_files(2);
  files[0].ireceive(1, 1).ireceive(2, -1, -1).ireceive(3, 1);
  files[0].add(Kind::wait, {.flags = format::kCancelled, .request = 3}).finalize();
  files[1].finalize();
  const ImportedProgram imported = program_of(files);
  EXPECT_THAT(words(imported, 0), IsEmpty());
  EXPECT_THAT(warnings_of(imported.notes),
              ElementsAre("0: receives from any rank or with any tag that never ended are left out",
                          "0: requests that were cancelled are left out",
                          "0: receives whose send is not recorded are left out"));
}

}  // namespace
}  // namespace polyplane::collectives
