// Maximum flow on the quotient of the graph by its coarsest equitable partition: vertices of one class have the same
// total rate to and from every other class, so a flow between classes spreads evenly over their members, and the maximum
// is that of the whole graph (Grohe, Kersting, Mladenov, Selman, ESA 2014). Fat trees come down to a few vertices.
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <map>

#include "topology/metrics.h"
#include "topology/transit_graph.h"

namespace polyplane::topology {

namespace {

using Class = std::uint32_t;
constexpr Class kSource = 0, kSink = 1, kInner = 2;
constexpr std::int64_t kMaxSum = 4'600'000'000'000'000'000;

struct Pipe {
  std::uint32_t from, to;  // DeviceIds
  std::int64_t bps;
};

/// The half of each accelerator: kSource or kSink.
std::vector<Class> halve(const Topology& topology) {
  const auto domains = topology.scaleup_domain();
  const std::int32_t num_domains = *std::max_element(domains.begin(), domains.end()) + 1;
  std::vector<Class> halves;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const bool first = num_domains > 1 ? domains[i] < num_domains / 2 : i < domains.size() / 2;
    halves.push_back(first ? kSource : kSink);
  }
  return halves;
}

bool has_one_domain(const Topology& topology) {
  const auto domains = topology.scaleup_domain();
  return std::all_of(domains.begin(), domains.end(), [&](std::int32_t domain) { return domain == 0; });
}

/// Classes of devices before refinement. A NIC stands with the accelerators that it serves: it sends for the first half
/// or receives for the second, and passes nothing on.
struct Split {
  std::vector<Class> side;  // by DeviceId
  std::vector<Class> nic;   // by DeviceId; kInner: no NIC
};

Split split(const Topology& topology) {
  Split result{std::vector<Class>(topology.devices().size(), kInner),
               std::vector<Class>(topology.devices().size(), kInner)};
  const std::vector<Class> halves = halve(topology);
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const DeviceId card = topology.accelerators()[i];
    result.side[card.index()] = halves[i];
    for (const LinkId out : topology.out_links(card)) {
      const Link& link = topology.link(out);
      if (link.kind == LinkKind::host) result.nic[link.to.index()] = halves[i];
    }
  }
  return result;
}

std::vector<Pipe> find_pipes(const Topology& topology, const Split& split) {
  const bool inside = has_one_domain(topology);
  std::vector<Pipe> pipes;
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const Link& link = topology.links()[i];
    if (!usable(topology, LinkId(i)) || (link.kind == LinkKind::scale_up) != inside) continue;
    const std::uint32_t from = link.from.index(), to = link.to.index();
    if (split.side[to] == kSource || split.side[from] == kSink) continue;
    const bool out = link.kind == LinkKind::scale_out;
    if (out && (split.nic[to] == kSource || split.nic[from] == kSink)) continue;
    pipes.push_back({from, to, link.rate.bps()});
  }
  return pipes;
}

/// What a device exchanges with one class in one direction.
struct Exchange {
  std::uint64_t end = 0;  // the direction, above the class
  std::int64_t bps = 0;
  friend auto operator<=>(const Exchange&, const Exchange&) = default;
};

/// One end of a pipe, from the device at the other one.
struct End {
  std::uint32_t device = 0, far = 0;
  std::uint32_t direction = 0;  // 0: out of `device`
  std::int64_t bps = 0;
};

/// Both ends of all pipes, by device.
std::vector<End> ends_by_device(const std::vector<Pipe>& pipes) {
  std::vector<End> ends;
  ends.reserve(2 * pipes.size());
  for (const Pipe& pipe : pipes) {
    ends.push_back({pipe.from, pipe.to, 0, pipe.bps});
    ends.push_back({pipe.to, pipe.from, 1, pipe.bps});
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& x, const End& y) { return x.device < y.device; });
  return ends;
}

/// Adds up what stands in a row for the same end. Sorts the row.
void merge(std::vector<Exchange>& row) {
  std::sort(row.begin(), row.end());
  std::size_t kept = 0;
  for (const Exchange& exchange : row) {
    if (kept > 0 && row[kept - 1].end == exchange.end) {
      row[kept - 1].bps += exchange.bps;
    } else {
      row[kept++] = exchange;
    }
  }
  row.resize(kept);
}

/// Splits classes until all members of each have the same rates to and from every class. Returns the number of classes.
Class refine(const std::vector<Pipe>& pipes, std::vector<Class>& classes) {
  const std::vector<End> ends = ends_by_device(pipes);
  for (Class count = kInner + 1;;) {
    std::map<std::pair<Class, std::vector<Exchange>>, Class> fresh;
    std::vector<Class> next = classes;
    for (std::size_t first = 0; first < ends.size();) {
      const std::uint32_t device = ends[first].device;
      std::vector<Exchange> row;
      for (; first < ends.size() && ends[first].device == device; ++first) {
        row.push_back({std::uint64_t{ends[first].direction} << 32U | classes[ends[first].far], ends[first].bps});
      }
      if (classes[device] < kInner) continue;
      merge(row);
      const auto number = static_cast<Class>(kInner + fresh.size());
      next[device] = fresh.try_emplace({classes[device], std::move(row)}, number).first->second;
    }
    const auto now = static_cast<Class>(kInner + fresh.size());
    classes = std::move(next);
    if (now == count) return count;
    count = now;
  }
}

std::int64_t max_flow(Class num_classes, const std::map<std::pair<Class, Class>, std::int64_t>& rates) {
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using Residual = boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                   boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>;
  using FlowGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                          boost::property<boost::edge_capacity_t, std::int64_t, Residual>>;
  FlowGraph graph(num_classes);
  for (const auto& [ends, rate] : rates) {
    const auto forth = boost::add_edge(ends.first, ends.second, graph).first;
    const auto back = boost::add_edge(ends.second, ends.first, graph).first;
    boost::put(boost::edge_capacity, graph, forth, rate);
    boost::put(boost::edge_capacity, graph, back, std::int64_t{0});
    boost::put(boost::edge_reverse, graph, forth, back);
    boost::put(boost::edge_reverse, graph, back, forth);
  }
  return boost::push_relabel_max_flow(graph, kSource, kSink);
}

}  // namespace

std::optional<BitRate> measure_bisection(const Topology& topology) {
  if (topology.accelerators().size() < 2) return std::nullopt;
  Split parts = split(topology);
  const std::vector<Pipe> pipes = find_pipes(topology, parts);
  int128 sum = 0;
  for (const Pipe& pipe : pipes) sum += pipe.bps;
  if (sum > kMaxSum) return std::nullopt;
  const Class num_classes = refine(pipes, parts.side);
  std::map<std::pair<Class, Class>, std::int64_t> rates;
  for (const Pipe& pipe : pipes) {
    const Class from = parts.side[pipe.from], to = parts.side[pipe.to];
    if (from != to) rates[{from, to}] += pipe.bps;
  }
  return BitRate::from_bps(max_flow(num_classes, rates));
}

}  // namespace polyplane::topology
