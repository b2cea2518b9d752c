// A result of tune as the document of --format json.
#pragma once

#include <string>

#include "sim/campaign/tune.h"

namespace polyplane::sim {

[[nodiscard]] std::string to_json(const TuneRequest& request, const Tuned& tuned, const std::string& version);

}  // namespace polyplane::sim
