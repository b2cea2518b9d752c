// The distinct calls and sets of messages of a program, each simulated once by itself (run_program.h, mode timed).
// Those that differ in nothing but in where their cards lie are one where these lie alike (alike_cards.h).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim/program/activity.h"
#include "sim/program/alike_cards.h"
#include "sim/program/communication_parts.h"
#include "sim/program/operation_graph.h"
#include "sim/program/program_calls.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

class Activities {
 public:
  /// Runs them all, `input.threads` at a time. Throws as run_program(). Keeps a reference to the graph.
  Activities(const OperationGraph& graph, const ProgramInput& input);

  /// Of a send or collective operation.
  [[nodiscard]] const Activity& of(std::uint32_t operation) const { return found_[index_[operation]].activity; }
  /// Parts of its time alone, in the order of critical_path.h; empty unless explained.
  [[nodiscard]] const std::vector<std::int64_t>& parts(std::uint32_t number) const { return found_[number].parts; }
  /// Which of the distinct ones it is.
  [[nodiscard]] std::uint32_t number(std::uint32_t operation) const { return index_[operation]; }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(found_.size()); }

  [[nodiscard]] const std::vector<CallOutcome>& calls() const { return calls_; }
  [[nodiscard]] std::uint64_t foretold_bytes() const { return foretold_bytes_; }
  /// Of all runs; what a time quantum put off is not their sum but the largest mean, and the most of any flow.
  [[nodiscard]] const ModelFacts& model_facts() const { return model_facts_; }
  /// Events of all runs.
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  /// The messages from each card of an actor to that of another.
  struct Messages {
    std::uint32_t sender = 0, receiver = 0;
    Bytes bytes;
    friend auto operator<=>(const Messages&, const Messages&) = default;
  };
  struct Found {
    std::optional<std::uint32_t> call;  // of those alike the first; else:
    Messages messages;
    Activity activity;
    std::vector<std::int64_t> parts;
    RowOutcome outcome;  // of a call
    std::uint64_t events = 0, foretold_bytes = 0;
  };
  void list_distinct();
  [[nodiscard]] std::vector<std::uint32_t> alike_calls(AlikeCards& alike) const;
  [[nodiscard]] std::vector<DeviceId> devices(const std::vector<std::uint32_t>& cards) const;
  [[nodiscard]] std::vector<DeviceId> ends_of(const Messages& messages) const;
  void run(Found& found, topology::Router& router) const;
  [[nodiscard]] RowOutcome run_messages(const Messages& messages, topology::Router& router) const;
  void describe_calls();

  const OperationGraph& graph_;
  const ProgramInput& input_;
  std::vector<Found> found_;
  std::vector<std::uint32_t> index_;          // by operation
  std::vector<std::uint32_t> found_of_call_;  // kNone: it is never entered
  std::vector<CallOutcome> calls_;
  ModelFacts model_facts_;
  std::uint64_t foretold_bytes_ = 0, events_ = 0;
};

}  // namespace polyplane::sim
