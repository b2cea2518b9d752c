#include "topology/topology.h"

#include "topology/graph.h"

namespace polyplane::topology {

Topology::Topology(std::unique_ptr<Graph> graph)
    : graph_(std::move(graph)), devices_(graph_->devices), links_(graph_->links) {}
Topology::Topology(Topology&&) noexcept = default;
Topology& Topology::operator=(Topology&&) noexcept = default;
Topology::~Topology() = default;

const std::string& Topology::name() const { return graph_->name; }
std::span<const DeviceId> Topology::accelerators() const { return graph_->accelerators; }
std::span<const std::string> Topology::tier_names() const { return graph_->tier_names; }
std::int32_t Topology::num_nodes() const { return graph_->num_nodes; }
std::int32_t Topology::num_planes() const { return graph_->num_planes; }
bool Topology::lossless() const { return graph_->lossless; }
std::uint32_t Topology::virtual_channels() const { return graph_->virtual_channels; }
std::span<const std::int32_t> Topology::coordinates(DeviceId id) const {
  if (id.index() >= graph_->coordinate_rows.size()) return {};
  const CoordinateRow& row = graph_->coordinate_rows[id.index()];
  return std::span(graph_->coordinates).subspan(row.first, row.count);
}
std::span<const std::int32_t> Topology::scaleup_domain() const { return graph_->scaleup_domain; }

namespace {

std::span<const LinkId> row(const LinkRows& rows, DeviceId id) {
  const std::uint32_t begin = rows.begin[id.index()];
  return std::span(rows.links).subspan(begin, rows.begin[id.index() + 1] - begin);
}

}  // namespace

std::span<const LinkId> Topology::out_links(DeviceId id) const { return row(graph_->out, id); }
std::span<const LinkId> Topology::in_links(DeviceId id) const { return row(graph_->in, id); }

DeviceId Topology::find_device(std::string_view name) const { return graph_->by_name.find(name, devices_); }

const BoostGraph& Topology::Graph::boost_graph() const {
  std::call_once(once_, [this] {
    for (std::size_t device = 0; device < devices.size(); ++device) boost::add_vertex(boost_graph_);
    for (std::uint32_t index = 0; index < links.size(); ++index) {
      boost::add_edge(links[index].from.index(), links[index].to.index(), LinkId(index), boost_graph_);
    }
  });
  return boost_graph_;
}

}  // namespace polyplane::topology
