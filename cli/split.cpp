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

enum class Operation { bit_and, bit_or, modulo, divide };

struct Operator {
  std::string_view word, sign;
  Operation operation;
};
constexpr std::array<Operator, 4> kOperators = {{{"AND", "&", Operation::bit_and},
                                                 {"OR", "|", Operation::bit_or},
                                                 {"MOD", "%", Operation::modulo},
                                                 {"DIV", "/", Operation::divide}}};

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

/// REQUIRES: number > 0 for modulo and divide.
std::uint32_t colour(Operation operation, std::uint32_t rank, std::uint32_t number) {
  switch (operation) {
    case Operation::bit_and:
      return rank & number;
    case Operation::bit_or:
      return rank | number;
    case Operation::modulo:
      return rank % number;
    case Operation::divide:
      return rank / number;
  }
  return 0;
}

/// The operator at the start of `text`, which loses it.
std::optional<Operation> take_operation(std::string_view& text) {
  for (const Operator& candidate : kOperators) {
    for (const std::string_view name : {candidate.word, candidate.sign}) {
      if (!starts_with(text, name)) continue;
      text.remove_prefix(name.size());
      return candidate.operation;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> split_ranks(std::string_view text, std::uint32_t ranks) {
  const std::string where = "--split \"" + printable(text) + "\": ";
  std::string_view rest = text;
  const std::optional<Operation> operation = take_operation(rest);
  const std::optional<std::uint32_t> number = operation ? read_number(rest) : std::nullopt;
  if (!operation || !number) {
    throw InputError(where + "expected AND (&), OR (|), MOD (%) or DIV (/) and a number, for instance %8, /8 or &0x7");
  }
  const bool divides = *operation == Operation::modulo || *operation == Operation::divide;
  if (divides && *number == 0) throw InputError(where + "division by zero");

  std::map<std::uint32_t, std::vector<std::uint32_t>> by_colour;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) by_colour[colour(*operation, rank, *number)].push_back(rank);
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
