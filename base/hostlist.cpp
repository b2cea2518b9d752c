#include "base/hostlist.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/suggest.h"
#include "base/units.h"

namespace polyplane {
namespace {

constexpr std::size_t kMaxDigits = 18;

struct Range {
  std::int64_t from = 0, to = 0;
  std::size_t width = 0;  // least number of digits
};

/// Fixed text, then one number of `ranges`; the last piece of a name has no ranges.
struct Piece {
  std::string text;
  std::vector<Range> ranges;
};
using Name = std::vector<Piece>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::int64_t value_of(std::string_view digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Name> parse() {
    if (text_.empty()) fail("is empty; write for example \"node[0-3,7]\"");
    std::vector<Name> names;
    do names.push_back(name());
    while (accept(','));
    return names;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError("hostlist \"" + printable(text_) + "\", column " + std::to_string(at_ + 1) + ": " + problem);
  }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  bool accept(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Name name() {
    Name pieces(1);
    const std::size_t begin = at_;
    for (; !done() && text_[at_] != ','; ++at_) {
      const char c = text_[at_];
      if (c == '[') {
        ++at_;
        pieces.back().ranges = ranges();
        pieces.emplace_back();
        if (done() || text_[at_] != ']') fail("\"]\" is missing");
        continue;
      }
      if (c == ']') fail("\"]\" closes no bracket");
      if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') fail("a host name has no blanks or control characters");
      pieces.back().text.push_back(c);
    }
    if (at_ == begin) fail("a host name is missing");
    return pieces;
  }

  std::vector<Range> ranges() {
    std::vector<Range> all;
    do {
      const std::string_view from = number();
      Range range{.from = value_of(from), .to = value_of(from), .width = from.size()};
      if (accept('-')) range.to = value_of(number());
      if (range.to < range.from) {
        fail("the range " + std::to_string(range.from) + "-" + std::to_string(range.to) + " runs down");
      }
      all.push_back(range);
    } while (accept(','));
    return all;
  }

  std::string_view number() {
    const std::size_t begin = at_;
    while (!done() && is_digit(text_[at_])) ++at_;
    if (at_ == begin) fail("a number is missing");
    if (at_ - begin > kMaxDigits) fail("a number has at most " + std::to_string(kMaxDigits) + " digits");
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string digits_of(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

std::size_t longest(const Name& name) {
  std::size_t length = 0;
  for (const Piece& piece : name) {
    std::size_t number = 0;
    for (const Range& range : piece.ranges) number = std::max(number, digits_of(range.to, range.width).size());
    length += piece.text.size() + number;
  }
  return length;
}

/// Hosts of one name; `cap` when there are at least so many.
int128 count_of(const Name& name, int128 cap) {
  int128 count = 1;
  for (const Piece& piece : name) {
    if (piece.ranges.empty()) continue;
    int128 numbers = 0;
    for (const Range& range : piece.ranges) numbers += int128{range.to} - range.from + 1;
    count = std::min(count * std::min(numbers, cap), cap);
  }
  return count;
}

void expand(const Name& name, std::size_t piece, std::string& head, std::vector<std::string>& hosts) {
  if (piece == name.size()) {
    hosts.push_back(head);
    return;
  }
  const std::size_t length = head.size();
  head += name[piece].text;
  const std::size_t stem = head.size();
  for (const Range& range : name[piece].ranges) {
    for (std::int64_t number = range.from; number <= range.to; ++number) {
      head += digits_of(number, range.width);
      expand(name, piece + 1, head, hosts);
      head.resize(stem);
    }
  }
  if (name[piece].ranges.empty()) expand(name, piece + 1, head, hosts);
  head.resize(length);
}

/// A name cut before its last number. `width` 0: the number is not padded; no number: `digits` is empty.
struct Split {
  std::string_view head, digits, tail;
};

Split split(std::string_view host) {
  std::size_t end = host.size();
  while (end > 0 && !is_digit(host[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(host[begin - 1]) && end - begin < kMaxDigits) --begin;
  return {host.substr(0, begin), host.substr(begin, end - begin), host.substr(end)};
}

}  // namespace

std::vector<std::string> expand_hostlist(std::string_view text, std::size_t max_hosts) {
  const std::vector<Name> names = Parser(text).parse();
  const int128 cap = static_cast<int128>(max_hosts) + 1;
  int128 total = 0;
  for (const Name& name : names) {
    if (longest(name) > kMaxHostName) {
      throw LimitError("hostlist \"" + printable(text) + "\": a host name is longer than " +
                       std::to_string(kMaxHostName) + " characters");
    }
    total += count_of(name, cap);
    if (total >= cap) {
      throw LimitError("hostlist \"" + printable(text) + "\" has more than " + std::to_string(max_hosts) + " hosts");
    }
  }
  std::vector<std::string> hosts;
  hosts.reserve(static_cast<std::size_t>(total));
  std::string head;
  for (const Name& name : names) expand(name, 0, head, hosts);
  return hosts;
}

std::string compress_hostlist(const std::vector<std::string>& hosts) {
  std::string text;
  for (std::size_t first = 0; first < hosts.size();) {
    if (!text.empty()) text += ',';
    const Split start = split(hosts[first]);
    if (start.digits.empty()) {
      text += hosts[first++];
      continue;
    }
    std::string items;
    std::size_t end = first;
    while (end < hosts.size()) {
      const Split from = split(hosts[end]);
      if (from.head != start.head || from.tail != start.tail || from.digits.empty()) break;
      const std::size_t begin = end;
      std::int64_t last = value_of(from.digits);
      for (++end; end < hosts.size() && last < std::numeric_limits<std::int64_t>::max(); ++end, ++last) {
        const Split next = split(hosts[end]);
        if (next.head != start.head || next.tail != start.tail) break;
        if (next.digits != digits_of(last + 1, from.digits.size())) break;
      }
      items += (items.empty() ? "" : ",") + std::string(from.digits);
      if (end - begin > 1) items += "-" + digits_of(last, from.digits.size());
    }
    text += std::string(start.head) + (end - first > 1 ? "[" + items + "]" : items) + std::string(start.tail);
    first = end;
  }
  return text;
}

}  // namespace polyplane
