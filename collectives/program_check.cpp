#include "collectives/program_check.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "collectives/message_matching.h"
#include "collectives/operation_words.h"

namespace polyplane::collectives {

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

class ProgramCheck {
 public:
  ProgramCheck(const Program& program, std::uint32_t cards) : program_(program), actor_of_(cards, kNone) {}

  void check() {
    if (program_.actors.empty()) fail("it has no actor");
    check_limits();
    for (std::uint32_t a = 0; a < program_.actors.size(); ++a) check_actor(a);
    for (std::uint32_t a = 0; a < program_.actors.size(); ++a) check_operations(a);
    for (std::uint32_t c = 0; c < program_.calls.size(); ++c) check_call(c);
    check_entries();
    check_order(program_);
    static_cast<void>(MessageMatching(program_));
  }

 private:
  using Kind = Operation::Kind;

  [[noreturn]] static void fail(const std::string& what) { throw InputError(what); }

  static void check_index(std::uint64_t index, std::uint64_t count, std::string_view what, const std::string& where) {
    if (index < count) return;
    fail(where + " names " + std::string(what) + " " + std::to_string(index) + ", but there " +
         (count == 0   ? "is none"
          : count == 1 ? "is one only"
                       : "are " + std::to_string(count)));
  }

  void check_limits() const {
    std::uint64_t operations = 0, streams = 0;
    for (const Actor& actor : program_.actors) {
      operations += actor.operations.size();
      streams += actor.streams.size();
    }
    if (operations < UINT32_MAX && streams < UINT32_MAX && program_.actors.size() < UINT32_MAX) return;
    throw LimitError("program \"" + program_.name + "\" has " + std::to_string(operations) + " operations on " +
                     std::to_string(streams) + " streams; the limit is 4,294,967,294 of each");
  }

  void check_actor(std::uint32_t number) {
    const Actor& actor = program_.actors[number];
    if (actor.cards.empty()) fail(words_of(program_, number) + " has no card");
    for (const std::uint32_t card : actor.cards) {
      if (card >= actor_of_.size()) {
        fail(words_of(program_, number) + " is on card " + std::to_string(card) + ", but the cluster has " +
             std::to_string(actor_of_.size()) + " (0 to " + std::to_string(actor_of_.size() - 1) + ")");
      }
      if (actor_of_[card] != kNone) {
        fail("card " + std::to_string(card) + " is in " + words_of(program_, actor_of_[card]) + " and " +
             (actor_of_[card] == number ? "there again" : "in " + words_of(program_, number)));
      }
      actor_of_[card] = number;
    }
  }

  void check_operations(std::uint32_t number) const {
    const Actor& actor = program_.actors[number];
    for (std::uint32_t i = 0; i < actor.operations.size(); ++i) {
      const Operation& operation = actor.operations[i];
      const auto where = [&] { return words_of(program_, number, i); };
      if (operation.stream >= actor.streams.size()) {
        check_index(operation.stream, actor.streams.size(), "stream", where());
      }
      if (operation.label >= program_.labels.size()) {
        check_index(operation.label, program_.labels.size(), "label", where());
      }
      if (operation.name >= program_.names.size()) {
        check_index(operation.name, program_.names.size(), "name", where());
      }
      if (std::uint64_t{operation.first_after} + operation.num_after > actor.after.size()) {
        fail(where() + " has more dependencies than its actor lists");
      }
      for (std::uint32_t k = 0; k < operation.num_after; ++k) {
        const std::uint32_t other = actor.after[operation.first_after + k].operation;
        if (other >= actor.operations.size()) check_index(other, actor.operations.size(), "operation", where());
      }
      if (operation.kind == Kind::compute && operation.duration < Duration()) {
        fail(where() + " takes less than no time");
      }
      if (operation.kind == Kind::send || operation.kind == Kind::receive) check_message(number, i);
      if (operation.kind == Kind::collective && operation.call >= program_.calls.size()) {
        check_index(operation.call, program_.calls.size(), "call", where());
      }
    }
  }

  void check_message(std::uint32_t number, std::uint32_t index) const {
    const Operation& operation = program_.actors[number].operations[index];
    const bool sends = operation.kind == Kind::send;
    const auto where = [&] { return words_of(program_, number, index); };
    if (sends && (operation.peer == Operation::kAny || operation.tag == Operation::kAny)) {
      fail(where() + " sends to any actor or with any tag; only a receive can do that");
    }
    if (operation.bytes < Bytes(0)) fail(where() + " moves less than no bytes");
    if (operation.peer == Operation::kAny) return;
    if (operation.peer >= program_.actors.size()) {
      check_index(operation.peer, program_.actors.size(), "actor", where());
    }
    if (operation.peer == number) fail(where() + (sends ? " sends to itself" : " receives from itself"));
    const std::size_t own = program_.actors[number].cards.size(), other = program_.actors[operation.peer].cards.size();
    if (own != other) {
      fail(where() + " is between actors of " + std::to_string(own) + " and " + std::to_string(other) +
           " cards; messages go from the i-th card to the i-th");
    }
  }

