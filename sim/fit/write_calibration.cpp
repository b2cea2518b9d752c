#include <algorithm>
#include <cstdio>
#include <map>

#include <google/protobuf/text_format.h>

#include "base/utf8.h"
#include "configs/schema/cluster.pb.h"
#include "sim/fit/calibration.h"
#include "sim/fit/exact_text.h"
#include "sim/fit/write_fit.h"

namespace polyplane::sim {
namespace {

const CalibratedPair* find_pair(const Calibration& calibration, PairClass pair) {
  const auto place = std::ranges::find(calibration.pairs, pair, &CalibratedPair::pair);
  return place == calibration.pairs.end() ? nullptr : &*place;
}

class GraphWriter {
 public:
  GraphWriter(const CalibrationRuns& runs, const Calibration& calibration, v1::Graph& graph)
      : runs_(runs), calibration_(calibration), graph_(graph) {
    for (std::uint32_t rank = 0; rank < runs.cores.size(); ++rank) nodes_[runs.cores[rank].node].push_back(rank);
    for (const auto& [node, ranks] : nodes_) write_node(node, ranks);
    if (nodes_.size() > 1) write_network();
  }

 private:
  void add_device(const std::string& name, v1::Graph::Device::Kind kind, std::uint32_t node) {
    v1::Graph::Device& device = *graph_.add_devices();
    device.set_name(name);
    device.set_kind(kind);
    device.set_node(static_cast<std::int32_t>(node));
  }

  v1::Graph::Link& add_link(const std::string& from, const std::string& to, BitRate rate, Duration latency,
                            const std::string& tier, bool one_way) {
    v1::Graph::Link& link = *graph_.add_links();
    link.set_from(from);
    link.set_to(to);
    link.set_rate(exact_text(rate));
    link.set_latency(exact_text(latency));
    link.set_tier(tier);
    link.set_one_way(one_way);
    link.set_kind(v1::Graph::Link::scale_up);
    return link;
  }

  static std::string node_name(std::uint32_t node) { return "node" + std::to_string(node); }
  static std::string rank_name(std::uint32_t node, std::uint32_t rank) {
    return node_name(node) + "/rank" + std::to_string(rank);
  }

  void write_node(std::uint32_t node, const std::vector<std::uint32_t>& ranks) {
    const std::string top = node_name(node) + "/memory";
    add_device(top, v1::Graph::Device::scaleup_switch, node);
    write_level(node, ranks, top, PairClass::same_node);
  }

  /// Ranks below `hub`, told apart by the next finer level where it tells them apart.
  void write_level(std::uint32_t node, const std::vector<std::uint32_t>& ranks, const std::string& hub,
                   PairClass level) {
    if (level == PairClass::same_complex) {
      for (const std::uint32_t rank : ranks) write_rank(node, rank, hub);
      return;
    }
    std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
    for (const std::uint32_t rank : ranks) {
      const CoreOfRank& core = runs_.cores[rank];
      groups[level == PairClass::same_node ? core.socket : core.complex].push_back(rank);
    }
    const auto finer = static_cast<PairClass>(static_cast<int>(level) - 1);
    if (groups.size() == 1) return write_level(node, ranks, hub, finer);
    const CalibratedPair& across = *find_pair(calibration_, level);
    std::size_t number = 0;
    for (const auto& [id, members] : groups) {
      const std::string name =
          hub + (level == PairClass::same_node ? "/socket" : "/complex") + std::to_string(number++);
      add_device(name, v1::Graph::Device::scaleup_switch, node);
      // As many pairs as there are ranks may cross, each at what was measured of one.
      const BitRate rate = across.up * static_cast<std::int64_t>(members.size());
      add_link(name, hub, rate, half(across.extra_latency), std::string(to_string(level)), false);
      write_level(node, members, name, finer);
    }
  }

  static Duration half(Duration latency) { return Duration::from_ps(latency.ps() / 2); }

  void write_rank(std::uint32_t node, std::uint32_t rank, const std::string& hub) {
    const CalibratedPair& closest = calibration_.pairs.front();
    const std::string name = rank_name(node, rank);
    add_device(name, v1::Graph::Device::accelerator, node);
    add_device(name + "-port", v1::Graph::Device::nic, node);
    add_device(name + "-beyond", v1::Graph::Device::nic, node);
    const BitRate wide = closest.port * 4;  // never the narrowest
    add_link(name, name + "-port", wide, {}, "rank", true);
    add_link(name + "-port", name + "-beyond", closest.port, {}, kPortTier, true);
    add_link(name + "-beyond", name, wide, {}, "rank", true);
    add_link(name + "-beyond", hub, closest.up, {}, "up", true);
    add_link(hub, name + "-port", wide, {}, "down", true);
  }

  /// Ranks of a node share its NIC, beside their ports: what leaves the node does not meet what stays.
  void write_network() {
    const CalibratedPair& across = *find_pair(calibration_, PairClass::other_node);
    add_device("network", v1::Graph::Device::network_switch, 0);
    graph_.mutable_devices(graph_.devices_size() - 1)->clear_node();
    for (const auto& [node, ranks] : nodes_) {
      const std::string nic = node_name(node) + "/nic";
      add_device(nic, v1::Graph::Device::nic, node);
      for (const std::uint32_t rank : ranks) {
        add_link(rank_name(node, rank), nic, across.up, {}, "host", false).set_kind(v1::Graph::Link::host);
      }
      add_link(nic, "network", across.up, half(across.extra_latency), std::string(to_string(PairClass::other_node)),
               false)
          .set_kind(v1::Graph::Link::scale_out);
    }
  }

