// The text that a reader works on: its lines, and errors that say where they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace polyplane {

class TextSource {
 public:
  /// `text` must outlive the source.
  TextSource(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::string_view text() const { return text_; }

  /// Throws InputError "file:line: field: problem"; line 0 and an empty field are left out.
  [[noreturn]] void fail(int line, std::string_view field, const std::string& problem) const;
  /// Throws LimitError of the same form.
  [[noreturn]] void pass_limit(int line, std::string_view field, const std::string& problem) const;

  /// A whole number from `min` to `max`; throws as fail() does, with the field, the value and what is allowed.
  [[nodiscard]] std::int64_t whole(int line, std::string_view field, std::string_view text, std::int64_t min,
                                   std::int64_t max) const;
  /// A decimal number with an optional exponent ("50.0", "1e2") times `unit`, rounded down: exact, in 128 bits.
  [[nodiscard]] std::int64_t scaled(int line, std::string_view field, std::string_view text, std::int64_t unit,
                                    std::int64_t min, std::int64_t max) const;
  /// With their unit, as base/units.h reads them; a rate or a latency over what a cluster may have is refused.
  [[nodiscard]] BitRate rate(int line, std::string_view field, std::string_view text) const;
  [[nodiscard]] Duration duration(int line, std::string_view field, std::string_view text) const;

 private:
  std::string file_;
  std::string_view text_;
};

/// Most that one rate or one latency of a cluster file may be.
inline constexpr std::int64_t kMaxImportedBps = 100'000'000'000'000;
inline constexpr std::int64_t kMaxImportedPs = 1'000'000'000'000;

/// Walks lines; "\r\n" ends one as "\n" does.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  /// False at the end.
  bool next(std::string_view& line);
  [[nodiscard]] int number() const { return number_; }  // of the line that next() gave, from 1

 private:
  std::string_view rest_;
  bool done_ = false;
  int number_ = 0;
};

/// Blanks and tabs off both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// Parts between blanks and tabs.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);
/// "a" of "dir/a.b.c"; "imported" when nothing is left.
[[nodiscard]] std::string name_of_file(std::string_view file);
/// "node2" before "node10": digits count as numbers.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

}  // namespace polyplane
