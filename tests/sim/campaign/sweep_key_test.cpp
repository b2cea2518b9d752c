#include "sim/campaign/sweep_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace polyplane::sim {
namespace {

using testing::HasSubstr;

void expect_refused(const std::string& text, const std::string& why) {
  try {
    static_cast<void>(SweepKey::parse(text));
    FAIL() << text << " was taken";
  } catch (const InputError& error) { EXPECT_THAT(error.what(), HasSubstr(why)) << text; }
}

TEST(SweepKey, PathsOfFields) {
  EXPECT_EQ(SweepKey::parse("seed").leaf().name(), "seed");
  EXPECT_EQ(SweepKey::parse("routing.name").leaf().name(), "name");
  const SweepKey algorithm = SweepKey::parse("collectives[1].algorithm");
  EXPECT_EQ(algorithm.text(), "collectives[1].algorithm");
  EXPECT_EQ(algorithm.steps().front().index, 1);
  EXPECT_FALSE(algorithm.sets_list());
}

TEST(SweepKey, ListsBySingularAndAsAWhole) {
  EXPECT_EQ(SweepKey::parse("collectives.size").text(), "collectives.sizes");
  EXPECT_EQ(SweepKey::parse("collective.size").text(), "collectives.sizes");
  EXPECT_TRUE(SweepKey::parse("collectives.sizes").sets_list());
  EXPECT_FALSE(SweepKey::parse("collectives[0].sizes[2]").sets_list());
  // `collective` inside a job is a field of its own, not the singular of anything.
  EXPECT_EQ(SweepKey::parse("collectives.collective").leaf().name(), "collective");
}

TEST(SweepKey, InsideWhatIsNamed) {
  const SweepKey rate = SweepKey::parse("cluster.fabric.port_rate");
  EXPECT_TRUE(rate.inside_cluster());
  EXPECT_EQ(rate.text(), "cluster.fabric.port_rate");
  EXPECT_EQ(rate.steps().front().field->name(), "inline_cluster");
  EXPECT_TRUE(SweepKey::parse("stack.protocols[0].costs.launch").inside_stack());
  EXPECT_FALSE(SweepKey::parse("cluster").inside_cluster());
}

TEST(SweepKey, Refused) {
  expect_refused("", "is not the name of a field");
  expect_refused("seed.", "has no fields inside");
  expect_refused("routing.", "is not the name of a field");
  expect_refused("Seed", "is not the name of a field");
  expect_refused("collectives[x].sizes", "is not the name of a field");
  expect_refused("collectives[-1].sizes", "is not the name of a field");
  expect_refused("collectives[0.sizes", "is not the name of a field");
  expect_refused("seed[0]", "is no list");
  expect_refused("seed.value", "has no fields inside");
  expect_refused("modle", "did you mean \"model\"?");
  expect_refused("collectives.algoritm", "did you mean \"algorithm\"?");
  // From deeper down, and under another beginning.
  expect_refused("cluster.port_rate", "did you mean cluster.fabric.port_rate?");
  expect_refused("algorithm", "did you mean collectives.algorithm?");
}

TEST(SweepKey, CoversItselfAndWhatIsInside) {
  const auto path = [](const std::string& text) {
    configs::FieldPath places;
    const SweepKey key = SweepKey::parse(text);
    for (const SweepKey::Step& step : key.steps()) places.emplace_back(step.field, step.index);
    return places;
  };
  const SweepKey all = SweepKey::parse("collectives.placement");
  EXPECT_TRUE(all.covers(path("collectives[3].placement.policy")));
  EXPECT_FALSE(all.covers(path("collectives[3].ranks")));
  EXPECT_FALSE(SweepKey::parse("collectives[0].placement").covers(path("collectives[3].placement.policy")));
  EXPECT_FALSE(all.covers(path("collectives[3]")));
}

}  // namespace
}  // namespace polyplane::sim
