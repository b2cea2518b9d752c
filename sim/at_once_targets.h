// Vertices where traffic leaves the fabric, each open while destinations behind it are looked at: the shortest paths to it,
// traces collected along them, and loads that wait to be spread. In parts of the fabric that are copies of one another
// (planes) the same vertex has the same shortest paths, which are then worked out once for all that are open.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "sim/at_once_dag.h"
#include "topology/alike_components.h"
#include "topology/path_finder.h"

namespace polyplane::sim {

/// Where each component of the scale-out graph stands from the first one of which it is a copy (or itself).
class FabricCopies {
 public:
  struct Shift {
    std::uint32_t vertices = 0, edges = 0;
  };
  explicit FabricCopies(const topology::PathFinder& finder) : graph_(finder.paths(topology::Layer::scale_out).graph()) {
    const std::vector<std::uint32_t> first = topology::first_alike(finder.topology(), graph_);
    for (std::uint32_t c = 0; c < first.size(); ++c) {
      const auto &here = graph_.components()[c], &there = graph_.components()[first[c]];
      shifts_.push_back(
          {here.first - there.first, topology::edges_of(graph_, here).begin - topology::edges_of(graph_, there).begin});
    }
  }
  [[nodiscard]] Shift shift(topology::Vertex v) const { return shifts_[graph_.component_of(v)]; }

 private:
  const topology::TransitGraph& graph_;
  std::vector<Shift> shifts_;
};

template <class Trace, class Load>
class Targets {
 public:
  Targets(const topology::PathFinder& finder, const Islands& islands, const FabricCopies& copies,
          const Inverses& inverses)
      : finder_(finder), islands_(islands), copies_(copies), inverses_(inverses) {}

  class Target {
   public:
    [[nodiscard]] std::uint32_t distance(topology::Vertex v) const { return dag_->distance(v - shift_.vertices); }
    /// Of paths from `v`. REQUIRES: distance(v) is not kUnreachable.
    [[nodiscard]] const Trace& trace(topology::Vertex v) const { return traces_[dag_->place(v - shift_.vertices)]; }
    void put(topology::Vertex v, const Load& load) { loads_[dag_->place(v - shift_.vertices)] += load; }

   private:
    friend class Targets;
    const Dag* dag_ = nullptr;
    FabricCopies::Shift shift_;
    std::vector<Trace> traces_;
    std::vector<Load> loads_;
    std::uint32_t uses_ = 0;
  };

  /// Forgets all; then expect() every use of every target.
  void clear() {
    const std::size_t vertices = finder_.paths(topology::Layer::scale_out).graph().num_vertices();
    uses_.assign(vertices, 0);
    target_of_.assign(vertices, kNoIndex);
    dag_of_.assign(vertices, kNoIndex);
    targets_.clear();
    dags_.clear();
    free_targets_.clear();
    free_dags_.clear();
  }
  void expect(topology::Vertex vertex) { uses_[vertex] += 1; }
  /// `slots`: traces of links.
  void open(topology::Vertex vertex, std::span<const Trace> slots) {
    if (target_of_[vertex] != kNoIndex) return;
    target_of_[vertex] = take(free_targets_, targets_);
    Target& target = targets_[target_of_[vertex]];
    target.uses_ = uses_[vertex];
    target.shift_ = copies_.shift(vertex);
    target.dag_ = &open_dag(vertex - target.shift_.vertices);
    target.dag_->template collect<Trace>(slots.subspan(target.shift_.edges), inverses_, target.traces_);
    target.loads_.assign(target.dag_->num_places(), Load{});
  }
  [[nodiscard]] Target& at(topology::Vertex vertex) { return targets_[target_of_[vertex]]; }
  /// One use less; after the last one what was put goes to the loads of links, `slots`.
  void close(topology::Vertex vertex, std::span<Load> slots) {
    Target& target = at(vertex);
    if (--target.uses_ > 0) return;
    target.dag_->template spread<Load>(target.loads_, inverses_, slots.subspan(target.shift_.edges));
    free_targets_.push_back(target_of_[vertex]);
    target_of_[vertex] = kNoIndex;
    std::uint32_t& dag = dag_of_[vertex - target.shift_.vertices];
    if (--dags_[dag].uses > 0) return;
    free_dags_.push_back(dag);
    dag = kNoIndex;
  }

 private:
  struct SharedDag {
    Dag dag;
    std::uint32_t uses = 0;  // open targets
  };

  /// An item that is free, or one more.
  template <class Items>
  static std::uint32_t take(std::vector<std::uint32_t>& free, Items& items) {
    if (free.empty()) {
      items.emplace_back();
      return static_cast<std::uint32_t>(items.size() - 1);
    }
    const std::uint32_t item = free.back();
    free.pop_back();
    return item;
  }

  const Dag& open_dag(topology::Vertex vertex) {
    const bool is_new = dag_of_[vertex] == kNoIndex;
    if (is_new) dag_of_[vertex] = take(free_dags_, dags_);
    SharedDag& shared = dags_[dag_of_[vertex]];
    shared.uses += 1;
    constexpr auto kOut = topology::Layer::scale_out;
    if (is_new) shared.dag.open(finder_.paths(kOut), islands_, kOut, vertex);
    return shared.dag;
  }

  const topology::PathFinder& finder_;
  const Islands& islands_;
  const FabricCopies& copies_;
  const Inverses& inverses_;
  std::vector<std::uint32_t> uses_, target_of_;  // by vertex
  std::vector<std::uint32_t> dag_of_;            // by vertex of the first copy
  std::deque<Target> targets_;                   // stay where they are
  std::deque<SharedDag> dags_;
  std::vector<std::uint32_t> free_targets_, free_dags_;
};

}  // namespace polyplane::sim
