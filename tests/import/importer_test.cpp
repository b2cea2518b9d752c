#include "base/text_source.h"
#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

TEST(Importer, KnowsItsFormats) {
  EXPECT_THAT(importers().names(), testing::ElementsAre("astra_sim", "graphml", "ibnetdiscover", "nccl_xml",
                                                        "nvidia_smi", "simai", "slurm_conf", "slurm_yaml"));
  EXPECT_EQ(
      refusal("graphmal", "x"),
      "unknown format to import \"graphmal\"; did you mean \"graphml\"? Allowed: astra_sim, graphml, ibnetdiscover, "
      "nccl_xml, nvidia_smi, simai, slurm_conf, slurm_yaml");
  EXPECT_THAT(refusal("astra_sim", "x", {"gigabytes=binary"}), testing::HasSubstr("did you mean \"gigabyte\"?"));
}

TEST(TextSource, NumbersAreExact) {
  const TextSource source("f", "");
  EXPECT_EQ(source.scaled(1, "x", "12.5", 8, 0, 1000), 100);
  EXPECT_EQ(source.scaled(1, "x", "1.5e3", 1000, 0, INT64_MAX), 1'500'000);
  EXPECT_EQ(source.scaled(1, "x", "0.0005", 1000, 0, 1000), 0);
  EXPECT_EQ(source.scaled(1, "x", "25e-1", 2, 0, 1000), 5);
  EXPECT_EQ(source.scaled(1, "x", "0000000000000000000000000000000000000000001", 1, 0, 9), 1);
  EXPECT_THROW(static_cast<void>(source.scaled(1, "x", "1e99", 1, 0, INT64_MAX)), InputError);
  EXPECT_THROW(static_cast<void>(source.scaled(1, "x", "1e", 1, 0, 9)), InputError);
  EXPECT_THROW(static_cast<void>(source.scaled(1, "x", "nan", 1, 0, 9)), InputError);
  EXPECT_THROW(static_cast<void>(source.scaled(1, "x", ".", 1, 0, 9)), InputError);
}

TEST(TextSource, LinesEndInEveryWay) {
  LineReader lines("a\r\n\nb");
  std::string_view line;
  std::vector<std::string> all;
  while (lines.next(line)) all.push_back(std::to_string(lines.number()) + std::string(line));
  EXPECT_THAT(all, testing::ElementsAre("1a", "2", "3b"));
}

TEST(TextSource, NaturalOrder) {
  EXPECT_TRUE(natural_less("node2", "node10"));
  EXPECT_FALSE(natural_less("node10", "node2"));
  EXPECT_TRUE(natural_less("node2", "node02a"));
  EXPECT_TRUE(natural_less("node02", "node2"));  // as numbers alike: by text
  EXPECT_FALSE(natural_less("a", "a"));
  EXPECT_TRUE(natural_less("a", "b1"));
}

}  // namespace
}  // namespace polyplane::topology
