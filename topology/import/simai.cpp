// The topology file of SimAI's ns-3 mode: GPUs, NVSwitches and switches by number, every link with rate and delay
// (aliyun/SimAI, astra-sim-alibabacloud/inputs/topo). A GPU owns its NIC. The older form of HPCC and ns-3 is read too:
// its first line has three numbers, nodes, switches and links, and every node that is no switch is a host of one card.
// Left out, each with a warning: error rates other than zero; a name of a GPU type that has no part.
#include <algorithm>
#include <array>
#include <set>

#include "base/suggest.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/importer.h"

namespace polyplane::topology {

namespace {

struct GpuType {
  std::string_view name, part;
};
constexpr std::array kGpuTypes{GpuType{"A100", "nvidia-a100-sxm4-80"}, GpuType{"A800", "nvidia-a800-sxm"},
                               GpuType{"H100", "nvidia-h100-sxm5"}, GpuType{"H800", "nvidia-h800-sxm5"}};

/// Blank-separated words of the whole file, with their lines.
class Words {
 public:
  explicit Words(const TextSource& source) : source_(source), lines_(source.text()) {}
  std::string_view next(std::string_view field) {
    while (at_ == words_.size()) {
      std::string_view line;
      if (!lines_.next(line)) source_.fail(lines_.number(), field, "is missing: the file ends here");
      words_ = words_of(line);
      at_ = 0;
    }
    return words_[at_++];
  }
  std::int64_t whole(std::string_view field, std::int64_t min, std::int64_t max) {
    const std::string_view word = next(field);
    return source_.whole(line(), field, word, min, max);
  }
  [[nodiscard]] int line() const { return lines_.number(); }
  /// Words left on the line at hand.
  [[nodiscard]] std::size_t left() const { return words_.size() - at_; }
  /// Nothing but blanks to the end of the file.
  bool at_end() {
    while (at_ == words_.size()) {
      std::string_view line;
      if (!lines_.next(line)) return true;
      words_ = words_of(line);
      at_ = 0;
    }
    return false;
  }

 private:
  const TextSource& source_;
  LineReader lines_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
};

class Reader {
 public:
  explicit Reader(const ImportInput& input) : source_(input.file, input.text), builder_(source_), words_(source_) {}

  ImportedFabric read() {
    read_head();
    read_switches();
    add_devices();
    for (std::int64_t link = 0; link < links_; ++link) read_link();
    if (!words_.at_end()) {
      source_.fail(words_.line(), "links",
                   "the file goes on after the " + std::to_string(links_) + " that it announces");
    }
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (spans_nodes_.contains(static_cast<std::uint32_t>(i)))
        builder_.device(static_cast<std::uint32_t>(i)).node = -1;
    }
    number_switches(builder_.fabric());
    builder_.fabric().description = "a topology of SimAI or ns-3";
    return std::move(builder_).finish();
  }

 private:
  /// <node_num> <gpus_per_server> <nvswitch_num> <switch_num> <link_num> <gpu_type>, or <nodes> <switches> <links>.
  void read_head() {
    constexpr auto kMax = static_cast<std::int64_t>(kMaxImportedDevices);
    nodes_ = words_.whole("node_num", 1, INT32_MAX);
    if (nodes_ > kMax) {
      source_.pass_limit(words_.line(), "node_num", "more than " + std::to_string(kMax) + " devices are not read");
    }
    if (words_.left() == 2) {
      switches_ = words_.whole("switches", 0, nodes_);
    } else {
      per_server_ = words_.whole("gpus_per_server", 1, kMax);
      nvswitches_ = words_.whole("nvswitch_num", 0, nodes_);
      switches_ = words_.whole("switch_num", 0, nodes_);
    }
    links_ = words_.whole("link_num", 0, INT32_MAX);
    if (links_ > static_cast<std::int64_t>(kMaxImportedEdges)) {
      source_.pass_limit(words_.line(), "link_num",
                         "more than " + std::to_string(kMaxImportedEdges) + " links are not read");
    }
    if (nvswitches_ + switches_ >= nodes_) {
      source_.fail(words_.line(), "node_num",
                   std::to_string(nodes_) + " devices with " + std::to_string(nvswitches_ + switches_) +
                       " switches among them leave no GPU");
    }
    if (words_.left() > 0) read_gpu_type();
  }

