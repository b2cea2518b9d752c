// From the text of an option to its value. Every error names the option, the text found and what is allowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace polyplane::cli {

/// A whole number, decimal or 0x hexadecimal. Throws InputError outside [min, max].
[[nodiscard]] std::int64_t parse_whole(std::string_view option, std::string_view text, std::int64_t min,
                                       std::int64_t max);
/// All 64 bits are legal.
[[nodiscard]] std::uint64_t parse_seed(std::string_view option, std::string_view text);
/// Returns `text`. Throws InputError with a did-you-mean when it is none of `allowed`.
std::string one_of(std::string_view option, std::string_view text, const std::vector<std::string>& allowed);

/// "a, b or c", as --help lists what one_of() allows. REQUIRES: at least one.
[[nodiscard]] std::string alternatives(const std::vector<std::string>& allowed);

inline constexpr std::int64_t kMaxSizeBytes = std::int64_t{1} << 50;  // 1 PiB
/// A size as nccl-tests reads it: a number, then nothing, K, M, G or T in powers of 1024 ("1.5G"; a fraction of a byte
/// is dropped). With a unit it is exact: "64 MiB" is 2^26, "64 MB" is 64 * 10^6. Throws LimitError above 1 PiB.
[[nodiscard]] Bytes parse_size(std::string_view option, std::string_view text);

}  // namespace polyplane::cli
