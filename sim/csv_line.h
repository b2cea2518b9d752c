// One line of comma-separated values (RFC 4180).
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/check.h"

namespace polyplane::sim {

/// Text is quoted where the format asks for it; numbers are the shortest that read back the same.
class CsvLine {
 public:
  CsvLine& text(std::string_view value) {
    std::string cell(value);
    if (value.find_first_of(",\"\r\n") != std::string_view::npos) {
      cell = "\"";
      for (const char c : value) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
      cell += "\"";
    }
    return append(cell);
  }
  template <class Number>
    requires std::integral<Number> || std::floating_point<Number>
  CsvLine& number(Number value) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    CHECK(error == std::errc{}, "a number is longer than 32 characters");
    return append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
  [[nodiscard]] std::string finish() const { return line_ + "\n"; }

 private:
  CsvLine& append(std::string_view cell) {
    if (!first_) line_ += ',';
    first_ = false;
    line_ += cell;
    return *this;
  }
  std::string line_;
  bool first_ = true;
};

}  // namespace polyplane::sim
