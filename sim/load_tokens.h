// Traffic of experts out of its messages.
#pragma once

#include <string>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// For `ranks` ranks; a seed that is not stated is that of the experiment. `file`: of the source, histograms are beside
/// it. What depends on the scale-up domains of the cluster is found wrong when the job is placed. Throws InputError
/// through source.fail().
[[nodiscard]] collectives::TokenRouting load_token_routing(const configs::Source& source, const v1::TokenRouting& from,
                                                           const std::string& file, std::uint64_t seed,
                                                           std::uint32_t ranks);

/// "4096 256 8 ..." separated by blanks, commas or lines. Throws InputError: file and line of what is no whole number.
[[nodiscard]] std::vector<std::uint64_t> parse_histogram(const std::string& path, const std::string& text);

/// "uniform" is 0, "zipf:1.2" is 1.2. Throws InputError.
[[nodiscard]] double parse_popularity(const std::string& text);

/// Adds them to `experiment`, whose cluster, of `cards` accelerators, and stack are loaded.
void load_exchanges(const configs::Source& source, const v1::Experiment& from, const std::string& file,
                    std::int64_t cards, Experiment& experiment);

}  // namespace polyplane::sim
