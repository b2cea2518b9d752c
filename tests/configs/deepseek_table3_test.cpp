// DeepSeek's Table 3 (arXiv:2505.09343): counts, and costs at the two prices that rows FT2 and FT3 give
// (configs/prices/deepseek-table3.textproto). docs/costs.md prints the same figures.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/bill_of_materials.h"
#include "sim/catalog.h"
#include "sim/cluster_graph.h"

namespace polyplane::sim {
namespace {

struct Row {
  std::string name;
  std::int64_t endpoints, switches, links;
  double million_usd, usd_per_endpoint;  // as printed
  bool fitted;
};

const std::vector<Row> kTable = {{"FT2", 2048, 96, 2048, 9, 4390, true},
                                 {"MPFT", 16384, 768, 16384, 72, 4390, false},
                                 {"FT3", 65536, 5120, 131072, 491, 7500, true},
                                 {"Slim Fly", 32928, 1568, 32928, 146, 4400, false},
                                 {"Dragonfly", 261632, 16352, 384272, 1522, 5800, false}};

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

double cost(const PriceSheet& sheet, std::int64_t switches, std::int64_t links) {
  const auto box = sheet.price({.item = PricedItem::network_switch}).one;
  const auto link = sheet.price({.item = PricedItem::switch_link}).one;
  return static_cast<double>(switches) * box->used.dollars() + static_cast<double>(links) * link->used.dollars();
}

TEST(DeepSeekTable3, TwoPricesSolveTheFittedRowsAndMeetTheOthersWithinFivePercent) {
  const PriceSheet sheet = catalog().prices("deepseek-table3");
  for (const Row& row : kTable) {
    const double error = cost(sheet, row.switches, row.links) / (row.million_usd * 1e6) - 1;
    EXPECT_LT(std::abs(error), row.fitted ? 1e-6 : 0.05) << row.name;
  }
  // As docs/costs.md prints them.
  EXPECT_NEAR(cost(sheet, 768, 16384) / 72e6 - 1, 0.0000, 5e-5);
  EXPECT_NEAR(cost(sheet, 1568, 32928) / 146e6 - 1, 0.0050, 1e-4);
  EXPECT_NEAR(cost(sheet, 16352, 384272) / 1522e6 - 1, 0.0189, 5e-5);
}

TEST(DeepSeekTable3, ThePricesAreTheSolutionOfTheTwoRows) {
  // Cramer's rule on 96 s + 2,048 l = 9e6 and 5,120 s + 131,072 l = 491e6.
  const double determinant = 96.0 * 131072 - 2048.0 * 5120;
  const double box = (9e6 * 131072 - 491e6 * 2048) / determinant;
  const double link = (96 * 491e6 - 5120 * 9e6) / determinant;
  const PriceSheet sheet = catalog().prices("deepseek-table3");
  EXPECT_NEAR(sheet.price({.item = PricedItem::network_switch}).one->used.dollars(), box, 0.005);
  EXPECT_NEAR(sheet.price({.item = PricedItem::switch_link}).one->used.dollars(), link, 0.005);
  // Links to endpoints at the same price would make it negative: 4,096 and 196,608 links.
  EXPECT_LT((96 * 491e6 - 5120 * 9e6) / (96.0 * 196608 - 4096.0 * 5120), 0);
}

TEST(DeepSeekTable3, ClustersHaveTheCountsAndTheCost) {
  const PriceSheet sheet = catalog().prices("deepseek-table3");
  const std::vector<std::string> clusters = {"ft2-2048", "mpft-16384", "ft3-65536", "", "dragonfly"};
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (clusters[i].empty()) continue;  // no Slim Fly of q = 28 exists, since 28 is no power of a prime
    const Row& row = kTable[i];
    const ClusterChoice choice = catalog().cluster(clusters[i]);
    const BillOfMaterials total = bill(build(choice), choice, sheet);
    EXPECT_EQ(total.endpoints, row.endpoints);
    std::int64_t switches = 0, links = 0;
    for (const BillLine& line : total.lines) {
      if (line.part == "qm9700") switches += line.count;
      if (line.item.starts_with("link, ")) links += line.count;
    }
    EXPECT_EQ(switches, row.switches) << row.name;
    EXPECT_EQ(links, row.links) << row.name;  // links to endpoints are in the price of the switches
    EXPECT_EQ(total.network_cost.sum->used.cents(), row.switches * 8'300'781 + row.links * 50'354) << row.name;
    EXPECT_NEAR(total.network_cost.sum->used.dollars() / (row.million_usd * 1e6), 1, row.fitted ? 1e-6 : 0.05);
    EXPECT_NEAR(total.per_endpoint(total.network_cost)->used.dollars() / row.usd_per_endpoint, 1, 0.05) << row.name;
  }
}

// techtalk-ib-cost: totals of switches and links of a public spreadsheet, August 2024.
TEST(StreetPrices, MeetTheSpreadsheet) {
  const PriceSheet sheet = catalog().prices("street-2024");
  struct Sheet {
    std::int64_t cards, switches, links;
    double switch_usd, cable_usd;
  };
  for (const Sheet& row : {Sheet{2048, 96, 4096, 3456000, 5242880}, Sheet{16384, 768, 32768, 27648000, 41943040},
                           Sheet{65536, 5120, 196608, 184320000, 249036800}}) {
    const auto box = sheet.price({.item = PricedItem::network_switch, .part = "qm9700"}).one;
    const auto link = sheet
                          .price({.item = PricedItem::access_link,
                                  .part = "dr4-400-nv",
                                  .rate = BitRate::from_bps(400'000'000'000),
                                  .optical = true})
                          .one;
    EXPECT_EQ(static_cast<double>(row.switches) * box->used.dollars(), row.switch_usd) << row.cards;
    const auto links = static_cast<double>(row.links);
    EXPECT_LE(links * link->low.dollars(), row.cable_usd + 1000) << row.cards;
    EXPECT_GE(links * link->high.dollars(), row.cable_usd) << row.cards;
  }
}

}  // namespace
}  // namespace polyplane::sim
