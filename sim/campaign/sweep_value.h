// The values of one variable of a sweep, out of the text that a user wrote: "ring,tree", "8M..1G*2", "4..32+4".
//
//   a,b,c            each as the experiment's text would state it, quotes may be left out; with its unit where it has one.
//                    Sizes also as nccl-tests counts them: 8M is 8 MiB
//   from..to*N       times N each, up to `to`; numbers and measures
//   from..to+STEP    plus STEP each; of whole numbers +1 may be left out
//   "fat_tree:tiers=2,radix=64"    in quotes where commas are part of a value
//   [a,b]            a list as one value, [] an empty one; of a field that is a list
//   {policy: "packed" ranks: 8}    a message as one value
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "configs/schema/experiment.pb.h"
#include "sim/campaign/sweep_key.h"

namespace polyplane::sim {

struct SweepValue {
  std::string text;                // canonical: "8 MiB" for 8M
  std::optional<double> number;    // in the unit of the variable
  std::vector<std::string> items;  // of a list; else one
};

inline constexpr std::size_t kMaxSweepValues = 100'000;

/// Throws InputError that names the value: malformed, not what the field holds (did-you-mean), one twice, a range that never
/// ends; LimitError for more than kMaxSweepValues.
[[nodiscard]] std::vector<SweepValue> parse_sweep_values(const SweepKey& key, std::string_view text);

/// Unit of the numbers; "" for plain numbers and texts.
[[nodiscard]] std::string sweep_unit(const SweepKey& key);

/// Sets the field in `experiment`, in all elements of lists that the key leaves open, and clears what contradicts it there
/// (ranks, placement and groups; sizes and size_range; algorithm and schedule; a name and what it names). Throws
/// InputError: an element that does not exist, a list that is empty.
void set_value(const SweepKey& key, const SweepValue& value, v1::Experiment& experiment);

}  // namespace polyplane::sim
