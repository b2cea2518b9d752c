#include <gtest/gtest.h>

#include "sim/catalog.h"
#include "sim/parts.h"
#include "sim/price_sheet.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

const std::string kHead =
    "name: \"test\" description: \"test\"\n"
    "provenance { source: \"me\" as_of: \"2026\" confidence: low }\n";

PriceSheet sheet_of(const std::string& prices) {
  const TemporaryFile file(kHead + prices);
  return catalog().prices(file.path());
}

std::string refusal_of(const std::string& prices) {
  const TemporaryFile file(kHead + prices);
  return refusal([&] { (void)catalog().prices(file.path()); }, file.path());
}

std::int64_t cents(const UnitFigure<Money>& figure) { return figure.one ? figure.one->used.cents() : -1; }

TEST(PriceSheet, ANameGoesBeforeARuleAndTheFirstRuleCounts) {
  const PriceSheet sheet = sheet_of(
      "prices { items: network_switch each { value: \"100 USD\" } }\n"
      "prices { items: network_switch items: nic each { value: \"200 USD\" } }\n"
      "prices { part: \"qm9700\" each { value: \"300 USD\" source: \"shop\" as_of: \"2024\" confidence: high basis: "
      "\"box\" } }\n");
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::network_switch, .part = "qm9700"})), 300'00);
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::network_switch, .part = "sn5600"})), 100'00);
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::network_switch})), 100'00);
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::nic})), 200'00);
  EXPECT_TRUE(sheet.price({.item = PricedItem::fibre}).unknown());
  EXPECT_EQ(sheet.price({.item = PricedItem::nic}).source, "me, 2026, low");
  EXPECT_EQ(sheet.price({.item = PricedItem::network_switch, .part = "qm9700"}).source, "shop, 2024, high; box");
}

TEST(PriceSheet, TermsAddUpWithTheirRanges) {
  const PriceSheet sheet = sheet_of(
      "prices { items: fibre each { value: \"40 USD\" } per_metre { value: \"1.25 USD\" low: \"1 USD\" high: \"2 USD\" "
      "} }\n"
      "prices { items: switch_link per_gbps { value: \"0.50 USD\" } per_gbps_metre { value: \"0.10 USD\" } }\n"
      "prices { items: network_switch per_port { value: \"10 USD\" } per_gbps { value: \"1 USD\" } }\n");
  // 40 + 20 x 1.25; 40 + 20 x 1; 40 + 20 x 2.
  const auto fibre = sheet.price({.item = PricedItem::fibre, .length = Length::from_metres(20)});
  EXPECT_EQ(fibre.one, (Spread<Money>{Money::from_dollars(60), Money::from_dollars(65), Money::from_dollars(80)}));
  // 400 x 0.5 + 400 x 10 x 0.1.
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::switch_link, .rate = 400_Gbps, .length = Length::from_metres(10)})),
            600'00);
  // 64 x 10 + 64 x 400 x 1.
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::network_switch, .rate = 400_Gbps, .ports = 64})), 26'240'00);
}

TEST(PriceSheet, WhatATermNeedsAndThePieceLacksLeavesItUnknown) {
  const PriceSheet sheet = sheet_of(
      "prices { items: fibre each { value: \"40 USD\" } per_metre { value: \"1 USD\" } }\n"
      "prices { items: network_switch per_port { value: \"10 USD\" } }\n"
      "prices { items: nic per_gbps { value: \"10 USD\" } }\n");
  EXPECT_TRUE(sheet.price({.item = PricedItem::fibre}).unknown());
  EXPECT_TRUE(sheet.price({.item = PricedItem::network_switch}).unknown());
  EXPECT_TRUE(sheet.price({.item = PricedItem::nic}).unknown());
}

TEST(PriceSheet, RulesMayAskForARateAndForOptics) {
  const PriceSheet sheet = sheet_of(
      "prices { items: switch_link rate: \"400 Gbps\" optical: true each { value: \"1000 USD\" } }\n"
      "prices { items: switch_link optical: false each { value: \"100 USD\" } }\n");
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::switch_link, .rate = 400_Gbps, .optical = true})), 1000'00);
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::switch_link, .rate = 400_Gbps, .optical = false})), 100'00);
  EXPECT_TRUE(sheet.price({.item = PricedItem::switch_link, .rate = 800_Gbps, .optical = true}).unknown());
}

