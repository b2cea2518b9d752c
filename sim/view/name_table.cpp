#include "sim/view/name_table.h"

#include <cstdint>
#include <map>

#include "base/error.h"
#include "base/utf8.h"

namespace polyplane::sim {
namespace {

constexpr std::size_t kMostDigits = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name cut at its numbers.
struct CutName {
  std::vector<std::string> texts;
  std::vector<std::int32_t> numbers;
};

CutName cut(std::string_view name) {
  CutName parts;
  std::string text;
  for (std::size_t begin = 0; begin < name.size();) {
    if (!is_digit(name[begin])) {
      text += name[begin++];
      continue;
    }
    std::size_t end = begin;
    while (end < name.size() && is_digit(name[end])) ++end;
    const std::string_view digits = name.substr(begin, end - begin);
    begin = end;
    if (digits.size() > kMostDigits || (digits.size() > 1 && digits.front() == '0')) {
      text += digits;
      continue;
    }
    std::int32_t number = 0;
    for (const char c : digits) number = number * 10 + (c - '0');
    parts.texts.push_back(std::move(text));
    parts.numbers.push_back(number);
    text.clear();
  }
  parts.texts.push_back(std::move(text));
  return parts;
}

}  // namespace

void write_names(std::size_t count, const std::function<std::string_view(std::size_t)>& name, v1::NameTable& table) {
  std::map<std::vector<std::string>, std::uint32_t> patterns;
  std::vector<std::vector<std::int32_t>> last;  // numbers of the last name of each pattern
  for (std::size_t i = 0; i < count; ++i) {
    CutName parts = cut(valid_utf8(name(i)));
    const auto next = static_cast<std::uint32_t>(patterns.size());
    const auto [pattern, is_new] = patterns.emplace(std::move(parts.texts), next);
    if (is_new) {
      last.emplace_back(parts.numbers.size(), 0);
      v1::NameTable::Pattern& added = *table.add_patterns();
      for (const std::string& text : pattern->first) added.add_texts(text);
    }
    table.add_pattern(pattern->second);
    for (std::size_t n = 0; n < parts.numbers.size(); ++n) {
      std::int32_t& before = last[pattern->second][n];
      table.add_numbers_delta(parts.numbers[n] - before);
      before = parts.numbers[n];
    }
  }
}

std::vector<std::string> read_names(const v1::NameTable& table) {
  std::vector<std::vector<std::int64_t>> last;
  for (const v1::NameTable::Pattern& pattern : table.patterns()) {
    if (pattern.texts_size() == 0) throw InputError("a pattern of names is empty");
    last.emplace_back(static_cast<std::size_t>(pattern.texts_size()) - 1, 0);
  }
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(table.pattern_size()));
  int next = 0;
  for (const std::uint32_t p : table.pattern()) {
    if (p >= last.size()) throw InputError("a name has pattern " + std::to_string(p) + ", which is not there");
    const v1::NameTable::Pattern& pattern = table.patterns(static_cast<int>(p));
    std::string name = pattern.texts(0);
    for (std::size_t n = 0; n < last[p].size(); ++n) {
      if (next == table.numbers_delta_size()) throw InputError("names have more numbers than are given");
      last[p][n] += table.numbers_delta(next++);
      name += std::to_string(last[p][n]) + pattern.texts(static_cast<int>(n) + 1);
    }
    names.push_back(std::move(name));
  }
  if (next != table.numbers_delta_size()) throw InputError("names have fewer numbers than are given");
  return names;
}

}  // namespace polyplane::sim
