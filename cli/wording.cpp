#include "cli/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"

namespace polyplane::cli {
namespace {

constexpr std::size_t kColumns = 100;

}  // namespace

double share_of(Duration part, Duration whole) {
  return whole == Duration() ? 0 : static_cast<double>(part.ps()) / static_cast<double>(whole.ps());
}

std::string percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

std::string rough(Duration time) {
  const auto ps = static_cast<double>(time.ps());
  if (time.ps() < 1'000'000) return fmt::format("{:.4g} ns", ps / 1e3);
  if (time.ps() < 10'000'000'000) return fmt::format("{:.{}f} us", ps / 1e6, ps < 1e9 ? 2 : 1);
  if (time.ps() < 10'000'000'000'000) return fmt::format("{:.2f} ms", ps / 1e9);
  return fmt::format("{:.2f} s", ps / 1e12);
}

std::string improved(const std::string& what) {
  const bool is_more = what.starts_with("rate") || what.starts_with("speed");
  return (is_more ? "10% more " : "10% less ") + printable(what);
}

std::string wrapped(const std::string& text, const std::string& prefix) {
  std::string out = prefix;
  std::size_t column = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t length = end - begin;
    if (column > 0 && prefix.size() + column + 1 + length > kColumns) {
      out += "\n" + prefix;
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += text.substr(begin, length);
    column += length;
    begin = end + 1;
  }
  return out + "\n";
}

}  // namespace polyplane::cli
