// The matrix of nvidia-smi topo -m: which of GPUs and NICs of a host are joined by how many NVLinks, or how near they
// are over PCIe. It has no rates: those are options.
//   NV#    that many NVLinks; when a GPU would have more than kMostNvlinks of them, they lead to NVSwitches
//   PIX PXB PHB NODE SYS    over PCIe, nearest first. GPUs that no NVLink joins meet over a tree that these words imply;
//   a NIC is joined to the GPUs that it is nearest to
// Left out: the columns of affinities.
#include <algorithm>
#include <array>
#include <map>

#include "base/suggest.h"
#include "base/union_find.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/host_network.h"
#include "topology/import/importer.h"

namespace polyplane::topology {

namespace {

constexpr std::int64_t kMostNvlinks = 18;  // of one GPU, up to Blackwell
constexpr std::size_t kMaxMatrix = 512;
constexpr std::array<std::string_view, 5> kNearness{"PIX", "PXB", "PHB", "NODE", "SYS"};

/// What stands in one field of the matrix.
struct Entry {
  std::int64_t nvlinks = 0;
  std::size_t nearness = 0;  // without NVLinks: index into kNearness
  friend bool operator==(const Entry&, const Entry&) = default;
};

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x1b') {
      plain.push_back(text[at]);
      continue;
    }
    while (at < text.size() && text[at] != 'm') ++at;  // "\x1b[4m"
  }
  return plain;
}

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text),
        options_(input.options),
        builder_(source_),
        network_(input.options, builder_),
        nvlink_rate_(input.options.bit_rate("nvlink_rate")),
        pcie_rate_(input.options.bit_rate("pcie_rate")),
        nic_rate_(input.options.bit_rate("nic_rate")) {}

  ImportedFabric read() {
    LineReader lines(source_.text());
    for (std::string_view line; lines.next(line);) {
      const std::string plain = without_escapes(line);
      read_line(words_of(plain), lines.number());
    }
    if (names_.empty()) source_.fail(0, "", "holds no line of columns that starts with GPU0");
    check_rows();
    for (const BitRate rate : {nvlink_rate_, pcie_rate_, nic_rate_}) {
      if (rate.bps() > kMaxImportedBps) source_.fail(0, "option", "a rate of " + to_string(rate) + " is too high");
    }
    for (std::int64_t copy = 0; copy < network_.copies(); ++copy) add_host(static_cast<std::int32_t>(copy));
    if (network_.copies() > 1) network_.finish();
    builder_.fabric().description = "hosts as nvidia-smi topo -m shows them";
    return std::move(builder_).finish();
  }

 private:
  void read_line(const std::vector<std::string_view>& words, int number) {
    if (words.empty()) return;
    if (names_.empty()) {
      if (words.front() != "GPU0")
        source_.fail(number, "columns", "the first line names them: GPU0 GPU1 ... CPU Affinity");
      return read_columns(words, number);
    }
    const auto row = rows_.find(std::string(words.front()));
    if (row != rows_.end() && words.size() > 1) return read_row(row->second, words, number);
    // "NIC0: mlx5_0" of the legend.
    if (words.size() == 2 && words.front().ends_with(':')) {
      const auto nic = rows_.find(std::string(words.front().substr(0, words.front().size() - 1)));
      if (nic != rows_.end() && !is_gpu(nic->second)) legend_[nic->second] = words.back();
    }
  }

  void read_columns(const std::vector<std::string_view>& words, int number) {
    for (const std::string_view word : words) {
      if (word == "CPU" || word == "NUMA" || word == "GPU") break;  // of CPU Affinity, NUMA Affinity, GPU NUMA ID
      if (!rows_.emplace(std::string(word), names_.size()).second) {
        source_.fail(number, "columns", "\"" + printable(word) + "\" is there twice");
      }
      names_.emplace_back(word);
    }
    if (names_.size() > kMaxMatrix) {
      source_.pass_limit(number, "columns",
                         "more than " + std::to_string(kMaxMatrix) + " devices of a host are not read");
    }
    matrix_.resize(names_.size());
    lines_.assign(names_.size(), 0);
  }

  void read_row(std::size_t row, const std::vector<std::string_view>& words, int number) {
    if (lines_[row] != 0) {
      source_.fail(number, names_[row], "is there already, at line " + std::to_string(lines_[row]));
    }
    if (words.size() < names_.size() + 1) {
      source_.fail(
          number, names_[row],
          "has " + std::to_string(words.size() - 1) + " fields for " + std::to_string(names_.size()) + " columns");
    }
    lines_[row] = number;
    for (std::size_t column = 0; column < names_.size(); ++column) {
      const std::string_view word = words[column + 1];
      if ((row == column) != (word == "X")) {
        source_.fail(number, names_[row] + "/" + names_[column],
                     "\"" + printable(word) + "\"; X stands where a device meets itself, and there only");
      }
      matrix_[row].push_back(row == column ? Entry{} : entry_of(word, row, column, number));
    }
  }

  [[nodiscard]] Entry entry_of(std::string_view word, std::size_t row, std::size_t column, int number) const {
    const std::string field = names_[row] + "/" + names_[column];
    if (word.starts_with("NV")) { return {.nvlinks = source_.whole(number, field, word.substr(2), 1, 1000)}; }
    if (word == "SOC") word = "SYS";  // its name before
    const auto* const place = std::find(kNearness.begin(), kNearness.end(), word);
    if (place == kNearness.end()) {
      source_.fail(number, field, unknown_name("word", word, {"NODE", "NV#", "PHB", "PIX", "PXB", "SYS", "X"}));
    }
    return {.nearness = static_cast<std::size_t>(place - kNearness.begin())};
  }

  void check_rows() const {
    for (std::size_t row = 0; row < names_.size(); ++row) {
      if (lines_[row] == 0) source_.fail(0, names_[row], "has a column and no row");
    }
    for (std::size_t row = 0; row < names_.size(); ++row) {
      for (std::size_t column = 0; column < row; ++column) {
        if (matrix_[row][column] != matrix_[column][row]) {
          source_.fail(lines_[row], names_[row] + "/" + names_[column],
                       "is not what line " + std::to_string(lines_[column]) + " says of the same two");
        }
      }
    }
  }

  [[nodiscard]] bool is_gpu(std::size_t device) const {
    const std::string& name = names_[device];
    return name.starts_with("GPU") && name.size() > 3 && name[3] >= '0' && name[3] <= '9';
  }

  void add_host(std::int32_t node) {
    std::vector<std::size_t> gpus, nics;
    for (std::size_t d = 0; d < names_.size(); ++d) (is_gpu(d) ? gpus : nics).push_back(d);
    const std::string prefix = "node" + std::to_string(node) + "/";
    placed_.assign(names_.size(), 0);
    std::int32_t rail = 0;
    for (const std::size_t gpu : gpus) {
      placed_[gpu] = builder_.add_device({.name = prefix + lower_case(names_[gpu]),
                                          .kind = DeviceKind::accelerator,
                                          .node = node,
                                          .rail = rail++,
                                          .part = ""},
                                         lines_[gpu]);
    }
    UnionFind joined(names_.size());
    add_nvlinks(gpus, prefix, node, joined);
    const bool all = std::all_of(gpus.begin(), gpus.end(), [&](std::size_t gpu) {
      return joined.root(static_cast<std::uint32_t>(gpu)) == joined.root(static_cast<std::uint32_t>(gpus.front()));
    });
    if (!all) add_pcie_tree(gpus, prefix, node);
    add_nics(gpus, nics, prefix, node);
  }

  void add_nvlinks(const std::vector<std::size_t>& gpus, const std::string& prefix, std::int32_t node,
                   UnionFind& joined) {
    std::map<std::size_t, std::int64_t> links;  // of a GPU, if all led to another one
    std::map<std::size_t, std::size_t> peers;
    for (const std::size_t a : gpus) {
      for (const std::size_t b : gpus) {
        if (a == b || matrix_[a][b].nvlinks == 0) continue;
        links[a] += matrix_[a][b].nvlinks;
        ++peers[a];
        joined.join(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
      }
    }
    if (links.empty()) return;
    if (!options_.given("nvlink_rate"))
      builder_.assume("not given: one NVLink has " + to_string(nvlink_rate_) + " per direction");
    std::map<std::uint32_t, std::uint32_t> crossbars;  // by set of joined GPUs
    const auto switched = [&](std::size_t gpu) { return links.contains(gpu) && links.at(gpu) > kMostNvlinks; };
    for (const std::size_t a : gpus) {
      if (switched(a)) {
        const std::uint32_t set = joined.root(static_cast<std::uint32_t>(a));
        const auto [place, fresh] = crossbars.emplace(set, 0U);
        if (fresh) {
          const std::string suffix = crossbars.size() > 1 ? std::to_string(crossbars.size() - 1) : "";
          place->second = builder_.add_device(
              {.name = prefix + "nvswitch" + suffix, .kind = DeviceKind::scaleup_switch, .node = node, .part = ""}, 0);
        }
        std::int64_t most = 0;
        for (const std::size_t b : gpus) most = std::max(most, a == b ? 0 : matrix_[a][b].nvlinks);
        builder_.add_edge(placed_[a], place->second, nvlink_rate_ * most, LinkKind::scale_up, lines_[a]).tier =
            "nvlink";
        continue;
      }
      for (const std::size_t b : gpus) {
        if (b <= a || matrix_[a][b].nvlinks == 0 || switched(b)) continue;
        builder_.add_edge(placed_[a], placed_[b], nvlink_rate_ * matrix_[a][b].nvlinks, LinkKind::scale_up, lines_[a])
            .tier = "nvlink";
      }
    }
    forward_where_needed(gpus, peers, joined, !crossbars.empty());
  }

  void forward_where_needed(const std::vector<std::size_t>& gpus, const std::map<std::size_t, std::size_t>& peers,
                            UnionFind& joined, bool has_switch) {
    if (has_switch || peers.size() != gpus.size()) return;
    const std::uint32_t set = joined.root(static_cast<std::uint32_t>(gpus.front()));
    const bool one_set = std::all_of(
        gpus.begin(), gpus.end(), [&](std::size_t gpu) { return joined.root(static_cast<std::uint32_t>(gpu)) == set; });
    const bool full =
        std::all_of(peers.begin(), peers.end(), [&](const auto& p) { return p.second + 1 == gpus.size(); });
    if (!one_set || full) return;
    for (const std::size_t gpu : gpus) builder_.device(placed_[gpu]).forwards = true;
    builder_.assume("GPUs that no NVLink joins reach each other through a third one");
  }

  /// A vertex for each set of GPUs that are as near as a word says and were not joined by a nearer one.
  void add_pcie_tree(const std::vector<std::size_t>& gpus, const std::string& prefix, std::int32_t node) {
    assume_pcie();
    UnionFind sets(names_.size());
    std::map<std::uint32_t, std::uint32_t> top;  // vertex that stands for a set, by root
    for (const std::size_t gpu : gpus) top[static_cast<std::uint32_t>(gpu)] = placed_[gpu];
    for (std::size_t level = 0; level < kNearness.size(); ++level) {
      UnionFind wider = sets;
      for (const std::size_t a : gpus) {
        for (const std::size_t b : gpus) {
          const bool near = a != b && matrix_[a][b].nvlinks == 0 && matrix_[a][b].nearness <= level;
          if (near) wider.join(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
        }
      }
      std::map<std::uint32_t, std::vector<std::uint32_t>> parts;  // vertices below, by root of the wider set
      for (const auto& [root, vertex] : top) parts[wider.root(root)].push_back(vertex);
      std::map<std::uint32_t, std::uint32_t> next;
      for (const auto& [root, vertices] : parts) {
        next[root] = vertices.front();
        if (vertices.size() == 1) continue;
        next[root] = builder_.add_device({.name = prefix + lower_case(kNearness[level]) + std::to_string(root),
                                          .kind = DeviceKind::scaleup_switch,
                                          .node = node,
                                          .part = ""},
                                         0);
        for (const std::uint32_t vertex : vertices) {
          builder_.add_edge(vertex, next[root], pcie_rate_, LinkKind::scale_up, 0).tier = "pcie";
        }
      }
      top = std::move(next);
      sets = std::move(wider);
    }
  }

  void assume_pcie() {
    if (!options_.given("pcie_rate"))
      builder_.assume("not given: PCIe links have " + to_string(pcie_rate_) + " per direction");
  }

  void add_nics(const std::vector<std::size_t>& gpus, const std::vector<std::size_t>& nics, const std::string& prefix,
                std::int32_t node) {
    if (nics.empty()) return;
    std::map<std::size_t, std::vector<std::size_t>> gpus_of;
    for (const std::size_t gpu : gpus) {
      std::size_t best = kNearness.size();
      for (const std::size_t nic : nics) best = std::min(best, matrix_[gpu][nic].nearness);
      for (const std::size_t nic : nics) {
        if (matrix_[gpu][nic].nearness == best) gpus_of[nic].push_back(gpu);
      }
    }
    assume_pcie();
    std::int32_t rail = 0;
    for (const std::size_t nic : nics) {
      const std::string name = legend_.contains(nic) ? legend_.at(nic) : lower_case(names_[nic]);
      if (!gpus_of.contains(nic)) {
        builder_.warn(lines_[nic], "NIC \"" + printable(name) + "\" is nearest to no GPU and left out");
        continue;
      }
      const std::uint32_t card = builder_.add_device(
          {.name = prefix + name, .kind = DeviceKind::nic, .node = node, .rail = rail++, .part = ""}, lines_[nic]);
      for (const std::size_t gpu : gpus_of.at(nic)) {
        builder_.add_edge(placed_[gpu], card, pcie_rate_, LinkKind::host, lines_[nic]).tier = "pcie";
      }
      if (network_.copies() == 1) continue;
      if (!options_.given("nic_rate")) builder_.assume("not given: NICs of " + to_string(nic_rate_));
      network_.join(card, 0, nic_rate_, lines_[nic]);
    }
  }

  TextSource source_;
  const Options& options_;
  FabricBuilder builder_;
  HostNetwork network_;
  BitRate nvlink_rate_, pcie_rate_, nic_rate_;
  std::vector<std::string> names_;           // of the columns
  std::map<std::string, std::size_t> rows_;  // column by name
  std::vector<std::vector<Entry>> matrix_;
  std::vector<int> lines_;                     // of the rows
  std::map<std::size_t, std::string> legend_;  // names of NICs
  std::vector<std::uint32_t> placed_;          // of the host at hand
};

std::vector<OptionSpec> smi_options() {
  std::vector<OptionSpec> options = HostNetwork::options();
  const auto rate = [&](std::string name, std::string text, std::string sentence) {
    options.push_back({.name = std::move(name),
                       .kind = OptionSpec::Kind::bit_rate,
                       .default_text = std::move(text),
                       .sentence = std::move(sentence),
                       .words = {}});
  };
  rate("nvlink_rate", "25 GB/s", "of one NVLink, per direction: 25 GB/s from Volta to Hopper, 50 GB/s on Blackwell");
  rate("pcie_rate", "63 GB/s", "of a PCIe link, per direction: 63 GB/s for 16 lanes of generation 5");
  rate("nic_rate", "400 Gbps", "of a NIC, per direction");
  return options;
}

const bool kRegistered = [] {
  importers().add("nvidia_smi",
                  "The matrix of nvidia-smi topo -m: NVLinks and nearness of the GPUs and NICs of a host.",
                  {.extensions = {"txt"}, .options = smi_options(), .read = [](const ImportInput& input) {
                     return Reader(input).read();
                   }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
