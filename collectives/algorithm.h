// The seam for algorithm guests: one file each under collectives/algorithms/, self-registered as "collective/name",
// e.g. "all_reduce/ring". An algorithm sees a contract and a RankLayout and returns a Schedule.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "collectives/rank_layout.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

struct AlgorithmRequest {
  Collective collective;
  RankLayout layout;
  std::uint32_t channels = 0;  // parallel copies, each with its share of the data; 0 = the algorithm's own choice
  std::uint32_t slices = 0;    // each channel's share is cut into so many that follow each other; 0 = own choice
};

/// Which of the switches that reduce and multicast for the ranks (RankLayout::reducers()) take part.
struct SwitchUse {
  bool in_domains = false, in_fabric = false;
  [[nodiscard]] bool any() const { return in_domains || in_fabric; }
  friend bool operator==(const SwitchUse&, const SwitchUse&) = default;
};

struct Algorithm {
  CollectiveKind collective = CollectiveKind::all_reduce;
  std::string name;                                       // "ring"
  std::string sentence;                                   // when to use it
  std::string cost_family = "ring";                       // row of the stack's table of software costs (sim/stack.h)
  bool copies_itself = false;                             // its steps copy what a rank keeps to its result
  bool keeps_peers = false;                               // all messages of a lane go to one peer, as in a ring
  bool honours_channels = false, honours_slices = false;  // a request for more on one that does not is refused
  /// "" when it can do it, else why not ("needs domains of equal size"), to stand after the name of the algorithm.
  /// Empty function: it always can.
  std::function<std::string(const AlgorithmRequest&)> cannot;
  /// Why a choice among all algorithms leaves it out, so that it runs by name only; "": it is weighed. REQUIRES: cannot()
  /// == "". Empty function: it is weighed.
  std::function<std::string(const AlgorithmRequest&)> not_by_auto = {};
  /// REQUIRES: cannot() == "". Empty function: ranks alone take part.
  std::function<SwitchUse(const AlgorithmRequest&)> switches = {};
  /// REQUIRES: cannot() == "". Shares ownership of nothing: the schedule holds copies of what it needs.
  std::function<std::unique_ptr<Schedule>(const AlgorithmRequest&)> make;
};

/// All algorithms, by "collective/name".
[[nodiscard]] Registry<Algorithm>& algorithms();
/// Names for one collective, ascending.
[[nodiscard]] std::vector<std::string> algorithm_names(CollectiveKind kind);
/// Throws InputError with a did-you-mean among those of this collective.
[[nodiscard]] const Algorithm& find_algorithm(CollectiveKind kind, std::string_view name);
/// `given`, where that is its name (of a schedule out of a file), else the one above.
[[nodiscard]] const Algorithm& find_algorithm(CollectiveKind kind, std::string_view name, const Algorithm* given);
/// Throws InputError: what the algorithm cannot() do and why, channels (at most 64) or slices (at most 4,096) it does
/// not honour; LimitError when the request makes more chunks than a ChunkId can number within a block.
[[nodiscard]] std::unique_ptr<Schedule> make_schedule(const Algorithm& algorithm, const AlgorithmRequest& request);

/// Why no more than one channel or slice can be had of an algorithm, or, of "auto" and "nccl", of any for this collective:
/// "4 asked for, but alltoall/direct allows 1, or 0 for its own choice.", to stand after the name of the field. "": so many
/// can be had.
[[nodiscard]] std::string why_not_channels(CollectiveKind kind, std::string_view name, std::uint32_t asked);
[[nodiscard]] std::string why_not_slices(CollectiveKind kind, std::string_view name, std::uint32_t asked);

/// All switches that some algorithm of this collective would use here, weighed by a choice among all or run by name only.
[[nodiscard]] SwitchUse usable_switches(const AlgorithmRequest& request);

/// Helper for guests: `const bool registered = register_algorithm({...});` at namespace scope.
bool register_algorithm(Algorithm algorithm);

}  // namespace polyplane::collectives
