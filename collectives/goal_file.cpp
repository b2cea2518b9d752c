#include "collectives/goal_file.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "collectives/operation_words.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kPsPerNs = 1000;
constexpr std::uint32_t kNone = UINT32_MAX;

Actor actor_of(const GoalRank& rank, std::uint32_t number, Program& program) {
  Actor actor;
  actor.name = "rank " + std::to_string(number);
  actor.cards = {number};
  std::map<std::pair<bool, std::uint8_t>, std::uint32_t> streams;  // by is cpu, number
  const auto stream = [&](bool cpu, std::uint8_t index) {
    const auto [place, fresh] = streams.emplace(std::pair(cpu, index), actor.streams.size());
    if (fresh) {
      actor.streams.push_back({(cpu ? "cpu " : "nic ") + std::to_string(index),
                               cpu ? Stream::Kind::one_at_a_time : Stream::Kind::concurrent});
    }
    return place->second;
  };
  std::vector<GoalEdge> edges = rank.edges;
  std::stable_sort(edges.begin(), edges.end(),
                   [](const GoalEdge& a, const GoalEdge& b) { return a.operation < b.operation; });
  auto edge = edges.begin();
  for (std::uint32_t i = 0; i < rank.operations.size(); ++i) {
    const GoalOperation& from = rank.operations[i];
    Operation operation;
    operation.stream =
        stream(from.type == GoalOperation::Type::calc, from.type == GoalOperation::Type::calc ? from.cpu : from.nic);
    if (from.type == GoalOperation::Type::calc) {
      operation.kind = Operation::Kind::compute;
      operation.duration = Duration::from_ps(from.size * kPsPerNs);
      operation.label = 1;
    } else {
      operation.kind = from.type == GoalOperation::Type::send ? Operation::Kind::send : Operation::Kind::receive;
      operation.bytes = Bytes(from.size);
      operation.peer = from.peer;
      operation.tag = from.tag;
      operation.label = 2;
    }
    if (!rank.labels.empty() && !rank.labels[i].empty()) {
      operation.name = static_cast<std::uint32_t>(program.names.size());
      program.names.push_back(rank.labels[i]);
    }
    std::vector<After> after;
    for (; edge != edges.end() && edge->operation == i; ++edge) after.push_back({edge->other, edge->started});
    static_cast<void>(actor.add(operation, after));
  }
  if (actor.streams.empty()) actor.streams.push_back({"cpu 0", Stream::Kind::one_at_a_time});
  return actor;
}

