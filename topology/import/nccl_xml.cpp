// NCCL topology XML, as NCCL_TOPO_DUMP_FILE writes it (NVIDIA/nccl, src/graph/xml.cc and topo.cc): one host, or several
// with a host_hash, each a tree of processors, PCIe devices, GPUs and NICs.
//   NVLinks to NVSwitches become links to one crossbar a host, as NCCL merges them; other NVLinks join GPUs directly.
//   GPUs that no NVLink joins meet over the PCIe tree, its switches and processors being vertices.
//   A NIC ("net") is joined to the GPUs that it is nearest to; the rate is that of the narrowest PCIe link between them.
//   The network behind the NICs is not in the file: with several hosts it is one non-blocking switch a plane.
// Left out, each with a warning: links from GPUs to processors (c2c, NVLink of POWER), NICs that are nearest to no GPU,
// pcilink, elements and attributes that are not known.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/suggest.h"
#include "base/xml.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/host_network.h"
#include "topology/import/importer.h"
#include "topology/import/nccl_rates.h"
#include "topology/import/pcie_tree.h"

namespace polyplane::topology {

namespace {

constexpr std::int64_t kDefaultNetMbps = 10'000;  // what NCCL takes for a NIC without a speed
constexpr std::size_t kMaxPerHost = 256;
constexpr std::size_t kMaxPciePerHost = 4096;

struct NvLink {
  std::string target;  // busid, lower case
  std::int64_t count = 1;
  std::string peer_class;
  int line = 0;
};

struct Gpu {
  std::string busid;
  std::int64_t dev = 0, compute_capability = 0;
  std::int32_t pcie = 0;  // in the tree
  std::vector<NvLink> nvlinks;
  int line = 0;
};

struct Net {
  std::string name;
  BitRate rate;
  std::optional<Duration> latency;  // NIC to NIC, one way
  std::int32_t rail = -1, plane = -1;
  std::int32_t pcie = 0;
  int line = 0;
};

struct Host {
  PcieTree tree;
  std::vector<Gpu> gpus;
  std::vector<Net> nets;
  std::vector<std::vector<std::pair<std::size_t, BitRate>>> gpus_of;  // of each NIC: GPUs, and the rate to them
};

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text),
        document_(source_),
        builder_(source_),
        network_(input.options, builder_),
        rates_(input.options.word("rates") == "wire" ? NcclRates::wire : NcclRates::nccl) {}

  ImportedFabric read() {
    const XmlElement& root = document_.root();
    if (root.name != "system") {
      source_.fail(root.line, root.name, "is not the root of an NCCL topology; that is called system");
    }
    for (const XmlElement& element : root.children) {
      if (element.name == "cpu") {
        read_processor(element);
      } else {
        unknown_element(element, root);
      }
    }
    if (hosts_.empty()) source_.fail(root.line, "system", "holds no cpu");
    const std::int64_t copies = network_.copies();
    const auto hosts = static_cast<std::int64_t>(hosts_.size());
    networked_ = copies * hosts > 1;
    for (Host& host : hosts_) find_nearest(host);
    builder_.fabric().description = "hosts as NCCL found them";
    for (std::int64_t copy = 0; copy < copies; ++copy) {
      for (std::int64_t h = 0; h < hosts; ++h) {
        add_host(hosts_[static_cast<std::size_t>(h)], static_cast<std::int32_t>(copy * hosts + h));
      }
    }
    if (networked_) network_.finish();
    builder_.assume(rates_ == NcclRates::wire
                        ? "NVLink and PCIe at what the wire carries; NCCL itself reckons with less (rates=nccl)"
                        : "NVLink and PCIe at the rates that NCCL reckons with");
    return std::move(builder_).finish();
  }

 private:
  std::string_view required(const XmlElement& element, std::string_view name) const {
    const auto value = element.attribute(name);
    if (!value) source_.fail(element.line, element.name, "attribute " + std::string(name) + " is missing");
    return *value;
  }
  std::int64_t number(const XmlElement& element, std::string_view name, std::int64_t otherwise, std::int64_t min,
                      std::int64_t max) const {
    const auto value = element.attribute(name);
    if (!value) return otherwise;
    return source_.whole(element.line, std::string(element.name) + "@" + std::string(name), *value, min, max);
  }

