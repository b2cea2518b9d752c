#include "topology/import/slurm_topology.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/error.h"
#include "base/hostlist.h"
#include "base/suggest.h"
#include "topology/import/link_latencies.h"

namespace polyplane::topology {

namespace {

using Group = SlurmTopology::Group;

constexpr std::size_t kMaxRing = 16;  // Slurm's own limit

class FabricMaker {
 public:
  FabricMaker(const SlurmTopology& topology, const TextSource& source, const Options& options, FabricBuilder builder)
      : topology_(topology),
        source_(source),
        builder_(std::move(builder)),
        latencies_(options),
        scale_up_(options),
        cards_per_node_(options.integer("accelerators_per_node")),
        rate_(options.bit_rate("rate")),
        oversubscription_(options.ratio("oversubscription")) {
    latencies_.say_assumed(builder_);
    if (!options.given("rate")) builder_.assume("not given: NICs and cables of " + to_string(rate_));
    if (!options.given("accelerators_per_node")) builder_.assume("not given: one accelerator, with a NIC, a node");
    if (rate_.bps() > kMaxImportedBps) throw InputError("option rate: " + to_string(rate_) + " is more than 100 Tbps");
    if (topology.kind == SlurmTopology::Kind::flat) {
      if (!options.given("hosts")) {
        source_.fail(topology.line, "flat", "names no nodes; option hosts must: hosts=node[1-8]");
      }
      flat_.name = "switch";
      flat_.line = topology.line;
      flat_.nodes = slurm_hosts(source_, 0, "option hosts", options.text("hosts"));
    } else if (options.given("hosts")) {
      source_.fail(topology.line, "", "names its nodes itself; option hosts is for a flat topology");
    }
  }

  ImportedFabric make() {
    add_hosts();
    switch (topology_.kind) {
      case SlurmTopology::Kind::tree:
        add_tree();
        break;
      case SlurmTopology::Kind::block:
        add_blocks();
        break;
      case SlurmTopology::Kind::ring:
        for (const Group& ring : topology_.groups) add_ring(ring);
        break;
      case SlurmTopology::Kind::torus:
        for (const Group& torus : topology_.groups) add_torus(torus);
        break;
      case SlurmTopology::Kind::flat:
        attach(flat_, add_switch(flat_.name, flat_.line));
        break;
    }
    if (topology_.kind == SlurmTopology::Kind::block) {
      join_blocks();
    } else {
      scale_up_.join_nodes(builder_, host_names_);
    }
    number_switches(builder_.fabric());
    builder_.fabric().description = "nodes as a Slurm topology groups them";
    return std::move(builder_).finish();
  }

 private:
  [[nodiscard]] std::vector<const Group*> all_groups() const {
    std::vector<const Group*> groups;
    if (topology_.kind == SlurmTopology::Kind::flat) groups.push_back(&flat_);
    for (const Group& group : topology_.groups) {
      groups.push_back(&group);
      for (const Group& region : group.regions) groups.push_back(&region);
    }
    return groups;
  }

  /// All nodes in the natural order of their names.
  void add_hosts() {
    std::map<std::string, int> line_of;
    for (const Group* group : all_groups()) {
      for (const std::string& node : group->nodes) {
        const auto [place, fresh] = line_of.emplace(node, group->line);
        if (!fresh) {
          source_.fail(group->line, "nodes",
                       "\"" + printable(node) + "\" is there twice (line " + std::to_string(place->second) + ")");
        }
        host_names_.push_back(node);
      }
    }
    if (host_names_.empty()) source_.fail(topology_.line, "", "names no nodes");
    std::sort(host_names_.begin(), host_names_.end(), natural_less);
    for (std::size_t node = 0; node < host_names_.size(); ++node) {
      first_card_[host_names_[node]] = static_cast<std::uint32_t>(builder_.num_devices());
      for (std::int64_t card = 0; card < cards_per_node_; ++card) {
        builder_.add_device({.name = host_names_[node] + "/gpu" + std::to_string(card),
                             .kind = DeviceKind::accelerator,
                             .node = static_cast<std::int32_t>(node),
                             .rail = static_cast<std::int32_t>(card),
                             .part = ""},
                            line_of.at(host_names_[node]));
      }
    }
  }

  std::uint32_t add_switch(const std::string& name, int line) {
    return builder_.add_device({.name = name, .kind = DeviceKind::network_switch, .part = ""}, line);
  }

