// The table of nccl-tests (NVIDIA/nccl-tests, src/util.cu, v2.19.6) and of rccl-tests, new and old: which column is which
// stands in the header "# size count type [redop] [root] time algbw busbw #wrong ...". Old versions leave redop empty where
// nothing is reduced. The first `time` is out of place.
// `perf` has no devices to list; its line "# 8 ranks, one a card of cluster dgx-h100" says how many ranks there were.
// Lines around the table (launchers, NCCL's own log) are passed over; within the table they are refused, but for NCCL's log.
#include <algorithm>
#include <cstdint>

#include "base/suggest.h"
#include "sim/fit/measurement_draft.h"

namespace polyplane::sim {
namespace {

class TableReader {
 public:
  explicit TableReader(const TextSource& source) : source_(source) {}

  MeasurementDraft read() {
    LineReader lines(source_.text());
    std::string_view line;
    while (lines.next(line)) {
      number_ = lines.number();
      words_ = words_of(line);
      if (words_.empty()) continue;
      if (words_.front().starts_with('#')) {
        comment();
      } else if (in_table_ && line.find(" NCCL ") == std::string_view::npos) {
        row();
      }
    }
    draft_.tool = "nccl-tests";
    return std::move(draft_);
  }

 private:
  void comment() {
    const auto word = [&](std::size_t i) { return i < words_.size() ? words_[i] : std::string_view(); };
    if (word(1) == "size" && word(2) == "count") {
      header();
    } else if (word(1) == "Collective" && word(2) == "test" && word(3) == "starting:") {
      draft_.program = std::string(word(4));
      draft_.program_line = number_;
    } else if (word(1) == "Rank") {
      device();
    } else if (word(2).starts_with("rank") && word(3) == "one" && word(4) == "a" && word(5) == "card") {
      draft_.ranks = static_cast<std::uint32_t>(source_.whole(number_, "ranks", word(1), 1, INT32_MAX));
    } else if (word(1) == "Out" || word(1) == "Avg") {
      in_table_ = false;
    }
  }

  void header() {
    if (!columns_.empty()) source_.fail(number_, "", "a second table begins; give each table a file of its own");
    columns_.assign(words_.begin() + 1, words_.end());
    time_ = column("time");
    wrong_ = columns_.size();
    for (const std::string_view name : {"#wrong", "error"}) {
      const auto place = std::ranges::find(columns_, name);
      if (place != columns_.end()) wrong_ = std::min(wrong_, static_cast<std::size_t>(place - columns_.begin()));
    }
    in_table_ = true;
  }

  std::size_t column(std::string_view name) {
    const auto place = std::ranges::find(columns_, name);
    if (place == columns_.end()) source_.fail(number_, "", "the header has no column \"" + std::string(name) + "\"");
    return static_cast<std::size_t>(place - columns_.begin());
  }

  void device() {
    const auto on = std::ranges::find(words_, "on");
    if (on == words_.end() || on + 1 == words_.end()) {
      source_.fail(number_, "", "a rank stands here without \"on HOST\"");
    }
    ++draft_.hosts[std::string(*(on + 1))];
  }

  void row() {
    const bool has_redop = std::ranges::find(columns_, "redop") != columns_.end();
    const bool no_redop = has_redop && words_.size() + 1 == columns_.size();
    // After the columns of the header a time of day may stand.
    if (!no_redop && words_.size() < columns_.size()) {
      source_.fail(number_, "",
                   "has " + std::to_string(words_.size()) + " columns, the header " + std::to_string(columns_.size()));
    }
    const std::size_t shift = no_redop ? 1 : 0;
    Measurement measurement;
    measurement.line = number_;
    measurement.size = measured_size(source_, number_, "size", words_[0]);
    static_cast<void>(source_.whole(number_, "count", words_[1], 0, kMostMeasuredBytes));
    const std::string type = measured_datatype(source_, number_, words_[2]);
    if (!draft_.rows.empty() && type != draft_.datatype) {
      source_.fail(number_, "type", "changes from " + draft_.datatype + " to " + type + " within one table");
    }
    draft_.datatype = type;
    measurement.time = measured_time(source_, number_, "time", words_[time_ - shift]);
    if (wrong_ < columns_.size()) {
      const std::string_view wrong = words_[wrong_ - shift];
      if (wrong != "N/A" && source_.scaled(number_, "#wrong", wrong, 1'000'000, 0, INT64_MAX) >= wrong_limit()) {
        source_.fail(number_, "#wrong",
                     "is " + printable(wrong) + ": the benchmark found the result of this row wrong");
      }
    }
    draft_.rows.push_back(measurement);
  }

  /// In millionths. Old versions print the largest relative error, which rounding makes; newer ones count wrong elements.
  [[nodiscard]] std::int64_t wrong_limit() const { return columns_[wrong_] == "error" ? 100'000 : 1; }

  const TextSource& source_;
  MeasurementDraft draft_;
  std::vector<std::string> columns_;
  std::vector<std::string_view> words_;
  std::size_t time_ = 0, wrong_ = 0;
  int number_ = 0;
  bool in_table_ = false;
};

}  // namespace

MeasurementDraft read_nccl_tests_table(const TextSource& source) { return TableReader(source).read(); }

}  // namespace polyplane::sim
