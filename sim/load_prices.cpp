#include "sim/load_prices.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/measure.h"

namespace polyplane::sim {
namespace {

Money parse_money(const std::string& text) { return Money::from_cents(configs::parse_measure(v1::Rule::price, text)); }

Power parse_power(const std::string& text) {
  return Power::from_milliwatts(configs::parse_measure(v1::Rule::power, text));
}

template <class Unit>
Spread<Unit> spread_of(const v1::Quantity& figure, Unit (*parse)(const std::string&)) {
  const Unit used = parse(figure.value());
  return {.low = figure.low().empty() ? used : parse(figure.low()),
          .used = used,
          .high = figure.high().empty() ? used : parse(figure.high())};
}

PricedItem item_of(v1::BillItem item) {
  switch (item) {
    case v1::network_switch:
      return PricedItem::network_switch;
    case v1::scaleup_switch:
      return PricedItem::scaleup_switch;
    case v1::nic:
      return PricedItem::nic;
    case v1::transceiver:
      return PricedItem::transceiver;
    case v1::assembly:
      return PricedItem::assembly;
    case v1::fibre:
      return PricedItem::fibre;
    case v1::switch_link:
      return PricedItem::switch_link;
    case v1::access_link:
      return PricedItem::access_link;
    case v1::scaleup_link:
      return PricedItem::scaleup_link;
    default:
      return PricedItem::accelerator;
  }
}

bool is_switch(PricedItem item) { return item == PricedItem::network_switch || item == PricedItem::scaleup_switch; }
bool is_link(PricedItem item) {
  return item == PricedItem::switch_link || item == PricedItem::access_link || item == PricedItem::scaleup_link;
}
bool has_length(PricedItem item) { return is_link(item) || item == PricedItem::assembly || item == PricedItem::fibre; }

class SheetLoader {
 public:
  SheetLoader(const configs::Source& source, const v1::PriceSheet& sheet, const Parts& parts)
      : source_(source), sheet_(sheet), cables_(parts.cables()) {
    for (const auto& names : {parts.accelerators(), parts.switches(), parts.nics(), parts.cables()}) {
      known_.insert(known_.end(), names.begin(), names.end());
    }
  }

  PriceRule load_rule(const v1::Price& from) {
    check_target(from);
    PriceRule rule{.part = from.part()};
    for (const int item : from.items()) rule.items.push_back(item_of(static_cast<v1::BillItem>(item)));
    if (from.has_rate()) rule.rate = parse_bit_rate(from.rate());
    if (from.has_optical()) rule.optical = from.optical();
    rule.cables.assign(from.cables().begin(), from.cables().end());
    load_terms(from, rule);
    load_reason(from, rule);
    return rule;
  }

 private:
  void check_target(const v1::Price& from) const {
    if (from.has_part() == (from.items_size() > 0)) {
      source_.fail(
          from, from.has_part() ? "part" : "items",
          from.has_part() ? "contradicts items; a price is of a part or of items" : "is missing; name a part or items");
    }
    if (from.has_part() && std::ranges::find(known_, from.part()) == known_.end()) {
      source_.fail(from, "part", unknown_name("part", from.part(), known_));
    }
    if (from.has_part() && from.has_rate()) source_.fail(from, "rate", "contradicts part, which has a rate of its own");
    for (int i = 0; i < from.items_size(); ++i) {
      if (from.items(i) == v1::any_item) source_.fail(from, "items", "any_item is not an item", i);
    }
    for (int i = 0; i < from.cables_size(); ++i) {
      if (std::ranges::find(cables_, from.cables(i)) != cables_.end()) continue;
      source_.fail(from, "cables", unknown_name("cable", from.cables(i), cables_), i);
    }
    for (const auto& [field, given] : {std::pair("optical", from.has_optical()), {"cables", from.cables_size() > 0}}) {
      if (!given) continue;
      if (from.has_part()) source_.fail(from, field, "is about links; it contradicts part");
      refuse_unless(from, field, is_link, "links");
    }
  }

  /// Fails when the field does not go with one of the items.
  void refuse_unless(const v1::Price& from, const char* field, bool (*fits)(PricedItem),
                     const std::string& which) const {
    for (const int item : from.items()) {
      if (fits(item_of(static_cast<v1::BillItem>(item)))) continue;
      source_.fail(from, field,
                   "is about " + which + "; it contradicts " + v1::BillItem_Name(static_cast<v1::BillItem>(item)));
    }
  }

