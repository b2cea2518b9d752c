// The twelve published problems of max-min fair sharing in tests/golden/flows/, with answers from an independent exact
// solver (flows/expected.csv; made by scripts/convert_golden.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/golden/oracle_problem.h"

namespace polyplane::golden {
namespace {

using oracle::Rational;

const std::string kDirectory = std::string(POLYPLANE_GOLDEN_DIRECTORY) + "/flows/";

/// "1.615000000000000000e-4" seconds as an exact number of ps.
Rational seconds_to_ps(const std::string& text) {
  const std::size_t point = text.find('.');
  const std::size_t exponent = text.find('e');
  if (point == std::string::npos || exponent == std::string::npos) {
    throw std::invalid_argument("not d.ddd..e-d: " + text);
  }
  const std::string decimals = text.substr(point + 1, exponent - point - 1);
  Rational value(boost::multiprecision::cpp_int(text.substr(0, point) + decimals));
  int power = std::stoi(text.substr(exponent + 1)) + 12 - static_cast<int>(decimals.size());
  for (; power > 0; --power) value *= 10;
  for (; power < 0; ++power) value /= 10;
  return value;
}

/// case -> flow -> exact completion in ps.
std::map<std::string, std::map<std::string, Rational>> read_expected() {
  std::ifstream file(kDirectory + "expected.csv");
  std::map<std::string, std::map<std::string, Rational>> expected;
  std::string line;
  std::getline(file, line);
  if (line != "case,flow,exact_completion_s") throw std::runtime_error("unreadable " + kDirectory + "expected.csv");
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name, flow, seconds;
    std::getline(fields, name, ',');
    std::getline(fields, flow, ',');
    std::getline(fields, seconds);
    expected[name][flow] = seconds_to_ps(seconds);
  }
  return expected;
}

const std::map<std::string, std::map<std::string, Rational>>& expected() {
  static const auto all = read_expected();
  return all;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& [name, flows] : expected()) names.push_back(name);
  return names;
}

class GoldenFlows : public testing::TestWithParam<std::string> {
 protected:
  sim::Experiment experiment_ = sim::Catalog::open().experiment(kDirectory + GetParam() + ".textproto");
  const std::map<std::string, Rational>& expected_ = expected().at(GetParam());
};

TEST_P(GoldenFlows, FlowModelAgreesWithExactCompletions) {
  ASSERT_EQ(experiment_.model, "flow");
  const sim::Report report = sim::run(experiment_, {});
  ASSERT_EQ(report.flows.size(), expected_.size());
  const auto flow_events = static_cast<std::int64_t>(2 * expected_.size() + experiment_.capacity_events.size());
  for (const auto& [flow, exact] : expected_) {
    const std::int64_t truth = oracle::round_up(exact);
    const std::int64_t tolerance = std::max(flow_events, truth / 1'000'000'000);
    EXPECT_NEAR(static_cast<double>(end_ps(report, flow) - truth), 0.0, static_cast<double>(tolerance)) << flow;
  }
}

TEST_P(GoldenFlows, OracleAgreesWithExactCompletions) {
  const oracle::ExactCompletions ends = oracle::solve_exactly(to_problem(experiment_));
  ASSERT_EQ(ends.size(), expected_.size());
  for (std::size_t f = 0; f < ends.size(); ++f) {
    const std::string& flow = experiment_.flows[f].name;
    ASSERT_TRUE(ends[f].has_value()) << flow;
    const Rational truth = expected_.at(flow);
    EXPECT_LE(abs(Rational(*ends[f] - truth)), Rational(truth / 1'000'000'000'000'000)) << flow;
  }
}

TEST(GoldenFlowCases, AreAllHere) { EXPECT_EQ(case_names().size(), 12U); }

INSTANTIATE_TEST_SUITE_P(Cases, GoldenFlows, testing::ValuesIn(case_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace polyplane::golden
