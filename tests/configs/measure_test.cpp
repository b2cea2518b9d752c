#include "configs/schema/measure.h"

#include <gtest/gtest.h>

#include "tests/configs/temporary_file.h"

namespace polyplane::configs {
namespace {

using v1::Rule;

TEST(Measure, IsExact) {
  EXPECT_EQ(parse_measure(Rule::length, "2.5 m"), 2500);
  EXPECT_EQ(parse_measure(Rule::length, "2km"), 2000000);
  EXPECT_EQ(parse_measure(Rule::propagation, "4.9 ns/m"), 4900);
  EXPECT_EQ(parse_measure(Rule::compute_rate, "494.5 TFLOPS"), 494500000);
  EXPECT_EQ(parse_measure(Rule::power, "0.1 W"), 100);
  EXPECT_EQ(parse_measure(Rule::price, "36000 USD"), 3600000);
  EXPECT_EQ(parse_measure(Rule::bit_rate, "50 GB/s"), 400000000000);
}

TEST(Measure, TellsWhatIsWrong) {
  const auto of = [](Rule::Dimension dimension, const char* text) {
    return refusal([&] { (void)parse_measure(dimension, text); });
  };
  EXPECT_EQ(of(Rule::length, "3"), "\"3\" has no unit; write for example \"3 m\"");
  EXPECT_EQ(of(Rule::length, "3 ft"),
            "\"3 ft\" has the unknown unit \"ft\" (allowed: mm, cm, m, km); write for example \"3 m\"");
  EXPECT_EQ(of(Rule::length, "-3 m"), "\"-3 m\" is negative; write for example \"3 m\"");
  EXPECT_EQ(of(Rule::length, "nan m"), "\"nan m\" is not a number with a unit; write for example \"3 m\"");
  EXPECT_EQ(of(Rule::length, "1.2.3 m"), "\"1.2.3 m\" is not a number with a unit; write for example \"3 m\"");
  EXPECT_EQ(of(Rule::length, "0.0001 m"), "\"0.0001 m\" is finer than can be kept; write for example \"3 m\"");
  EXPECT_EQ(of(Rule::power, "999999999999999 MW"),
            "\"999999999999999 MW\" is out of range; write for example \"700 W\"");
  EXPECT_EQ(of(Rule::propagation, "4.9 ns"), "\"4.9 ns\" is not a time per metre; write for example \"4.9 ns/m\"");
}

TEST(Measure, PropagationRoundsUp) {
  EXPECT_EQ(propagation_ps("4.9 ns/m", "65 m"), 318500);  // 4900 x 65
  EXPECT_EQ(propagation_ps("4.9 ns/m", "1 mm"), 5);       // 4.9 ps
  EXPECT_EQ(propagation_ps("4.9 ns/m", "0 m"), 0);
}

}  // namespace
}  // namespace polyplane::configs
