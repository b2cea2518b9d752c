// network.yml of ASTRA-sim's analytical back end: a building block a dimension, innermost first, NPUs numbered with the
// first dimension fastest (astra-sim/astra-network-analytical, common/network-parser and congestion_aware). As there,
// every link of a block has the stated bandwidth: each direction of a Ring, each pair of a FullyConnected, each NPU's
// link to its Switch; a gigabyte has 2^30 bytes.
//   One dimension, or more than one outer one: one scale-up domain in which NPUs pass data on for each other where their
//   block or a second dimension needs it. Two dimensions of which the outer one is Switch: scale-up inside, and outside
//   a fabric of one switch for each place in a node, which are planes.
#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "base/yaml_view.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/importer.h"

namespace polyplane::topology {

namespace {

constexpr std::size_t kMaxDimensions = 16;

struct Dimension {
  enum class Block { ring, fully_connected, box };
  Block block = Block::ring;
  std::int64_t npus = 0;
  BitRate rate;
  Duration latency;
  int line = 0;
};

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text), options_(input.options), builder_(source_), document_(read_yaml(source_)) {}

  ImportedFabric read() {
    const YamlView root(source_, document_, "");
    root.check_keys({"bandwidth", "latency", "npus_count", "topology"});
    read_dimensions(root);
    scale_out_ = dims_.size() == 2 && dims_.back().block == Dimension::Block::box;
    const std::size_t inner = dims_.size() - (scale_out_ ? 1 : 0);
    const bool forwards = inner > 1 || (dims_.front().block == Dimension::Block::ring && dims_.front().npus > 3);
    for (std::int64_t npu = 0; npu < num_npus_; ++npu) {
      const std::int64_t node = npu / dims_.front().npus, place = npu % dims_.front().npus;
      const std::uint32_t card =
          builder_.add_device({.name = "node" + std::to_string(node) + "/gpu" + std::to_string(place),
                               .kind = DeviceKind::accelerator,
                               .node = static_cast<std::int32_t>(node),
                               .rail = static_cast<std::int32_t>(place),
                               .part = ""},
                              dims_.front().line);
      builder_.device(card).forwards = forwards;
    }
    std::int64_t stride = 1;
    for (std::size_t d = 0; d < dims_.size(); ++d) {
      lay_dimension(d, stride);
      stride *= dims_[d].npus;
    }
    if (scale_out_) number_switches(builder_.fabric());
    builder_.fabric().description = "a network of ASTRA-sim";
    builder_.assume(options_.word("gigabyte") == "binary" ? "bandwidth: a GB/s has 2^30 bytes, as ASTRA-sim reckons"
                                                          : "bandwidth: a GB/s has 10^9 bytes");
    builder_.assume("bandwidth is that of each link of a block, as in ASTRA-sim's congestion-aware back end");
    if (!scale_out_ && dims_.size() > 1) builder_.assume("all dimensions are one scale-up domain");
    return std::move(builder_).finish();
  }

 private:
  void read_dimensions(const YamlView& root) {
    const std::vector<YamlView> blocks = root.at("topology").items();
    if (blocks.empty()) root.at("topology").fail("names no dimension");
    if (blocks.size() > kMaxDimensions) {
      source_.pass_limit(root.at("topology").line(), "topology",
                         "more than " + std::to_string(kMaxDimensions) + " dimensions are not read");
    }
    const auto list_of = [&](const char* key) {
      std::vector<YamlView> items = root.at(key).items();
      if (items.size() != blocks.size()) {
        root.at(key).fail("has " + std::to_string(items.size()) + " entries for " + std::to_string(blocks.size()) +
                          " dimensions of topology");
      }
      return items;
    };
    const std::vector<YamlView> counts = list_of("npus_count"), rates = list_of("bandwidth"),
                                latencies = list_of("latency");
    const std::int64_t gigabyte = options_.word("gigabyte") == "binary" ? std::int64_t{1} << 33 : 8'000'000'000;
    for (std::size_t d = 0; d < blocks.size(); ++d) {
      Dimension dim;
      dim.block = block_of(blocks[d]);
      dim.line = blocks[d].line();
      dim.npus = counts[d].whole(2, kMaxImportedDevices);
      dim.rate = BitRate::from_bps(
          source_.scaled(rates[d].line(), rates[d].path(), rates[d].text(), gigabyte, 1, kMaxImportedBps));
      dim.latency = Duration::from_ps(
          source_.scaled(latencies[d].line(), latencies[d].path(), latencies[d].text(), 1000, 0, kMaxImportedPs));
      if (num_npus_ > static_cast<std::int64_t>(kMaxImportedDevices) / dim.npus) {
        source_.pass_limit(counts[d].line(), "npus_count",
                           "more than " + std::to_string(kMaxImportedDevices) + " NPUs are not read");
      }
      num_npus_ *= dim.npus;
      dims_.push_back(dim);
    }
  }