  const CalibrationRuns& runs_;
  const Calibration& calibration_;
  v1::Graph& graph_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> nodes_;
};

std::string with_comments(const std::vector<std::string>& comments, const google::protobuf::Message& message) {
  std::string text, body;
  for (const std::string& comment : comments) {
    std::string line = valid_utf8(comment);
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    text += line.empty() ? "#\n" : "# " + line + "\n";
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(message, &body);
  return text + body;
}

std::string decimal(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// "    65536 B    8.31 us  95 %: 8.11 to 9.02    7.9 GB/s"
std::string timed_line(const TimedSize& timed) {
  const Interval seconds = median_interval(timed.seconds);
  std::string size = std::to_string(timed.size.count());
  size.insert(0, size.size() < 9 ? 9 - size.size() : 0, ' ');
  return "  " + size + " B  " + decimal("%10.3f us", seconds.middle * 1e6) +
         "  95 %: " + decimal("%.3f", seconds.low * 1e6) + " to " + decimal("%.3f us", seconds.high * 1e6) +
         decimal("  %7.3f GB/s", static_cast<double>(timed.size.count()) / seconds.middle / 1e9) + "  (" +
         std::to_string(timed.seconds.size()) + " runs)";
}

void add_table(std::vector<std::string>& lines, const std::string& head, const std::vector<TimedSize>& table) {
  lines.push_back(head);
  for (const TimedSize& timed : table) lines.push_back(timed_line(timed));
}

std::vector<std::string> head_of(const CalibrationOrigin& origin) {
  std::vector<std::string> lines = {"Measured by polyplane-mpi calibrate on " + origin.machine + ", " + origin.as_of +
                                    "."};
  lines.insert(lines.end(), origin.comments.begin(), origin.comments.end());
  lines.emplace_back("Medians with 95 % intervals by bootstrap; sizes are of one message.");
  return lines;
}

void fill(const CalibrationOrigin& origin, v1::Provenance& to) {
  to.set_source(valid_utf8("polyplane-mpi calibrate on " + origin.machine));
  to.set_as_of(origin.as_of);
  to.set_confidence(v1::medium);
}

}  // namespace

std::string calibrated_cluster_text(const CalibrationRuns& runs, const Calibration& calibration,
                                    const CalibrationOrigin& origin) {
  v1::Cluster cluster;
  cluster.set_name(valid_utf8(origin.name));
  cluster.set_description(valid_utf8(std::to_string(runs.cores.size()) + " ranks of MPI on " + origin.machine + "."));
  fill(origin, *cluster.mutable_provenance());
  cluster.add_assumed("cluster " + valid_utf8(origin.name) +
                      ": pairs were measured one at a time; several at once share nothing but their ports, and what "
                      "joins them carries each at what was measured of one");
  cluster.set_routing("static");
  const GraphWriter writer(runs, calibration, *cluster.mutable_graph());
  std::vector<std::string> comments = head_of(origin);
  for (std::size_t i = 0; i < runs.pairs.size(); ++i) {
    const TimedPair& pair = runs.pairs[i];
    const std::string who = "ranks " + std::to_string(pair.first) + " and " + std::to_string(pair.second) + " (" +
                            std::string(to_string(pair.pair)) + ")";
    add_table(comments, "both ways at once, " + who + ":", pair.exchange);
    add_table(comments, "both ways at once on " + std::to_string(kLanesTogether) + " lanes, " + who + ":",
              pair.together);
    add_table(comments, "one way at a time, " + who + ":", pair.one_way);
    const CalibratedPair& found = calibration.pairs[i];
    comments.push_back("  port " + to_string(found.port) + ", one way " + to_string(found.up) +
                       ", latency over the closest " + to_string(found.extra_latency));
  }
  return with_comments(comments, cluster);
}

std::string calibrated_stack_text(const CalibrationRuns& runs, const Calibration& calibration,
                                  const CalibrationOrigin& origin) {
  Stack stack{.name = origin.name, .description = {}, .protocols = {}};
  stack.assumed.push_back("stack " + origin.name + ": times of single messages between two ranks of " + origin.machine +
                          "; what a rank's processor does for messages counts as bytes of its port");
  Protocol protocol{.name = "mpi", .efficiency = {}, .costs = {}};
  for (const char* const family : {"ring", "tree"}) {
    ProtocolCosts costs = calibration.costs;
    costs.family = family;
    protocol.costs.push_back(std::move(costs));
  }
  stack.protocols.push_back(std::move(protocol));
  std::vector<std::string> comments = head_of(origin);
  const Interval launch = median_interval(runs.launch);
  comments.push_back("launch, a schedule without steps: " + decimal("%.3f us", launch.middle * 1e6) +
                     ", 95 %: " + decimal("%.3f", launch.low * 1e6) + " to " + decimal("%.3f us", launch.high * 1e6));
  add_table(comments, "copy in memory:", runs.copy);
  add_table(comments, "sum of float32:", runs.reduction);
  return stack_text(stack, {.description = "MPI as calibrated on " + origin.machine + ".",
                            .source = "polyplane-mpi calibrate on " + origin.machine,
                            .as_of = origin.as_of,
                            .comments = comments});
}

}  // namespace polyplane::sim