  [[nodiscard]] std::vector<std::uint32_t> cards_of(const std::string& node) const {
    std::vector<std::uint32_t> cards;
    for (std::int64_t card = 0; card < cards_per_node_; ++card) {
      cards.push_back(first_card_.at(node) + static_cast<std::uint32_t>(card));
    }
    return cards;
  }

  void attach(const Group& group, std::uint32_t leaf) {
    for (const std::string& node : group.nodes) attach_node(node, leaf, group.line);
  }
  void attach_node(const std::string& node, std::uint32_t leaf, int line) {
    for (const std::uint32_t card : cards_of(node)) {
      latencies_.set_access(builder_.add_edge(card, leaf, rate_, LinkKind::scale_out, line));
    }
  }

  /// Cables between two switches, each of the rate of a NIC.
  void lay(std::uint32_t lower, std::uint32_t upper, std::int64_t cables, int line) {
    for (std::int64_t i = 0; i < cables; ++i) {
      latencies_.set_between_switches(builder_.add_edge(lower, upper, rate_, LinkKind::scale_out, line));
    }
  }
  /// What carries `cards` cards, divided by the oversubscription and over `parents`, at least one.
  [[nodiscard]] std::int64_t uplinks(std::int64_t cards, std::int64_t parents) const {
    const int128 needed = static_cast<int128>(cards) * oversubscription_.denominator;
    const int128 share = static_cast<int128>(oversubscription_.numerator) * parents;
    const int128 cables = (needed + share - 1) / share;
    return static_cast<std::int64_t>(std::clamp<int128>(cables, 1, kMaxImportedEdges + 1));
  }
  void assume_uplinks() {
    builder_.assume("uplinks of a switch carry all that hangs below it, divided by " +
                    std::to_string(oversubscription_.numerator) + ":" + std::to_string(oversubscription_.denominator) +
                    ", in cables of " + to_string(rate_));
  }