  void check_attributes(const XmlElement& element, const std::vector<std::string_view>& known) {
    for (const auto& [name, value] : element.attributes) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        builder_.warn(element.line, "attribute \"" + printable(name) + "\" of " + std::string(element.name) +
                                        " is not known and not read");
      }
    }
  }
  void unknown_element(const XmlElement& element, const XmlElement& parent) {
    builder_.warn(element.line, "element \"" + printable(element.name) + "\" in " + printable(parent.name) +
                                    " is not known and not read");
  }

  void read_processor(const XmlElement& element) {
    check_attributes(element, {"host_hash", "numaid", "affinity", "arch", "vendor", "familyid", "modelid"});
    const std::string hash(element.attribute("host_hash").value_or(""));
    const auto [place, fresh] = host_of_.emplace(hash, hosts_.size());
    if (fresh) hosts_.emplace_back();
    current_ = place->second;
    Host& host = hosts_[current_];
    const std::int64_t family = number(element, "familyid", 0, 0, 1'000'000);
    const std::int64_t model = number(element, "modelid", 0, 0, 1'000'000);
    const BitRate rate = processor_link_rate(element.attribute("arch").value_or("x86_64"),
                                             element.attribute("vendor").value_or(""), family, model);
    const std::int32_t cpu = host.tree.add(PcieTree::kNone, "cpu" + std::to_string(processors_[current_]++), rate);
    read_children(element, host, cpu);
  }

  void read_children(const XmlElement& parent, Host& host, std::int32_t place) {
    for (const XmlElement& element : parent.children) {
      if (element.name == "pci") {
        read_pci(element, host, place);
      } else if (element.name == "gpu") {
        read_gpu(parent, element, host, place);
      } else if (element.name == "nic") {
        read_nic(element, host, place);
      } else if (element.name == "pcilink") {
        builder_.warn(element.line, "pcilink is not read: such a link between PCIe switches is not modelled");
      } else {
        unknown_element(element, parent);
      }
    }
  }

  void read_pci(const XmlElement& element, Host& host, std::int32_t parent) {
    check_attributes(element, {"busid", "class", "vendor", "device", "subsystem_vendor", "subsystem_device",
                               "link_speed", "link_width"});
    const std::string busid = lower_case(required(element, "busid"));
    if (!busids_.emplace(current_, busid).second) {
      source_.fail(element.line, "pci@busid", "\"" + printable(busid) + "\" is there twice");
    }
    if (host.tree.size() >= kMaxPciePerHost) {
      source_.pass_limit(element.line, "pci", "one host has more than " + std::to_string(kMaxPciePerHost) + " of them");
    }
    const std::string_view speed = element.attribute("link_speed").value_or("");
    std::optional<BitRate> lane = pcie_lane_rate(rates_, speed);
    if (!lane) {
      if (!speed.empty()) {
        builder_.warn(element.line,
                      "link_speed \"" + printable(speed) + "\" is not known; 8 GT/s is taken, as NCCL does");
      }
      lane = default_pcie_lane_rate(rates_);
    }
    const std::int64_t width = number(element, "link_width", 0, 0, 64);
    std::string name = "pci-" + busid;
    std::replace(name.begin(), name.end(), '.', '-');
    read_children(element, host, host.tree.add(parent, std::move(name), *lane * (width == 0 ? 16 : width)));
  }

  void read_gpu(const XmlElement& pci, const XmlElement& element, Host& host, std::int32_t place) {
    check_attributes(element, {"dev", "sm", "rank", "gdr", "mlopart"});
    if (pci.name != "pci") source_.fail(element.line, "gpu", "stands outside of a pci element");
    Gpu gpu;
    gpu.busid = lower_case(required(pci, "busid"));
    gpu.dev = source_.whole(element.line, "gpu@dev", required(element, "dev"), 0, 1'000'000);
    gpu.compute_capability = source_.whole(element.line, "gpu@sm", required(element, "sm"), 1, 10'000);
    gpu.pcie = place;
    gpu.line = element.line;
    for (const XmlElement& child : element.children) {
      if (child.name == "nvlink") {
        check_attributes(child, {"target", "count", "tclass"});
        gpu.nvlinks.push_back({lower_case(required(child, "target")), number(child, "count", 1, 1, 1000),
                               lower_case(child.attribute("tclass").value_or("")), child.line});
      } else if (child.name == "c2c") {
        builder_.warn(child.line, "c2c is not read: the memory of processors is not modelled");
      } else {
        unknown_element(child, element);
      }
    }
    check_count(host.gpus.size(), element);
    host.gpus.push_back(std::move(gpu));
  }

  void read_nic(const XmlElement& element, Host& host, std::int32_t place) {
    for (const XmlElement& child : element.children) {
      if (child.name != "net") {
        unknown_element(child, element);
        continue;
      }
      check_attributes(child, {"name", "dev", "speed", "latency", "port", "guid", "maxconn", "gdr", "coll", "rail",
                               "plane", "net", "gin", "rma", "keep"});
      if (host.tree.node(place).parent == PcieTree::kNone) {
        builder_.warn(child.line, "a net directly below a processor is left out: it is no PCIe device");
        continue;
      }
      Net net;
      const std::int64_t dev = number(child, "dev", static_cast<std::int64_t>(host.nets.size()), 0, 1'000'000);
      net.name = child.attribute("name").value_or("");
      if (net.name.empty()) net.name = "nic" + std::to_string(dev);
      std::int64_t mbps = number(child, "speed", 0, -1'000'000'000, kMaxImportedBps / 1'000'000);
      if (mbps <= 0) {
        builder_.warn(child.line, "net without a speed: 10 Gb/s is taken, as NCCL does");
        mbps = kDefaultNetMbps;
      }
      net.rate = BitRate::from_bps(mbps * 1'000'000);
      if (const auto latency = child.attribute("latency")) {
        net.latency =
            Duration::from_ps(source_.scaled(child.line, "net@latency", *latency, 1'000'000, 0, kMaxImportedPs));
      }
      net.rail = static_cast<std::int32_t>(number(child, "rail", -1, -1, 10'000));
      net.plane = static_cast<std::int32_t>(number(child, "plane", -1, -1, 1023));
      net.pcie = place;
      net.line = child.line;
      check_count(host.nets.size(), child);
      host.nets.push_back(std::move(net));
    }
  }

  void check_count(std::size_t so_far, const XmlElement& element) const {
    if (so_far < kMaxPerHost) return;
    source_.pass_limit(element.line, element.name,
                       "one host has more than " + std::to_string(kMaxPerHost) + " of them");
  }

  /// Devices of one host, copied for each node.
  struct Placed {
    std::vector<std::uint32_t> gpus, nets;  // as in Host; kLeftOut
  };
  static constexpr std::uint32_t kLeftOut = 0xffffffffU;

  void add_host(const Host& host, std::int32_t node) {
    const std::string prefix = "node" + std::to_string(node) + "/";
    std::vector<std::size_t> order(host.gpus.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return host.gpus[a].dev < host.gpus[b].dev; });
    Placed placed;
    placed.gpus.resize(host.gpus.size());
    std::int32_t rail = 0;
    for (const std::size_t g : order) {
      placed.gpus[g] = builder_.add_device({.name = prefix + "gpu" + std::to_string(host.gpus[g].dev),
                                            .kind = DeviceKind::accelerator,
                                            .node = node,
                                            .rail = rail++,
                                            .part = ""},
                                           host.gpus[g].line);
    }
    add_nvlinks(host, placed, node);
    add_pcie_tree(host, placed, node);
    add_nets(host, placed, node);
  }

  [[nodiscard]] static bool to_nvswitch(const NvLink& link) {
    return link.peer_class.starts_with("0x0680") && !to_processor(link);
  }
  [[nodiscard]] static bool to_processor(const NvLink& link) { return link.peer_class.starts_with("0x068001"); }

  void add_nvlinks(const Host& host, const Placed& placed, std::int32_t node) {
    std::map<std::string, std::size_t> gpu_of;  // by busid
    for (std::size_t g = 0; g < host.gpus.size(); ++g) gpu_of.emplace(host.gpus[g].busid, g);
    std::map<std::size_t, std::int64_t> switched;                        // links of a GPU to NVSwitches
    std::map<std::pair<std::size_t, std::size_t>, std::int64_t> direct;  // as the first GPU tells it
    for (std::size_t g = 0; g < host.gpus.size(); ++g) {
      for (const NvLink& link : host.gpus[g].nvlinks) {
        const auto peer = gpu_of.find(link.target);
        if (to_processor(link)) {
          builder_.warn(link.line, "NVLinks to a processor are not read: the memory of processors is not modelled");
        } else if (peer != gpu_of.end() && peer->second != g) {
          direct[{g, peer->second}] += link.count;
        } else if (to_nvswitch(link)) {
          switched[g] += link.count;
        } else {
          builder_.warn(link.line,
                        "an NVLink to \"" + printable(link.target) + "\", which the file does not hold, is left out");
        }
      }
    }
    const auto join = [&](std::uint32_t a, std::uint32_t b, BitRate rate, int line) {
      ImportedFabric::Edge& edge = builder_.add_edge(a, b, rate, LinkKind::scale_up, line);
      edge.tier = "nvlink";
    };
    if (!switched.empty()) {
      const std::uint32_t crossbar = add_switch(node, "nvswitch");
      for (const auto& [g, count] : switched) {
        join(placed.gpus[g], crossbar, rate_of(host.gpus[g], count), host.gpus[g].line);
      }
    }
    for (const auto& [pair, count] : direct) {
      const auto back = direct.find({pair.second, pair.first});
      if (back != direct.end() && pair.second < pair.first) continue;
      std::int64_t links = count;
      if (back == direct.end() || back->second != count) {
        builder_.warn(host.gpus[pair.first].line,
                      "two GPUs do not agree on the NVLinks between them; the lower number is taken");
        if (back != direct.end()) links = std::min(links, back->second);
      }
      const BitRate rate = std::min(rate_of(host.gpus[pair.first], links), rate_of(host.gpus[pair.second], links));
      join(placed.gpus[pair.first], placed.gpus[pair.second], rate, host.gpus[pair.first].line);
    }
    forward_where_needed(host, placed, !switched.empty(), direct);
  }

  [[nodiscard]] BitRate rate_of(const Gpu& gpu, std::int64_t links) const {
    constexpr std::int64_t kMost = 10'000;  // more are refused for their rate, and this many do not overflow
    return nvlink_rate(rates_, gpu.compute_capability) * std::min(links, kMost);
  }

  /// In a mesh with holes GPUs pass data on for each other, as NCCL's NVB paths do.
  void forward_where_needed(const Host& host, const Placed& placed, bool has_switch,
                            const std::map<std::pair<std::size_t, std::size_t>, std::int64_t>& direct) {
    if (has_switch || direct.empty()) return;
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    std::set<std::size_t> members;
    for (const auto& [pair, count] : direct) {
      pairs.emplace(std::minmax(pair.first, pair.second));
      members.insert({pair.first, pair.second});
    }
    if (members.size() != host.gpus.size() || pairs.size() == members.size() * (members.size() - 1) / 2) return;
    if (!nvlink_joins_all(placed)) return;
    for (const std::uint32_t gpu : placed.gpus) builder_.device(gpu).forwards = true;
    builder_.assume("GPUs that no NVLink joins reach each other through a third one, as NCCL's NVB paths do");
  }

  [[nodiscard]] bool nvlink_joins_all(const Placed& placed) {
    if (placed.gpus.empty()) return true;
    std::map<std::uint32_t, std::vector<std::uint32_t>> neighbours;
    const std::int32_t node = builder_.device(placed.gpus.front()).node;
    for (std::size_t e = builder_.fabric().edges.size(); e-- > 0;) {
      const ImportedFabric::Edge& edge = builder_.fabric().edges[e];
      if (builder_.device(edge.from).node != node) break;  // edges of a host stand together
      neighbours[edge.from].push_back(edge.to);
      neighbours[edge.to].push_back(edge.from);
    }
    std::set<std::uint32_t> seen{placed.gpus.front()};
    std::vector<std::uint32_t> wave{placed.gpus.front()};
    while (!wave.empty()) {
      const std::uint32_t at = wave.back();
      wave.pop_back();
      for (const std::uint32_t next : neighbours[at]) {
        if (seen.insert(next).second) wave.push_back(next);
      }
    }
    return std::all_of(placed.gpus.begin(), placed.gpus.end(), [&](std::uint32_t gpu) { return seen.contains(gpu); });
  }

  std::uint32_t add_switch(std::int32_t node, const std::string& name) {
    return builder_.add_device({.name = "node" + std::to_string(node) + "/" + name,
                                .kind = DeviceKind::scaleup_switch,
                                .node = node,
                                .part = ""},
                               0);
  }

  /// Only for hosts whose GPUs NVLink does not join: the PCIe tree above them, each bridge and processor a vertex.
  void add_pcie_tree(const Host& host, const Placed& placed, std::int32_t node) {
    if (host.gpus.size() < 2 || nvlink_joins_all(placed)) return;
    const auto size = host.tree.size();
    std::vector<std::uint32_t> vertex(size, kLeftOut);
    for (std::size_t g = 0; g < host.gpus.size(); ++g) {
      vertex[static_cast<std::size_t>(host.gpus[g].pcie)] = placed.gpus[g];
    }
    const auto join = [&](std::uint32_t a, std::uint32_t b, BitRate rate) {
      builder_.add_edge(a, b, rate, LinkKind::scale_up, 0).tier = "pcie";
    };
    std::set<std::int32_t> processors;
    for (const Gpu& gpu : host.gpus) {
      std::int32_t at = gpu.pcie;
      while (host.tree.node(at).parent != PcieTree::kNone) {
        const std::int32_t parent = host.tree.node(at).parent;
        const bool known = vertex[static_cast<std::size_t>(parent)] != kLeftOut;
        if (!known) vertex[static_cast<std::size_t>(parent)] = add_switch(node, host.tree.node(parent).name);
        join(vertex[static_cast<std::size_t>(at)], vertex[static_cast<std::size_t>(parent)], host.tree.node(at).rate);
        at = parent;
        if (known) break;
      }
      if (host.tree.node(at).parent == PcieTree::kNone) processors.insert(at);
    }
    for (auto a = processors.begin(); a != processors.end(); ++a) {
      for (auto b = std::next(a); b != processors.end(); ++b) {
        join(vertex[static_cast<std::size_t>(*a)], vertex[static_cast<std::size_t>(*b)],
             std::min(host.tree.node(*a).rate, host.tree.node(*b).rate));
      }
    }
    builder_.assume("GPUs that no NVLink joins meet over PCIe; between processors at the rate that NCCL tabulates");
  }

  /// Each GPU has the NICs that are nearest to it.
  static void find_nearest(Host& host) {
    host.gpus_of.assign(host.nets.size(), {});
    for (std::size_t g = 0; g < host.gpus.size(); ++g) {
      std::vector<PcieTree::Path> paths;
      for (const Net& net : host.nets) paths.push_back(host.tree.path(host.gpus[g].pcie, net.pcie));
      const auto best =
          std::min_element(paths.begin(), paths.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
      for (std::size_t n = 0; n < paths.size(); ++n) {
        if (paths[n].kind == best->kind) host.gpus_of[n].emplace_back(g, paths[n].rate);
      }
    }
  }

  void add_nets(const Host& host, const Placed& placed, std::int32_t node) {
    std::int32_t index = 0;
    for (std::size_t n = 0; n < host.nets.size(); ++n) {
      const Net& net = host.nets[n];
      if (host.gpus_of[n].empty()) {
        builder_.warn(net.line, "net \"" + printable(net.name) + "\" is nearest to no GPU and left out");
        continue;
      }
      const std::int32_t rail = net.rail >= 0 ? net.rail : index;
      ++index;
      const std::uint32_t card = builder_.add_device({.name = "node" + std::to_string(node) + "/" + net.name,
                                                      .kind = DeviceKind::nic,
                                                      .node = node,
                                                      .rail = rail,
                                                      .part = ""},
                                                     net.line);
      for (const auto& [g, rate] : host.gpus_of[n]) {
        ImportedFabric::Edge& edge = builder_.add_edge(placed.gpus[g], card, rate, LinkKind::host, net.line);
        edge.tier = "pcie";
        if (net.rail >= 0 && host.gpus_of[n].size() == 1) builder_.device(placed.gpus[g]).rail = net.rail;
      }
      if (!networked_) continue;
      ImportedFabric::Edge& edge = network_.join(card, std::max(net.plane, 0), net.rate, net.line);
      if (net.latency) {
        const Duration half = Duration::from_ps((net.latency->ps() + 1) / 2);
        edge.latency += half;
        edge.back_latency += half;
      }
    }
  }

  TextSource source_;
  XmlDocument document_;
  FabricBuilder builder_;
  HostNetwork network_;
  NcclRates rates_;
  bool networked_ = false;
  std::vector<Host> hosts_;
  std::map<std::string, std::size_t> host_of_;      // by host_hash
  std::map<std::size_t, std::int32_t> processors_;  // of each host, so far
  std::size_t current_ = 0;                         // host that is being read
  std::set<std::pair<std::size_t, std::string>> busids_;
};

std::vector<OptionSpec> nccl_options() {
  std::vector<OptionSpec> options = HostNetwork::options();
  options.push_back({.name = "rates",
                     .kind = OptionSpec::Kind::word,
                     .default_text = "wire",
                     .sentence = "of NVLink and PCIe: wire, or nccl for the lower ones that NCCL reckons with",
                     .words = {"wire", "nccl"}});
  return options;
}

const bool kRegistered = [] {
  importers().add("nccl_xml", "The inside of a host as NCCL dumps it (NCCL_TOPO_DUMP_FILE): GPUs, NVLink, PCIe, NICs.",
                  {.extensions = {"xml"}, .options = nccl_options(), .read = [](const ImportInput& input) {
                     return Reader(input).read();
                   }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
