// GraphML: what `polyplane topo --export graphml` writes comes back as the same graph, ids of links included; graphs of
// other tools are read as far as their keys have names that are known (docs/formats.md).
//   A node without a kind is an accelerator when it has one neighbour, else a switch. A link without a rate or latency
//   has that of the options. In a directed graph two opposite links that are alike are one cable.
// Refused: nested graphs, hyperedges; ports are left out with a warning, as are nodes and links that are down.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "base/xml.h"
#include "topology/exports.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/graphml_keys.h"
#include "topology/import/importer.h"
#include "topology/router.h"
#include "topology/text_escape.h"

namespace polyplane::topology {

namespace {

using Edge = ImportedFabric::Edge;
using Field = GraphmlField;
using Values = GraphmlValues;

constexpr std::int64_t kMaxNumber = 1'000'000;

struct LinkRecord {
  Edge edge;
  int line = 0;
  std::int64_t index = -1, reverse = -1;
  bool directed = true;
};

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text),
        options_(input.options),
        document_(source_),
        builder_(source_),
        keys_(source_, builder_) {}

  ImportedFabric read() {
    const XmlElement& root = document_.root();
    if (root.name != "graphml")
      source_.fail(root.line, root.name, "is not the root of GraphML; that is called graphml");
    const XmlElement* graph = nullptr;
    for (const XmlElement& element : root.children) {
      if (element.name == "key") keys_.declare(element);
      if (element.name != "graph") continue;
      if (graph != nullptr) source_.fail(element.line, "graph", "is the second one; one graph is read");
      graph = &element;
    }
    if (graph == nullptr) source_.fail(root.line, "graph", "is missing");
    read_graph(*graph);
    return std::move(builder_).finish();
  }

 private:
  void read_graph(const XmlElement& graph) {
    std::vector<std::string_view> others;
    const Values values = keys_.values_of(graph, "graph", others);
    own_ = values.contains(Field::schema) && values.at(Field::schema) == kGraphmlSchema;
    ImportedFabric& fabric = builder_.fabric();
    if (values.contains(Field::name)) fabric.name = text_of(values.at(Field::name));
    fabric.lossless = values.contains(Field::lossless) && truth(graph, "lossless", values.at(Field::lossless));
    if (values.contains(Field::virtual_channels)) {
      fabric.virtual_channels = static_cast<std::uint32_t>(
          source_.whole(graph.line, "virtual_channels", values.at(Field::virtual_channels), 1, 256));
    }
    read_routing(graph, values);
    if (!own_) fabric.description = "a graph in GraphML";
    for (const std::string_view name : others) {
      if (name != "node" && name != "edge" && name != "hyperedge" && name != "desc") {
        source_.fail(graph.line, "graph", unknown_name("element", name, {"data", "desc", "edge", "node"}));
      }
    }
    const std::string_view direction = graph.attribute("edgedefault").value_or("directed");
    if (direction != "directed" && direction != "undirected") {
      source_.fail(graph.line, "graph@edgedefault", unknown_name("value", direction, {"directed", "undirected"}));
    }
    read_elements(graph, direction == "directed");
    finish_nodes();
    add_links();
  }

  void read_routing(const XmlElement& graph, const Values& values) {
    std::string& routing = builder_.fabric().routing;
    const auto given = values.find(Field::routing);
    if (given == values.end()) return builder_.assume("routing " + routing + ", since the file names none");
    if (!routings().contains(given->second)) {
      source_.fail(graph.line, "routing", unknown_name("routing", given->second, routings().names()));
    }
    routing = given->second;
  }

  void read_elements(const XmlElement& graph, bool directed) {
    for (const XmlElement& element : graph.children) {
      if (element.name == "node") read_node(element);
      if (element.name == "hyperedge") source_.fail(element.line, "hyperedge", "is not read: a link has two ends");
    }
    for (const XmlElement& element : graph.children) {
      if (element.name == "edge") read_edge(element, directed);
    }
  }

