// The layer over the C API, under mpirun.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "base/error.h"
#include "mpi/communicator.h"
#include "mpi/datatype.h"
#include "mpi/mpi_error.h"
#include "mpi/on_root.h"
#include "mpi/operation.h"
#include "mpi/timing.h"

namespace polyplane::mpi {
namespace {

TEST(Layer, TextsAndNumbersOfAllRanks) {
  const Communicator world = Communicator::world();
  const int size = world.size(), me = world.rank();
  const std::vector<std::string> texts = world.gather("rank " + std::string(static_cast<std::size_t>(me), 'x'));
  ASSERT_EQ(texts.size(), me == 0 ? static_cast<std::size_t>(size) : 0U);
  for (std::size_t rank = 0; rank < texts.size(); ++rank) EXPECT_EQ(texts[rank], "rank " + std::string(rank, 'x'));
  EXPECT_EQ(world.broadcast(me == size - 1 ? "from the last" : "", size - 1), "from the last");
  EXPECT_EQ(world.max(std::int64_t{me}), size - 1);
  EXPECT_EQ(world.sum(std::int64_t{1}), size);
  EXPECT_EQ(world.min(static_cast<double>(me)), 0);
  EXPECT_EQ(world.max(std::vector<double>{double(me), -double(me)}), (std::vector<double>{double(size - 1), 0}));
  const std::vector<double> pairs = world.gather(std::vector<double>{double(me), 1.5});
  if (me == 0) { EXPECT_EQ(pairs[static_cast<std::size_t>(2 * (size - 1))], size - 1); }
}

TEST(Layer, MessagesOfAnySize) {
  const Communicator world = Communicator::world();
  const int size = world.size(), me = world.rank();
  const std::string text(100'000, static_cast<char>('a' + me));
  Request sent = world.start_send(std::as_bytes(std::span(text)), (me + 1) % size, 7);
  const auto [arrival, received] = world.receive_text(Communicator::kAny, 7);
  sent.wait();
  EXPECT_TRUE(sent.complete());
  EXPECT_EQ(arrival.source, (me + size - 1) % size);
  EXPECT_EQ(received, std::string(100'000, static_cast<char>('a' + arrival.source)));
  EXPECT_FALSE(world.probe());
}

/// Of 7 bytes at a time: 49 are seven times seven, 50 leave one over, 8 are the first that do not fit, 0 need nothing.
TEST(Layer, MessagesOfMoreThanMpiCounts) {
  const Communicator world = Communicator::world(7);
  const Communicator apart = world.split(0, world.rank());
  const int size = world.size(), me = world.rank();
  for (const std::size_t bytes : {0U, 6U, 7U, 8U, 13U, 14U, 48U, 49U, 50U, 1000U}) {
    const std::string text(bytes, static_cast<char>('a' + me));
    const std::string expected(bytes, static_cast<char>('a' + (me + size - 1) % size));
    for (const Communicator* ranks : {&world, &apart}) {
      Request sent = ranks->start_send(std::as_bytes(std::span(text)), (me + 1) % size, 7);
      const auto [arrival, received] = ranks->receive_text(Communicator::kAny, 7);
      sent.wait();
      EXPECT_EQ(arrival.bytes, static_cast<std::int64_t>(bytes));
      EXPECT_EQ(received, expected);
    }
    Request sent = world.start_send(std::as_bytes(std::span(text)), (me + 1) % size, 8);
    std::optional<std::pair<Arrival, std::vector<std::byte>>> taken;
    while (!taken) taken = world.take_unexpected();
    sent.wait();
    EXPECT_EQ(taken->first.bytes, static_cast<std::int64_t>(bytes));
    EXPECT_TRUE(std::ranges::equal(taken->second, std::as_bytes(std::span(expected))));
    EXPECT_EQ(world.broadcast(me == 0 ? text : "", 0), std::string(bytes, 'a'));
    world.barrier();
  }
}

TEST(Layer, CommunicatorsAreApart) {
  const Communicator world = Communicator::world();
  const Communicator apart = world.duplicate();
  const int size = world.size(), me = world.rank();
  world.send_text("world", (me + 1) % size, 3);
  apart.send_text("apart", (me + 1) % size, 3);
  EXPECT_EQ(apart.receive_text(Communicator::kAny, 3).second, "apart");
  EXPECT_EQ(world.receive_text(Communicator::kAny, 3).second, "world");
  const Communicator half = world.split(me % 2, -me);
  EXPECT_EQ(half.size(), (size + 1 - me % 2) / 2);
  EXPECT_EQ(world.split_nodes().size(), size);  // these tests run on one node
}

TEST(Layer, ErrorsAreExceptions) {
  const Communicator world = Communicator::world();
  try {
    world.send_text("x", world.size(), 0);
    FAIL() << "there is no such rank";
  } catch (const MpiError& error) {
    EXPECT_NE(std::string(error.what()).find("MPI_Send failed"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("rank"), std::string::npos) << error.what();
  }
}

TEST(Layer, OneRankWorksAndAllHearOfIt) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(on_root(world, [] { return std::string("done"); }), "done");
  EXPECT_EQ(on_root(world, [] { return std::string(); }), "");
  EXPECT_THROW(static_cast<void>(on_root(world, []() -> std::string { throw InputError("wrong"); })), InputError);
  EXPECT_THROW(static_cast<void>(on_root(world, []() -> std::string { throw LimitError("large"); })), LimitError);
}

/// MPI with our operation against the same operation on plain memory, in the order of ranks.
TEST(Layer, OperationsOfOurs) {
  const Communicator world = Communicator::world();
  for (const Reduction reduction : {Reduction::min, Reduction::max, Reduction::sum}) {
    const Operation operation = Operation::of(ElementKind::bfloat16, reduction);
    const Datatype type = Datatype::of(ElementKind::bfloat16);
    // Whole numbers below 256 are exact in bfloat16, and so are sums of small ones: any order gives the same bits.
    std::array<std::uint16_t, 3> in{}, out{};
    for (int i = 0; i < 3; ++i)
      in[static_cast<std::size_t>(i)] = float_to_bfloat16(static_cast<float>(world.rank() - i));
    check_mpi(MPI_Allreduce(in.data(), out.data(), 3, type.handle(), operation.handle(), world.handle()), "allreduce");
    const int n = world.size();
    for (int i = 0; i < 3; ++i) {
      const int expected = reduction == Reduction::min   ? -i
                           : reduction == Reduction::max ? n - 1 - i
                                                         : n * (n - 1) / 2 - n * i;
      EXPECT_EQ(bfloat16_to_float(out[static_cast<std::size_t>(i)]), static_cast<float>(expected));
    }
  }
  const Operation wraps = Operation::of(ElementKind::byte, Reduction::sum);
  std::array<std::uint8_t, 64> in{}, out{};
  in.fill(200);
  check_mpi(MPI_Allreduce(in.data(), out.data(), 64, MPI_UINT8_T, wraps.handle(), world.handle()), "allreduce");
  for (const std::uint8_t value : out) ASSERT_EQ(value, static_cast<std::uint8_t>(200 * world.size()));
}

TEST(Layer, TimesAreThoseOfTheSlowestRank) {
  const Communicator world = Communicator::world();
  int runs = 0;
  const Timing timing = time_together(world, 2, 3, [&] { ++runs; });
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(world.max(timing.median), timing.median);
  EXPECT_LE(timing.shortest, timing.low);
  EXPECT_LE(timing.low, timing.high);
}

}  // namespace
}  // namespace polyplane::mpi
