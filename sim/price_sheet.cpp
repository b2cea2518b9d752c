#include "sim/price_sheet.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

constexpr Money kMostForOne = Money::from_dollars(100'000'000);

/// `price` x numerator / denominator, to the nearest cent.
Money scaled(Money price, int128 numerator, int128 denominator) {
  const int128 cents = (price.cents() * numerator + denominator / 2) / denominator;
  return cents > kMostForOne.cents() ? kMostForOne : Money::from_cents(static_cast<std::int64_t>(cents));
}

class Terms {
 public:
  Terms(const PriceRule& rule, const Piece& piece) : rule_(rule), piece_(piece) {}

  /// Nothing when the piece lacks what a term multiplies with.
  std::optional<Spread<Money>> sum() {
    constexpr std::int64_t kGiga = 1'000'000'000, kMetre = 1000;
    const int128 ports = std::max<std::int64_t>(piece_.ports, 0);
    const bool is_switch = piece_.item == PricedItem::network_switch || piece_.item == PricedItem::scaleup_switch;
    const int128 bps = piece_.rate ? (is_switch ? ports : 1) * piece_.rate->bps() : 0;
    const int128 millimetres = piece_.length ? piece_.length->millimetres() : 0;
    const bool has_rate = piece_.rate && (!is_switch || ports > 0);
    add(rule_.each, 1, 1, true);
    add(rule_.per_port, ports, 1, ports > 0);
    add(rule_.per_gbps, bps, kGiga, has_rate);
    add(rule_.per_metre, millimetres, kMetre, piece_.length.has_value());
    add(rule_.per_gbps_metre, bps * millimetres, int128{kGiga} * kMetre, has_rate && piece_.length);
    return known_ ? std::optional(sum_) : std::nullopt;
  }

 private:
  void add(const std::optional<Spread<Money>>& term, int128 numerator, int128 denominator, bool known) {
    if (!term) return;
    known_ = known_ && known;
    sum_ = sum_ + Spread<Money>{.low = scaled(term->low, numerator, denominator),
                                .used = scaled(term->used, numerator, denominator),
                                .high = scaled(term->high, numerator, denominator)};
  }

  const PriceRule& rule_;
  const Piece& piece_;
  Spread<Money> sum_;
  bool known_ = true;
};

bool fits(const PriceRule& rule, const Piece& piece) {
  if (!rule.part.empty()) return rule.part == piece.part;
  if (std::ranges::find(rule.items, piece.item) == rule.items.end()) return false;
  if (rule.rate && rule.rate != piece.rate) return false;
  if (!rule.cables.empty() && std::ranges::find(rule.cables, piece.part) == rule.cables.end()) return false;
  return !rule.optical || *rule.optical == piece.optical;
}

/// Links are priced by rule alone: the name of their cable prices one module or one assembly.
bool has_name(const Piece& piece) {
  const bool link = piece.item == PricedItem::switch_link || piece.item == PricedItem::access_link ||
                    piece.item == PricedItem::scaleup_link;
  return !piece.part.empty() && !link;
}

}  // namespace

UnitFigure<Money> PriceSheet::price(const Piece& piece) const {
  const PriceRule* found = nullptr;
  for (const PriceRule& rule : rules) {
    const bool by_name = !rule.part.empty();
    if (by_name && !has_name(piece)) continue;
    if (!fits(rule, piece)) continue;
    if (found == nullptr || (by_name && found->part.empty())) found = &rule;
  }
  if (found == nullptr) return {};
  if (!found->nothing_because.empty()) {
    return {.one = {}, .nothing_because = found->nothing_because, .left_out = found->left_out, .source = {}};
  }
  const std::optional<Spread<Money>> sum = Terms(*found, piece).sum();
  if (!sum) return {};
  if (sum->high >= kMostForOne) {
    throw LimitError("price sheet \"" + printable(name) + "\": one piece of " +
                     (piece.part.empty() ? "a kind that has no name" : printable(piece.part)) +
                     " comes to 100 million USD or more");
  }
  return {.one = sum, .nothing_because = {}, .source = found->source};
}

}  // namespace polyplane::sim
