#include "collectives/message_matching.h"

#include <algorithm>
#include <compare>
#include <string>
#include <tuple>

#include "base/error.h"
#include "collectives/operation_words.h"

namespace polyplane::collectives {

namespace {

/// One end of a message, with what it must have in common with the other.
struct End {
  std::uint32_t receiver, sender, tag, operation;
  [[nodiscard]] auto meeting() const { return std::tie(receiver, sender, tag); }
  friend auto operator<=>(const End&, const End&) = default;
};

/// The how-manieth of its pair and tag, from 1.
std::size_t number_of(const std::vector<End>& ends, std::size_t i) {
  std::size_t number = 1;
  while (number <= i && ends[i - number].meeting() == ends[i].meeting()) ++number;
  return number;
}

[[noreturn]] void fail_alone(const Program& program, const std::vector<End>& ends, std::size_t i, bool is_send) {
  const End& end = ends[i];
  const std::string number = "message " + std::to_string(number_of(ends, i)) + " from " +
                             words_of(program, end.sender) + " to " + words_of(program, end.receiver) + " with tag " +
                             std::to_string(end.tag);
  const std::uint32_t actor = is_send ? end.sender : end.receiver;
  throw InputError(number + " is " + (is_send ? "sent" : "received") + " by " +
                   words_of(program, actor, end.operation) + ", but " +
                   words_of(program, is_send ? end.receiver : end.sender) +
                   (is_send ? " has no receive for it" : " does not send it"));
}

}  // namespace

MessageMatching::MessageMatching(const Program& program) : takes_any_(program.actors.size(), 0) {
  std::size_t total = 0;
  std::vector<std::size_t> first;
  for (const Actor& actor : program.actors) {
    first.push_back(total);
    total += actor.operations.size();
    for (const Operation& operation : actor.operations) {
      const bool any = operation.peer == Operation::kAny || operation.tag == Operation::kAny;
      if (operation.kind == Operation::Kind::receive && any) takes_any_[first.size() - 1] = 1;
    }
  }
  partner_.assign(total, kNone);

  std::vector<End> sends, receives;
  std::vector<std::int64_t> surplus(program.actors.size(), 0);  // of messages over receives; takes_any only
  for (std::uint32_t a = 0; a < program.actors.size(); ++a) {
    const std::vector<Operation>& operations = program.actors[a].operations;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const Operation& operation = operations[i];
      if (operation.kind == Operation::Kind::send) {
        if (takes_any(operation.peer)) {
          surplus[operation.peer] += 1;
        } else {
          sends.push_back({operation.peer, a, operation.tag, i});
        }
      } else if (operation.kind == Operation::Kind::receive) {
        if (takes_any(a)) {
          surplus[a] -= 1;
        } else {
          receives.push_back({a, operation.peer, operation.tag, i});
        }
      }
    }
  }
  for (std::uint32_t a = 0; a < program.actors.size(); ++a) {
    if (surplus[a] == 0) continue;
    throw InputError(words_of(program, a) + " is sent " + std::to_string(surplus[a] > 0 ? surplus[a] : -surplus[a]) +
                     (surplus[a] > 0 ? " more" : " fewer") + " messages than it has receives");
  }
  std::ranges::sort(sends);
  std::ranges::sort(receives);
  for (std::size_t i = 0; i < std::max(sends.size(), receives.size()); ++i) {
    const bool no_send = i >= sends.size(), no_receive = i >= receives.size();
    if (no_receive || (!no_send && sends[i].meeting() < receives[i].meeting())) fail_alone(program, sends, i, true);
    if (no_send || receives[i].meeting() < sends[i].meeting()) fail_alone(program, receives, i, false);
    const End& from = sends[i];
    const End& to = receives[i];
    const Operation& send = program.actors[from.sender].operations[from.operation];
    const Operation& receive = program.actors[to.receiver].operations[to.operation];
    if (send.bytes != receive.bytes) {
      throw InputError("message " + std::to_string(number_of(sends, i)) + " from " + words_of(program, from.sender) +
                       " to " + words_of(program, from.receiver) + " with tag " + std::to_string(from.tag) + " is " +
                       std::to_string(send.bytes.count()) + " bytes in " +
                       words_of(program, from.sender, from.operation) + ", but " +
                       std::to_string(receive.bytes.count()) + " in " + words_of(program, to.receiver, to.operation));
    }
    partner_[first[from.sender] + from.operation] = to.operation;
    partner_[first[to.receiver] + to.operation] = from.operation;
  }
}

}  // namespace polyplane::collectives
