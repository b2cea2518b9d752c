// "node[0-3,007-010],login1": lists of host names as Slurm writes them (slurm.conf, topology.conf, SLURM_JOB_NODELIST).
// Each bracket holds numbers and ranges FROM-TO; zero padding is kept ([008-010] = 008, 009, 010); several brackets of
// one name multiply, the last one fastest. The order of the text is the order of the hosts.
// Left out: steps ([0-8:2]), nested brackets, and exclusion; Slurm writes none of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane {

/// Most hosts, and most characters of one name, that a list may expand to.
inline constexpr std::size_t kMaxHosts = 8'000'000;
inline constexpr std::size_t kMaxHostName = 255;

/// Throws InputError that quotes what is wrong and its column: nothing at all, an empty item or bracket, a bracket that
/// is not closed, blanks or control characters, a range that runs down, a number of more than 18 digits. Throws
/// LimitError before expanding: more than `max_hosts` hosts, a name above kMaxHostName. Hosts that come twice are kept.
[[nodiscard]] std::vector<std::string> expand_hostlist(std::string_view text, std::size_t max_hosts = kMaxHosts);

/// The same hosts written shortly: runs that differ in the last number alone become one bracket. Expands to `hosts`
/// again, in order. REQUIRES: no host has a bracket, a comma or a blank.
[[nodiscard]] std::string compress_hostlist(const std::vector<std::string>& hosts);

}  // namespace polyplane
