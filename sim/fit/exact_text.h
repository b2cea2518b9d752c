// Quantities as files state them: short where that is exact, else in whole base units. parse_*() gives the same back.
#pragma once

#include <string>

#include "base/units.h"

namespace polyplane::sim {

[[nodiscard]] inline std::string exact_text(Duration d) {
  const std::string text = to_string(d);
  return parse_duration(text) == d ? text : std::to_string(d.ps()) + " ps";
}
[[nodiscard]] inline std::string exact_text(Bytes b) {
  const std::string text = to_string(b);
  return parse_bytes(text) == b ? text : std::to_string(b.count()) + " B";
}
[[nodiscard]] inline std::string exact_text(BitRate rate) {
  const std::string text = to_string(rate);
  return parse_bit_rate(text) == rate ? text : std::to_string(rate.bps()) + " bps";
}

}  // namespace polyplane::sim
