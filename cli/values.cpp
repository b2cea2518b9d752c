#include "cli/values.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::cli {
namespace {

std::string quoted(std::string_view text) { return "\"" + printable(text) + "\""; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool starts_hexadecimal(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/// All of `text` as one number.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const bool hexadecimal = starts_hexadecimal(text);
  if (hexadecimal) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Power of 1024 of a nccl-tests suffix, -1 when it is none.
int binary_prefix(std::string_view suffix) {
  if (suffix.empty()) return 0;
  if (suffix.size() > 1) return -1;
  constexpr std::string_view kLetters = "KMGT";
  const std::size_t place = kLetters.find(static_cast<char>(suffix[0] & ~0x20));
  return place == std::string_view::npos ? -1 : static_cast<int>(place) + 1;
}

[[noreturn]] void too_large(std::string_view option, std::string_view text) {
  throw LimitError(std::string(option) + ": " + quoted(text) + " is over the limit of 1 PiB");
}

}  // namespace

std::int64_t parse_whole(std::string_view option, std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  if (!read_number(without_blanks(text), number) || number < min || number > max) {
    throw InputError(std::string(option) + ": " + quoted(text) + " is not a whole number from " + std::to_string(min) +
                     " to " + std::to_string(max));
  }
  return number;
}

std::uint64_t parse_seed(std::string_view option, std::string_view text) {
  std::uint64_t number = 0;
  if (!read_number(without_blanks(text), number)) {
    throw InputError(std::string(option) + ": " + quoted(text) + " is not a whole number from 0 to " +
                     std::to_string(UINT64_MAX));
  }
  return number;
}

std::string alternatives(const std::vector<std::string>& allowed) {
  std::string text = allowed.front();
  for (std::size_t i = 1; i < allowed.size(); ++i) text += (i + 1 == allowed.size() ? " or " : ", ") + allowed[i];
  return text;
}

std::string one_of(std::string_view option, std::string_view text, const std::vector<std::string>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return std::string(text);
  throw InputError(std::string(option) + ": " + unknown_name("value", text, allowed));
}

Bytes parse_size(std::string_view option, std::string_view text) {
  const std::string_view trimmed = without_blanks(text);
  const std::size_t number_end = std::min(trimmed.find_first_not_of("0123456789."), trimmed.size());
  const std::string_view number = trimmed.substr(0, number_end);
  const std::string_view suffix = without_blanks(trimmed.substr(number_end));
  const auto refuse = [&] {
    return InputError(std::string(option) + ": " + quoted(text) +
                      " is not a size; allowed: a number of bytes, with K, M, G or T for powers of 1024 as in "
                      "nccl-tests (8, 1K, 1.5G), or with a unit (64 MiB, 64 MB)");
  };
  const std::size_t digits =
      static_cast<std::size_t>(std::count_if(number.begin(), number.end(), [](char c) { return c != '.'; }));
  if (digits == 0 || number.size() - digits > 1) throw refuse();
  const int prefix = binary_prefix(suffix);
  if (prefix < 0) {
    try {
      const Bytes exact = parse_bytes(trimmed);
      if (exact.count() > kMaxSizeBytes) too_large(option, text);
      return exact;
    } catch (const InputError& error) { throw InputError(std::string(option) + ": " + error.what()); }
  }
  // In 128 bits: mantissa * 1024^prefix / 10^decimals, with at most 18 significant digits.
  if (digits > 18) throw refuse();
  int128 mantissa = 0;
  int128 divisor = 1;
  bool fraction = false;
  for (const char c : number) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    mantissa = mantissa * 10 + (c - '0');
    if (fraction) divisor *= 10;
  }
  const int128 bytes = (mantissa << (10 * prefix)) / divisor;
  if (bytes > kMaxSizeBytes) too_large(option, text);
  return Bytes(static_cast<std::int64_t>(bytes));
}

}  // namespace polyplane::cli
