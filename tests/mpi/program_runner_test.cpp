// Programs of sends, receives and compute on real ranks, under mpirun. Times have lower bounds only: machines may be slow.
#include "mpi/program_runner.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "collectives/import/importer.h"
#include "mpi/mpi_error.h"
#include "mpi/timing.h"

namespace polyplane::mpi {
namespace {

/// The statements of each rank: `first` of rank 0, `second` of rank 1, none of the others.
collectives::Program goal(const std::string& first, const std::string& second) {
  const int ranks = Communicator::world().size();
  std::string text = "num_ranks " + std::to_string(ranks) + "\n";
  for (int rank = 0; rank < ranks; ++rank) {
    text += "rank " + std::to_string(rank) + " {\n" + (rank == 0 ? first : rank == 1 ? second : "") + "}\n";
  }
  return collectives::import_program("goal", {{"test.goal", text}}).program;
}

double seconds(const collectives::Program& program) {
  ProgramRunner runner(Communicator::world(), program, 20);
  return time_together(Communicator::world(), 0, 1, [&] { runner.run(); }).median;
}

TEST(ProgramRunner, ComputeTakesItsTime) {
  // One cpu does one calc after the other: 10 ms + 10 ms.
  EXPECT_GE(seconds(goal("a: calc 10000000\nb: calc 10000000\n", "")), 0.020);
  // What requires both waits for both; on two cpus they overlap, and rank 1 hears of it after 10 ms + 5 ms.
  EXPECT_GE(seconds(goal("a: calc 10000000\nb: calc 10000000 cpu 1\nc: calc 5000000\ns: send 8b to 1\nc requires a\n"
                         "c requires b\ns requires c\n",
                         "r: recv 8b from 0\n")),
            0.015);
}

TEST(ProgramRunner, LargeMessagesNeedNoRendezvous) {
  // Each sends a megabyte and receives only when that has ended.
  const std::string mine = "s: send 1000000b to ", other = "r: recv 1000000b from ";
  EXPECT_GT(seconds(goal(mine + "1\n" + other + "1\nr requires s\n", mine + "0\n" + other + "0\nr requires s\n")), 0);
}

TEST(ProgramRunner, FromAnyoneWithAnyTag) {
  const collectives::Program program = goal("a: send 8b to 1 tag 5\nb: send 100000b to 1 tag 6\n",
                                            "x: recv 100000b from 0 tag 6\ny: recv 8b from -1 tag -1\nx requires y\n");
  ProgramRunner runner(Communicator::world(), program, 20);
  for (int run = 0; run < 20; ++run) {
    runner.run();
    Communicator::world().barrier();
  }
}

TEST(ProgramRunner, StallSaysWhatWaits) {
  const collectives::Program program = goal("r: recv 8b from 1\ns: send 16b to 1\ns requires r\n",
                                            "r: recv 16b from 0\ns: send 8b to 0\ns requires r\n");
  ProgramRunner runner(Communicator::world(), program, 1);
  if (Communicator::world().rank() > 1) {
    runner.run();
  } else {
    try {
      runner.run();
      ADD_FAILURE() << "it ran";
    } catch (const StallError& error) {
      EXPECT_NE(std::string(error.what()).find("under way"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("\"r\""), std::string::npos) << error.what();
    }
  }
  Communicator::world().barrier();
}

/// Of 7 bytes that MPI counts at a time.
TEST(ProgramRunner, MessagesOfMoreThanMpiCounts) {
  const collectives::Program program = goal("s: send 1000b to 1\n", "r: recv 1000b from 0\n");
  ProgramRunner runner(Communicator::world(7), program, 20);
  runner.run();
  Communicator::world().barrier();
}

TEST(ProgramRunner, WhatRealRanksDoNotDoIsRefused) {
  collectives::Program program = goal("", "");
  program.actors.pop_back();
  EXPECT_THROW(ProgramRunner(Communicator::world(), program, 1), InputError);
  program = goal("", "");
  program.calls.emplace_back();
  EXPECT_THROW(ProgramRunner(Communicator::world(), program, 1), InputError);
}

}  // namespace
}  // namespace polyplane::mpi
