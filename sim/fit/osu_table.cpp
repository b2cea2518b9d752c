// Collective latency tests of the OSU micro-benchmarks (5 to 7): "# OSU MPI Allreduce Latency Test v7.4", then rows of a
// size and the average latency in microseconds; with -f also minimum, maximum and iterations, which are not needed.
// The name of the collective stands between "MPI" (or "MPI-CUDA", "NCCL", ...) and "Latency". Ranks are not printed.
// "# OSU MPI Latency Test" and the bandwidth tests are point-to-point; they are refused. So are tests of non-blocking
// collectives: their first time is "Overall", in which the processes compute meanwhile.
#include <algorithm>

#include "sim/fit/measurement_draft.h"

namespace polyplane::sim {
namespace {

bool is_number(std::string_view word) { return !word.empty() && word.front() >= '0' && word.front() <= '9'; }

/// "Personalized Exchange": words that are not part of a name.
std::string collective_name(const std::vector<std::string_view>& words, std::size_t end) {
  std::string name;
  for (std::size_t i = 3; i < end; ++i) {
    const std::string word = lower_case(words[i]);
    if (word == "personalized" || word == "exchange") continue;
    if (!name.empty()) name += '_';
    name += word;
  }
  return name;
}

}  // namespace

MeasurementDraft read_osu_table(const TextSource& source) {
  MeasurementDraft draft;
  draft.tool = "OSU";
  draft.datatype = "uint8";
  LineReader lines(source.text());
  std::string_view line;
  bool in_table = false;
  while (lines.next(line)) {
    const int number = lines.number();
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) continue;
    if (words.size() >= 2 && words[0] == "#" && words[1] == "OSU") {
      if (!draft.program.empty()) source.fail(number, "", "a second test begins; give each test a file of its own");
      const auto latency = std::ranges::find(words, "Latency");
      draft.program = collective_name(words, static_cast<std::size_t>(latency - words.begin()));
      if (latency == words.end() || draft.program.empty()) {
        source.fail(number, "", "is a point-to-point test of OSU; latency tests of collectives are read");
      }
      if (std::ranges::find(words, "Non-blocking") != words.end()) {
        source.fail(
            number, "",
            "is a test of a non-blocking collective, whose times hold computation too; measure the blocking one");
      }
      draft.program_line = number;
      in_table = true;
    } else if (in_table && !words.front().starts_with('#')) {
      if (words.size() < 2 || !is_number(words.front())) {
        source.fail(number, "", "is no row of a size and a latency");
      }
      draft.rows.push_back({measured_size(source, number, "Size", words[0]),
                            measured_time(source, number, "Avg Latency", words[1]), number});
    }
  }
  return draft;
}

}  // namespace polyplane::sim
