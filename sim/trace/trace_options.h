// What of a run goes into its trace, and where the trace goes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/rank_list.h"

namespace polyplane::sim {

/// Which links get a counter.
struct TracedLinks {
  enum class Kind : std::uint8_t { none, top, all, named };
  Kind kind = Kind::top;
  std::size_t count = 64;          // top: the most utilised
  std::vector<std::string> names;  // named: "FROM.TO" or "FROM -> TO" by device, names of links, of tiers
};

/// What a trace is foretold to hold; events and bytes are estimates.
struct TraceExtent {
  std::uint64_t messages = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // before compression
  TimePoint end;            // of the run, whatever the window
};

/// Traces above this are refused unless any size is allowed: a browser holds two to four times as much in at most 2 GB.
inline constexpr std::uint64_t kMaxTraceBytes = 500'000'000;

struct TraceOptions {
  std::string path;  // compressed when it ends in ".gz"
  bool overwrite = false;
  std::vector<RankRange> ranks;  // of each job, or actors of a program; empty: all
  TracedLinks links;
  TimePoint from, to = TimePoint::never();  // of what overlaps this window
  std::int64_t time_scale = 1;              // 1000: a picosecond is shown as a nanosecond
  bool any_size = false;
  std::function<void(const TraceExtent&)> on_extent;  // before it is refused or written; may be empty
};

}  // namespace polyplane::sim
