// Texts of every dimension that a rule can name (rule.proto) as exact whole numbers, so that ranges compare exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "configs/schema/rule.pb.h"

namespace polyplane::configs {

/// In bit/s, bytes, ps, mm (length), ps per metre (propagation), Mflop/s or Mop/s, mW, cents, packets per second,
/// thousandths of a year. Throws InputError: no unit, unknown unit, not a number, negative, out of range, or finer than
/// that grain. REQUIRES: dimension is not plain.
[[nodiscard]] std::int64_t parse_measure(v1::Rule::Dimension dimension, std::string_view text);

/// How such a text looks: "400 Gbps".
[[nodiscard]] std::string example_of(v1::Rule::Dimension dimension);

/// Time for `length` of a cable whose figure is `propagation`, rounded up to a picosecond.
[[nodiscard]] std::int64_t propagation_ps(std::string_view propagation, std::string_view length);

}  // namespace polyplane::configs
