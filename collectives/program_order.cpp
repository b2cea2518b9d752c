// Operations that come after themselves: by Kahn's algorithm over each actor, whose edges are `after` and the order of
// streams that go one at a time in order.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/operation_words.h"
#include "collectives/program_check.h"

namespace polyplane::collectives {

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kShown = 8;

class OrderCheck {
 public:
  OrderCheck(const Program& program, std::uint32_t actor)
      : program_(program), number_(actor), actor_(program.actors[actor]), before_(actor_.operations.size(), kNone) {
    std::vector<std::uint32_t> last(actor_.streams.size(), kNone);
    for (std::uint32_t i = 0; i < actor_.operations.size(); ++i) {
      const std::uint32_t stream = actor_.operations[i].stream;
      if (actor_.streams[stream].kind != Stream::Kind::in_order) continue;
      before_[i] = last[stream];
      last[stream] = i;
    }
  }

  void check() {
    const auto count = static_cast<std::uint32_t>(actor_.operations.size());
    std::vector<std::uint32_t> first(std::size_t{count} + 1, 0), successors;
    for_each_edge([&](std::uint32_t from, std::uint32_t) { first[from + 1] += 1; });
    for (std::uint32_t i = 0; i < count; ++i) first[i + 1] += first[i];
    successors.resize(first[count]);
    std::vector<std::uint32_t> cursor(first.begin(), first.end() - 1), waits(count, 0);
    for_each_edge([&](std::uint32_t from, std::uint32_t to) {
      successors[cursor[from]++] = to;
      waits[to] += 1;
    });
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (waits[i] == 0) ready.push_back(i);
    }
    std::size_t done = 0;
    for (; done < ready.size(); ++done) {
      for (std::uint32_t s = first[ready[done]]; s < first[ready[done] + 1]; ++s) {
        if (--waits[successors[s]] == 0) ready.push_back(successors[s]);
      }
    }
    if (done < count) fail(waits);
  }

 private:
  template <class Edge>
  void for_each_edge(Edge edge) const {
    for (std::uint32_t i = 0; i < actor_.operations.size(); ++i) {
      if (before_[i] != kNone) edge(before_[i], i);
      const Operation& operation = actor_.operations[i];
      for (std::uint32_t k = 0; k < operation.num_after; ++k)
        edge(actor_.after[operation.first_after + k].operation, i);
    }
  }

  /// Something that `operation` comes after and that never gets its turn either.
  [[nodiscard]] std::uint32_t stuck_before(std::uint32_t operation, const std::vector<std::uint32_t>& waits) const {
    const Operation& of = actor_.operations[operation];
    for (std::uint32_t k = 0; k < of.num_after; ++k) {
      const std::uint32_t other = actor_.after[of.first_after + k].operation;
      if (waits[other] > 0) return other;
    }
    return before_[operation];
  }

  [[noreturn]] void fail(const std::vector<std::uint32_t>& waits) const {
    // Going back from anything that is stuck ends in a circle.
    auto at = static_cast<std::uint32_t>(std::ranges::find_if(waits, [](auto n) { return n > 0; }) - waits.begin());
    for (std::size_t steps = 0; steps < waits.size(); ++steps) at = stuck_before(at, waits);
    std::vector<std::uint32_t> circle{at};
    for (std::uint32_t next = stuck_before(at, waits); next != at; next = stuck_before(next, waits)) {
      circle.push_back(next);
    }
    std::string text = words_of(program_, number_, at) + " comes after itself";
    for (std::size_t i = 0; i < circle.size(); ++i) {
      if (i == kShown && circle.size() > kShown + 1) {
        text += ", and so on over " + std::to_string(circle.size() - kShown) + " more";
        break;
      }
      const std::uint32_t from = circle[i], to = circle[(i + 1) % circle.size()];
      const std::string& stream = actor_.streams[actor_.operations[from].stream].name;
      text += i == 0 ? ": " : ", ";
      text += name(from) + (before_[from] == to ? " follows " + name(to) + " on stream \"" + printable(stream) + "\""
                                                : " is after " + name(to));
    }
    throw InputError(text);
  }

  [[nodiscard]] std::string name(std::uint32_t operation) const {
    const std::string& given = program_.names[actor_.operations[operation].name];
    return given.empty() ? "operation " + std::to_string(operation) : "\"" + printable(given) + "\"";
  }

  const Program& program_;
  std::uint32_t number_;
  const Actor& actor_;
  std::vector<std::uint32_t> before_;  // on its stream, where that is in order
};

}  // namespace

void check_order(const Program& program) {
  for (std::uint32_t a = 0; a < program.actors.size(); ++a) OrderCheck(program, a).check();
}

}  // namespace polyplane::collectives
