// The version of what is simulated, beside that of the program.
#pragma once

#include <string_view>

namespace polyplane::sim {

/// Raised with every change that moves a result (CHANGELOG.md, "Changed behaviour"): results of another version are not taken
/// for those of this one (sim/campaign/sweep_plan.h).
inline constexpr std::string_view kModelVersion = "4";

}  // namespace polyplane::sim