  void check_call(std::uint32_t number) const {
    const Call& call = program_.calls[number];
    const std::string where = "call " + words_of_call(program_, number);
    if (call.groups.empty() || call.groups.front().empty()) fail(where + " has no cards");
    if (call.size < Bytes(0)) fail(where + " moves less than no bytes");
    std::vector<std::uint8_t> taken(actor_of_.size(), 0);
    std::vector<std::uint32_t> cards_of(program_.actors.size(), 0);
    for (const std::vector<std::uint32_t>& group : call.groups) {
      if (group.size() != call.groups.front().size()) {
        fail(where + " has groups of " + std::to_string(call.groups.front().size()) + " and " +
             std::to_string(group.size()) + " cards; all must be of equal size");
      }
      for (const std::uint32_t card : group) {
        check_index(card, actor_of_.size(), "card", where);
        if (taken[card] != 0) fail(where + " has card " + std::to_string(card) + " twice");
        taken[card] = 1;
        if (actor_of_[card] == kNone) fail(where + " has card " + std::to_string(card) + ", which is in no actor");
        cards_of[actor_of_[card]] += 1;
      }
    }
    for (std::uint32_t a = 0; a < program_.actors.size(); ++a) {
      if (cards_of[a] == 0 || cards_of[a] == program_.actors[a].cards.size()) continue;
      fail(where + " has " + std::to_string(cards_of[a]) + " of the " +
           std::to_string(program_.actors[a].cards.size()) + " cards of " + words_of(program_, a) +
           "; an actor is in a call with all its cards or with none");
    }
    const std::size_t ranks = call.groups.front().size();
    if (!call.matrix.empty() && call.kind != CollectiveKind::alltoallv)
      fail(where + " has a matrix, which is of alltoallv");
    if (!call.matrix.empty() && call.matrix.size() != ranks * ranks) {
      fail(where + " has a matrix of " + std::to_string(call.matrix.size()) + " entries; " + std::to_string(ranks) +
           " ranks need " + std::to_string(ranks * ranks));
    }
  }

  /// How often an actor enters a call.
  struct Entries {
    std::uint32_t actor = 0, times = 0;
  };

  void check_entries() const {
    std::vector<std::vector<Entries>> entries(program_.calls.size());  // actors ascending
    for (std::uint32_t a = 0; a < program_.actors.size(); ++a) {
      for (const Operation& operation : program_.actors[a].operations) {
        if (operation.kind != Kind::collective) continue;
        std::vector<Entries>& of_call = entries[operation.call];
        if (of_call.empty() || of_call.back().actor != a) of_call.push_back({a, 0});
        of_call.back().times += 1;
      }
    }
    std::vector<std::uint32_t> in_call(program_.actors.size(), kNone);  // by actor: the last call that it was found in
    for (std::uint32_t c = 0; c < program_.calls.size(); ++c) {
      if (entries[c].empty()) continue;
      std::vector<std::uint32_t> members;
      for (const auto& group : program_.calls[c].groups) {
        for (const std::uint32_t card : group) {
          const std::uint32_t actor = actor_of_[card];
          if (in_call[actor] != c) members.push_back(actor);
          in_call[actor] = c;
        }
      }
      check_entries(c, entries[c], members, in_call);
    }
  }

  void check_entries(std::uint32_t call, const std::vector<Entries>& entries, const std::vector<std::uint32_t>& members,
                     const std::vector<std::uint32_t>& in_call) const {
    const Entries& first = entries.front();
    const auto contradict = [&](std::uint32_t actor, const std::string& times_of_it) {
      fail(words_of(program_, first.actor) + " enters call " + words_of_call(program_, call) + " " +
           times(first.times) + ", " + words_of(program_, actor) + " " + times_of_it);
    };
    std::vector<std::uint8_t> enters(program_.actors.size(), 0);
    for (const Entries& of : entries) {
      enters[of.actor] = 1;
      if (in_call[of.actor] != call) {
        fail(words_of(program_, of.actor) + " enters call " + words_of_call(program_, call) +
             ", but none of its cards is in it");
      }
      if (of.times != first.times) contradict(of.actor, times(of.times));
    }
    for (const std::uint32_t member : members) {
      if (enters[member] == 0) contradict(member, "never");
    }
  }

  static std::string times(std::uint32_t n) { return n == 1 ? "once" : std::to_string(n) + " times"; }

  const Program& program_;
  std::vector<std::uint32_t> actor_of_;  // by card
};

}  // namespace

void check_program(const Program& program, std::uint32_t cards) { ProgramCheck(program, cards).check(); }

}  // namespace polyplane::collectives
