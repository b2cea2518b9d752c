// Vertices where traffic leaves the fabric, each open while destinations behind it are looked at: the shortest paths to it,
// traces collected along them, and loads that wait to be spread.
//
// Parts of the fabric that are copies of one another (planes) share all of that as far as they are alike: shortest paths to
// the same vertex always; traces where links of the same place have the same traces; and where the same loads were put for
// the same vertex in each of those copies, they are spread once for all. Whatever differs is done by itself, so this is
// a matter of cost only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <tuple>
#include <vector>

#include "sim/at_once_dag.h"
#include "topology/alike_components.h"
#include "topology/path_finder.h"

namespace polyplane::sim {

/// Where each component of the scale-out graph stands from the first one of which it is a copy (or itself).
class FabricCopies {
 public:
  struct Copy {
    std::uint32_t first = 0;                // component
    std::uint32_t vertices = 0, edges = 0;  // from there to here
    topology::EdgeRange range;
  };
  explicit FabricCopies(const topology::PathFinder& finder) : graph_(finder.paths(topology::Layer::scale_out).graph()) {
    const std::vector<std::uint32_t> first = topology::first_alike(finder.topology(), graph_);
    for (std::uint32_t c = 0; c < first.size(); ++c) {
      const auto &here = graph_.components()[c], &there = graph_.components()[first[c]];
      const topology::EdgeRange range = topology::edges_of(graph_, here);
      copies_.push_back(
          {first[c], here.first - there.first, range.begin - topology::edges_of(graph_, there).begin, range});
    }
  }
  [[nodiscard]] std::span<const Copy> all() const { return copies_; }
  [[nodiscard]] std::uint32_t component(topology::Vertex v) const { return graph_.component_of(v); }
  [[nodiscard]] std::uint32_t num_edges() const { return static_cast<std::uint32_t>(graph_.edges().size()); }

 private:
  const topology::TransitGraph& graph_;
  std::vector<Copy> copies_;
};

template <class Trace, class Load>
class Targets {
 public:
  Targets(const topology::PathFinder& finder, const Islands& islands, const FabricCopies& copies,
          const Inverses& inverses)
      : finder_(finder), islands_(islands), copies_(copies), inverses_(inverses) {}

  class Target {
   public:
    [[nodiscard]] std::uint32_t distance(topology::Vertex v) const { return dag_->distance(v - shift_); }
    /// Of paths from `v`. REQUIRES: distance(v) is not kUnreachable.
    [[nodiscard]] const Trace& trace(topology::Vertex v) const { return (*traces_)[dag_->place(v - shift_)]; }
    void put(topology::Vertex v, const Load& load) { loads_[dag_->place(v - shift_)] += load; }

   private:
    friend class Targets;
    const Dag* dag_ = nullptr;
    const std::vector<Trace>* traces_ = nullptr;
    std::vector<Load> loads_;
    topology::Vertex vertex_ = 0, shift_ = 0;
    std::uint32_t component_ = 0, shared_ = 0;  // index into shared dags
    std::uint32_t uses_ = 0;
  };

  /// Forgets all; `slots` are traces of links and stay until finish(). Then expect() every use of every target.
  void begin(std::span<const Trace> slots) {
    const std::size_t vertices = finder_.paths(topology::Layer::scale_out).graph().num_vertices();
    slots_ = slots;
    uses_.assign(vertices, 0);
    target_of_.assign(vertices, kNoIndex);
    dag_of_.assign(vertices, kNoIndex);
    targets_.clear();
    dags_.clear();
    free_targets_.clear();
    free_dags_.clear();
    find_twins();
  }
  void expect(topology::Vertex vertex) { uses_[vertex] += 1; }

  void open(topology::Vertex vertex) {
    if (target_of_[vertex] != kNoIndex) return;
    target_of_[vertex] = take(free_targets_, targets_);
    Target& target = targets_[target_of_[vertex]];
    target.vertex_ = vertex;
    target.component_ = copies_.component(vertex);
    target.shift_ = copies_.all()[target.component_].vertices;
    target.uses_ = uses_[vertex];
    target.shared_ = open_dag(vertex - target.shift_);
    target.dag_ = &dags_[target.shared_].dag;
    target.traces_ = &traces_of(target);
    target.loads_.assign(target.dag_->num_places(), Load{});
  }
  [[nodiscard]] Target& at(topology::Vertex vertex) { return targets_[target_of_[vertex]]; }
  /// One use less; what was put at targets after their last use goes to the loads of links, `slots`. Those of one
  /// destination at once.
  void close(std::span<const topology::Vertex> vertices, std::span<Load> slots) {
    std::vector<Target*> ended;
    for (const topology::Vertex vertex : vertices) {
      if (--at(vertex).uses_ == 0) ended.push_back(&at(vertex));
    }
    const auto key = [this](const Target* t) { return std::tuple(t->shared_, twin_[t->component_], t->vertex_); };
    std::sort(ended.begin(), ended.end(), [&](const Target* a, const Target* b) { return key(a) < key(b); });
    for (std::size_t i = 0; i < ended.size();) {
      std::size_t end = i + 1;
      while (end < ended.size() && ended[end]->shared_ == ended[i]->shared_ &&
             twin_[ended[end]->component_] == twin_[ended[i]->component_]) {
        ++end;
      }
      spread(std::span(ended).subspan(i, end - i), slots);
      i = end;
    }
    for (const Target* target : ended) release(*target);
  }
  /// Adds what was spread for several copies at once.
  void finish(std::span<Load> slots) {
    for (std::size_t c = 0; c < twin_.size(); ++c) {
      if (twins_[twin_[c]] < 2) continue;
      const FabricCopies::Copy &here = copies_.all()[c], &there = copies_.all()[twin_[c]];
      for (std::uint32_t e = here.range.begin; e < here.range.end; ++e) {
        slots[e] += common_[e - here.range.begin + there.range.begin];
      }
    }
  }

