// Measures (measure.h) back as texts, and as numbers for charts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "configs/schema/rule.pb.h"

namespace polyplane::configs {

/// A text that parse_measure() reads as `value`, the same for the same value: as people write it where that is exact ("8 MiB"),
/// else in the smallest unit. REQUIRES: dimension is not plain, value >= 0.
[[nodiscard]] std::string measure_text(v1::Rule::Dimension dimension, std::int64_t value);

/// Of number_of_measure(): B, bps, ps, m, ps/m, GFLOPS, W, USD, pps or years; "" for plain.
[[nodiscard]] std::string_view measure_unit(v1::Rule::Dimension dimension);
[[nodiscard]] double number_of_measure(v1::Rule::Dimension dimension, std::int64_t value);

}  // namespace polyplane::configs
