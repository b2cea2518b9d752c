// What parts cost, as data: one sheet a file, configs/prices/NAME.textproto, schema configs/schema/prices.proto.
//
// A sheet prices a part by its name, or a whole kind of item by rule; a name goes before a rule. What neither prices is
// taken from the catalogue when the sheet says so, else its price is unknown. A sheet may also say that an item is in
// the price of another one, or that it leaves the item out: no price is then added, and the bill says why.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/parts.h"

namespace polyplane::v1 {
class PriceSheet;
}

namespace polyplane::sim {

/// The sheet of every command that is not told another one.
inline constexpr const char* kDefaultPrices = "street-2024";

/// A sheet with the catalogue that it falls back on. Cheap to copy.
class PriceSheet {
 public:
  PriceSheet(v1::PriceSheet message, Parts parts);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::string& description() const;
  [[nodiscard]] const v1::PriceSheet& message() const { return *message_; }
  [[nodiscard]] const Parts& parts() const { return parts_; }

 private:
  std::shared_ptr<const v1::PriceSheet> message_;
  Parts parts_;
};

}  // namespace polyplane::sim
