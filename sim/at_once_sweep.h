// One pass over all flows of some blocks without listing them: every pair of classes of islands once, destination by
// destination. On the way, traces of links add up to the trace of each flow; back, what flows put on their links adds up.
// Costs, for each vertex where traffic leaves, one walk in each direction over the shortest paths to it, and a little for
// each pair of cards of each pair of classes of islands. Memory: links, legs within islands, and the shortest paths to the
// vertices of one destination (and of those that share vertices with it).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/at_once_targets.h"
#include "sim/at_once_ways.h"

namespace polyplane::sim {

/// Flows that one pair of cards of two islands stands for.
struct FlowGroup {
  std::uint32_t from = 0, to = 0;  // classes of islands
  bool within = false;             // within one island
  const PairWays::Pair* pair = nullptr;
  std::uint64_t flows = 0;
};

template <class Trace, class Load>
class Sweep {
 public:
  Sweep(const topology::PathFinder& finder, const Islands& islands, const FabricCopies& copies, WaysTable& ways,
        const Inverses& inverses)
      : finder_(finder),
        islands_(islands),
        classes_(islands.classes()),
        ways_(ways),
        inverses_(inverses),
        targets_(finder, islands, copies, inverses) {}

  /// Calls visit(FlowGroup, Trace) -> Load for each group; the load is that of one flow. Returns the loads by slot: of one
  /// link each. `stop` is asked before each destination; after true the loads are of no use.
  template <class Visit>
  [[nodiscard]] std::vector<Load> run(std::vector<Trace> slots, const std::function<bool()>& stop, Visit&& visit) {
    slots_ = std::move(slots);
    loads_.assign(islands_.slots().size(), Load{});
    legs_.assign(classes_.size(), {});
    leg_loads_.assign(classes_.size(), {});
    for (const std::uint32_t to : destinations()) {
      if (stop()) break;
      for (const Port& exit : exits(to).all) targets_.open(exit.vertex);
      if (ways_.sends(to)) pass(to, to, true, visit);
      for (std::uint32_t from = 0; from < classes_.size(); ++from) {
        if (ways_.sends(from) && (from != to || classes_[to].islands > 1)) pass(from, to, false, visit);
      }
      closing_.clear();
      for (const Port& exit : exits(to).all) closing_.push_back(exit.vertex);
      targets_.close(closing_, loads_);
    }
    targets_.finish(loads_);
    for (std::size_t c = 0; c < classes_.size(); ++c) spread_legs(classes_[c], leg_loads_[c]);
    return std::move(loads_);
  }

 private:
  static constexpr auto kUp = static_cast<std::size_t>(topology::Layer::scale_up);
  static constexpr auto kOut = static_cast<std::size_t>(topology::Layer::scale_out);
  /// Of the legs within an island that were known when they were collected.
  struct Legs {
    std::uint32_t known = 0;
    std::vector<Trace> traces;
  };

  [[nodiscard]] const Ports& entries(std::uint32_t c) const { return classes_[c].entries[kOut]; }
  [[nodiscard]] const Ports& exits(std::uint32_t c) const { return classes_[c].exits[kOut]; }