  void load_terms(const v1::Price& from, PriceRule& rule) {
    rule.each = load_term(from, "each", from.has_each(), from.each(), rule);
    rule.per_port = load_term(from, "per_port", from.has_per_port(), from.per_port(), rule);
    rule.per_gbps = load_term(from, "per_gbps", from.has_per_gbps(), from.per_gbps(), rule);
    rule.per_metre = load_term(from, "per_metre", from.has_per_metre(), from.per_metre(), rule);
    rule.per_gbps_metre = load_term(from, "per_gbps_metre", from.has_per_gbps_metre(), from.per_gbps_metre(), rule);
    if (rule.per_port) refuse_unless(from, "per_port", is_switch, "switches");
    if (rule.per_metre) refuse_unless(from, "per_metre", has_length, "links, assemblies and fibres");
    if (rule.per_gbps_metre) refuse_unless(from, "per_gbps_metre", has_length, "links, assemblies and fibres");
  }

  std::optional<Spread<Money>> load_term(const v1::Price& from, const char* field, bool given,
                                         const v1::Quantity& figure, PriceRule& rule) {
    if (!given) return std::nullopt;
    const Spread<Money> term = money_of(figure);
    if (term.low > term.used || term.used > term.high) {
      source_.fail(from, field,
                   "low " + to_text(figure.low(), figure) + ", value " + figure.value() + " and high " +
                       to_text(figure.high(), figure) + " are not in this order");
    }
    const std::string text = source_text(figure, sheet_.provenance());
    if (rule.source.find(text) == std::string::npos) rule.source += (rule.source.empty() ? "" : "; ") + text;
    return term;
  }

  static std::string to_text(const std::string& text, const v1::Quantity& figure) {
    return text.empty() ? figure.value() : text;
  }

  void load_reason(const v1::Price& from, PriceRule& rule) const {
    const bool terms = rule.each || rule.per_port || rule.per_gbps || rule.per_metre || rule.per_gbps_metre;
    if (from.has_sold_with()) rule.nothing_because = "sold with " + from.sold_with();
    if (from.has_left_out()) {
      if (from.has_sold_with()) source_.fail(from, "left_out", "contradicts sold_with");
      rule.nothing_because = "left out of the sheet: " + from.left_out();
      rule.left_out = true;
    }
    if (terms && !rule.nothing_because.empty()) {
      source_.fail(from, from.has_left_out() ? "left_out" : "sold_with", "contradicts the price given beside it");
    }
    if (!terms && rule.nothing_because.empty()) {
      source_.fail(from, "each", "is missing; give a price, or say why there is none: sold_with or left_out");
    }
  }

  const configs::Source& source_;
  const v1::PriceSheet& sheet_;
  std::vector<std::string> known_;  // all parts
  const std::vector<std::string> cables_;
};

}  // namespace

Spread<Money> money_of(const v1::Quantity& figure) { return spread_of(figure, parse_money); }
Spread<Power> power_of(const v1::Quantity& figure) { return spread_of(figure, parse_power); }

std::string source_text(const v1::Quantity& figure, const v1::Provenance& part) {
  const v1::Provenance from = provenance_of(figure, part);
  return from.source() + ", " + from.as_of() + ", " + v1::Confidence_Name(from.confidence()) +
         (figure.basis().empty() ? "" : "; " + figure.basis()) +
         (figure.assumed().empty() ? "" : "; assumed: " + figure.assumed());
}

PriceSheet load_price_sheet(const configs::Source& source, const v1::PriceSheet& sheet, Parts parts) {
  PriceSheet loaded{.name = sheet.name(),
                    .description = sheet.description(),
                    .assumed = {sheet.assumed().begin(), sheet.assumed().end()},
                    .catalogue_prices = sheet.catalogue_prices(),
                    .rules = {},
                    .parts = std::make_shared<const Parts>(std::move(parts))};
  SheetLoader loader(source, sheet, *loaded.parts);
  for (const v1::Price& price : sheet.prices()) loaded.rules.push_back(loader.load_rule(price));
  return loaded;
}

}  // namespace polyplane::sim
