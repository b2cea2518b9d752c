// ibnetdiscover: the switches and channel adapters of an InfiniBand subnet and every cable between their ports, as
// infiniband-diags prints it (rdma-core, infiniband-diags/ibnetdiscover.c). Each cable stands there twice, once at each
// end. Rates are what a port carries after its line code: 4xEDR 100 Gb/s, 4xHDR 200, 4xNDR 400.
// A channel adapter becomes an accelerator that owns it; the first word of its description names its node.
// Left out, each with a warning: routers, aggregation nodes (SHARP). GUIDs, lids and chassis lines say nothing of use.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/suggest.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/importer.h"
#include "topology/import/link_latencies.h"

namespace polyplane::topology {

namespace {

struct Speed {
  std::string_view name;
  std::int64_t lane_bps;  // data rate of one lane
};

// SDR, DDR and QDR carry 8 of 10 bits, FDR10, FDR and EDR 64 of 66; the names after them are of what is carried.
constexpr std::array kSpeeds{
    Speed{"SDR", 2'000'000'000},    Speed{"DDR", 4'000'000'000},   Speed{"QDR", 8'000'000'000},
    Speed{"FDR10", 10'000'000'000}, Speed{"FDR", 13'636'363'636},  Speed{"EDR", 25'000'000'000},
    Speed{"HDR", 50'000'000'000},   Speed{"NDR", 100'000'000'000}, Speed{"XDR", 200'000'000'000}};
constexpr std::array kWidths{1, 2, 4, 8, 12};

constexpr std::int64_t kMaxPort = 255;

/// A port of a node: "S-0008f104003f6d1a"[3].
struct PortName {
  std::string node;
  std::int64_t port = 0;
  friend auto operator<=>(const PortName&, const PortName&) = default;
};

struct Node {
  enum class Kind { network_switch, adapter, left_out };
  Kind kind = Kind::network_switch;
  std::string description;
  int line = 0;
};

struct Cable {
  PortName from, to;
  std::optional<BitRate> rate;
  int line = 0;
};

/// One line, read from the left.
class Cursor {
 public:
  Cursor(const TextSource& source, std::string_view line, int number) : source_(source), rest_(line), number_(number) {}

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view until(char c, std::string_view field) {
    const std::size_t end = rest_.find(c);
    if (end == std::string_view::npos) {
      source_.fail(number_, field, "a " + std::string(1, c) + " is missing in \"" + printable(rest_) + "\"");
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string_view word() {
    const std::string_view text = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(text.size());
    return text;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  const TextSource& source_;
  std::string_view rest_;
  int number_;
};

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text), options_(input.options), builder_(source_) {}

  ImportedFabric read() {
    LineReader lines(source_.text());
    for (std::string_view line; lines.next(line);) read_line(trimmed(line), lines.number());
    if (nodes_.empty()) source_.fail(0, "", "holds no Switch, Ca or Rt record of ibnetdiscover");
    const LinkLatencies latencies(options_);
    latencies.say_assumed(builder_);
    const ScaleUpOption scale_up(options_);
    builder_.fabric().description = "an InfiniBand subnet that ibnetdiscover found";
    builder_.fabric().routing = "spray";
    builder_.assume("adaptive routing: packets spread over all shortest paths (routing spray)");
    add_hosts();
    add_switches();
    add_cables(latencies);
    scale_up.join_nodes(builder_, host_names_);
    number_switches(builder_.fabric());
    warn_of_planes(scale_up.given());
    builder_.assume(
        "each channel adapter is taken for an accelerator that owns it; ibnetdiscover sees no accelerators");
    return std::move(builder_).finish();
  }

 private:
  void read_line(std::string_view line, int number) {
    if (line.empty() || line.starts_with('#')) {
      if (line.empty()) current_.reset();
      return;
    }
    if (line.starts_with('[')) return read_port(line, number);
    const std::string_view first = line.substr(0, line.find_first_of(" \t=(0123456789"));
    if (first == "Switch" || first == "Ca" || first == "Rt") return read_node(first, line, number);
    if (first == "vendid" || first == "devid" || first == "sysimgguid" || first == "switchguid" || first == "caguid" ||
        first == "rtguid" || first == "Chassis") {
      return;
    }
    source_.fail(number, "",
                 unknown_name("record", line.substr(0, line.find_first_of(" \t=")),
                              {"Ca", "Chassis", "Rt", "Switch", "[port]", "caguid", "devid", "rtguid", "switchguid",
                               "sysimgguid", "vendid"}));
  }

  /// Switch 36 "S-0008f104003f6d1a"  # "leaf1" base port 0 lid 1 lmc 0
  void read_node(std::string_view type, std::string_view line, int number) {
    Cursor cursor(source_, line, number);
    static_cast<void>(cursor.word());
    cursor.skip_blanks();
    static_cast<void>(source_.whole(number, "ports", cursor.word(), 1, kMaxPort));
    cursor.skip_blanks();
    if (!cursor.take('"')) source_.fail(number, "id", "is missing; write " + std::string(type) + " PORTS \"ID\"");
    const std::string id(cursor.until('"', "id"));
    if (id.empty()) source_.fail(number, "id", "is empty");
    Node node;
    node.line = number;
    node.kind = type == "Switch" ? Node::Kind::network_switch
                : type == "Ca"   ? Node::Kind::adapter
                                 : Node::Kind::left_out;
    cursor.skip_blanks();
    if (cursor.take('#')) {
      cursor.skip_blanks();
      if (cursor.take('"')) node.description = trimmed(cursor.until('"', "description"));
    }
    if (node.kind == Node::Kind::left_out) builder_.warn(number, "routers are left out: one subnet is read");
    if (node.kind == Node::Kind::adapter && node.description.find("Aggregation Node") != std::string::npos) {
      node.kind = Node::Kind::left_out;
      builder_.warn(number, "aggregation nodes of SHARP are left out: they are no hosts");
    }
    const auto [place, fresh] = nodes_.emplace(id, std::move(node));
    if (!fresh) {
      source_.fail(number, "id",
                   "\"" + printable(id) + "\" stands already at line " + std::to_string(place->second.line));
    }
    order_.push_back(id);
    current_ = id;
  }

  /// [1](guid)?  "S-..."[12](guid)?  # ... 4xNDR
  void read_port(std::string_view line, int number) {
    if (!current_) source_.fail(number, "port", "stands under no Switch, Ca or Rt");
    Cursor cursor(source_, line, number);
    Cable cable;
    cable.line = number;
    cable.from = {*current_, read_port_number(cursor, number)};
    if (cursor.take('[')) static_cast<void>(cursor.until(']', "external port"));  // of a chassis: [ext 4]
    cursor.skip_blanks();
    if (!cursor.take('"')) source_.fail(number, "peer", "is missing; write [PORT] \"PEER\"[PORT]");
    cable.to.node = cursor.until('"', "peer");
    cable.to.port = read_port_number(cursor, number);
    cable.rate = read_rate(cursor.rest(), number);
    const auto [place, fresh] = cables_.emplace(cable.from, cable);
    if (!fresh) {
      source_.fail(number, "port",
                   std::to_string(cable.from.port) + " of \"" + printable(*current_) + "\" stands already at line " +
                       std::to_string(place->second.line));
    }
  }

  std::int64_t read_port_number(Cursor& cursor, int number) {
    if (!cursor.take('[')) source_.fail(number, "port", "is missing; write [PORT]");
    const std::int64_t port = source_.whole(number, "port", cursor.until(']', "port"), 1, kMaxPort);
    if (cursor.take('(')) static_cast<void>(cursor.until(')', "port guid"));
    return port;
  }

  /// The word of width and speed, the last one of the line that looks like it: "4xNDR".
  std::optional<BitRate> read_rate(std::string_view rest, int number) {
    if (const std::size_t quote = rest.rfind('"'); quote != std::string_view::npos) rest.remove_prefix(quote + 1);
    std::optional<BitRate> rate;
    for (const std::string_view word : words_of(rest)) {
      const std::size_t cross = word.find('x');
      if (cross == 0 || cross == std::string_view::npos || cross > 2) continue;
      if (word.substr(0, cross).find_first_not_of("0123456789") != std::string_view::npos) continue;
      if (word.substr(cross + 1).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos &&
          word.starts_with("0x")) {
        continue;
      }
      rate = rate_of(word, cross, number);
    }
    return rate;
  }

  [[nodiscard]] BitRate rate_of(std::string_view word, std::size_t cross, int number) const {
    const std::int64_t lanes = source_.whole(number, "width", word.substr(0, cross), 1, 12);
    if (std::find(kWidths.begin(), kWidths.end(), lanes) == kWidths.end()) {
      source_.fail(number, "width", std::to_string(lanes) + "x is none of 1x, 2x, 4x, 8x, 12x");
    }
    const auto* const speed =
        std::find_if(kSpeeds.begin(), kSpeeds.end(), [&](const Speed& s) { return s.name == word.substr(cross + 1); });
    if (speed == kSpeeds.end()) {
      std::vector<std::string> names;
      for (const Speed& known : kSpeeds) names.emplace_back(known.name);
      source_.fail(number, "speed", unknown_name("speed", word.substr(cross + 1), names));
    }
    return BitRate::from_bps(lanes * speed->lane_bps);
  }

  /// "node01 mlx5_0" is adapter mlx5_0 of node01; without a second word the adapter is "hca".
  struct Host {
    std::string adapter, id;
    int line = 0;
  };

  void add_hosts() {
    std::map<std::string, std::vector<Host>> hosts;
    for (const std::string& id : order_) {
      const Node& node = nodes_.at(id);
      if (node.kind != Node::Kind::adapter) continue;
      const std::vector<std::string_view> words = words_of(node.description);
      Host host{words.size() > 1 ? std::string(words.back()) : "hca", id, node.line};
      hosts[words.empty() ? id : std::string(words.front())].push_back(std::move(host));
    }
    std::vector<std::string> names;
    for (const auto& [name, adapters] : hosts) names.push_back(name);
    std::sort(names.begin(), names.end(), natural_less);
    for (const std::string& name : names) add_host(name, hosts.at(name));
  }

  void add_host(const std::string& name, std::vector<Host>& adapters) {
    std::stable_sort(adapters.begin(), adapters.end(),
                     [](const Host& a, const Host& b) { return natural_less(a.adapter, b.adapter); });
    const auto node = static_cast<std::int32_t>(host_names_.size());
    host_names_.push_back(name);
    for (std::size_t rail = 0; rail < adapters.size(); ++rail) {
      const bool twice = (rail > 0 && adapters[rail - 1].adapter == adapters[rail].adapter) ||
                         (rail + 1 < adapters.size() && adapters[rail + 1].adapter == adapters[rail].adapter);
      // Adapters that are called alike are told apart by their ids.
      const std::string own = twice ? adapters[rail].adapter + "-" + adapters[rail].id : adapters[rail].adapter;
      devices_[adapters[rail].id] = builder_.add_device({.name = name + "/" + own,
                                                         .kind = DeviceKind::accelerator,
                                                         .node = node,
                                                         .rail = static_cast<std::int32_t>(rail),
                                                         .part = ""},
                                                        adapters[rail].line);
    }
  }

  void add_switches() {
    std::map<std::string, int> uses;
    for (const std::string& id : order_) ++uses[nodes_.at(id).description];
    for (const std::string& id : order_) {
      const Node& node = nodes_.at(id);
      if (node.kind != Node::Kind::network_switch) continue;
      const bool clear = !node.description.empty() && uses.at(node.description) == 1;
      const std::string name = clear ? node.description : id;
      devices_[id] = builder_.add_device(
          {.name = builder_.find(name) ? id : name, .kind = DeviceKind::network_switch, .part = ""}, node.line);
    }
  }

  void add_cables(const LinkLatencies& latencies) {
    for (const auto& [port, cable] : cables_) {
      const Cable& other = far_end(cable);
      // Both ends are in the file: the one that comes first lays the cable.
      if (other.from < cable.from) continue;
      const auto from = devices_.find(cable.from.node), to = devices_.find(cable.to.node);
      if (from == devices_.end() || to == devices_.end()) continue;  // an end that was left out
      const std::optional<BitRate> rate = cable.rate ? cable.rate : other.rate;
      if (!rate) {
        source_.fail(cable.line, "speed", "is missing at both ends of the cable; write width and speed: 4xNDR");
      }
      if (cable.rate && other.rate && *cable.rate != *other.rate) {
        source_.fail(std::max(cable.line, other.line), "speed",
                     "differs from that of the same cable at line " + std::to_string(std::min(cable.line, other.line)));
      }
      ImportedFabric::Edge& edge = builder_.add_edge(from->second, to->second, *rate, LinkKind::scale_out, cable.line);
      latencies.set(builder_.fabric(), edge);
    }
  }

  /// The same cable as its other end tells it.
  [[nodiscard]] const Cable& far_end(const Cable& cable) const {
    if (!nodes_.contains(cable.to.node)) {
      source_.fail(cable.line, "peer",
                   "\"" + printable(cable.to.node) + "\" is no Switch, Ca or Rt of this file; is it cut off?");
    }
    const auto place = cables_.find(cable.to);
    if (place == cables_.end()) {
      source_.fail(cable.line, "peer",
                   "port " + std::to_string(cable.to.port) + " of \"" + printable(cable.to.node) +
                       "\" does not stand in the file; every cable stands there twice");
    }
    if (place->second.to != cable.from) {
      source_.fail(cable.line, "peer",
                   "port " + std::to_string(cable.to.port) + " of \"" + printable(cable.to.node) +
                       "\" leads elsewhere (line " + std::to_string(place->second.line) + ")");
    }
    return place->second;
  }

  void warn_of_planes(bool joined) {
    std::int32_t planes = 0;
    for (const ImportedFabric::Edge& edge : builder_.fabric().edges) planes = std::max(planes, edge.plane + 1);
    if (planes < 2 || joined) return;
    builder_.warn(0, "the switches are " + std::to_string(planes) +
                         " planes that no cable joins; cards on different ones "
                         "reach each other only through a node whose cards are joined (scale_up_rate)");
  }

  TextSource source_;
  const Options& options_;
  FabricBuilder builder_;
  std::map<std::string, Node> nodes_;
  std::vector<std::string> order_;  // ids as they stand in the file
  std::optional<std::string> current_;
  std::map<PortName, Cable> cables_;
  std::map<std::string, std::uint32_t> devices_;
  std::vector<std::string> host_names_;
};

std::vector<OptionSpec> ibnetdiscover_options() {
  std::vector<OptionSpec> options = LinkLatencies::options();
  for (OptionSpec& option : ScaleUpOption::options()) options.push_back(std::move(option));
  return options;
}

const bool kRegistered = [] {
  importers().add("ibnetdiscover", "An InfiniBand subnet as ibnetdiscover prints it: adapters, switches, every cable.",
                  {.extensions = {"txt", "topo", "ibnetdiscover"},
                   .options = ibnetdiscover_options(),
                   .read = [](const ImportInput& input) { return Reader(input).read(); }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
