#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/datatype.h"
#include "sim/fit/measurement.h"
#include "sim/fit/measurement_draft.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;

constexpr std::size_t kMostRows = 10'000;  // each is simulated hundreds of times

enum class Tool { nccl_tests_table, nccl_tests_json, osu };

/// By the first lines that only one of them writes.
Tool tool_of(const TextSource& source) {
  if (trimmed(source.text()).starts_with("{")) return Tool::nccl_tests_json;
  LineReader lines(source.text());
  std::string_view line;
  while (lines.next(line)) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() >= 2 && words[0] == "#" && words[1] == "OSU") return Tool::osu;
    if (words.size() >= 4 && words[0] == "#" && words[1] == "size" && words[2] == "count") {
      return Tool::nccl_tests_table;
    }
  }
  source.fail(0, "",
              "is no output of nccl-tests, rccl-tests (the table or -J) or the OSU micro-benchmarks: it has neither a "
              "header \"# size count type ...\" nor a line \"# OSU ...\"");
}

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

std::string without_ending(std::string_view program) {
  if (program.ends_with("_perf")) program.remove_suffix(5);
  if (program.starts_with("osu_")) program.remove_prefix(4);
  return std::string(program);
}

/// "all_reduce" of "run7-all_reduce_perf.log": the longest name of a collective in it.
std::optional<CollectiveKind> collective_in(std::string_view file) {
  const std::string name = lower_case(base_name(file));
  std::optional<CollectiveKind> found;
  std::size_t length = 0;
  for (const CollectiveKind kind : collectives::all_collectives()) {
    std::string with = std::string(to_string(kind));
    std::string without = with;
    std::erase(without, '_');
    for (const std::string& word : {with, without}) {
      if (word.size() > length && name.find(word) != std::string::npos) {
        found = kind;
        length = word.size();
      }
    }
  }
  return found;
}

CollectiveKind collective_of(const TextSource& source, const MeasurementDraft& draft, const MeasurementHints& hints) {
  if (draft.program.empty()) {
    if (hints.collective) return *hints.collective;
    if (const auto found = collective_in(source.file())) return *found;
    source.fail(0, "", "does not say which collective was measured; " + hints.collective_advice);
  }
  CollectiveKind kind{};
  try {
    kind = collectives::parse_collective(without_ending(base_name(draft.program)));
  } catch (const InputError& error) { source.fail(draft.program_line, "", error.what()); }
  if (hints.collective && *hints.collective != kind) {
    source.fail(draft.program_line, "",
                "was measured with " + printable(draft.program) + ", not " + std::string(to_string(*hints.collective)));
  }
  return kind;
}

std::uint32_t ranks_of(const TextSource& source, const MeasurementDraft& draft, const MeasurementHints& hints) {
  std::uint32_t ranks = draft.hosts.empty() ? draft.ranks : 0;
  for (const auto& [host, count] : draft.hosts) ranks += count;
  if (ranks == 0 && !hints.ranks) source.fail(0, "", "does not say on how many ranks it ran; " + hints.ranks_advice);
  if (ranks != 0 && hints.ranks && *hints.ranks != ranks) {
    source.fail(0, "",
                std::string(draft.hosts.empty() ? "is of " : "lists ") + std::to_string(ranks) + " ranks, not " +
                    std::to_string(*hints.ranks));
  }
  return ranks != 0 ? ranks : *hints.ranks;
}

bool osu_counts_a_message(CollectiveKind kind) {
  using enum CollectiveKind;
  return kind == all_gather || kind == gather || kind == scatter || kind == alltoall;
}

}  // namespace

Duration measured_time(const TextSource& source, int line, std::string_view field, std::string_view text) {
  return Duration::from_ps(source.scaled(line, field, text, 1'000'000, 1, kMostMeasuredPs));
}

Bytes measured_size(const TextSource& source, int line, std::string_view field, std::string_view text) {
  return Bytes(source.whole(line, field, text, 0, kMostMeasuredBytes));
}

std::string measured_datatype(const TextSource& source, int line, std::string_view text) {
  const std::vector<std::string> names = datatype_names();
  if (std::ranges::find(names, text) == names.end()) source.fail(line, "type", unknown_name("type", text, names));
  return std::string(text);
}

MeasurementSeries read_measurements(const std::string& file, std::string_view text, const MeasurementHints& hints) {
  const TextSource source(file, text);
  const Tool tool = tool_of(source);
  MeasurementDraft draft = tool == Tool::nccl_tests_json ? read_nccl_tests_json(source)
                           : tool == Tool::osu           ? read_osu_table(source)
                                                         : read_nccl_tests_table(source);
  MeasurementSeries series;
  series.file = file;
  series.tool = draft.tool;
  series.collective = collective_of(source, draft, hints);
  if (tool == Tool::osu && series.collective == CollectiveKind::alltoallv) {
    source.fail(draft.program_line, "",
                "is alltoallv of equal parts; alltoallv here has the uneven parts of nccl-tests: measure osu_alltoall");
  }
  series.ranks = ranks_of(source, draft, hints);
  if (series.ranks < 2) source.fail(0, "", "was measured on a single rank, which sends nothing");
  series.datatype = draft.datatype;
  if (!draft.hosts.empty()) {
    const std::uint32_t each = draft.hosts.begin()->second;
    if (std::ranges::all_of(draft.hosts, [&](const auto& host) { return host.second == each; })) {
      series.ranks_per_node = each;
    }
  }
  for (Measurement& row : draft.rows) {
    if (row.size == Bytes(0)) continue;
    if (tool == Tool::osu && osu_counts_a_message(series.collective)) {
      if (row.size.count() > kMostMeasuredBytes / series.ranks) {
        source.fail(row.line, "Size", "is more than an array of " + std::to_string(series.ranks) + " ranks may have");
      }
      row.size = row.size * series.ranks;
    }
    series.rows.push_back(row);
  }
  if (series.rows.empty()) source.fail(0, "", "has no measured row");
  if (series.rows.size() > kMostRows) {
    source.pass_limit(
        0, "",
        "has " + std::to_string(series.rows.size()) + " rows; at most " + std::to_string(kMostRows) + " are fitted to");
  }
  return series;
}

}  // namespace polyplane::sim
