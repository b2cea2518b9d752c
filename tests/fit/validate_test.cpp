#include "sim/fit/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "sim/fit/first_cards.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kSystem =
    "name: \"two-cards\"\n"
    "description: \"A test.\"\n"
    "provenance { source: \"nowhere\" as_of: \"2026\" confidence: high }\n"
    "assumed: \"measurements two-cards: made up\"\n"
    "cluster: \"single_switch:endpoints=2,radix=2,rate=80 Gbps,cable_latency=0 ns,access_cable_latency=0 "
    "ns,switch_latency=0 "
    "ns,"
    "nic_latency=0 ns\"\n"
    "stack: \"ideal\"\n"
    "part: \"test\"\n"
    "series {\n"
    "  collective: \"all_gather\"\n"
    "  ranks: 2\n"
    "  algorithm: \"ring\"\n"
    "  points { size: \"64 KiB\" time: \"3.2768 us\" }\n"
    "  points { size: \"32 MiB\" time: \"838.8608 us\" }\n"
    "}\n";

TEST(Validate, SumsErrorsUpBySize) {
  // 80 Gbps are 10 GB/s: 64 KiB are gathered in 32768 B / 10 GB/s = 3.2768 us, as measured; 32 MiB in 1677.7216 us, twice
  // what was measured.
  const TemporaryFile file(kSystem, "two-cards.textproto");
  const ValidatedSystem validated = validate(load_measured_system(file.path()), Catalog::open(), {});
  ASSERT_EQ(validated.rows.size(), 2U);
  EXPECT_EQ(validated.rows[0].simulated.ps(), 3'276'800);
  EXPECT_EQ(validated.rows[0].error(), 0);
  EXPECT_NEAR(validated.rows[1].error(), std::log(2), 1e-12);
  EXPECT_EQ(validated.by_size[0].records, 1U);
  EXPECT_EQ(validated.by_size[1].records, 0U);
  EXPECT_NEAR(validated.by_size[2].median_abs, std::log(2), 1e-12);
  EXPECT_NEAR(validated.all.bias, std::log(2) / 2, 1e-12);
  EXPECT_FALSE(validated.system.fitted);
  EXPECT_THAT(to_json({validated}, "flow", "v"), HasSubstr("\"medium\": null"));
}

TEST(Validate, EverySystemCountsOnceInTheTotal) {
  ValidatedSystem small, large;
  small.by_size[0] = {.records = 100, .median_abs = 0.1};
  small.all = {.records = 100, .bias = 0.1, .worst = -0.5};
  large.by_size[0] = {.records = 1, .median_abs = 0.3};
  large.by_size[2] = {.records = 1, .median_abs = 0.7};
  large.all = {.records = 2, .bias = 0.3, .worst = 0.4};
  large.system.fitted = true;
  const ValidationTotal total = total_of({small, large});
  EXPECT_NEAR(*total.median_abs[0], 0.2, 1e-12);
  EXPECT_EQ(total.median_abs[1], std::nullopt);
  EXPECT_NEAR(*total.median_abs[2], 0.7, 1e-12);
  EXPECT_NEAR(total.bias, 0.2, 1e-12);
  EXPECT_EQ(total.worst, -0.5);
  EXPECT_EQ(total.records, 102U);
  EXPECT_EQ(total.fitted, 1U);
}

TEST(Validate, SizesHaveTheirClasses) {
  EXPECT_EQ(size_class(64_KiB), SizeClass::small);
  EXPECT_EQ(size_class(64_KiB + 1_B), SizeClass::medium);
  EXPECT_EQ(size_class(16_MiB), SizeClass::medium);
  EXPECT_EQ(size_class(16_MiB + 1_B), SizeClass::large);
}

TEST(Validate, EveryShippedSystemLoadsAndNamesAClusterThatHasItsRanks) {
  const std::vector<std::string> names = measured_systems();
  ASSERT_GE(names.size(), 9U);
  const Catalog catalog = Catalog::open();
  for (const std::string& name : names) {
    const MeasuredSystem system = load_measured_system(name);
    EXPECT_EQ(system.name, name);
    EXPECT_FALSE(system.fitted) << "nothing in our stacks was fitted to it";
    EXPECT_NO_THROW(static_cast<void>(catalog.stack(system.stack)));
  }
}

TEST(Validate, SaysWhatIsWrongInAFile) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = kSystem;
    text.replace(text.find(from), from.size(), to);
    const TemporaryFile file(text, "x.textproto");
    return refusal([&] { static_cast<void>(load_measured_system(file.path())); }, file.path());
  };
  EXPECT_THAT(refused("\"test\"", "\"tset\""), HasSubstr(":7:1: part: unknown part \"tset\"; did you mean \"test\"?"));
  EXPECT_THAT(refused("all_gather", "all_gahter"), HasSubstr("did you mean \"all_gather\"?"));
  EXPECT_THAT(refused("3.2768 us", "0 us"), HasSubstr(":12:"));
  EXPECT_THAT(refused("ranks: 2", "ranks: 1"), HasSubstr("series[0].ranks"));
  EXPECT_THAT(refusal([] { static_cast<void>(load_measured_system("dgx-a100-16-depops")); }),
              HasSubstr("did you mean \"dgx-a100-16-deepops\"?"));
}

TEST(FirstCards, TakesOfEachNodeItsFirst) {
  EXPECT_THAT(first_cards({4, 4, 4}, 5, std::nullopt), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(first_cards({4, 4, 4}, 4, 2), ElementsAre(0, 1, 4, 5));
  EXPECT_THROW(static_cast<void>(first_cards({4, 4}, 5, 2)), InputError);
}

}  // namespace
}  // namespace polyplane::sim