TEST(PriceSheet, RulesOfLinksMayNameTheirCables) {
  const PriceSheet sheet = sheet_of(
      "prices { items: access_link cables: \"dr4-400-nv\" cables: \"sr4-400-nv\" each { value: \"1000 USD\" } }\n");
  EXPECT_EQ(cents(sheet.price({.item = PricedItem::access_link, .part = "sr4-400-nv"})), 1000'00);
  EXPECT_TRUE(sheet.price({.item = PricedItem::access_link, .part = "dr4-400-generic"}).unknown());
  EXPECT_TRUE(sheet.price({.item = PricedItem::access_link}).unknown());
}

TEST(PriceSheet, SaysWhyThereIsNoPrice) {
  const PriceSheet sheet = sheet_of(
      "prices { part: \"nvswitch-3\" sold_with: \"the board\" }\n"
      "prices { items: nic left_out: \"not asked\" }\n");
  EXPECT_EQ(sheet.price({.item = PricedItem::scaleup_switch, .part = "nvswitch-3"}).nothing_because,
            "sold with the board");
  EXPECT_EQ(sheet.price({.item = PricedItem::nic}).nothing_because, "left out of the sheet: not asked");
}

TEST(PriceSheet, WrongPricesAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"prices { each { value: \"1 USD\" } }", ":3:1: prices[0].items: is missing; name a part or items"},
      {"prices { part: \"qm9700\" items: nic each { value: \"1 USD\" } }",
       ":3:10: prices[0].part: contradicts items; a price is of a part or of items"},
      {"prices { part: \"qm970\" each { value: \"1 USD\" } }",
       ":3:10: prices[0].part: unknown part \"qm970\"; did you mean \"qm9700\"?"},
      {"prices { items: any_item each { value: \"1 USD\" } }", ":3:10: prices[0].items[0]: any_item is not an item"},
      {"prices { items: nic }",
       ":3:1: prices[0].each: is missing; give a price, or say why there is none: sold_with or left_out"},
      {"prices { items: nic each { value: \"1 USD\" } left_out: \"x\" }",
       ":3:45: prices[0].left_out: contradicts the price given beside it"},
      {"prices { items: nic sold_with: \"y\" left_out: \"x\" }", ":3:36: prices[0].left_out: contradicts sold_with"},
      {"prices { items: nic per_port { value: \"1 USD\" } }",
       ":3:21: prices[0].per_port: is about switches; it contradicts nic"},
      {"prices { items: nic per_metre { value: \"1 USD\" } }",
       ":3:21: prices[0].per_metre: is about links, assemblies and fibres; it contradicts nic"},
      {"prices { items: nic optical: true each { value: \"1 USD\" } }",
       ":3:21: prices[0].optical: is about links; it contradicts nic"},
      {"prices { items: nic cables: \"dac-400\" each { value: \"1 USD\" } }",
       ":3:21: prices[0].cables[0]: is about links; it contradicts nic"},
      {"prices { items: switch_link cables: \"dac-40\" each { value: \"1 USD\" } }",
       ":3:29: prices[0].cables[0]: unknown cable \"dac-40\"; did you mean \"dac-400\"?"},
      {"prices { part: \"qm9700\" rate: \"400 Gbps\" each { value: \"1 USD\" } }",
       ":3:25: prices[0].rate: contradicts part, which has a rate of its own"},
      {"prices { items: nic each { value: \"2 USD\" low: \"3 USD\" } }",
       ":3:21: prices[0].each: low 3 USD, value 2 USD and high 2 USD are not in this order"},
      {"prices { items: nic each { value: \"2\" } }", ":3:28: prices[0].each.value: "},
      {"prices { items: nic each { value: \"0 USD\" } }", ":3:28: prices[0].each.value: "}};
  for (const auto& [text, message] : cases) {
    const std::string refused = refusal_of(text + "\n");
    EXPECT_TRUE(refused.starts_with(message)) << text << "\n  " << refused;
  }
}

TEST(PriceSheet, OnePieceHasALimit) {
  const PriceSheet sheet = sheet_of("prices { items: fibre per_metre { value: \"100000 USD\" } }\n");
  EXPECT_THROW((void)sheet.price({.item = PricedItem::fibre, .length = Length::from_metres(100'000)}), LimitError);
}

TEST(PriceSheets, AllLoadUnderTheirOwnNames) {
  std::size_t found = 0;
  for (const std::string& name : names_in(std::string(POLYPLANE_CONFIGS_DIRECTORY) + "/prices")) {
    EXPECT_EQ(catalog().prices(name).name, name);
    ++found;
  }
  EXPECT_GE(found, 3U);
  EXPECT_EQ(catalog().prices(kDefaultPrices).name, kDefaultPrices);
  EXPECT_TRUE(refusal([] {
                (void)catalog().prices("street-2025");
              }).starts_with("unknown price sheet \"street-2025\"; did you mean \"street-2024\"?"))
      << refusal([] { (void)catalog().prices("street-2025"); });
}

}  // namespace
}  // namespace polyplane::sim