/// Number of a stream of goal_file's own, "nic 3"; else 0.
std::uint8_t nic_of(const std::string& stream) {
  if (!stream.starts_with("nic ") || stream.size() > 7) return 0;
  int number = 0;
  for (const char c : stream.substr(4)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return number < 256 ? static_cast<std::uint8_t>(number) : std::uint8_t{0};
}

class RankMaker {
 public:
  RankMaker(const Program& program, std::uint32_t number)
      : program_(program), number_(number), actor_(program.actors[number]) {}

  GoalRank make() {
    if (actor_.cards.size() > 1) {
      throw InputError(words_of(program_, number_) + " is " + std::to_string(actor_.cards.size()) +
                       " cards; a rank of GOAL is one");
    }
    number_cpus();
    std::vector<std::uint32_t> last(actor_.streams.size(), kNone);
    for (std::uint32_t i = 0; i < actor_.operations.size(); ++i) {
      const Operation& operation = actor_.operations[i];
      rank_.operations.push_back(operation_of(operation, i));
      for (std::uint32_t k = 0; k < operation.num_after; ++k) {
        const After& after = actor_.after[operation.first_after + k];
        rank_.edges.push_back({i, after.operation, after.started});
      }
      std::uint32_t& before = last[operation.stream];
      if (actor_.streams[operation.stream].kind == Stream::Kind::in_order && before != kNone) {
        rank_.edges.push_back({i, before, false});
      }
      before = i;
    }
    return std::move(rank_);
  }

 private:
  [[noreturn]] void refuse(std::uint32_t operation, const std::string& why) const {
    throw InputError(words_of(program_, number_, operation) + " " + why);
  }

  /// Streams that compute, and one more for joins. Streams "cpu C" keep their number.
  void number_cpus() {
    std::vector<char> computes(actor_.streams.size());
    for (const Operation& operation : actor_.operations) {
      if (operation.kind == Operation::Kind::compute) computes[operation.stream] = 1;
    }
    cpus_.resize(actor_.streams.size());
    std::uint32_t next = 0;
    for (std::size_t s = 0; s < computes.size(); ++s) {
      if (computes[s] != 0) cpus_[s] = next++;
    }
    const auto own = [&](std::size_t s) { return actor_.streams[s].name == "cpu " + std::to_string(own_number(s)); };
    bool all_own = true;
    for (std::size_t s = 0; s < computes.size(); ++s) all_own = all_own && (computes[s] == 0 || own(s));
    for (std::size_t s = 0; s < computes.size() && all_own; ++s) {
      if (computes[s] == 0) continue;
      cpus_[s] = own_number(s);
      next = std::max(next, cpus_[s] + 1);
    }
    join_cpu_ = next;
    if (next > 255)
      throw InputError(words_of(program_, number_) + " computes on more than 255 streams; GOAL has 256 cpus");
  }
  [[nodiscard]] std::uint32_t own_number(std::size_t stream) const {
    const std::string& name = actor_.streams[stream].name;
    return name.starts_with("cpu ") ? nic_of("nic " + name.substr(4)) : 0;
  }

  GoalOperation operation_of(const Operation& from, std::uint32_t index) const {
    const Stream& stream = actor_.streams[from.stream];
    GoalOperation operation;
    switch (from.kind) {
      case Operation::Kind::compute:
        if (stream.kind == Stream::Kind::concurrent) {
          refuse(index, "computes beside others of its stream; a cpu of GOAL takes one at a time");
        }
        operation.cpu = static_cast<std::uint8_t>(cpus_[from.stream]);
        operation.size = (from.duration.ps() + kPsPerNs / 2) / kPsPerNs;
        if (operation.size > kMaxGoalNs) refuse(index, "takes more than ten days");
        break;
      case Operation::Kind::send:
      case Operation::Kind::receive:
        if (stream.kind == Stream::Kind::one_at_a_time) {
          refuse(index,
                 "waits for its turn on stream \"" + stream.name + "\"; messages of GOAL wait for nothing but others");
        }
        operation.type = from.kind == Operation::Kind::send ? GoalOperation::Type::send : GoalOperation::Type::receive;
        operation.nic = nic_of(stream.name);
        operation.peer = from.peer;
        operation.tag = from.tag;
        operation.size = from.bytes.count();
        break;
      case Operation::Kind::collective:
        refuse(index, "is a collective; GOAL has sends and receives only");
      case Operation::Kind::join:
        operation.cpu = static_cast<std::uint8_t>(join_cpu_);
        break;
    }
    return operation;
  }

  const Program& program_;
  std::uint32_t number_;
  const Actor& actor_;
  std::vector<std::uint32_t> cpus_;  // by stream
  std::uint32_t join_cpu_ = 0;
  GoalRank rank_;
};

Program program_of(const GoalFile& file, const std::string& name) {
  Program program;
  program.name = name;
  program.labels = {"other", "calc", "messages"};
  for (std::uint32_t rank = 0; rank < file.ranks.size(); ++rank) {
    program.actors.push_back(actor_of(file.ranks[rank], rank, program));
  }
  return program;
}

ImportNotes notes_of(const GoalFile& file) {
  ImportNotes notes;
  bool sends = false, waits_for_send = false, cpus = false;
  for (const GoalRank& rank : file.ranks) {
    for (const GoalOperation& operation : rank.operations) {
      sends = sends || operation.type == GoalOperation::Type::send;
      cpus = cpus || (operation.type != GoalOperation::Type::calc && operation.cpu != 0);
    }
    for (const GoalEdge& edge : rank.edges) {
      waits_for_send =
          waits_for_send || (!edge.started && rank.operations[edge.other].type == GoalOperation::Type::send);
    }
  }
  if (waits_for_send) notes.assume("a send has ended when its last byte is delivered (LogGOPSim: when it has left)");
  if (sends) notes.assume("software costs of messages are those of the stack, not L, o, g, G and O of LogGOPSim");
  if (cpus) notes.assume("messages keep no cpu busy: the cpu that a send or receive names is not read");
  return notes;
}

}  // namespace

ImportedProgram import_goal(const GoalFile& file, const std::string& name) {
  return {program_of(file, name), notes_of(file)};
}

GoalFile goal_of(const Program& program) {
  GoalFile file;
  for (std::uint32_t number = 0; number < program.actors.size(); ++number) {
    file.ranks.push_back(RankMaker(program, number).make());
  }
  return file;
}

}  // namespace polyplane::collectives
