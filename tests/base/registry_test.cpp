#include "base/registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/base/error_of.h"

namespace polyplane {
namespace {

Registry<int> trees() {
  Registry<int> registry("tree");
  registry.add("oak", "When it must last.", 1);
  registry.add("birch", "When it must grow fast.", 2);
  return registry;
}

TEST(Registry, KeepsGuestsByName) {
  const Registry<int> registry = trees();
  EXPECT_EQ(registry.at("oak"), 1);
  EXPECT_EQ(registry.sentence("birch"), "When it must grow fast.");
  EXPECT_TRUE(registry.contains("birch"));
  EXPECT_FALSE(registry.contains("fir"));
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"birch", "oak"}));
}

TEST(Registry, RefusesAnUnknownName) {
  const Registry<int> registry = trees();
  const std::string expected = "unknown tree \"brich\"; did you mean \"birch\"? Allowed: birch, oak";
  EXPECT_EQ(error_of([&] { (void)registry.at("brich"); }), expected);
  EXPECT_EQ(error_of([&] { (void)registry.sentence("brich"); }), expected);
}

TEST(Registry, ChecksThatNamesAreNew) {
  Registry<int> registry = trees();
  EXPECT_THROW(registry.add("oak", "Again.", 3), InternalError);
}

}  // namespace
}  // namespace polyplane
