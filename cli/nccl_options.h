// Options that nccl-tests has and a simulator has not: accepted with one sentence where they cannot change a result,
// refused with a hint where they ask for something else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::cli {

struct NcclOption {
  std::string_view short_name;  // "-n", or "" when polyplane uses the letter itself
  std::string_view long_name;   // "--iters"
  std::string_view sentence;    // for --help
};
/// All that nccl-tests 2.19 knows and polyplane does not have under the same name, in the order of its own help.
[[nodiscard]] const std::vector<NcclOption>& nccl_options();

struct NcclMeaning {
  std::optional<std::int64_t> ranks;  // -t x -g, when above 1
  bool check = true;                  // -c 0: no #wrong column
  std::vector<std::string> remarks;   // for the header of the table
};
/// `given`: long name to value. Throws InputError for a value that is not a number or asks for what a simulation cannot
/// do.
[[nodiscard]] NcclMeaning understand_nccl_options(const std::map<std::string, std::string>& given);

}  // namespace polyplane::cli
