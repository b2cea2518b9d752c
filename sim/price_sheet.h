// What parts cost, as data: one sheet a file, configs/prices/NAME.textproto, schema configs/schema/prices.proto.
//
// A sheet prices a part by its name, or a whole kind of item by rule; a name goes before a rule, and of two rules the
// first that fits counts. What neither prices is taken from the catalogue when the sheet says so, else its price is
// unknown. A sheet may also say that an item is sold with another one, or that it leaves the item out: nothing is then
// added, and the bill says why.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cost_units.h"
#include "base/length.h"
#include "base/units.h"

namespace polyplane::sim {

class Parts;

/// The sheet of every command that is not told another one.
inline constexpr const char* kDefaultPrices = "street-2024";

/// A figure of one piece. Known, or nothing to add for a reason, or (neither) unknown.
template <class Unit>
struct UnitFigure {
  std::optional<Spread<Unit>> one;
  std::string nothing_because;  // "sold with the accelerators"
  bool left_out = false;        // nothing, since the sheet does not count the item at all
  std::string source;           // of `one`: source, date, confidence; basis. Of an unknown: what is known, or ""

  [[nodiscard]] bool unknown() const { return !one && nothing_because.empty(); }
};

/// What is to be priced. Links are whole links: both ends and what is between.
enum class PricedItem : std::uint8_t {
  network_switch,
  scaleup_switch,
  nic,
  transceiver,
  assembly,  // DAC, AEC, AOC
  fibre,
  switch_link,
  access_link,
  scaleup_link,
  accelerator
};

struct Piece {
  PricedItem item = PricedItem::network_switch;
  std::string part;             // catalogue name; may be empty; of a link: its cable or transceiver
  std::optional<BitRate> rate;  // of a port, link or module, per direction
  std::int64_t ports = 0;       // switches; 0: unknown
  std::optional<Length> length;
  bool optical = false;  // links: of two transceivers
};

struct PriceRule {
  std::string part;  // else `items`
  std::vector<PricedItem> items;
  std::optional<BitRate> rate;
  std::optional<bool> optical;
  std::vector<std::string> cables;  // links: only of these; empty: of any
  std::optional<Spread<Money>> each, per_port, per_gbps, per_metre, per_gbps_metre;  // add up
  std::string nothing_because;
  bool left_out = false;
  std::string source;
};

struct PriceSheet {
  std::string name, description;
  std::vector<std::string> assumed;
  bool catalogue_prices = false;
  std::vector<PriceRule> rules;
  std::shared_ptr<const Parts> parts;  // the catalogue

  /// What the sheet itself says, the catalogue left aside. A rule whose terms need a rate, a length or a number of ports
  /// that the piece does not have leaves it unknown. Throws LimitError when one piece comes to over 100 million USD.
  [[nodiscard]] UnitFigure<Money> price(const Piece& piece) const;
};

}  // namespace polyplane::sim
