#include "base/hostlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/base/error_of.h"

namespace polyplane {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Hostlist, KeepsOrderPaddingAndMultipliesBrackets) {
  EXPECT_THAT(expand_hostlist("node[0-2,7]"), ElementsAre("node0", "node1", "node2", "node7"));
  EXPECT_THAT(expand_hostlist("gpu[008-010]"), ElementsAre("gpu008", "gpu009", "gpu010"));
  EXPECT_THAT(expand_hostlist("b,a[9-10]x,login"), ElementsAre("b", "a9x", "a10x", "login"));
  EXPECT_THAT(expand_hostlist("r[0-1]n[2-3]"), ElementsAre("r0n2", "r0n3", "r1n2", "r1n3"));
  EXPECT_THAT(expand_hostlist("a0/node[5]"), ElementsAre("a0/node5"));
  EXPECT_THAT(expand_hostlist("[3,1]"), ElementsAre("3", "1"));
  EXPECT_THAT(expand_hostlist("x,x"), ElementsAre("x", "x"));
}

TEST(Hostlist, ErrorsNameTheColumn) {
  const auto message = [](const char* text) { return error_of([&] { static_cast<void>(expand_hostlist(text)); }); };
  EXPECT_THAT(message(""), HasSubstr("is empty"));
  EXPECT_THAT(message("a,,b"), HasSubstr("column 3: a host name is missing"));
  EXPECT_THAT(message("a,"), HasSubstr("a host name is missing"));
  EXPECT_THAT(message("n[0-3"), HasSubstr("column 6: \"]\" is missing"));
  EXPECT_THAT(message("n[]"), HasSubstr("column 3: a number is missing"));
  EXPECT_THAT(message("n[1-]"), HasSubstr("a number is missing"));
  EXPECT_THAT(message("n[0-8:2]"), HasSubstr("\"]\" is missing"));
  EXPECT_THAT(message("n]"), HasSubstr("closes no bracket"));
  EXPECT_THAT(message("n[5-3]"), HasSubstr("the range 5-3 runs down"));
  EXPECT_THAT(message("n[[0]]"), HasSubstr("a number is missing"));
  EXPECT_THAT(message("a b"), HasSubstr("no blanks"));
  EXPECT_THAT(message("n[1234567890123456789]"), HasSubstr("at most 18 digits"));
}

TEST(Hostlist, BombsAreRefusedBeforeTheyExpand) {
  EXPECT_THROW(static_cast<void>(expand_hostlist("n[0-999999999999999999]")), LimitError);
  EXPECT_THROW(static_cast<void>(expand_hostlist("n[0-9999][0-9999][0-9999][0-9999][0-9999]")), LimitError);
  EXPECT_THROW(static_cast<void>(expand_hostlist("n[0-4],m[0-4]", 9)), LimitError);
  EXPECT_EQ(expand_hostlist("n[0-4],m[0-4]", 10).size(), 10U);
  EXPECT_THROW(static_cast<void>(expand_hostlist(std::string(256, 'n'))), LimitError);
}

TEST(Hostlist, CompressesToTheSameHosts) {
  EXPECT_EQ(compress_hostlist({"node0", "node1", "node2", "node7"}), "node[0-2,7]");
  EXPECT_EQ(compress_hostlist({"gpu009", "gpu010"}), "gpu[009-010]");
  EXPECT_EQ(compress_hostlist({"n9", "n10", "m", "n11"}), "n[9-10],m,n11");
  EXPECT_EQ(compress_hostlist({"n2", "n1"}), "n[2,1]");
  EXPECT_EQ(compress_hostlist({}), "");
}

TEST(Hostlist, RandomListsSurviveTheRoundTrip) {
  RandomStream random(7, 0);
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<std::string> hosts;
    for (std::uint64_t i = 0, n = 1 + random.below(12); i < n; ++i) {
      std::string number = std::to_string(random.below(13));
      if (random.below(3) == 0) number.insert(0, "00");
      hosts.push_back((random.below(2) == 0 ? "n" : "rack1/n") + number + (random.below(4) == 0 ? "x" : ""));
    }
    EXPECT_EQ(expand_hostlist(compress_hostlist(hosts)), hosts) << "trial " << trial;
  }
}

}  // namespace
}  // namespace polyplane
