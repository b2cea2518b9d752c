// The day on which a file is written, for its provenance.
#pragma once

#include <string>

namespace polyplane::cli {

/// "2026-11-26", in UTC.
[[nodiscard]] std::string today();

}  // namespace polyplane::cli
