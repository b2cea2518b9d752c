#include "collectives/import/mpi_record_actor.h"

#include <algorithm>
#include <string>
#include <utility>

namespace polyplane::collectives::mpi_record {
namespace {

enum Label : std::uint32_t { kOther, kCompute, kMessages, kCollectives };
enum StreamNumber : std::uint32_t { kComputeStream, kMessageStream, kFirstOfCommunicators };

constexpr std::uint32_t kNoticeName = kKinds;  // names: those of kinds, then these
constexpr std::uint32_t kComputeName = kKinds + 1;
constexpr std::size_t kMostFront = 4;
constexpr std::int64_t kMostPs = 864'000'000'000'000'000;

class ActorMaker {
 public:
  ActorMaker(const ActorInput& input, std::uint32_t number)
      : input_(input), number_(number), rank_(input.ranks[number]), operations_of_(rank_.events.size()) {
    actor_.name = "rank " + std::to_string(number);
    for (std::uint32_t tile = 0; tile < input.scale.tiles(); ++tile) {
      actor_.cards.push_back(tile * static_cast<std::uint32_t>(input.ranks.size()) + number);
    }
    actor_.streams = {{"compute", Stream::Kind::in_order}, {"messages", Stream::Kind::concurrent}};
  }

  Actor make() {
    std::uint64_t last = rank_.events.empty() ? 0 : rank_.events.front().record.begin;
    for (std::uint32_t i = 0; i < rank_.events.size(); ++i) {
      const Event& event = rank_.events[i];
      if (event.record.begin > last) compute_ns_ += event.record.begin - last;
      if (event.kind() == Kind::polls) {
        compute_ns_ += event.record.end - event.record.begin - static_cast<std::uint64_t>(event.record.bytes);
      }
      last = event.record.end;
      const std::vector<std::uint32_t> pair = std::exchange(pair_, {});
      do_event(i, event);
      front_.insert(front_.end(), pair.begin(), pair.end());
      if (input_.posting && event.has(kNonBlocking)) compute_ns_ += event.record.end - event.record.begin;
    }
    move_on();
    compute();
    return std::move(actor_);
  }

 private:
  /// Everything that was measured since the last operation, before the next one.
  void compute() {
    if (compute_ns_ == 0) return;
    const uint128 ps = uint128{compute_ns_} * 1000 * static_cast<std::uint64_t>(input_.compute.numerator) /
                       static_cast<std::uint64_t>(input_.compute.denominator) /
                       static_cast<std::uint64_t>(input_.scale.compute_divisor());
    if (ps > static_cast<uint128>(kMostPs)) {
      throw InputError(rank_.file + ": option compute makes a time of rank " + std::to_string(number_) +
                       " longer than ten days");
    }
    compute_ns_ = 0;
    Operation operation;
    operation.kind = Operation::Kind::compute;
    operation.stream = kComputeStream;
    operation.label = kCompute;
    operation.name = kComputeName;
    operation.duration = Duration::from_ps(static_cast<std::int64_t>(ps));
    front_ = {add(operation, front())};
  }

  /// What has to be over before the next operation starts.
  const std::vector<std::uint32_t>& front() {
    std::ranges::sort(front_);
    front_.erase(std::ranges::unique(front_).begin(), front_.end());
    if (front_.size() > kMostFront) {
      Operation join;
      join.stream = kMessageStream;
      front_ = {add(join, front_)};
    }
    return front_;
  }
  /// Likewise, with all that was measured.
  const std::vector<std::uint32_t>& now() {
    compute();
    return front();
  }

  std::uint32_t add(const Operation& operation, const std::vector<std::uint32_t>& after) {
    after_.clear();
    for (const std::uint32_t other : after) after_.push_back({other, false});
    return actor_.add(operation, after_);
  }

  std::uint32_t add_message(Operation::Kind kind, std::uint32_t peer, std::int64_t bytes, std::uint32_t tag,
                            std::uint32_t name, const std::vector<std::uint32_t>& after) {
    Operation operation;
    operation.kind = kind;
    operation.stream = kMessageStream;
    operation.label = kMessages;
    operation.name = name;
    operation.peer = peer;
    operation.bytes = Bytes(bytes);
    operation.tag = tag;
    return add(operation, after);
  }

  [[nodiscard]] std::int64_t bytes_of(const Message& message) const { return input_.scale.within_tile(message.bytes); }
  [[nodiscard]] bool waits_for_receiver(const Message& message) const {
    return message.synchronous || (bytes_of(message) > input_.eager && !message.buffered);
  }

  /// The operations that a call which begins without waiting stands for, now or when the rank next waits.
  template <class Begin>
  void begin(std::uint32_t event, bool waits, const Begin& begin) {
    if (waits || !input_.in_calls) {
      operations_of_[event] = begin();
    } else {
      put_off_.push_back(event);
    }
  }

  std::vector<std::uint32_t> send(std::uint32_t index) {
    const Message& message = input_.messages[index];
    const std::int64_t bytes = bytes_of(message);
    std::vector<std::uint32_t> after = now();
    const bool rendezvous = waits_for_receiver(message);
    if (rendezvous) {
      after.push_back(add_message(Operation::Kind::receive, message.to, 0, message.tag + 1, kNoticeName, {}));
    }
    const std::uint32_t sent = add_message(Operation::Kind::send, message.to, bytes, message.tag,
                                           static_cast<std::uint32_t>(Kind::send), after);
    if (!rendezvous) return {};
    return {sent};
  }