  void add_tree() {
    const std::vector<Group>& groups = topology_.groups;
    std::map<std::string, std::size_t> index;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      index.emplace(groups[i].name, i);
      names.push_back(groups[i].name);
      add_switch(groups[i].name, groups[i].line);
    }
    const auto vertex = [&](std::size_t i) {
      return static_cast<std::uint32_t>(builder_.num_devices() - groups.size() + i);
    };
    std::vector<std::vector<std::size_t>> parents(groups.size());
    std::vector<std::size_t> waits(groups.size(), 0);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (const std::string& child : groups[i].children) {
        const auto place = index.find(child);
        if (place == index.end()) source_.fail(groups[i].line, "Switches", unknown_name("switch", child, names));
        if (!parents[place->second].empty() && parents[place->second].back() == i) {
          source_.fail(groups[i].line, "Switches", "\"" + printable(child) + "\" is named twice");
        }
        parents[place->second].push_back(i);
        ++waits[i];
      }
    }
    std::vector<std::int64_t> cards(groups.size(), 0);
    std::deque<std::size_t> ready;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (waits[i] == 0) ready.push_back(i);
    }
    std::size_t done = 0, roots = 0;
    for (; !ready.empty(); ready.pop_front(), ++done) {
      const std::size_t i = ready.front();
      attach(groups[i], vertex(i));
      cards[i] += static_cast<std::int64_t>(groups[i].nodes.size()) * cards_per_node_;
      if (parents[i].empty()) ++roots;
      const auto cables = parents[i].empty() ? 0 : uplinks(cards[i], static_cast<std::int64_t>(parents[i].size()));
      for (const std::size_t parent : parents[i]) {
        lay(vertex(i), vertex(parent), cables, groups[parent].line);
        cards[parent] = std::min<std::int64_t>(cards[parent] + cards[i], kMaxImportedEdges + 1);
        if (--waits[parent] == 0) ready.push_back(parent);
      }
    }
    if (done < groups.size()) {
      for (std::size_t i = 0; i < groups.size(); ++i) {
        if (waits[i] > 0) {
          source_.fail(groups[i].line, "Switches",
                       "switch \"" + printable(groups[i].name) + "\" is above itself, over other switches");
        }
      }
    }
    if (roots > 1) {
      builder_.warn(topology_.line, std::to_string(roots) +
                                        " switches have nothing above them: parts of the cluster do "
                                        "not reach each other");
    }
    assume_uplinks();
  }

  void add_blocks() {
    std::vector<Level> level;
    for (const Group& block : topology_.groups) {
      const std::uint32_t leaf = add_switch(block.name, block.line);
      attach(block, leaf);
      level.push_back({leaf, static_cast<std::int64_t>(block.nodes.size()) * cards_per_node_});
    }
    const std::vector<std::int64_t>& sizes = topology_.block_sizes;
    for (std::size_t s = 1; s < sizes.size() && level.size() > 1; ++s) {
      if (sizes[s] <= sizes[s - 1] || sizes[s] % sizes[s - 1] != 0) {
        source_.fail(
            topology_.line, "BlockSizes",
            std::to_string(sizes[s]) + " is no multiple of the size before it, " + std::to_string(sizes[s - 1]));
      }
      const auto together = static_cast<std::size_t>(sizes[s] / sizes[s - 1]);
      level = join_level(level, together, "blocks" + std::to_string(sizes[s]) + "-");
    }
    if (level.size() > 1) static_cast<void>(join_level(level, level.size(), "blocks-all-"));
    assume_uplinks();
  }

  struct Level {
    std::uint32_t vertex = 0;
    std::int64_t cards = 0;
  };
  std::vector<Level> join_level(const std::vector<Level>& below, std::size_t together, const std::string& prefix) {
    std::vector<Level> above;
    for (std::size_t first = 0; first < below.size(); first += together) {
      Level group{add_switch(prefix + std::to_string(above.size()), topology_.line), 0};
      for (std::size_t i = first; i < std::min(below.size(), first + together); ++i) {
        lay(below[i].vertex, group.vertex, uplinks(below[i].cards, 1), topology_.line);
        group.cards += below[i].cards;
      }
      above.push_back(group);
      if (together >= below.size()) break;
    }
    return above;
  }

  /// A block is what one scale-up domain spans.
  void join_blocks() {
    std::vector<ScaleUpOption::Domain> domains;
    for (const Group& block : topology_.groups) {
      ScaleUpOption::Domain& domain = domains.emplace_back();
      domain.name = block.name;
      for (const std::string& node : block.nodes) {
        for (const std::uint32_t card : cards_of(node)) domain.cards.push_back(card);
      }
    }
    scale_up_.join(builder_, domains);
  }

  std::uint32_t add_router(const std::string& name, int line) { return add_switch("router/" + name, line); }

  void assume_routers() {
    builder_.fabric().lossless = false;
    builder_.assume("a router in each node, joined to each neighbour at the rate of all NICs of a node, divided by " +
                    std::to_string(oversubscription_.numerator) + ":" + std::to_string(oversubscription_.denominator));
    builder_.assume("the fabric may drop: rings and tori without virtual channels could deadlock else");
  }

  void add_ring(const Group& ring) {
    if (ring.nodes.size() > kMaxRing) {
      source_.fail(
          ring.line, "Nodes",
          "a ring has at most " + std::to_string(kMaxRing) + " nodes, not " + std::to_string(ring.nodes.size()));
    }
    std::vector<std::uint32_t> routers;
    for (const std::string& node : ring.nodes) {
      routers.push_back(add_router(node, ring.line));
      attach_node(node, routers.back(), ring.line);
    }
    lay_circle(routers, ring.line);
    assume_routers();
  }

  void lay_circle(const std::vector<std::uint32_t>& routers, int line) {
    const std::size_t n = routers.size();
    const std::size_t circle = n > 2 ? n : n - 1;  // two neighbours have one cable, not two
    for (std::size_t i = 0; n > 1 && i < circle; ++i) {
      lay(routers[i], routers[(i + 1) % n], uplinks(cards_per_node_, 1), line);
    }
  }

  void add_torus(const Group& torus) {
    const auto& [nx, ny, nz] = torus.dims;
    const int128 size = static_cast<int128>(nx) * ny * nz;
    if (size > static_cast<int128>(kMaxImportedDevices)) {
      source_.pass_limit(torus.line, "dims", "of more than " + std::to_string(kMaxImportedDevices) + " places");
    }
    std::vector<const std::string*> node_at(static_cast<std::size_t>(size), nullptr);
    if (torus.regions.empty()) {
      place(torus, {{0, 0, 0}}, torus.dims, torus, node_at);
    } else {
      for (const Group& region : torus.regions) place(region, region.anchor, region.dims, torus, node_at);
    }
    std::vector<std::uint32_t> routers;
    bool empty = false;
    for (std::size_t p = 0; p < node_at.size(); ++p) {
      routers.push_back(add_router(node_at[p] ? *node_at[p] : torus.name + "-" + std::to_string(p), torus.line));
      if (node_at[p]) {
        attach_node(*node_at[p], routers.back(), torus.line);
      } else {
        empty = true;
      }
    }
    if (empty) builder_.warn(torus.line, "places of a torus without a node have a router all the same");
    const std::array<std::int64_t, 3> stride{1, nx, nx * ny};
    for (std::size_t dim = 0; dim < 3; ++dim) {
      for (std::int64_t p = 0; p < static_cast<std::int64_t>(size); ++p) {
        if ((p / stride[dim]) % torus.dims[dim] != 0) continue;
        std::vector<std::uint32_t> circle;
        for (std::int64_t i = 0; i < torus.dims[dim]; ++i) {
          circle.push_back(routers[static_cast<std::size_t>(p + i * stride[dim])]);
        }
        lay_circle(circle, torus.line);
      }
    }
    assume_routers();
  }

  /// The nodes of `group`, x fastest, into a box of the torus.
  void place(const Group& group, const std::array<std::int64_t, 3>& anchor, const std::array<std::int64_t, 3>& dims,
             const Group& torus, std::vector<const std::string*>& node_at) const {
    int128 places = 1;
    for (std::size_t dim = 0; dim < 3; ++dim) {
      if (anchor[dim] + dims[dim] > torus.dims[dim]) {
        source_.fail(group.line, "dims", "the region reaches out of its torus");
      }
      places *= dims[dim];
    }
    if (places != static_cast<int128>(group.nodes.size())) {
      source_.fail(group.line, "nodes",
                   std::to_string(group.nodes.size()) + " do not fill " +
                       std::to_string(static_cast<std::int64_t>(places)) + " places");
    }
    std::size_t next = 0;
    for (std::int64_t z = 0; z < dims[2]; ++z) {
      for (std::int64_t y = 0; y < dims[1]; ++y) {
        for (std::int64_t x = 0; x < dims[0]; ++x) {
          const std::int64_t p = (anchor[0] + x) + torus.dims[0] * ((anchor[1] + y) + torus.dims[1] * (anchor[2] + z));
          const std::string*& here = node_at[static_cast<std::size_t>(p)];
          if (here) source_.fail(group.line, "anchor", "the region covers another one");
          here = &group.nodes[next++];
        }
      }
    }
  }

  const SlurmTopology& topology_;
  const TextSource& source_;
  FabricBuilder builder_;
  LinkLatencies latencies_;
  ScaleUpOption scale_up_;
  std::int64_t cards_per_node_;
  BitRate rate_;
  Ratio oversubscription_;
  Group flat_;
  std::vector<std::string> host_names_;
  std::map<std::string, std::uint32_t> first_card_;
};

}  // namespace