  static Dimension::Block block_of(const YamlView& view) {
    const std::string& name = view.text();
    if (name == "Ring") return Dimension::Block::ring;
    if (name == "FullyConnected") return Dimension::Block::fully_connected;
    if (name == "Switch") return Dimension::Block::box;
    view.fail(unknown_name("building block", name, {"FullyConnected", "Ring", "Switch"}));
  }

  /// Every set of NPUs that differ in dimension d alone.
  void lay_dimension(std::size_t d, std::int64_t stride) {
    const std::int64_t n = dims_[d].npus;
    std::int64_t index = 0;
    for (std::int64_t first = 0; first < num_npus_; ++first) {
      if (first / stride % n != 0) continue;
      std::vector<std::uint32_t> members;
      for (std::int64_t i = 0; i < n; ++i) members.push_back(static_cast<std::uint32_t>(first + i * stride));
      lay_block(d, members, index++);
    }
  }

  void lay_block(std::size_t d, const std::vector<std::uint32_t>& members, std::int64_t index) {
    const std::size_t n = members.size();
    switch (dims_[d].block) {
      case Dimension::Block::ring:
        // A ring of two has two cables, as ASTRA-sim lays them.
        for (std::size_t i = 0; i < n; ++i) join(d, members[i], members[(i + 1) % n]);
        return;
      case Dimension::Block::fully_connected:
        for (std::size_t a = 0; a < n; ++a) {
          for (std::size_t b = a + 1; b < n; ++b) join(d, members[a], members[b]);
        }
        return;
      case Dimension::Block::box: {
        const std::uint32_t box = add_switch(d, index);
        for (const std::uint32_t member : members) join(d, member, box);
        return;
      }
    }
  }

  std::uint32_t add_switch(std::size_t d, std::int64_t index) {
    const bool outer = scale_out_ && d == 1;
    return builder_.add_device(
        {.name = (outer ? "switch" : "dim" + std::to_string(d) + "/switch") + std::to_string(index),
         .kind = outer ? DeviceKind::network_switch : DeviceKind::scaleup_switch,
         .part = ""},
        dims_[d].line);
  }

  void join(std::size_t d, std::uint32_t a, std::uint32_t b) {
    const bool outer = scale_out_ && d == 1;
    ImportedFabric::Edge& edge =
        builder_.add_edge(a, b, dims_[d].rate, outer ? LinkKind::scale_out : LinkKind::scale_up, dims_[d].line);
    edge.latency = dims_[d].latency;
    edge.back_latency = dims_[d].latency;
    edge.tier = "dim" + std::to_string(d);
  }

  TextSource source_;
  const Options& options_;
  FabricBuilder builder_;
  YamlNode document_;
  std::vector<Dimension> dims_;
  std::int64_t num_npus_ = 1;
  bool scale_out_ = false;
};

const bool kRegistered = [] {
  importers().add("astra_sim",
                  "network.yml of ASTRA-sim's analytical back end: Ring, FullyConnected, Switch by dimension.",
                  {.extensions = {"yml", "yaml"},
                   .options = {{.name = "gigabyte",
                                .kind = OptionSpec::Kind::word,
                                .default_text = "binary",
                                .sentence = "what a GB of `bandwidth` is: binary (2^30 bytes) or decimal",
                                .words = {"binary", "decimal"}}},
                   .read = [](const ImportInput& input) { return Reader(input).read(); }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
