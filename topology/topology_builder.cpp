#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <numeric>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "topology/graph.h"
#include "topology/topology.h"

namespace polyplane::topology {

namespace {

using Graph = Topology::Graph;

std::uint32_t tier_index(Graph& graph, std::string_view tier) {
  const auto place = std::find(graph.tier_names.begin(), graph.tier_names.end(), tier);
  const auto index = static_cast<std::uint32_t>(place - graph.tier_names.begin());
  if (place == graph.tier_names.end()) graph.tier_names.emplace_back(tier);
  return index;
}

LinkId append(Graph& graph, Link link) {
  CHECK(link.from.index() < graph.devices.size() && link.to.index() < graph.devices.size() && link.from != link.to,
        "a link of tier " + graph.tier_names[link.tier] + " does not join two known devices");
  const LinkId id(static_cast<std::uint32_t>(graph.links.size()));
  graph.links.push_back(std::move(link));
  return id;
}

void check_links(const Graph& graph) {
  for (const Link& link : graph.links) {
    CHECK(link.rate.bps() > 0 && link.latency.ps() >= 0, "link " + graph.devices[link.from.index()].name + " -> " +
                                                             graph.devices[link.to.index()].name +
                                                             " needs a positive rate and a latency of zero or more");
  }
}

void take_failed_devices_down(Graph& graph) {
  if (std::all_of(graph.devices.begin(), graph.devices.end(), [](const Device& device) { return device.up; })) return;
  for (Link& link : graph.links) {
    if (!graph.devices[link.from.index()].up || !graph.devices[link.to.index()].up) link.up = false;
  }
}

/// Links by `end`; those of one device in the order of their ids.
void compile_rows(const Graph& graph, DeviceId Link::* end, LinkRows& rows) {
  const std::size_t num_devices = graph.devices.size();
  // begin[d + 1] is where the next link of device d goes, and ends up as where those of d + 1 begin.
  rows.begin.assign(num_devices + 2, 0);
  for (const Link& link : graph.links) ++rows.begin[(link.*end).index() + 2];
  std::partial_sum(rows.begin.begin(), rows.begin.end(), rows.begin.begin());
  rows.links.resize(graph.links.size());
  for (std::uint32_t index = 0; index < graph.links.size(); ++index) {
    rows.links[rows.begin[(graph.links[index].*end).index() + 1]++] = LinkId(index);
  }
  rows.begin.pop_back();
}

void compile_accelerators(Graph& graph) {
  for (std::uint32_t index = 0; index < graph.devices.size(); ++index) {
    if (graph.devices[index].kind == DeviceKind::accelerator) graph.accelerators.emplace_back(index);
  }
  const auto by_node = [&](DeviceId a, DeviceId b) {
    return graph.devices[a.index()].node < graph.devices[b.index()].node;
  };
  if (std::is_sorted(graph.accelerators.begin(), graph.accelerators.end(), by_node)) return;
  std::stable_sort(graph.accelerators.begin(), graph.accelerators.end(), by_node);
}

void compile_scaleup_domains(Graph& graph) {
  std::vector<std::uint32_t> rank(graph.devices.size(), 0);
  std::vector<std::uint32_t> parent(graph.devices.size());
  std::iota(parent.begin(), parent.end(), 0U);
  boost::disjoint_sets domains(rank.data(), parent.data());
  for (const Link& link : graph.links) {
    if (link.kind == LinkKind::scale_up && link.up) domains.union_set(link.from.index(), link.to.index());
  }
  std::vector<std::int32_t> number(graph.devices.size(), -1);
  std::int32_t count = 0;
  for (const DeviceId id : graph.accelerators) {
    std::int32_t& domain = number[domains.find_set(id.index())];
    if (domain < 0) domain = count++;
    graph.scaleup_domain.push_back(domain);
  }
}

void compile_counts(Graph& graph) {
  for (const Device& device : graph.devices) graph.num_nodes = std::max(graph.num_nodes, device.node + 1);
  for (const Link& link : graph.links) {
    if (link.kind == LinkKind::scale_out) graph.num_planes = std::max({graph.num_planes, link.plane + 1, 1});
  }
}

}  // namespace

TopologyBuilder::TopologyBuilder(std::string name) : graph_(std::make_unique<Topology::Graph>()) {
  graph_->name = std::move(name);
}
TopologyBuilder::TopologyBuilder(TopologyBuilder&&) noexcept = default;
TopologyBuilder::~TopologyBuilder() = default;

void TopologyBuilder::reserve(std::size_t devices, std::size_t links) {
  graph_->devices.reserve(devices);
  graph_->by_name.reserve(devices);
  graph_->links.reserve(links);
}

DeviceId TopologyBuilder::add_device(Device device) {
  const DeviceId id(static_cast<std::uint32_t>(graph_->devices.size()));
  if (!graph_->by_name.add(device.name, id, graph_->devices)) {
    throw InputError("device \"" + printable(device.name) + "\" exists twice; each device needs a name of its own");
  }
  graph_->devices.push_back(std::move(device));
  return id;
}

LinkId TopologyBuilder::add_cable(DeviceId from, DeviceId to, BitRate rate, Duration latency, LinkKind kind,
                                  std::string_view tier, std::int32_t plane) {
  Link forth{.from = from,
             .to = to,
             .rate = rate,
             .nominal_rate = rate,
             .latency = latency,
             .tier = tier_index(*graph_, tier),
             .plane = plane,
             .reverse = LinkId(),
             .kind = kind,
             .up = true,
             .name = {}};
  Link back = forth;
  std::swap(back.from, back.to);
  forth.reverse = LinkId(static_cast<std::uint32_t>(graph_->links.size() + 1));
  back.reverse = LinkId(static_cast<std::uint32_t>(graph_->links.size()));
  const LinkId id = append(*graph_, std::move(forth));
  append(*graph_, std::move(back));
  return id;
}

LinkId TopologyBuilder::add_link(DeviceId from, DeviceId to, BitRate rate, Duration latency, LinkKind kind,
                                 std::string_view tier, std::string name) {
  return append(*graph_, Link{.from = from,
                              .to = to,
                              .rate = rate,
                              .nominal_rate = rate,
                              .latency = latency,
                              .tier = tier_index(*graph_, tier),
                              .plane = -1,
                              .reverse = LinkId(),
                              .kind = kind,
                              .up = true,
                              .name = std::move(name)});
}

void TopologyBuilder::set_lossless(bool lossless) { graph_->lossless = lossless; }

void TopologyBuilder::set_virtual_channels(std::uint32_t channels) {
  CHECK(channels > 0, "a link has at least one virtual channel");
  graph_->virtual_channels = channels;
}

void TopologyBuilder::set_coordinates(DeviceId id, std::span<const std::int32_t> coordinates) {
  CHECK(id.index() < graph_->devices.size(), "coordinates of a device that is not there");
  CHECK(std::all_of(coordinates.begin(), coordinates.end(), [](std::int32_t x) { return x >= 0; }),
        "a negative coordinate");
  if (graph_->coordinate_rows.size() <= id.index()) graph_->coordinate_rows.resize(id.index() + 1);
  graph_->coordinate_rows[id.index()] = {static_cast<std::uint32_t>(graph_->coordinates.size()),
                                         static_cast<std::uint32_t>(coordinates.size())};
  graph_->coordinates.insert(graph_->coordinates.end(), coordinates.begin(), coordinates.end());
}

TopologyBuilder TopologyBuilder::copy_of(const Topology& topology) {
  TopologyBuilder builder(topology.name());
  const Graph& source = *topology.graph_;
  builder.graph_->devices = source.devices;
  builder.graph_->links = source.links;
  builder.graph_->tier_names = source.tier_names;
  builder.graph_->by_name = source.by_name;
  builder.graph_->lossless = source.lossless;
  builder.graph_->virtual_channels = source.virtual_channels;
  builder.graph_->coordinate_rows = source.coordinate_rows;
  builder.graph_->coordinates = source.coordinates;
  return builder;
}

Device& TopologyBuilder::device(DeviceId id) { return graph_->devices[id.index()]; }
Link& TopologyBuilder::link(LinkId id) { return graph_->links[id.index()]; }
std::size_t TopologyBuilder::num_devices() const { return graph_->devices.size(); }
std::size_t TopologyBuilder::num_links() const { return graph_->links.size(); }

Topology TopologyBuilder::build() && {
  check_links(*graph_);
  take_failed_devices_down(*graph_);
  compile_rows(*graph_, &Link::from, graph_->out);
  compile_rows(*graph_, &Link::to, graph_->in);
  compile_accelerators(*graph_);
  compile_scaleup_domains(*graph_);
  compile_counts(*graph_);
  return Topology(std::move(graph_));
}

}  // namespace polyplane::topology
