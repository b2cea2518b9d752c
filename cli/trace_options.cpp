#include "cli/trace_options.h"

#include <fmt/format.h>

#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/output.h"
#include "cli/values.h"

namespace polyplane::cli {
namespace {

constexpr std::int64_t kMaxLinks = 1'000'000'000, kMaxScale = 1000;

std::vector<std::string> items_of(const std::string& list) {
  std::vector<std::string> items;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    items.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

std::vector<sim::RankRange> ranks_of(const std::string& list) {
  std::vector<sim::RankRange> ranks;
  for (const std::string& item : items_of(list)) {
    try {
      ranks.push_back(sim::parse_rank_range(item));
    } catch (const InputError& error) { throw InputError(std::string("--trace-ranks: ") + error.what()); }
  }
  return ranks;
}

sim::TracedLinks links_of(const std::string& text) {
  using Kind = sim::TracedLinks::Kind;
  if (text == "none") return {Kind::none, 0, {}};
  if (text == "all") return {Kind::all, 0, {}};
  if (text.starts_with("top:")) {
    const std::int64_t count = parse_whole("--trace-links top:N", text.substr(4), 1, kMaxLinks);
    return {Kind::top, static_cast<std::size_t>(count), {}};
  }
  if (text.empty()) throw InputError("--trace-links is empty; allowed: none, all, top:N, names of links or tiers");
  return {Kind::named, 0, items_of(text)};
}

TimePoint instant_of(std::string_view text) {
  Duration time;
  try {
    time = parse_duration(text);
  } catch (const InputError& error) { throw InputError(std::string("--trace-window: ") + error.what()); }
  if (time < Duration()) throw InputError("--trace-window: " + printable(text) + " is before the run starts");
  return TimePoint() + time;
}

void set_window(const std::string& text, sim::TraceOptions& options) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos || text.size() == 2) {
    throw InputError("--trace-window " + printable(text) + " is not FROM..TO, as in 10us..20us, ..20us or 10us..");
  }
  const std::string from = text.substr(0, dots), to = text.substr(dots + 2);
  if (!from.empty()) options.from = instant_of(from);
  if (!to.empty()) options.to = instant_of(to);
  if (options.to < options.from) throw InputError("--trace-window " + printable(text) + " ends before it begins");
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

void add_trace(Command& command, TraceArguments& trace, const std::string& sentence) {
  const OptionGroup options = command.group("Trace, for ui.perfetto.dev");
  options.option("--trace", &trace.file, "FILE", sentence);
  options.option("--trace-ranks", &trace.ranks, "LIST", "of these ranks only: 0-7,1024-1031 (default all)");
  options.option("--trace-links", &trace.links, "WHICH",
                 "a counter for these links: top:N, all, none, or names of links (FROM.TO) and tiers (default top:64)");
  options.option("--trace-window", &trace.window, "FROM..TO", "only what overlaps this time: 10us..20us");
  options.option("--trace-time-scale", &trace.time_scale, "N",
                 "stretch time N-fold; 1000 shows a picosecond as a nanosecond");
  options.flag("--trace-any-size", &trace.any_size,
               "write it even if it is foretold to pass 500 MB (else exit code 3)");
}

std::optional<sim::TraceOptions> trace_options(const TraceArguments& arguments, const std::string& model,
                                               bool overwrite, bool quiet) {
  if (!arguments.file) {
    const std::pair<const char*, bool> dependent[] = {{"--trace-ranks", arguments.ranks.has_value()},
                                                      {"--trace-links", arguments.links.has_value()},
                                                      {"--trace-window", arguments.window.has_value()},
                                                      {"--trace-time-scale", arguments.time_scale.has_value()},
                                                      {"--trace-any-size", arguments.any_size}};
    for (const auto& [name, is_given] : dependent) {
      if (is_given) throw InputError(std::string(name) + " says what goes into a trace; --trace FILE says where");
    }
    return std::nullopt;
  }
  check_writable(*arguments.file, overwrite);
  sim::TraceOptions options;
  options.path = *arguments.file;
  options.overwrite = overwrite;
  options.any_size = arguments.any_size;
  if (arguments.ranks) options.ranks = ranks_of(*arguments.ranks);
  if (arguments.links) options.links = links_of(*arguments.links);
  if (arguments.links && options.links.kind != sim::TracedLinks::Kind::none && model == "analytic") {
    throw InputError("--trace-links: in the analytic model links are not shared, so there are no loads to trace");
  }
  if (arguments.window) set_window(*arguments.window, options);
  if (arguments.time_scale) {
    options.time_scale = parse_whole("--trace-time-scale", *arguments.time_scale, 1, kMaxScale);
  }
  if (quiet) return options;
  options.on_extent = [file = options.path, from = options.from](const sim::TraceExtent& extent) {
    const bool compressed = file.ends_with(".gz");
    std::cerr << fmt::format("# trace: {} messages, about {} events, {}{}\n", extent.messages, extent.events,
                             megabytes(extent.bytes), compressed ? " before compression" : "");
    if (from > extent.end) {
      std::cerr << "# trace: nothing happens in --trace-window; the run ends at " << to_string(extent.end - TimePoint())
                << "\n";
    }
  };
  return options;
}

void tell_trace(const TraceArguments& arguments, bool quiet) {
  if (!arguments.file || quiet) return;
  std::cerr << "# trace: drag " << printable(*arguments.file) << " onto ui.perfetto.dev\n";
}

}  // namespace polyplane::cli
