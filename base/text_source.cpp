#include "base/text_source.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string place(const std::string& file, int line, std::string_view field) {
  std::string text = printable(file) + ":";
  if (line > 0) text += std::to_string(line) + ":";
  if (!field.empty()) text += " " + printable(field) + ":";
  return text + " ";
}

/// mantissa x 10^exponent.
struct Decimal {
  uint128 mantissa = 0;
  std::int64_t exponent = 0;
};

/// Digits past the 30th are dropped: what they would add is below any unit that is read.
std::optional<Decimal> read_decimal(std::string_view text) {
  constexpr int kMaxDigits = 30;
  Decimal value;
  int digits = 0;
  bool point = false, any = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
    if (text[at] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (digits < kMaxDigits) {
      value.mantissa = value.mantissa * 10 + static_cast<unsigned>(text[at] - '0');
      if (value.mantissa != 0) ++digits;
      if (point) --value.exponent;
    } else if (!point) {
      ++value.exponent;
    }
  }
  if (!any) return std::nullopt;
  if (at == text.size()) return value;
  if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
  ++at;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  if (at == text.size() || text.size() - at > 4) return std::nullopt;
  std::int64_t exponent = 0;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return std::nullopt;
    exponent = exponent * 10 + (text[at] - '0');
  }
  value.exponent += negative ? -exponent : exponent;
  return value;
}

}  // namespace

void TextSource::fail(int line, std::string_view field, const std::string& problem) const {
  throw InputError(place(file_, line, field) + problem);
}

void TextSource::pass_limit(int line, std::string_view field, const std::string& problem) const {
  throw LimitError(place(file_, line, field) + problem);
}

std::int64_t TextSource::whole(int line, std::string_view field, std::string_view text, std::int64_t min,
                               std::int64_t max) const {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  std::int64_t value = 0;
  bool fine = !digits.empty() && digits.size() <= 18 && std::all_of(digits.begin(), digits.end(), is_digit);
  if (fine) {
    for (const char c : digits) value = value * 10 + (c - '0');
    if (negative) value = -value;
    fine = value >= min && value <= max;
  }
  if (!fine) {
    fail(
        line, field,
        "\"" + printable(text) + "\" is not a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value;
}

std::int64_t TextSource::scaled(int line, std::string_view field, std::string_view text, std::int64_t unit,
                                std::int64_t min, std::int64_t max) const {
  const std::optional<Decimal> read = read_decimal(text);
  if (!read) fail(line, field, "\"" + printable(text) + "\" is not a number");
  uint128 value = 0;
  bool huge = __builtin_mul_overflow(read->mantissa, static_cast<uint128>(unit), &value);
  for (std::int64_t e = read->exponent; e > 0 && !huge && value != 0; --e) {
    huge = __builtin_mul_overflow(value, uint128{10}, &value);
  }
  for (std::int64_t e = read->exponent; e < 0 && value != 0; ++e) value /= 10;
  if (huge || value > static_cast<uint128>(max) || value < static_cast<uint128>(min)) {
    fail(line, field, "\"" + printable(text) + "\" is out of range");
  }
  return static_cast<std::int64_t>(value);
}

BitRate TextSource::rate(int line, std::string_view field, std::string_view text) const {
  try {
    const BitRate rate = parse_bit_rate(text);
    if (rate.bps() <= kMaxImportedBps) return rate;
  } catch (const InputError& error) { fail(line, field, error.what()); }
  fail(line, field, "\"" + printable(text) + "\" is more than " + to_string(BitRate::from_bps(kMaxImportedBps)));
}

Duration TextSource::duration(int line, std::string_view field, std::string_view text) const {
  try {
    const Duration duration = parse_duration(text);
    if (duration.ps() <= kMaxImportedPs) return duration;
  } catch (const InputError& error) { fail(line, field, error.what()); }
  fail(line, field, "\"" + printable(text) + "\" is more than " + to_string(Duration::from_ps(kMaxImportedPs)));
}

bool LineReader::next(std::string_view& line) {
  if (done_) return false;
  const std::size_t end = rest_.find('\n');
  line = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    done_ = true;
    if (line.empty()) return false;
  } else {
    rest_.remove_prefix(end + 1);
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t from = text.find_first_not_of(" \t\r\n");
    if (from == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", from), text.size());
    words.push_back(text.substr(from, end - from));
    text.remove_prefix(end);
  }
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string name_of_file(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  std::string name(slash == std::string_view::npos ? file : file.substr(slash + 1));
  if (const std::size_t dot = name.find('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  return name.empty() ? "imported" : name;
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
      continue;
    }
    const auto number = [](std::string_view text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t from = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return text.substr(from, at - from);
    };
    const std::string_view x = number(a, i), y = number(b, j);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  if (i != a.size() || j != b.size()) return i == a.size() && j != b.size();
  return a < b;  // equal but for leading zeros
}

}  // namespace polyplane