 private:
  struct Collected {
    std::uint32_t twin = 0;
    std::vector<Trace> traces;
  };
  struct SharedDag {
    Dag dag;
    std::uint32_t uses = 0;           // open targets
    std::deque<Collected> collected;  // stay where they are
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

  /// Copies of which each link has the same trace are twins.
  void find_twins() {
    const std::span<const FabricCopies::Copy> all = copies_.all();
    std::vector<std::vector<std::uint32_t>> kinds(all.size());  // by first copy: one of each set of twins
    twin_.resize(all.size());
    twins_.assign(all.size(), 0);
    for (std::uint32_t c = 0; c < all.size(); ++c) {
      const auto links = [&](std::uint32_t of) {
        return slots_.subspan(all[of].range.begin, all[of].range.end - all[of].range.begin);
      };
      std::vector<std::uint32_t>& known = kinds[all[c].first];
      const auto same = std::find_if(known.begin(), known.end(),
                                     [&](std::uint32_t other) { return std::ranges::equal(links(other), links(c)); });
      twin_[c] = same == known.end() ? c : *same;
      twins_[twin_[c]] += 1;
      if (same == known.end()) known.push_back(c);
    }
    const bool any = std::ranges::any_of(twins_, [](std::uint32_t twins) { return twins > 1; });
    common_.assign(any ? copies_.num_edges() : 0, Load{});
  }

  std::uint32_t open_dag(topology::Vertex vertex) {
    const bool is_new = dag_of_[vertex] == kNoIndex;
    if (is_new) dag_of_[vertex] = take(free_dags_, dags_);
    SharedDag& shared = dags_[dag_of_[vertex]];
    shared.uses += 1;
    constexpr auto kOut = topology::Layer::scale_out;
    if (is_new) shared.dag.open(finder_.paths(kOut), islands_, kOut, vertex);
    return dag_of_[vertex];
  }

  const std::vector<Trace>& traces_of(const Target& target) {
    SharedDag& shared = dags_[target.shared_];
    const std::uint32_t twin = twin_[target.component_];
    for (const Collected& collected : shared.collected) {
      if (collected.twin == twin) return collected.traces;
    }
    shared.collected.push_back({twin, {}});
    shared.dag.template collect<Trace>(slots_.subspan(copies_.all()[twin].edges), inverses_,
                                       shared.collected.back().traces);
    return shared.collected.back().traces;
  }

  /// The same vertex in several twins, or in one component.
  void spread(std::span<Target* const> targets, std::span<Load> slots) {
    const std::uint32_t twin = twin_[targets[0]->component_];
    const bool all_alike = targets.size() > 1 && targets.size() == twins_[twin] &&
                           std::all_of(targets.begin() + 1, targets.end(),
                                       [&](const Target* t) { return t->loads_ == targets[0]->loads_; });
    if (all_alike) {
      targets[0]->dag_->template spread<Load>(targets[0]->loads_, inverses_,
                                              std::span(common_).subspan(copies_.all()[twin].edges));
      return;
    }
    for (Target* target : targets) {
      const std::uint32_t shift = copies_.all()[target->component_].edges;
      target->dag_->template spread<Load>(target->loads_, inverses_, slots.subspan(shift));
    }
  }

  void release(const Target& target) {
    free_targets_.push_back(target_of_[target.vertex_]);
    target_of_[target.vertex_] = kNoIndex;
    SharedDag& shared = dags_[target.shared_];
    if (--shared.uses > 0) return;
    shared.collected.clear();
    free_dags_.push_back(target.shared_);
    dag_of_[target.vertex_ - target.shift_] = kNoIndex;
  }

  const topology::PathFinder& finder_;
  const Islands& islands_;
  const FabricCopies& copies_;
  const Inverses& inverses_;
  std::span<const Trace> slots_;
  std::vector<std::uint32_t> twin_, twins_;      // by component: the first of its twins; of that one: how many they are
  std::vector<Load> common_;                     // by edge of a first twin: what each of them gets
  std::vector<std::uint32_t> uses_, target_of_;  // by vertex
  std::vector<std::uint32_t> dag_of_;            // by vertex of the first copy
  std::deque<Target> targets_;                   // stay where they are
  std::deque<SharedDag> dags_;
  std::vector<std::uint32_t> free_targets_, free_dags_;
};

}  // namespace polyplane::sim
