#include "sim/campaign/sweep_split.h"

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Offset behind the quote that opens at `from`, or npos.
std::size_t end_of_quote(std::string_view text, std::size_t from) {
  for (std::size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Offset of the comma that ends the item at `from`, or the end. Throws where a bracket is left open.
std::size_t end_of_item(std::string_view text, std::size_t from) {
  std::string open;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t end = end_of_quote(text, i);
      if (end == std::string_view::npos) {
        throw InputError("a quote is not closed in \"" + printable(text.substr(from)) + "\"");
      }
      i = end - 1;
    } else if (c == '[' || c == '{') {
      open.push_back(c == '[' ? ']' : '}');
    } else if (!open.empty() && c == open.back()) {
      open.pop_back();
    } else if (c == ',' && open.empty()) {
      return i;
    }
  }
  if (!open.empty()) throw InputError("\"" + printable(text.substr(from)) + "\" lacks its closing " + open.back());
  return text.size();
}

std::string unquoted(std::string_view text) {
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

SweepItem item_of(std::string_view text) {
  if (text.front() == '"' && end_of_quote(text, 0) == text.size()) return {unquoted(text), '"'};
  const bool list = text.front() == '[' && text.back() == ']';
  const bool message = text.front() == '{' && text.back() == '}';
  if (list || message) return {std::string(trimmed(text.substr(1, text.size() - 2))), text.front()};
  return {std::string(text), '\0'};
}

}  // namespace

std::vector<SweepItem> split_items(std::string_view text) {
  std::vector<SweepItem> items;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = end_of_item(text, from);
    const std::string_view item = trimmed(text.substr(from, end - from));
    if (item.empty()) throw InputError("a value is empty; write for example a,b,c");
    items.push_back(item_of(item));
    from = end + 1;
  }
  return items;
}

}  // namespace polyplane::sim
