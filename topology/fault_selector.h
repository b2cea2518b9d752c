// One fault selector, taken apart; the grammar is in topology/faults.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace polyplane::topology {

/// What is left of a link.
struct Remains {
  std::int64_t millionths = 0;  // of the nominal rate, when `rate` is empty; 0 = down
  std::optional<BitRate> rate;
};

struct FaultSelector {
  enum class Target { plane, node, device, network_switch, nic, link, random_cables };
  Target target = Target::device;
  std::string name;                              // pattern; of a link: all of "A.B"; of random cables: the tier
  std::int64_t index = 0;                        // plane, node
  std::optional<std::int64_t> cable;             // link: "#k"
  std::optional<std::int64_t> share_millionths;  // random cables by share, else `count`
  std::int64_t count = 0;
  std::optional<Remains> at;  // nothing: down
};

/// Throws InputError that quotes the selector.
[[nodiscard]] FaultSelector parse_fault_selector(std::string_view text);

/// Throws InputError `fault "TEXT": SENTENCE`.
[[noreturn]] void fail_fault(std::string_view text, const std::string& sentence);

}  // namespace polyplane::topology
