#include "base/resident.h"

#include <gtest/gtest.h>

#include <vector>

namespace polyplane {
namespace {

TEST(Resident, SeesWhatIsTouched) {
  const Resident before = resident();
  ASSERT_GT(before.now, 0U);
  ASSERT_GE(before.peak, before.now);
  constexpr std::size_t kBytes = std::size_t{64} << 20U;
  {
    const std::vector<char> block(kBytes, 1);
    EXPECT_GE(resident().now, before.now + kBytes / 2);
    EXPECT_EQ(block.back(), 1);
  }
  EXPECT_GE(resident().peak, before.now + kBytes / 2);
  EXPECT_GT(physical_memory(), resident().peak);
}

}  // namespace
}  // namespace polyplane
