#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/check.h"

namespace polyplane {
namespace {

TEST(ParallelFor, CallsEachPieceOnce) {
  for (const std::size_t threads : {1U, 2U, 7U, 64U}) {
    std::vector<int> calls(50, 0);
    parallel_for(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    EXPECT_EQ(calls, std::vector<int>(50, 1)) << threads << " threads";
  }
  parallel_for(0, 4, [](std::size_t) { FAIL() << "nothing to do"; });
}

TEST(ParallelFor, OneThreadGoesInOrder) {
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelFor, RunsPiecesAtTheSameTime) {
  // Each of three pieces waits for the other two: fewer threads than asked for would hang here.
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  parallel_for(3, 3, [&](std::size_t) {
    std::unique_lock lock(mutex);
    if (++here == 3) all_here.notify_all();
    all_here.wait(lock, [&] { return here == 3; });
  });
  EXPECT_EQ(here, 3);
}

TEST(ParallelFor, RethrowsTheLowestFailure) {
  // Piece 5 fails only after piece 9 has failed; the exception is still that of 5.
  std::atomic<bool> nine_failed = false;
  std::atomic<int> started_late = 0;
  const auto work = [&](std::size_t i) {
    if (i == 9) {
      nine_failed = true;
      nine_failed.notify_all();
      throw std::runtime_error("piece 9");
    }
    if (i == 5) {
      nine_failed.wait(false);
      throw std::runtime_error("piece 5");
    }
    if (i > 9) ++started_late;
  };
  try {
    parallel_for(1'000'000, 2, work);
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) { EXPECT_EQ(std::string(error.what()), "piece 5"); }
  EXPECT_EQ(started_late, 0);  // the other thread was inside piece 5 all the while
}

TEST(ParallelFor, StopEndsEarlyWithoutError) {
  std::size_t done = 0;
  parallel_for(100, 1, [&](std::size_t) { ++done; }, [&] { return done == 3; });
  EXPECT_EQ(done, 3U);
}

TEST(ParallelFor, AFailingStopIsAnExceptionToo) {
  const auto stop = []() -> bool { throw std::runtime_error("asked"); };
  EXPECT_THROW(parallel_for(4, 2, [](std::size_t) {}, stop), std::runtime_error);
}

TEST(ParallelFor, NeedsAThread) {
  EXPECT_THROW(parallel_for(4, 0, [](std::size_t) {}), InternalError);
}

}  // namespace
}  // namespace polyplane
