// A price sheet out of its message, and figures with their ranges.
#pragma once

#include <string>

#include "base/cost_units.h"
#include "configs/schema/document.h"
#include "configs/schema/prices.pb.h"
#include "sim/parts.h"
#include "sim/price_sheet.h"

namespace polyplane::sim {

/// Throws InputError through source.fail(): rules that name both or neither of part and items, parts that the catalogue
/// does not have, terms beside a reason for none, terms that do not go with the items, ranges upside down.
[[nodiscard]] PriceSheet load_price_sheet(const configs::Source& source, const v1::PriceSheet& sheet, Parts parts);

/// Value, low and high of a figure; the value where it states no range.
[[nodiscard]] Spread<Money> money_of(const v1::Quantity& figure);
[[nodiscard]] Spread<Power> power_of(const v1::Quantity& figure);

/// "FS.com retail price, 2024, medium; box without optics".
[[nodiscard]] std::string source_text(const v1::Quantity& figure, const v1::Provenance& part);

}  // namespace polyplane::sim
