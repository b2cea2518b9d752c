// Records of MPI programs that are damaged, or whose ranks do not fit together: what is said of them, and of which byte.
#include "tests/formats/formats.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::collectives {
namespace {

using format::Kind;
using testing::HasSubstr;

// The header is 96 bytes; the records of the two communicators, each with one of data, end at 96 + 4 x 48 = 288.
TEST(MpiRecord, WhatIsWrongIsNamedWithItsByte) {
  const auto problem = [](const std::string& bytes) {
    return refusal([&] { static_cast<void>(import_program("mpi_record", {{"x", bytes}})); });
  };
  const auto of = [&](const auto& change) {
    RankFile file(0, 1);
    change(file);
    return problem(file.bytes());
  };
  const std::string good = RankFile(0, 1).finalize().bytes();
  EXPECT_EQ(problem("PPMPIREC"), "x: is too short for the record of an MPI program");
  EXPECT_THAT(problem(std::string(200, 'x')), HasSubstr("x: byte 0: is not the record of an MPI program"));
  EXPECT_THAT(problem(good.substr(0, 300)), HasSubstr("x: byte 288: a record is cut off"));
  EXPECT_THAT(problem(good + good), HasSubstr("rank 0 is there twice"));
  EXPECT_THAT(problem(good + "x"), HasSubstr("byte 336: is not the record"));
  std::string version = good;
  version[8] = 2;
  EXPECT_THAT(problem(version),
              HasSubstr("byte 8: version 2 with records of 48 bytes; this polyplane reads version 1"));
  EXPECT_THAT(problem(RankFile(1, 1).bytes()), HasSubstr("byte 16: is of rank 1 of 1"));
  EXPECT_THAT(problem(RankFile(1, 2).finalize().bytes()), HasSubstr("rank 0 is missing; the program ran on 2"));
  EXPECT_THAT(problem(RankFile(0, 2).finalize().bytes()), HasSubstr("is the last of 1 ranks; the program ran on 2"));

  EXPECT_THAT(of([](RankFile& f) { f.add(static_cast<Kind>(99)); }),
              HasSubstr("byte 288: is a record of unknown kind 99"));
  EXPECT_THAT(of([](RankFile& f) { f.add(Kind::data); }), HasSubstr("byte 288: data stands where a record should"));
  EXPECT_THAT(of([](RankFile& f) { f.add(Kind::other, {.flags = 1024}); }), HasSubstr("other has unknown flags 1024"));
  EXPECT_THAT(of([](RankFile& f) { f.zeros(1).add(Kind::other); }),
              HasSubstr("byte 336: a record stands behind the end of the records"));
  EXPECT_THAT(of([](RankFile& f) { f.send(1, 8); }), HasSubstr("send names rank 1 of a communicator of 1"));
  EXPECT_THAT(of([](RankFile& f) { f.send(0, -8); }), HasSubstr("send has -8 bytes"));
  EXPECT_THAT(of([](RankFile& f) { f.send(0, 8, -1); }), HasSubstr("send has tag -1"));
  EXPECT_THAT(of([](RankFile& f) { f.collective(Kind::barrier, 0, 0, 7); }),
              HasSubstr("barrier is on communicator 7, which no record before it makes"));
  EXPECT_THAT(of([](RankFile& f) { f.collective(Kind::reduce, 8, 3); }), HasSubstr("reduce names rank 3"));
  EXPECT_THAT(of([](RankFile& f) { f.wait(5); }), HasSubstr("wait is for request 5, which is not under way"));
  EXPECT_THAT(of([](RankFile& f) { f.isend(5, 0, 1).wait(5).wait(5); }),
              HasSubstr("request 5, which is not under way"));
  EXPECT_THAT(of([](RankFile& f) { f.isend(5, 0, 1).isend(5, 0, 1); }), HasSubstr("begins request 5 again"));
  EXPECT_THAT(of([](RankFile& f) { f.isend(5, 0, 1).wait(5, 0, 0); }), HasSubstr("says whose message a send took"));
  EXPECT_THAT(of([](RankFile& f) { f.ireceive(5, -1).wait(5, 3, 0); }), HasSubstr("wait names rank 3"));
  EXPECT_THAT(of([](RankFile& f) { f.communicator({0, 0}); }),
              HasSubstr("communicator has rank 0 of 1, or has it twice"));
  EXPECT_THAT(of([](RankFile& f) { f.communicator({}); }), HasSubstr("communicator is without the rank that made it"));
  EXPECT_THAT(of([](RankFile& f) { f.communicator({0}, 9); }),
              HasSubstr("made from communicator 9, which is not known"));
  EXPECT_THAT(of([](RankFile& f) { f.alltoallv({-1}); }), HasSubstr("alltoallv sends -1 bytes to a rank"));
  EXPECT_THAT(of([](RankFile& f) { f.add(Kind::alltoallv); }), HasSubstr("is of 1 ranks, but has 0 records of data"));
  EXPECT_THAT(of([](RankFile& f) { f.add(Kind::uncovered, {.extra = 9999}); }), HasSubstr("unknown function 9999"));
  EXPECT_THAT(of([](RankFile& f) { f.add(Kind::polls, {.bytes = 1}); }), HasSubstr("polls waited longer than it took"));
  EXPECT_THAT(of([](RankFile& f) { f.after(864'000'000'000'001).finalize(); }),
              HasSubstr("finalize is not within ten days after the first"));
  std::string back = RankFile(0, 1).after(10).finalize().bytes();
  std::memset(back.data() + 288 + offsetof(format::Record, end), 0, 8);
  EXPECT_THAT(problem(back), HasSubstr("byte 288: finalize ends before it begins"));
}

TEST(MpiRecord, RanksThatDoNotDoTheSameAreNamed) {
  const auto problem = [](const auto& first, const auto& second) {
    std::vector<RankFile> files = rank_files(2);
    first(files[0]);
    second(files[1]);
    for (RankFile& file : files) file.finalize();
    return refusal([&] { static_cast<void>(program_of(files)); });
  };
  EXPECT_EQ(
      problem([](RankFile& f) { f.collective(Kind::all_reduce, 8); },
              [](RankFile& f) { f.collective(Kind::all_reduce, 9); }),
      "rank.1.mpirec: byte 288: all_reduce is all_reduce of 9 bytes; on rank 0 the same one is all_reduce of 8 bytes");
  EXPECT_THAT(
      problem([](RankFile& f) { f.collective(Kind::broadcast, 8, 0); },
              [](RankFile& f) { f.collective(Kind::broadcast, 8, 1); }),
      HasSubstr("broadcast of 8 bytes with root 1; on rank 0 the same one is broadcast of 8 bytes with root 0"));
  EXPECT_THAT(
      problem([](RankFile& f) { f.collective(Kind::barrier, 0); }, [](RankFile&) {}),
      HasSubstr("rank.0.mpirec: byte 288: barrier is number 0 on MPI_COMM_WORLD, but rank 1 has entered 0 only"));
  EXPECT_THAT(
      problem([](RankFile& f) { f.receive(1, 3); }, [](RankFile&) {}),
      HasSubstr("byte 288: receive got a message from rank 1 with tag 3 on MPI_COMM_WORLD, but no send of it is "
                "recorded"));
}

TEST(MpiRecord, FilesOfAnotherRunAreRefused) {
  std::vector<RankFile> files = rank_files(2);
  std::string other = files[1].finalize().bytes();
  other[offsetof(format::FileHeader, run)] = 78;
  EXPECT_EQ(
      refusal([&] { static_cast<void>(import_program("mpi_record", {files[0].finalize().file(), {"other", other}})); }),
      "other: rank 1 is of another run than rank 0");
}

}  // namespace
}  // namespace polyplane::collectives
