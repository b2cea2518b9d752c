// A program made ready to run: operations, streams and entries into calls numbered over all actors, and who waits for
// whom.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collectives/message_matching.h"
#include "collectives/program.h"

namespace polyplane::sim {

/// Keeps a reference to the program.
class OperationGraph {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// REQUIRES: check_program() accepts it.
  explicit OperationGraph(const collectives::Program& program);

  [[nodiscard]] const collectives::Program& program() const { return program_; }
  [[nodiscard]] std::uint32_t num_operations() const { return static_cast<std::uint32_t>(actor_.size()); }
  [[nodiscard]] std::uint32_t num_actors() const { return static_cast<std::uint32_t>(first_operation_.size() - 1); }
  /// Operations of an actor are [first(a), first(a + 1)), in the order in which they are listed.
  [[nodiscard]] std::uint32_t first(std::uint32_t actor) const { return first_operation_[actor]; }
  [[nodiscard]] std::uint32_t actor(std::uint32_t operation) const { return actor_[operation]; }
  [[nodiscard]] const collectives::Operation& operation(std::uint32_t operation) const {
    const std::uint32_t a = actor_[operation];
    return program_.actors[a].operations[operation - first_operation_[a]];
  }

  /// Streams over all actors.
  [[nodiscard]] std::uint32_t num_streams() const { return static_cast<std::uint32_t>(kinds_.size()); }
  [[nodiscard]] std::uint32_t stream(std::uint32_t operation) const { return stream_[operation]; }
  [[nodiscard]] collectives::Stream::Kind kind(std::uint32_t stream) const { return kinds_[stream]; }

  /// What an operation waits for: what it is `after`, and on a stream in order the operation before it.
  [[nodiscard]] std::uint32_t waits(std::uint32_t operation) const { return waits_[operation]; }
  /// Operations that wait for the end of this one, and for its start.
  [[nodiscard]] std::span<const std::uint32_t> after_end(std::uint32_t operation) const {
    return {successors_.data() + first_successor_[2 * std::size_t{operation}],
            successors_.data() + first_successor_[2 * std::size_t{operation} + 1]};
  }
  [[nodiscard]] std::span<const std::uint32_t> after_start(std::uint32_t operation) const {
    return {successors_.data() + first_successor_[2 * std::size_t{operation} + 1],
            successors_.data() + first_successor_[2 * std::size_t{operation} + 2]};
  }

  /// Of a send or receive: the other end; kNone where it is found while the program runs, and for other operations.
  [[nodiscard]] std::uint32_t partner(std::uint32_t operation) const { return partner_[operation]; }
  /// Are the receives of this actor matched while the program runs?
  [[nodiscard]] bool takes_any(std::uint32_t actor) const { return matching_.takes_any(actor); }

  /// Instances of calls: instance n of call c is first_instance(c) + n.
  [[nodiscard]] std::uint32_t num_instances() const { return first_instance_.back(); }
  [[nodiscard]] std::uint32_t first_instance(std::uint32_t call) const { return first_instance_[call]; }
  /// Of a collective operation; kNone for others.
  [[nodiscard]] std::uint32_t instance(std::uint32_t operation) const { return instance_[operation]; }
  /// Actors with cards in a call, ascending.
  [[nodiscard]] std::span<const std::uint32_t> members(std::uint32_t call) const { return members_[call]; }

 private:
  void number_operations();
  void list_members();
  void number_instances();
  void link_operations();
  template <class Edge>
  void for_each_edge(Edge edge) const;

  const collectives::Program& program_;
  collectives::MessageMatching matching_;
  std::vector<std::uint32_t> first_operation_, actor_, stream_, waits_, partner_, instance_;
  std::vector<collectives::Stream::Kind> kinds_;
  std::vector<std::uint64_t> first_successor_;  // two for each operation: after its end, after its start
  std::vector<std::uint32_t> successors_;
  std::vector<std::uint32_t> first_instance_;
  std::vector<std::vector<std::uint32_t>> members_;
};

/// Bytes that running it takes, its communication left out.
[[nodiscard]] std::uint64_t foretell_program(const collectives::Program& program);

}  // namespace polyplane::sim