  void read_gpu_type() {
    const std::string_view type = words_.next("gpu_type");
    for (const GpuType& known : kGpuTypes) {
      if (known.name == type) part_ = known.part;
    }
    if (part_.empty()) {
      builder_.warn(words_.line(),
                    "gpu_type \"" + printable(type) + "\" is none of A100, A800, H100, H800 and not read");
    }
    if (words_.left() > 0) source_.fail(words_.line(), "gpu_type", "is followed by more words");
  }

  void read_switches() {
    kinds_.assign(static_cast<std::size_t>(nodes_), DeviceKind::accelerator);
    for (std::int64_t i = 0; i < nvswitches_ + switches_; ++i) {
      const std::int64_t id = words_.whole("switch id", 0, nodes_ - 1);
      DeviceKind& kind = kinds_[static_cast<std::size_t>(id)];
      if (kind != DeviceKind::accelerator)
        source_.fail(words_.line(), "switch id", std::to_string(id) + " is there twice");
      kind = i < nvswitches_ ? DeviceKind::scaleup_switch : DeviceKind::network_switch;
    }
  }

  void add_devices() {
    std::int64_t gpu = 0, nvswitch = 0, box = 0;
    for (const DeviceKind kind : kinds_) {
      Device device{.kind = kind, .part = ""};
      if (kind == DeviceKind::accelerator) {
        device.node = static_cast<std::int32_t>(gpu / per_server_);
        device.rail = static_cast<std::int32_t>(gpu % per_server_);
        device.name = "node" + std::to_string(device.node) + "/gpu" + std::to_string(device.rail);
        device.part = part_;
        ++gpu;
      } else if (kind == DeviceKind::scaleup_switch) {
        device.name = "nvswitch" + std::to_string(nvswitch++);
      } else {
        device.name = "switch" + std::to_string(box++);
      }
      builder_.add_device(std::move(device), words_.line());
    }
  }

  /// src dst rate delay error_rate
  void read_link() {
    const auto from = static_cast<std::uint32_t>(words_.whole("src", 0, nodes_ - 1));
    const int line = words_.line();
    const auto to = static_cast<std::uint32_t>(words_.whole("dst", 0, nodes_ - 1));
    const BitRate rate = source_.rate(words_.line(), "rate", words_.next("rate"));
    const Duration delay = source_.duration(words_.line(), "delay", words_.next("delay"));
    const std::string_view errors = words_.next("error_rate");
    if (source_.scaled(words_.line(), "error_rate", errors, 1'000'000'000'000, 0, INT64_MAX) != 0) {
      builder_.warn(line, "error rates are not read: links lose nothing");
    }
    ImportedFabric::Edge& edge = builder_.add_edge(from, to, rate, kind_between(from, to), line);
    edge.latency = delay;
    edge.back_latency = delay;
    if (edge.kind == LinkKind::scale_up) edge.tier = "nvlink";
    place_nvswitch(from, to);
    place_nvswitch(to, from);
  }

  /// An NVSwitch belongs to the server whose GPUs it joins, to none when there are several.
  void place_nvswitch(std::uint32_t box, std::uint32_t peer) {
    if (builder_.device(box).kind != DeviceKind::scaleup_switch) return;
    if (builder_.device(peer).kind != DeviceKind::accelerator) return;
    std::int32_t& node = builder_.device(box).node;
    if (node >= 0 && node != builder_.device(peer).node) spans_nodes_.insert(box);
    node = builder_.device(peer).node;
  }

  [[nodiscard]] LinkKind kind_between(std::uint32_t from, std::uint32_t to) {
    const Device &a = builder_.device(from), &b = builder_.device(to);
    const bool nvswitch = a.kind == DeviceKind::scaleup_switch || b.kind == DeviceKind::scaleup_switch;
    const bool peers = a.kind == DeviceKind::accelerator && b.kind == DeviceKind::accelerator && a.node == b.node;
    return nvswitch || peers ? LinkKind::scale_up : LinkKind::scale_out;
  }

  TextSource source_;
  FabricBuilder builder_;
  Words words_;
  std::int64_t nodes_ = 0, per_server_ = 1, nvswitches_ = 0, switches_ = 0, links_ = 0;
  std::string part_;
  std::vector<DeviceKind> kinds_;
  std::set<std::uint32_t> spans_nodes_;
};

const bool kRegistered = [] {
  importers().add("simai",
                  "A topology of SimAI, or of HPCC and ns-3: numbered devices and every link with rate and delay.",
                  {.extensions = {"txt", "topo"}, .options = {}, .read = [](const ImportInput& input) {
                     return Reader(input).read();
                   }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
