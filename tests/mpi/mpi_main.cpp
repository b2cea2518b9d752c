// GoogleTest on several ranks: all run the same tests, rank 0 tells; a test that fails anywhere fails, and says on which rank.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "mpi/communicator.h"
#include "mpi/environment.h"

namespace {

/// Of the ranks that are not heard: what went wrong, and nothing else.
class FailuresOnly : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_, result.file_name(), result.line_number(), result.summary());
  }

 private:
  int rank_;
};

}  // namespace

int main(int argc, char** argv) {
  using namespace polyplane::mpi;
  const Environment environment(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const Communicator world = Communicator::world();
  if (!world.is_root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOnly(world.rank()));
  }
  const int failed = RUN_ALL_TESTS();
  return world.max(std::int64_t{failed}) == 0 ? 0 : 1;
}