  [[nodiscard]] bool truth(const XmlElement& element, std::string_view field, std::string_view text) const {
    const std::string word = lower_case(text);
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
    source_.fail(element.line, field, "\"" + printable(text) + "\" is neither true nor false");
  }

  [[nodiscard]] std::string text_of(std::string_view text) const {
    return own_ ? unescape_controls(text) : std::string(text);
  }

  std::int32_t number(const XmlElement& element, const Values& values, Field field, std::string_view name,
                      std::int64_t max) const {
    const auto place = values.find(field);
    if (place == values.end()) return -1;
    return static_cast<std::int32_t>(source_.whole(element.line, name, place->second, -1, max));
  }

  struct NodeRecord {
    Device device;
    int line = 0;
    bool has_kind = false, has_forwards = false;
    std::string name;
  };

  void read_node(const XmlElement& element) {
    const std::string id(required_attribute(source_, element, "id"));
    if (node_index_.size() == kMaxImportedDevices) {
      source_.pass_limit(element.line, "node", "more than " + std::to_string(kMaxImportedDevices) + " are not read");
    }
    if (!node_index_.emplace(id, nodes_.size()).second) {
      source_.fail(element.line, "node@id", "\"" + printable(id) + "\" is there twice");
    }
    std::vector<std::string_view> others;
    const Values values = keys_.values_of(element, "node", others);
    for (const std::string_view name : others) {
      if (name == "graph") source_.fail(element.line, "node", "holds a graph; nested graphs are not read");
      if (name != "desc") builder_.warn(element.line, "element \"" + printable(name) + "\" of a node is not read");
    }
    NodeRecord& node = nodes_.emplace_back();
    node.line = element.line;
    Device& device = node.device;
    device.up = !values.contains(Field::up) || truth(element, "up", values.at(Field::up));
    node.name = values.contains(Field::name) ? text_of(values.at(Field::name)) : id;
    if (!own_) {
      if (node.name.empty() || !names_.insert(node.name).second) node.name = id;
      names_.insert(id);
    }
    if (values.contains(Field::kind)) {
      device.kind = device_kind(element, values.at(Field::kind));
      node.has_kind = true;
    }
    device.node = number(element, values, Field::node, "node", kMaxNumber);
    device.plane = number(element, values, Field::plane, "plane", 1023);
    device.rail = number(element, values, Field::rail, "rail", 10'000);
    device.tier = std::max(number(element, values, Field::tier, "tier", 100'000), 0);
    device.pod = number(element, values, Field::pod, "pod", kMaxNumber);
    has_tiers_ = has_tiers_ || device.tier > 0;
    if (values.contains(Field::part)) device.part = text_of(values.at(Field::part));
    const auto reduces = values.find(Field::reduces);
    device.reduces = reduces != values.end() && truth(element, "in_network_reduction", reduces->second);
    device.reduces_unasked = device.reduces;
    node.has_forwards = values.contains(Field::forwards);
    if (node.has_forwards) device.forwards = truth(element, "forwards", values.at(Field::forwards));
  }

  [[nodiscard]] DeviceKind device_kind(const XmlElement& element, std::string_view text) const {
    const std::string word = lower_case(text);
    if (word == "accelerator" || word == "gpu" || word == "host") return DeviceKind::accelerator;
    if (word == "nic") return DeviceKind::nic;
    if (word == "scaleup_switch") return DeviceKind::scaleup_switch;
    if (word == "network_switch" || word == "switch" || word == "router") return DeviceKind::network_switch;
    source_.fail(
        element.line, "kind",
        unknown_name("kind", text,
                     {"accelerator", "gpu", "host", "network_switch", "nic", "router", "scaleup_switch", "switch"}));
  }

  [[nodiscard]] LinkKind link_kind(const XmlElement& element, std::string_view text) const {
    if (text == "scale_up") return LinkKind::scale_up;
    if (text == "host") return LinkKind::host;
    if (text == "scale_out") return LinkKind::scale_out;
    source_.fail(element.line, "kind", unknown_name("kind", text, {"host", "scale_out", "scale_up"}));
  }

  std::uint32_t end_of(const XmlElement& element, std::string_view name) const {
    const std::string id(required_attribute(source_, element, name));
    const auto place = node_index_.find(id);
    if (place == node_index_.end()) {
      source_.fail(element.line, "edge@" + std::string(name), "\"" + printable(id) + "\" is the id of no node");
    }
    return static_cast<std::uint32_t>(place->second);
  }

  void read_edge(const XmlElement& element, bool directed) {
    if (links_.size() == 2 * kMaxImportedEdges) {
      source_.pass_limit(element.line, "edge", "more than " + std::to_string(2 * kMaxImportedEdges) + " are not read");
    }
    std::vector<std::string_view> others;
    const Values values = keys_.values_of(element, "edge", others);
    for (const std::string_view name : others) {
      if (name != "desc") builder_.warn(element.line, "element \"" + printable(name) + "\" of an edge is not read");
    }
    if (element.attribute("sourceport") || element.attribute("targetport")) {
      builder_.warn(element.line, "ports of edges are not read");
    }
    LinkRecord link;
    link.line = element.line;
    link.edge.from = end_of(element, "source");
    link.edge.to = end_of(element, "target");
    link.directed = directed;
    if (const auto own = element.attribute("directed")) link.directed = truth(element, "edge@directed", *own);
    if (values.contains(Field::up) && !truth(element, "up", values.at(Field::up))) {
      builder_.warn(element.line, "a link that is down is left out");
      return;
    }
    link.edge.rate = rate_of(element, values);
    link.edge.latency = latency_of(element, values);
    link.edge.back_latency = link.edge.latency;
    if (values.contains(Field::name)) link.edge.name = text_of(values.at(Field::name));
    has_kind_.push_back(values.contains(Field::kind));
    if (has_kind_.back()) link.edge.kind = link_kind(element, values.at(Field::kind));
    if (values.contains(Field::tier)) link.edge.tier = text_of(values.at(Field::tier));
    link.edge.plane = number(element, values, Field::plane, "plane", 1023);
    link.index = number(element, values, Field::index, "link_index", INT32_MAX);
    link.reverse = number(element, values, Field::reverse, "link_reverse", INT32_MAX);
    if (values.contains(Field::nominal_rate_bps) &&
        source_.whole(element.line, "nominal_rate_bps", values.at(Field::nominal_rate_bps), 1, INT64_MAX / 10) !=
            link.edge.rate.bps()) {
      builder_.warn(element.line, "a degraded link is read at the rate that it has left");
    }
    links_.push_back(std::move(link));
  }

  [[nodiscard]] BitRate rate_of(const XmlElement& element, const Values& values) {
    if (const auto text = values.find(Field::rate_bps); text != values.end()) {
      return BitRate::from_bps(source_.scaled(element.line, "rate_bps", text->second, 1, 1, kMaxImportedBps));
    }
    if (const auto text = values.find(Field::rate); text != values.end()) {
      return source_.rate(element.line, "rate", text->second);
    }
    const BitRate rate = options_.bit_rate("rate");
    if (!options_.given("rate")) builder_.assume("links without a rate have " + to_string(rate));
    return rate;
  }

  [[nodiscard]] Duration latency_of(const XmlElement& element, const Values& values) {
    for (const auto& [field, name, unit] :
         {std::tuple(Field::latency_ps, "latency_ps", 1), std::tuple(Field::latency_ns, "latency_ns", 1000)}) {
      const auto text = values.find(field);
      if (text == values.end()) continue;
      return Duration::from_ps(source_.scaled(element.line, name, text->second, unit, 0, kMaxImportedPs));
    }
    if (const auto text = values.find(Field::latency); text != values.end()) {
      return source_.duration(element.line, "latency", text->second);
    }
    const Duration latency = options_.duration("latency");
    if (!options_.given("latency")) builder_.assume("links without a latency have " + to_string(latency));
    return latency;
  }

  /// Kinds and node numbers that the file does not give, then all nodes that are up, in their order.
  void finish_nodes() {
    std::vector<std::set<std::uint32_t>> neighbours(own_ ? 0 : nodes_.size());
    for (const LinkRecord& link : links_) {
      if (own_) break;
      // Two are enough to tell.
      if (neighbours[link.edge.from].size() < 2) neighbours[link.edge.from].insert(link.edge.to);
      if (neighbours[link.edge.to].size() < 2) neighbours[link.edge.to].insert(link.edge.from);
    }
    std::int32_t next_node = 0;
    for (const NodeRecord& node : nodes_) next_node = std::max(next_node, node.device.node + 1);
    std::map<std::int32_t, std::int32_t> next_rail;  // by node
    placed_.assign(nodes_.size(), kLeftOut);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      NodeRecord& node = nodes_[i];
      if (!node.has_kind) {
        const bool card = own_ || neighbours[i].size() < 2;
        node.device.kind = card ? DeviceKind::accelerator : DeviceKind::network_switch;
        builder_.assume("a node without a kind is an accelerator when it has one neighbour, else a switch");
      }
      if (node.device.kind == DeviceKind::accelerator) {
        if (node.device.node < 0) node.device.node = next_node++;
        const std::int32_t place = next_rail[node.device.node]++;
        if (node.device.rail < 0 && !own_) node.device.rail = place;
      }
      const bool is_switch =
          node.device.kind == DeviceKind::scaleup_switch || node.device.kind == DeviceKind::network_switch;
      if (node.device.reduces && !is_switch) {
        source_.fail(node.line, "in_network_reduction", "is about switches, and this is none");
      }
      if (!node.device.up) {
        builder_.warn(node.line, "a device that is down is left out");
        continue;
      }
      node.device.name = node.name;
      const bool forwards = node.has_forwards ? node.device.forwards : node.device.kind != DeviceKind::accelerator;
      placed_[i] = builder_.add_device(node.device, node.line);
      builder_.device(placed_[i]).forwards = forwards;
    }
  }

  /// Own links in the order of their indices, each with its reverse; those of others as pair_up() finds them.
  void add_links() {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (!has_kind_[i])
        links_[i].edge.kind = kind_between(nodes_[links_[i].edge.from].device, nodes_[links_[i].edge.to].device);
    }
    bool has_planes = false;
    for (const LinkRecord& link : links_) has_planes = has_planes || link.edge.plane >= 0;
    if (std::all_of(links_.begin(), links_.end(), [](const LinkRecord& link) { return link.index >= 0; })) {
      add_indexed_links();
    } else {
      add_plain_links();
    }
    if (!own_ && !has_tiers_ && !has_planes) number_switches(builder_.fabric());
  }

  static LinkKind kind_between(const Device& a, const Device& b) {
    const auto one_is = [&](DeviceKind kind) { return a.kind == kind || b.kind == kind; };
    if (one_is(DeviceKind::scaleup_switch)) return LinkKind::scale_up;
    return one_is(DeviceKind::nic) && one_is(DeviceKind::accelerator) ? LinkKind::host : LinkKind::scale_out;
  }

  void add(const LinkRecord& link, const LinkRecord* back) {
    const std::uint32_t from = placed_[link.edge.from], to = placed_[link.edge.to];
    if (from == kLeftOut || to == kLeftOut) {
      builder_.warn(link.line, "a link that is down is left out");
      return;
    }
    if (!link.edge.name.empty()) {
      for (const std::string& name : {link.edge.name, link.edge.name + "~"}) {
        if (!link_names_.insert(name).second) {
          source_.fail(link.line, "name", "a link \"" + printable(name) + "\" exists already");
        }
        if (link.directed && back == nullptr) break;
      }
    }
    Edge& edge = builder_.add_edge(from, to, link.edge.rate, link.edge.kind, link.line);
    edge.name = link.edge.name;
    edge.latency = link.edge.latency;
    edge.back_latency = back == nullptr ? link.edge.latency : back->edge.latency;
    edge.two_way = back != nullptr || !link.directed;
    edge.tier = link.edge.tier;
    edge.plane = link.edge.plane;
  }

  void add_indexed_links() {
    std::map<std::int64_t, const LinkRecord*> by_index;
    for (const LinkRecord& link : links_) {
      const auto [place, fresh] = by_index.emplace(link.index, &link);
      if (!fresh) {
        source_.fail(link.line, "link_index",
                     std::to_string(link.index) + " is there twice (line " + std::to_string(place->second->line) + ")");
      }
    }
    for (const auto& [index, link] : by_index) {
      const auto back = by_index.find(link->reverse);
      const bool mutual = back != by_index.end() && back->second != link && back->second->reverse == index &&
                          opposite(*link, *back->second);
      if (mutual && back->first < index) continue;  // laid with its reverse
      add(*link, mutual ? back->second : nullptr);
    }
  }

  /// Two directions of one cable; the name of the second is that of the first with a ~.
  static bool opposite(const LinkRecord& a, const LinkRecord& b) {
    const LinkRecord& first = a.index <= b.index ? a : b;
    const LinkRecord& second = a.index <= b.index ? b : a;
    const std::string back_name = first.edge.name.empty() ? "" : first.edge.name + "~";
    return a.edge.from == b.edge.to && a.edge.to == b.edge.from && a.edge.rate == b.edge.rate &&
           a.edge.kind == b.edge.kind && a.edge.tier == b.edge.tier && a.edge.plane == b.edge.plane &&
           second.edge.name == back_name;
  }

  /// The n-th link one way and the n-th link back that is like it are one cable.
  void add_plain_links() {
    using Ends = std::tuple<std::uint32_t, std::uint32_t, std::int64_t, LinkKind, std::string, std::int32_t>;
    const auto ends = [](const Edge& edge, bool turned) {
      return Ends(turned ? edge.to : edge.from, turned ? edge.from : edge.to, edge.rate.bps(), edge.kind, edge.tier,
                  edge.plane);
    };
    std::map<Ends, std::vector<std::size_t>> waiting;  // directed links without a reverse yet
    std::vector<const LinkRecord*> back_of(links_.size(), nullptr);
    std::vector<bool> taken(links_.size(), false);
    for (std::size_t i = 0; i < links_.size(); ++i) {
      const LinkRecord& link = links_[i];
      if (!link.directed || !link.edge.name.empty() || link.edge.from == link.edge.to) continue;
      const auto place = waiting.find(ends(link.edge, true));
      if (place == waiting.end() || place->second.empty()) {
        waiting[ends(link.edge, false)].push_back(i);
        continue;
      }
      back_of[place->second.front()] = &link;
      place->second.erase(place->second.begin());
      taken[i] = true;
    }
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (!taken[i]) add(links_[i], back_of[i]);
    }
  }

  static constexpr std::uint32_t kLeftOut = 0xffffffffU;

  TextSource source_;
  const Options& options_;
  XmlDocument document_;
  FabricBuilder builder_;
  GraphmlKeys keys_;
  bool own_ = false;  // written by polyplane
  bool has_tiers_ = false;
  std::map<std::string, std::size_t> node_index_;
  std::set<std::string> names_, link_names_;
  std::vector<NodeRecord> nodes_;
  std::vector<std::uint32_t> placed_;
  std::vector<LinkRecord> links_;
  std::vector<bool> has_kind_;  // of links_
};

const bool kRegistered = [] {
  importers().add("graphml", "A graph in GraphML: what polyplane exports, or what other tools write.",
                  {.extensions = {"graphml", "xml"},
                   .options = {{.name = "rate",
                                .kind = OptionSpec::Kind::bit_rate,
                                .default_text = "400 Gbps",
                                .sentence = "of links that the file gives none, per direction",
                                .words = {}},
                               {.name = "latency",
                                .kind = OptionSpec::Kind::duration,
                                .default_text = "0 ns",
                                .sentence = "of links that the file gives none",
                                .words = {}}},
                   .read = [](const ImportInput& input) { return Reader(input).read(); }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
