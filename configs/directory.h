// Where the shipped configuration files are.
#pragma once

#include <string>

namespace polyplane::configs {

/// POLYPLANE_CONFIGS when set; else share/polyplane/configs or configs of the folder above the executable's; else
/// configs/ beside the executable's; else the source tree this was built from. Throws InputError when there is none, or
/// when POLYPLANE_CONFIGS names something else.
[[nodiscard]] std::string find_directory();

}  // namespace polyplane::configs
