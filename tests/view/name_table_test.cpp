#include "sim/view/name_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/view/hostile_names.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;

v1::NameTable table_of(const std::vector<std::string>& names) {
  v1::NameTable table;
  write_names(names.size(), [&](std::size_t i) -> std::string_view { return names[i]; }, table);
  return table;
}

TEST(NameTable, KeepsNamesByRule) {
  // node0/gpu0, node0/gpu1, node1/gpu0: one pattern of three texts; numbers 0 0, 0 1, 1 0 as differences 0 0, 0 1, 1 -1.
  const v1::NameTable table = table_of({"node0/gpu0", "node0/gpu1", "node1/gpu0"});
  ASSERT_EQ(table.patterns_size(), 1);
  EXPECT_THAT(table.patterns(0).texts(), ElementsAre("node", "/gpu", ""));
  EXPECT_THAT(table.pattern(), ElementsAre(0, 0, 0));
  EXPECT_THAT(table.numbers_delta(), ElementsAre(0, 0, 0, 1, 1, -1));
}

TEST(NameTable, DifferencesAreOfThePatternsOwnLastName) {
  // leaf3 follows leaf2, whatever stands between: 2, then 7 of the spine, then 3 - 2.
  const v1::NameTable table = table_of({"leaf2", "spine7", "leaf3"});
  EXPECT_THAT(table.pattern(), ElementsAre(0, 1, 0));
  EXPECT_THAT(table.numbers_delta(), ElementsAre(2, 7, 1));
}

TEST(NameTable, DigitsWithLeadingZerosAndLongOnesAreText) {
  const v1::NameTable table = table_of({"node007", "node0", "serial1234567890", "serial123456789"});
  EXPECT_THAT(table.patterns(0).texts(), ElementsAre("node007"));
  EXPECT_THAT(table.patterns(1).texts(), ElementsAre("node", ""));
  EXPECT_THAT(table.patterns(2).texts(), ElementsAre("serial1234567890"));
  EXPECT_THAT(table.numbers_delta(), ElementsAre(0, 123456789));
}

TEST(NameTable, ComesBack) {
  std::vector<std::string> names = hostile_names();
  names.insert(names.end(), {"", "0", "00", "a0b", "0a", "1-2-3", "999999999", "node12/gpu3", "node12/gpu3"});
  EXPECT_EQ(read_names(table_of(names)), names);
}

TEST(NameTable, MalformedUtf8BecomesTheReplacementCharacter) {
  EXPECT_THAT(read_names(table_of({"a\xff"
                                   "5"})),
              ElementsAre("a\xef\xbf\xbd"
                          "5"));
}

TEST(NameTable, RefusesATableThatDoesNotHoldTogether) {
  v1::NameTable table = table_of({"node1", "node2"});
  table.add_pattern(1);
  EXPECT_THROW(static_cast<void>(read_names(table)), InputError);  // no such pattern
  table = table_of({"node1", "node2"});
  table.add_pattern(0);
  EXPECT_THROW(static_cast<void>(read_names(table)), InputError);  // a number is missing
  table = table_of({"node1", "node2"});
  table.add_numbers_delta(1);
  EXPECT_THROW(static_cast<void>(read_names(table)), InputError);  // one too many
  table = table_of({"node1"});
  table.add_patterns();
  EXPECT_THROW(static_cast<void>(read_names(table)), InputError);  // a pattern without texts
}

}  // namespace
}  // namespace polyplane::sim
