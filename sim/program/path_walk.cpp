#include "sim/program/path_walk.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "sim/critical_path.h"

namespace polyplane::sim {

using collectives::Operation;
using Kind = Operation::Kind;

namespace {

class Walk {
 public:
  Walk(const OperationGraph& graph, const ProgramExecutor& executor, const CommunicationParts& parts,
       const topology::Topology& topology, ProgramOutcome& outcome)
      : graph_(graph),
        executor_(executor),
        parts_(parts),
        topology_(topology),
        outcome_(outcome),
        by_label_(graph.program().labels.size()),
        sum_(CriticalPath::width(topology), 0) {}

  void run() {
    std::uint32_t last = OperationGraph::kNone;
    for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
      if (last == OperationGraph::kNone || executor_.end(i) > executor_.end(last)) last = i;
    }
    if (last == OperationGraph::kNone) return;
    outcome_.makespan = executor_.end(last);
    for (std::uint32_t at = last; at != OperationGraph::kNone;) at = before_start(over_operation(at));
    std::ranges::reverse(outcome_.critical_path);
    TimePoint reached;
    for (const PathPiece& piece : outcome_.critical_path) {
      CHECK(piece.begin == reached, "the critical path has a gap");
      reached = piece.end;
    }
    CHECK(reached == outcome_.makespan, "the critical path ends early");
    for (std::uint32_t label = 0; label < by_label_.size(); ++label) {
      by_label_[label].label = label;
      if (by_label_[label].compute + by_label_[label].communication > Duration()) {
        outcome_.path_labels.push_back(by_label_[label]);
      }
    }
    outcome_.communication = CriticalPath::attribution(topology_, sum_);
  }

 private:
  /// Books what led to the end of an operation; returns the operation at whose start that began.
  std::uint32_t over_operation(std::uint32_t operation) {
    switch (graph_.operation(operation).kind) {
      case Kind::compute:
        add(operation, executor_.begin(operation), executor_.end(operation), true);
        return operation;
      case Kind::join:
        return operation;
      case Kind::receive: {
        if (executor_.end(operation) == executor_.begin(operation)) return operation;
        const std::uint32_t send = executor_.partner(operation);
        // A message that overtook another of its pair and tag had to wait for that.
        add(operation, executor_.end(send), executor_.end(operation), false);
        return over_operation(send);
      }
      case Kind::send:
      case Kind::collective: {
        const std::uint32_t origin = parts_.origin(operation);
        add(operation, executor_.begin(origin), executor_.end(operation), false);
        return origin;
      }
    }
    return operation;
  }

  /// What let an operation start by its end; kNone: nothing did.
  [[nodiscard]] std::uint32_t before_start(std::uint32_t operation) const {
    for (;;) {
      const ProgramExecutor::Cause cause = executor_.cause(operation);
      if (!cause.started) return cause.operation;
      operation = cause.operation;
    }
  }

  void add(std::uint32_t operation, TimePoint begin, TimePoint end, bool compute) {
    if (end <= begin) return;
    const std::uint32_t actor = graph_.actor(operation);
    outcome_.critical_path.push_back({actor, operation - graph_.first(actor), begin, end});
    PathLabel& label = by_label_[graph_.operation(operation).label];
    if (compute) {
      label.compute += end - begin;
      return;
    }
    label.communication += end - begin;
    const auto parts =
        graph_.operation(operation).kind == Kind::receive ? std::span<const std::int64_t>() : parts_.parts(operation);
    if (parts.empty()) return;
    for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += parts[i];
    const Duration known = Duration::from_ps(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}));
    CHECK(known <= end - begin, "the parts of a message or call are more than its time");
    outcome_.overlap += end - begin - known;
  }

  const OperationGraph& graph_;
  const ProgramExecutor& executor_;
  const CommunicationParts& parts_;
  const topology::Topology& topology_;
  ProgramOutcome& outcome_;
  std::vector<PathLabel> by_label_;
  std::vector<std::int64_t> sum_;
};

}  // namespace

void walk_path(const OperationGraph& graph, const ProgramExecutor& executor, const CommunicationParts& parts,
               const topology::Topology& topology, ProgramOutcome& outcome) {
  Walk(graph, executor, parts, topology, outcome).run();
}

}  // namespace polyplane::sim