std::vector<OptionSpec> slurm_options() {
  std::vector<OptionSpec> options{{.name = "accelerators_per_node",
                                   .kind = OptionSpec::Kind::integer,
                                   .default_text = "1",
                                   .sentence = "each with a NIC of its own",
                                   .min = 1,
                                   .max = 1024,
                                   .words = {}},
                                  {.name = "rate",
                                   .kind = OptionSpec::Kind::bit_rate,
                                   .default_text = "400 Gbps",
                                   .sentence = "of links that the file gives none, per direction",
                                   .words = {}},
                                  {.name = "oversubscription",
                                   .kind = OptionSpec::Kind::ratio,
                                   .default_text = "1:1",
                                   .sentence = "what hangs below a switch to what leads up from it",
                                   .words = {}},
                                  {.name = "hosts",
                                   .kind = OptionSpec::Kind::text,
                                   .default_text = "none",
                                   .sentence = "the nodes of a flat topology, as a hostlist",
                                   .words = {}}};
  for (OptionSpec& option : LinkLatencies::options()) options.push_back(std::move(option));
  for (OptionSpec& option : ScaleUpOption::options()) options.push_back(std::move(option));
  return options;
}

ImportedFabric slurm_fabric(const SlurmTopology& topology, const TextSource& source, const Options& options,
                            FabricBuilder builder) {
  return FabricMaker(topology, source, options, std::move(builder)).make();
}

std::vector<std::string> slurm_hosts(const TextSource& source, int line, std::string_view field,
                                     std::string_view hostlist) {
  try {
    return expand_hostlist(hostlist, kMaxImportedDevices);
  } catch (const LimitError& error) { source.pass_limit(line, field, error.what()); } catch (const InputError& error) {
    source.fail(line, field, error.what());
  }
}

}  // namespace polyplane::topology
