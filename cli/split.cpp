#include "cli/split.h"

#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::cli {
namespace {

struct Operator {
  std::string_view word, sign;
  char id;
};
constexpr std::array<Operator, 4> kOperators = {
    {{"AND", "&", '&'}, {"OR", "|", '|'}, {"MOD", "%", '%'}, {"DIV", "/", '/'}}};

bool starts_with(std::string_view text, std::string_view upper_case_word) {
  if (text.size() < upper_case_word.size()) return false;
  for (std::size_t i = 0; i < upper_case_word.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(text[i])) != upper_case_word[i]) return false;
  }
  return true;
}

std::optional<std::uint32_t> read_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  int base = 10;
  if (starts_with(text, "0X") || starts_with(text, "0B")) {
    base = starts_with(text, "0X") ? 16 : 2;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::uint32_t colour(char operation, std::uint32_t rank, std::uint32_t number) {
  switch (operation) {
    case '&':
      return rank & number;
    case '|':
      return rank | number;
    case '%':
      return rank % number;
    default:
      return rank / number;
  }
}

}  // namespace

std::vector<std::vector<std::uint32_t>> split_ranks(std::string_view text, std::uint32_t ranks) {
  const std::string where = "--split \"" + printable(text) + "\": ";
  char operation = 0;
  std::string_view rest;
  for (const Operator& candidate : kOperators) {
    for (const std::string_view name : {candidate.word, candidate.sign}) {
      if (operation != 0 || !starts_with(text, name)) continue;
      operation = candidate.id;
      rest = text.substr(name.size());
    }
  }
  const std::optional<std::uint32_t> number = operation == 0 ? std::nullopt : read_number(rest);
  if (!number) {
    throw InputError(where + "expected AND (&), OR (|), MOD (%) or DIV (/) and a number, for instance %8, /8 or &0x7");
  }
  if (*number == 0 && (operation == '%' || operation == '/')) throw InputError(where + "division by zero");

  std::map<std::uint32_t, std::vector<std::uint32_t>> by_colour;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) by_colour[colour(operation, rank, *number)].push_back(rank);
  std::vector<std::vector<std::uint32_t>> groups;
  for (auto& [key, members] : by_colour) {
    if (!groups.empty() && members.size() != groups.front().size()) {
      throw InputError(where + std::to_string(ranks) + " ranks fall into groups of different sizes (" +
                       std::to_string(groups.front().size()) + " and " + std::to_string(members.size()) +
                       "); choose a number that divides them evenly");
    }
    groups.push_back(std::move(members));
  }
  return groups;
}

}  // namespace polyplane::cli
