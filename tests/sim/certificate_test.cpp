#include "sim/network/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/check.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using testing::HasSubstr;

/// Parking lot: flow 0 over both trunks of 10 Gb/s, flows 1 and 2 over one each.
std::string verdict(const std::vector<double>& rates) {
  const std::vector<BitRate> capacities(2, 10_Gbps);
  Certificate certificate(capacities);
  certificate.add_flow(0, rates[0]);
  certificate.add_hop(0, {});
  certificate.add_hop(1, {});
  for (std::uint32_t flow = 1; flow < 3; ++flow) {
    certificate.add_flow(flow, rates[flow]);
    certificate.add_hop(flow - 1, {});
  }
  try {
    certificate.check();
  } catch (const InternalError& error) { return error.what(); }
  return "";
}

TEST(Certificate, HoldsForTheFairRatesOnly) {
  EXPECT_EQ(verdict({5e9, 5e9, 5e9}), "");
  EXPECT_EQ(verdict({5e9, 5e9 * (1 - 1e-10), 5e9}), "");  // within the tolerance
  EXPECT_THAT(verdict({5e9, 5e9 * (1 + 1e-8), 5e9}), HasSubstr("trunk 0 carries"));
  EXPECT_THAT(verdict({5e9, 5e9, 4e9}), HasSubstr("flow 2 at 4 Gbps could be faster"));
  // Full everywhere, but flow 0 is held below the others: no trunk on which it is among the fastest.
  EXPECT_THAT(verdict({4e9, 6e9, 6e9}), HasSubstr("flow 0 at 4 Gbps could be faster: on none of its 2 trunks"));
}

// 3 copies of weight 2: 6 x 10 Gb/s fill 60 Gb/s.
TEST(Certificate, CountsLoads) {
  const std::vector<BitRate> capacities = {60_Gbps};
  Certificate full(capacities), over(capacities);
  full.add_flow(7, 10e9);
  full.add_hop(0, {2.0, 3});
  EXPECT_NO_THROW(full.check());
  over.add_flow(7, 10e9);
  over.add_hop(0, {2.0, 4});
  EXPECT_THROW(over.check(), InternalError);
}

}  // namespace
}  // namespace polyplane::sim
