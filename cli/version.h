// The version of this build, from the root CMakeLists.txt.
#pragma once

namespace polyplane::cli {

inline constexpr const char* kVersion = POLYPLANE_VERSION;

}  // namespace polyplane::cli
