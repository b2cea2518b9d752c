// Element types and reductions, by nccl-tests' names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::sim {

/// Bytes of one element. Throws InputError with the allowed names.
[[nodiscard]] std::int64_t element_bytes(std::string_view datatype);
[[nodiscard]] std::vector<std::string> datatype_names();

/// Throws InputError unless it is sum, prod, min, max, avg or mulsum. They all move the same bytes.
void check_reduction(std::string_view reduction);

/// Number of the pair in a ReductionSet. avg and mulsum are sums to a switch: cards scale before or after. Throws
/// InputError with the allowed names.
[[nodiscard]] std::uint32_t reduction_pair(std::string_view datatype, std::string_view reduction);

}  // namespace polyplane::sim
