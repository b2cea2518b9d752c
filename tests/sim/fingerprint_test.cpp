#include "sim/fingerprint.h"

#include <gtest/gtest.h>

namespace polyplane::sim {
namespace {

CollectiveResult row() {
  CollectiveResult result;
  result.algorithm = "ring";
  result.model = "flow";
  result.ranks = 8;
  result.size = Bytes(1024);
  result.time = Duration::from_ps(1'000'000);
  return result;
}

TEST(Fingerprint, OnePicosecondOrOneByteOnALinkChangesIt) {
  const std::vector<double> links{100, 200};
  const std::uint64_t base = fingerprint(row(), links);
  CollectiveResult later = row();
  later.time += Duration::from_ps(1);
  EXPECT_NE(fingerprint(later, links), base);
  EXPECT_NE(fingerprint(row(), std::vector<double>{101, 200}), base);
  EXPECT_NE(fingerprint(row(), std::vector<double>{200, 100}), base);
}

TEST(Fingerprint, TextAndEventCountsStayOut) {
  const std::vector<double> links{100};
  CollectiveResult other = row();
  other.events = 77;
  other.way.text = "otherwise";
  other.job = "named";
  EXPECT_EQ(fingerprint(other, links), fingerprint(row(), links));
}

TEST(Fingerprint, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(fingerprint_text(0xab), "00000000000000ab");
  EXPECT_NE(combine(std::vector<std::uint64_t>{1, 2}), combine(std::vector<std::uint64_t>{2, 1}));
}

}  // namespace
}  // namespace polyplane::sim
