#include "base/suggest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <utility>

#include "base/utf8.h"

namespace polyplane {
namespace {

constexpr std::size_t kMaxShown = 200;      // characters of a user's text
constexpr std::size_t kMaxCandidates = 24;  // names in one message

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours count one each.
/// `same` says which characters are equal.
template <class Same>
std::size_t edit_distance(std::string_view a, std::string_view b, Same same) {
  std::array<std::vector<std::size_t>, 3> rows;  // i-2, i-1, i
  for (auto& row : rows) row.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[1][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = same(a[i - 1], b[j - 1]) ? 0 : 1;
      rows[2][j] = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + change});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        rows[2][j] = std::min(rows[2][j], rows[0][j - 2] + 1);
      }
    }
    std::ranges::rotate(rows, rows.begin() + 1);
  }
  return rows[1][b.size()];
}

/// Length of the character at the front of `text`, or 0: malformed, or a control character (C0, DEL, C1 and the marks that
/// reorder text: U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069).
std::size_t shown_length(std::string_view text) {
  const auto [length, code] = first_character(text);
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
                       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return control ? 0 : length;
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty()) return "";
  // About a third of a name may be wrong, never all of a short one.
  const std::size_t limit = std::min({1 + name.size() / 4, name.size() - 1, std::size_t{4}});
  std::string best;
  std::pair best_distance{limit + 1, std::size_t{0}};  // letters without case, then with
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    if (longer - std::min(candidate.size(), name.size()) > limit) continue;
    const std::pair distance{edit_distance(name, candidate, [](char a, char b) { return lower(a) == lower(b); }),
                             edit_distance(name, candidate, std::equal_to<char>())};
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string>& candidates) {
  std::string message = "unknown " + std::string(kind) + " \"" + printable(name) + "\"";
  const std::string close = nearest(name, candidates);
  message += close.empty() ? "." : "; did you mean \"" + close + "\"?";
  if (candidates.empty()) return message + " None is known.";
  message += " Allowed: ";
  const std::size_t shown = candidates.size() > kMaxCandidates ? kMaxCandidates : candidates.size();
  for (std::size_t i = 0; i < shown; ++i) message += (i == 0 ? "" : ", ") + candidates[i];
  if (shown < candidates.size()) message += " and " + std::to_string(candidates.size() - shown) + " more";
  return message;
}

std::string printable(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string shown;
  std::size_t characters = 0;
  while (!text.empty()) {
    if (characters++ == kMaxShown) return shown + "...";
    const std::size_t length = shown_length(text);
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(text.front());
      shown += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    }
    shown += text.substr(0, length);
    text.remove_prefix(std::max(length, std::size_t{1}));
  }
  return shown;
}

}  // namespace polyplane
