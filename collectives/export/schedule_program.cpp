#include <map>
#include <utility>

#include "base/error.h"
#include "collectives/export/exporter.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint64_t kMostOperations = 50'000'000;
constexpr std::uint32_t kNone = UINT32_MAX;

/// Operations of one step: a send, a receive, both, or a join.
struct Parts {
  std::uint32_t send = kNone, receive = kNone, join = kNone;
};

class Maker {
 public:
  Maker(const Schedule& schedule, const std::string& name) : schedule_(schedule) { program_.name = name; }

  Program make() {
    if (schedule_.num_agents() > 0) {
      throw InputError("schedule " + program_.name +
                       " reduces in switches; messages between ranks alone cannot say that");
    }
    for (std::uint32_t rank = 0; rank < schedule_.collective().ranks(); ++rank) number(rank);
    for (std::uint32_t rank = 0; rank < schedule_.collective().ranks(); ++rank) tag(rank);
    for (std::uint32_t rank = 0; rank < schedule_.collective().ranks(); ++rank) add(rank);
    return std::move(program_);
  }

 private:
  [[nodiscard]] std::uint32_t steps(std::uint32_t rank, std::uint32_t lane) const {
    return schedule_.num_steps(RankId(rank), lane);
  }

  /// What each step becomes, before any is made: dependencies may point at later lanes.
  void number(std::uint32_t rank) {
    auto& lanes = parts_.emplace_back();
    std::uint32_t next = 0;
    for (std::uint32_t lane = 0; lane < schedule_.num_lanes(); ++lane) {
      std::vector<Parts>& of_lane = lanes.emplace_back();
      for (std::uint32_t k = 0; k < steps(rank, lane); ++k) {
        const Step step = schedule_.step(RankId(rank), lane, k);
        Parts& parts = of_lane.emplace_back();
        if (step.send_to.valid()) parts.send = next++;
        if (step.receive_from.valid()) parts.receive = next++;
        if (!step.send_to.valid() && !step.receive_from.valid()) parts.join = next++;
      }
    }
    count_ += next;
    if (count_ > kMostOperations) {
      throw LimitError("schedule " + program_.name + " has more than " + std::to_string(kMostOperations) +
                       " sends and receives");
    }
  }

  /// The sender numbers its messages to each peer; the receiver has the same number.
  void tag(std::uint32_t rank) {
    tags_.resize(parts_.size());
    std::map<std::uint32_t, std::uint32_t> next;  // by peer
    for (std::uint32_t lane = 0; lane < schedule_.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < steps(rank, lane); ++k) {
        const Step step = schedule_.step(RankId(rank), lane, k);
        if (!step.send_to.valid()) continue;
        const std::uint32_t to = step.send_to.index(), number = next[to]++;
        const std::uint32_t receive = parts_[to][step.peer_lane][step.peer_step].receive;
        tags_[rank][parts_[rank][lane][k].send] = {number, step.send_bytes};
        tags_[to][receive] = {number, step.send_bytes};
      }
    }
  }

  void add(std::uint32_t rank) {
    Actor actor;
    actor.name = "rank " + std::to_string(rank);
    actor.cards = {rank};
    actor.streams = {{"network", Stream::Kind::concurrent}};
    for (std::uint32_t lane = 0; lane < schedule_.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < steps(rank, lane); ++k) {
        const Step step = schedule_.step(RankId(rank), lane, k);
        std::vector<After> after;
        const auto wait_for = [&](const Parts& parts) {
          for (const std::uint32_t part : {parts.send, parts.receive, parts.join}) {
            if (part != kNone) after.push_back({part, false});
          }
        };
        if (k > 0) wait_for(parts_[rank][lane][k - 1]);
        for (std::uint8_t i = 0; i < step.num_after; ++i)
          wait_for(parts_[rank][step.after[i].lane][step.after[i].step]);
        if (step.send_to.valid()) add_message(actor, rank, Operation::Kind::send, step.send_to, after);
        if (step.receive_from.valid()) add_message(actor, rank, Operation::Kind::receive, step.receive_from, after);
        if (!step.send_to.valid() && !step.receive_from.valid()) {
          static_cast<void>(actor.add({.kind = Operation::Kind::join}, after));
        }
      }
    }
    program_.actors.push_back(std::move(actor));
  }

  void add_message(Actor& actor, std::uint32_t rank, Operation::Kind kind, RankId peer,
                   const std::vector<After>& after) {
    const Message& message = tags_[rank].at(static_cast<std::uint32_t>(actor.operations.size()));
    static_cast<void>(
        actor.add({.kind = kind, .bytes = message.bytes, .peer = peer.index(), .tag = message.tag}, after));
  }

  struct Message {
    std::uint32_t tag = 0;
    Bytes bytes;
  };
  const Schedule& schedule_;
  std::vector<std::vector<std::vector<Parts>>> parts_;  // [rank][lane][step]
  std::vector<std::map<std::uint32_t, Message>> tags_;  // [rank] by operation
  std::uint64_t count_ = 0;
  Program program_;
};

}  // namespace

Program program_of(const Schedule& schedule, const std::string& name) { return Maker(schedule, name).make(); }

}  // namespace polyplane::collectives
