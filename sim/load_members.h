// Several clusters joined, out of their message.
#pragma once

#include <functional>
#include <string>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/document.h"
#include "sim/experiment.h"
#include "sim/parts.h"

namespace polyplane::sim {

/// Finds the cluster that a member names.
using MemberLookup = std::function<ClusterChoice(const std::string& name_or_file)>;

/// REQUIRES: `cluster` has members. What members assume is repeated with the member's name in front, once for those that
/// are alike. Throws InputError through source.fail(): a recipe or a graph beside members, a member of no or of two
/// clusters, names that are no names or come twice, members that disagree on the routing where the file states none, a
/// member with neither switches nor NICs beside an interconnect, and what the lookup finds wrong; LimitError for more
/// than kMaxMembers.
[[nodiscard]] ClusterChoice load_members(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts,
                                         const std::string& fallback_name, const MemberLookup& lookup);

inline constexpr std::size_t kMaxMembers = 10'000;

}  // namespace polyplane::sim