  /// Classes that receive, those that share vertices close together.
  [[nodiscard]] std::vector<std::uint32_t> destinations() {
    targets_.begin(slots_);
    std::vector<std::uint32_t> order;
    for (std::uint32_t c = 0; c < classes_.size(); ++c) {
      if (!ways_.receives(c)) continue;
      order.push_back(c);
      for (const Port& exit : exits(c).all) targets_.expect(exit.vertex);
    }
    const auto first_exit = [this](std::uint32_t c) { return exits(c).all.empty() ? 0 : exits(c).all[0].vertex; };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(first_exit(a), a) < std::tuple(first_exit(b), b);
    });
    return order;
  }

  template <class Visit>
  void pass(std::uint32_t from, std::uint32_t to, bool within, Visit& visit) {
    hops_.clear();
    for (const Port& entry : entries(from).all) {
      for (const Port& exit : exits(to).all) {
        hops_.push_back(static_cast<std::uint16_t>(targets_.at(exit.vertex).distance(entry.vertex)));
      }
    }
    const PairWays& ways = ways_.find(from, to, within, hops_);
    if (ways.pairs.empty()) return;
    for (const std::uint32_t c : {from, to}) refresh_legs(c);
    collect_stretches(from, to, ways);

    const std::uint64_t sources = classes_[from].islands;
    const std::uint64_t partners = within ? 1 : from == to ? sources - 1 : classes_[to].islands;  // of each source
    const std::uint64_t senders = within ? 1 : from == to ? sources - 1 : sources;                // of each destination
    const auto each_way = [&](const PairWays::Pair& pair, auto&& call) {
      for (std::uint32_t w = pair.first_way; w < pair.first_way + pair.num_ways; ++w) call(ways.ways[w]);
    };
    for (const PairWays::Pair& pair : ways.pairs) {
      Trace trace;
      each_way(pair, [&](const PairWays::Way& way) {
        Trace along_way;
        if (way.near != kNoIndex) along_way = legs_[from].traces[way.near];
        if (way.stretch != kNoIndex) along_way = along_way.then(stretch_traces_[way.stretch]);
        if (way.far != kNoIndex) along_way = along_way.then(legs_[to].traces[way.far]);
        trace.add(along_way);
      });
      trace.split(pair.num_ways, inverses_);
      const Load load = visit(FlowGroup{from, to, within, &pair, sources * partners}, trace);
      const Load each = part(load, pair.num_ways, inverses_);
      each_way(pair, [&](const PairWays::Way& way) {
        if (way.near != kNoIndex) leg_loads_[from][way.near] += times(each, partners);
        if (way.stretch != kNoIndex) stretch_loads_[way.stretch] += each;
        if (way.far != kNoIndex) leg_loads_[to][way.far] += times(each, senders);
      });
    }
    spread_stretches(from, to, ways, sources * partners, partners, senders);
  }

  /// Collects again when a way has brought new legs.
  void refresh_legs(std::uint32_t c) {
    const IslandLegs& legs = ways_.legs(classes_[c].shape);
    if (legs_[c].known == legs.known) return;
    legs_[c] = {legs.known, collect_legs(classes_[c], legs)};
    leg_loads_[c].resize(legs.passages.size());
  }

  [[nodiscard]] Trace along(const Port& port) const {
    Trace trace;
    for (std::uint32_t i = 0; i < port.num_slots; ++i) trace = trace.then(slots_[port.slots[i]]);
    return trace;
  }
  [[nodiscard]] Trace along(const ShortCut& short_cut, std::uint32_t first_slot) const {
    Trace trace;
    for (std::uint32_t i = 0; i < short_cut.num_slots; ++i) {
      trace = trace.then(slots_[first_slot + short_cut.slots[i]]);
    }
    return trace;
  }
  void put(const Port& port, const Load& load) {
    for (std::uint32_t i = 0; i < port.num_slots; ++i) loads_[port.slots[i]] += load;
  }
  void put(const ShortCut& short_cut, std::uint32_t first_slot, const Load& load) {
    for (std::uint32_t i = 0; i < short_cut.num_slots; ++i) loads_[first_slot + short_cut.slots[i]] += load;
  }

  void collect_stretches(std::uint32_t from, std::uint32_t to, const PairWays& ways) {
    stretch_traces_.clear();
    for (const PairWays::Stretch& stretch : ways.stretches) {
      Trace trace;
      for (std::uint32_t p = stretch.first; p < stretch.first + stretch.count; ++p) {
        const PassagePorts& passage = ways.passages[p];
        if (passage.entry == kNoIndex) {
          trace.add(along(ways.short_cuts[passage.exit], classes_[from].first_slot));
          continue;
        }
        const Port& entry = entries(from).all[passage.entry];
        const Port& exit = exits(to).all[passage.exit];
        trace.add(along(entry).then(targets_.at(exit.vertex).trace(entry.vertex)).then(along(exit)));
      }
      trace.split(stretch.count, inverses_);
      stretch_traces_.push_back(trace);
    }
    stretch_loads_.assign(ways.stretches.size(), Load{});
  }

  void spread_stretches(std::uint32_t from, std::uint32_t to, const PairWays& ways, std::uint64_t flows,
                        std::uint64_t partners, std::uint64_t senders) {
    for (std::size_t s = 0; s < ways.stretches.size(); ++s) {
      const PairWays::Stretch& stretch = ways.stretches[s];
      const Load each = part(stretch_loads_[s], stretch.count, inverses_);
      for (std::uint32_t p = stretch.first; p < stretch.first + stretch.count; ++p) {
        const PassagePorts& passage = ways.passages[p];
        if (passage.entry == kNoIndex) {
          put(ways.short_cuts[passage.exit], classes_[from].first_slot, each);
          continue;
        }
        const Port& entry = entries(from).all[passage.entry];
        const Port& exit = exits(to).all[passage.exit];
        put(entry, times(each, partners));
        put(exit, times(each, senders));
        targets_.at(exit.vertex).put(entry.vertex, times(each, flows));
      }
    }
  }

  /// Calls visit(parts, dag of their exit's vertex) for passages, and visit(part, nullptr) for short cuts.
  template <class Visit>
  void for_each_exit(const IslandClass& island, const IslandLegs& legs, Visit&& visit) {
    const std::vector<Port>& all = island.exits[kUp].all;
    const std::span<const IslandLegs::Part> parts(legs.parts);
    for (std::size_t begin = 0; begin < parts.size();) {
      const bool is_short = parts[begin].ports.entry == kNoIndex;
      std::size_t end = begin + 1;
      if (!is_short) {
        const topology::Vertex vertex = all[parts[begin].ports.exit].vertex;
        while (end < parts.size() && parts[end].ports.entry != kNoIndex &&
               all[parts[end].ports.exit].vertex == vertex) {
          ++end;
        }
        up_dag_.open(finder_.paths(topology::Layer::scale_up), islands_, topology::Layer::scale_up, vertex);
      }
      visit(parts.subspan(begin, end - begin), is_short);
      begin = end;
    }
  }

  [[nodiscard]] std::vector<Trace> collect_legs(const IslandClass& island, const IslandLegs& legs) {
    std::vector<Trace> traces(legs.passages.size());
    for_each_exit(island, legs, [&](std::span<const IslandLegs::Part> parts, bool is_short) {
      if (is_short) {
        traces[parts[0].leg].add(along(legs.short_cuts[parts[0].ports.exit], island.first_slot));
        return;
      }
      up_dag_.template collect<Trace>(slots_, inverses_, up_traces_);
      for (const IslandLegs::Part& p : parts) {
        const Port& entry = island.entries[kUp].all[p.ports.entry];
        const Port& exit = island.exits[kUp].all[p.ports.exit];
        traces[p.leg].add(along(entry).then(up_traces_[up_dag_.place(entry.vertex)]).then(along(exit)));
      }
    });
    for (std::size_t i = 0; i < traces.size(); ++i) {
      if (legs.passages[i] > 0) traces[i].split(legs.passages[i], inverses_);
    }
    return traces;
  }

  void spread_legs(const IslandClass& island, std::vector<Load>& leg_loads) {
    if (leg_loads.empty()) return;
    const IslandLegs& legs = ways_.legs(island.shape);
    for (std::size_t i = 0; i < leg_loads.size(); ++i)
      leg_loads[i] = part(leg_loads[i], std::max(legs.passages[i], 1U), inverses_);
    for_each_exit(island, legs, [&](std::span<const IslandLegs::Part> parts, bool is_short) {
      if (is_short) {
        put(legs.short_cuts[parts[0].ports.exit], island.first_slot, leg_loads[parts[0].leg]);
        return;
      }
      up_loads_.assign(up_dag_.num_places(), Load{});
      for (const IslandLegs::Part& p : parts) {
        const Port& entry = island.entries[kUp].all[p.ports.entry];
        put(entry, leg_loads[p.leg]);
        put(island.exits[kUp].all[p.ports.exit], leg_loads[p.leg]);
        up_loads_[up_dag_.place(entry.vertex)] += leg_loads[p.leg];
      }
      up_dag_.template spread<Load>(up_loads_, inverses_, loads_);
    });
    leg_loads.clear();
  }

  const topology::PathFinder& finder_;
  const Islands& islands_;
  std::span<const IslandClass> classes_;
  WaysTable& ways_;
  const Inverses& inverses_;
  std::vector<Trace> slots_;
  std::vector<Load> loads_;
  Targets<Trace, Load> targets_;
  std::vector<Legs> legs_;                    // by class
  std::vector<std::vector<Load>> leg_loads_;  // by class, then by leg
  std::vector<topology::Vertex> closing_;
  std::vector<std::uint16_t> hops_;
  std::vector<Trace> stretch_traces_;
  std::vector<Load> stretch_loads_;
  Dag up_dag_;
  std::vector<Trace> up_traces_;
  std::vector<Load> up_loads_;
};

}  // namespace polyplane::sim