  std::vector<std::uint32_t> receive(std::uint32_t index) {
    const Message& message = input_.messages[index];
    const std::vector<std::uint32_t> after = now();
    if (waits_for_receiver(message)) {
      add_message(Operation::Kind::send, message.from, 0, message.tag + 1, kNoticeName, after);
    }
    return {add_message(Operation::Kind::receive, message.from, bytes_of(message), message.tag,
                        static_cast<std::uint32_t>(Kind::receive), after)};
  }

  std::vector<std::uint32_t> enter(const Event& event, const Calls::Entry& entry) {
    Operation operation;
    operation.kind = Operation::Kind::collective;
    operation.stream = stream_of(input_.communicators.at(number_, event.record.communicator));
    operation.label = kCollectives;
    operation.name = event.record.kind;
    operation.call = entry.call;
    return {add(operation, now())};
  }

  /// From the rank before to the one after; what is passed on leaves when what comes in is there.
  std::vector<std::uint32_t> scan(const Calls::Entry& entry) {
    std::vector<std::uint32_t> after = now(), ends;
    if (entry.takes != Calls::kNone) {
      const Message& message = input_.messages[entry.takes];
      after = {add_message(Operation::Kind::receive, message.from, message.bytes, message.tag,
                           static_cast<std::uint32_t>(Kind::scan), after)};
      ends = after;
    }
    if (entry.gives != Calls::kNone) {
      const Message& message = input_.messages[entry.gives];
      ends.push_back(add_message(Operation::Kind::send, message.to, message.bytes, message.tag,
                                 static_cast<std::uint32_t>(Kind::scan), after));
    }
    return ends;
  }

  std::uint32_t stream_of(std::uint32_t communicator) {
    const auto next = static_cast<std::uint32_t>(actor_.streams.size());
    const auto [place, is_new] = streams_.try_emplace(communicator, next);
    if (is_new) actor_.streams.push_back({input_.communicators.all()[communicator].name, Stream::Kind::in_order});
    return place->second;
  }

  std::vector<std::uint32_t> operations_for(std::uint32_t index) {
    const Event& event = rank_.events[index];
    if (is_collective(event.kind())) {
      const Calls::Entry entry = input_.calls.of(number_, index);
      if (entry.call != Calls::kNone) return enter(event, entry);
      if (entry.takes != Calls::kNone || entry.gives != Calls::kNone) return scan(entry);
      return {};
    }
    const std::uint32_t message = input_.messages.of(number_, index);
    if (message == Messages::kNone) return {};
    return event.kind() == Kind::send ? send(message) : receive(message);
  }

  /// What was begun and not yet moved on does so now.
  void move_on() {
    for (const std::uint32_t event : std::exchange(put_off_, {})) operations_of_[event] = operations_for(event);
  }

  void wait_for(const std::vector<std::uint32_t>& operations) {
    front_.insert(front_.end(), operations.begin(), operations.end());
  }

  /// What follows comes after these, which come after all that came before.
  void go_on_after(const std::vector<std::uint32_t>& operations) {
    if (!operations.empty()) front_ = operations;
  }

  void do_event(std::uint32_t index, const Event& event) {
    switch (event.kind()) {
      case Kind::finalize:
      case Kind::polls:
        return move_on();
      case Kind::wait:
        move_on();
        compute();
        return wait_for(operations_of_[event.begun]);
      case Kind::probe: {
        move_on();
        const std::uint32_t receive = input_.messages.seen(number_, index);
        if (receive == Messages::kNone) return;
        operations_of_[receive] = operations_for(receive);
        return go_on_after(operations_of_[receive]);
      }
      case Kind::send:
      case Kind::receive:
        return communicate(index, event);
      default:
        if (is_collective(event.kind())) communicate(index, event);
    }
  }

  void communicate(std::uint32_t index, const Event& event) {
    const bool begun_by_probe =
        event.kind() == Kind::receive && input_.messages.probed(number_, index) != Messages::kNone;
    if (begun_by_probe) return;
    const bool waits = !event.has(kNonBlocking);
    if (waits) move_on();
    begin(index, waits, [&] { return operations_for(index); });
    if (event.has(kPaired)) {
      pair_ = operations_of_[index];
    } else if (waits) {
      go_on_after(operations_of_[index]);
    }
  }

  const ActorInput& input_;
  std::uint32_t number_;
  const RankRecord& rank_;
  Actor actor_;
  std::uint64_t compute_ns_ = 0;                           // measured since the last operation
  std::vector<std::uint32_t> front_;                       // operations that the next one comes after
  std::vector<std::uint32_t> pair_;                        // of the send of an MPI_Sendrecv
  std::vector<std::vector<std::uint32_t>> operations_of_;  // by event: those that a wait for it waits for
  std::vector<std::uint32_t> put_off_;                     // events
  std::map<std::uint32_t, std::uint32_t> streams_;         // by communicator
  std::vector<After> after_;                               // scratch
};

}  // namespace

std::vector<std::string> actor_labels() { return {"other", "compute", "messages", "collectives"}; }

std::vector<std::string> actor_names() {
  std::vector<std::string> names;
  for (std::uint16_t kind = 0; kind < kKinds; ++kind) names.emplace_back(to_string(static_cast<Kind>(kind)));
  names.front().clear();
  names.emplace_back("notice of a posted receive");
  names.emplace_back("between calls");
  return names;
}

Actor make_actor(const ActorInput& input, std::uint32_t rank) { return ActorMaker(input, rank).make(); }

}  // namespace polyplane::collectives::mpi_record
