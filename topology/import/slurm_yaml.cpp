// Slurm's topology.yaml: a list of topologies, each of one plugin. One of them is read: the one that the option
// `topology` names, else the one with cluster_default, else the first; the others are left out with a warning.
// Placements of a torus are left out with a warning: they say where jobs may go, not what is joined.
#include "base/suggest.h"
#include "base/yaml_view.h"
#include "topology/import/importer.h"
#include "topology/import/slurm_topology.h"

namespace polyplane::topology {

namespace {

using Group = SlurmTopology::Group;

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text), options_(input.options), builder_(source_), document_(read_yaml(source_)) {}

  ImportedFabric read() {
    const YamlView root(source_, document_, "");
    const std::vector<YamlView> entries = root.items();
    if (entries.empty()) source_.fail(document_.line, "", "lists no topology");
    const YamlView& entry = entries[chosen(entries)];
    topology_.line = entry.line();
    read_kind(entry);
    return slurm_fabric(topology_, source_, options_, std::move(builder_));
  }

 private:
  std::size_t chosen(const std::vector<YamlView>& entries) {
    std::vector<std::string> names;
    std::size_t choice = entries.size();
    const bool asked = options_.given("topology");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      entries[i].check_keys({"block", "cluster_default", "flat", "ring", "topology", "torus3d", "tree"});
      names.push_back(entries[i].at("topology").text());
      const bool is_default = entries[i].has("cluster_default") && entries[i].at("cluster_default").truth();
      const bool wanted = asked ? names.back() == options_.text("topology") : is_default;
      if (wanted && choice == entries.size()) choice = i;
    }
    if (choice == entries.size()) {
      if (asked) source_.fail(0, "option topology", unknown_name("topology", options_.text("topology"), names));
      choice = 0;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i != choice) {
        builder_.warn(entries[i].line(),
                      "topology \"" + printable(names[i]) + "\" is not read; option topology chooses");
      }
    }
    return choice;
  }

  void read_kind(const YamlView& entry) {
    std::size_t kinds = 0;
    for (const char* kind : {"block", "flat", "ring", "torus3d", "tree"}) {
      if (!entry.has(kind) || (std::string_view(kind) == "flat" && !entry.at(kind).truth())) continue;
      ++kinds;
      const YamlView body = entry.at(kind);
      if (std::string_view(kind) == "tree") read_tree(body);
      if (std::string_view(kind) == "block") read_blocks(body);
      if (std::string_view(kind) == "ring") read_rings(body);
      if (std::string_view(kind) == "torus3d") read_tori(body);
      if (std::string_view(kind) == "flat") topology_.kind = SlurmTopology::Kind::flat;
    }
    if (kinds != 1) entry.fail("needs one of block, flat, ring, torus3d and tree, not " + std::to_string(kinds));
  }

  std::vector<std::string> hosts(const YamlView& list) {
    std::vector<std::string> hosts = slurm_hosts(source_, list.line(), list.path(), list.text());
    total_ += hosts.size();
    if (total_ > kMaxImportedDevices) {
      source_.pass_limit(list.line(), "", "more than " + std::to_string(kMaxImportedDevices) + " nodes are not read");
    }
    return hosts;
  }

  Group& add_group(const YamlView& view, std::string_view name_key) {
    Group group;
    group.line = view.line();
    group.name = view.at(name_key).text();
    const auto [place, fresh] = names_.emplace(group.name, group.line);
    if (!fresh) {
      view.fail("\"" + printable(group.name) + "\" is there already, at line " + std::to_string(place->second));
    }
    return topology_.groups.emplace_back(std::move(group));
  }

  void read_tree(const YamlView& body) {
    topology_.kind = SlurmTopology::Kind::tree;
    body.check_keys({"switches"});
    for (const YamlView& view : body.at("switches").items()) {
      view.check_keys({"children", "nodes", "switch"});
      Group& group = add_group(view, "switch");
      if (view.has("children") == view.has("nodes")) view.fail("one of children and nodes is needed, not both");
      if (view.has("nodes")) group.nodes = hosts(view.at("nodes"));
      if (view.has("children")) group.children = hosts(view.at("children"));
    }
  }

  void read_blocks(const YamlView& body) {
    topology_.kind = SlurmTopology::Kind::block;
    body.check_keys({"block_sizes", "blocks"});
    if (body.has("block_sizes")) {
      for (const YamlView& size : body.at("block_sizes").items()) {
        topology_.block_sizes.push_back(size.whole(1, 1'000'000'000));
      }
    }
    for (const YamlView& view : body.at("blocks").items()) {
      view.check_keys({"block", "nodes"});
      add_group(view, "block").nodes = hosts(view.at("nodes"));
    }
  }

  void read_rings(const YamlView& body) {
    topology_.kind = SlurmTopology::Kind::ring;
    body.check_keys({"rings"});
    for (const YamlView& view : body.at("rings").items()) {
      view.check_keys({"nodes", "ring"});
      add_group(view, "ring").nodes = hosts(view.at("nodes"));
    }
  }

  static std::array<std::int64_t, 3> box(const YamlView& view, std::int64_t min) {
    view.check_keys({"x", "y", "z"});
    return {view.at("x").whole(min, 100'000), view.at("y").whole(min, 100'000), view.at("z").whole(min, 100'000)};
  }

  void read_tori(const YamlView& body) {
    topology_.kind = SlurmTopology::Kind::torus;
    body.check_keys({"toruses"});
    for (const YamlView& view : body.at("toruses").items()) {
      view.check_keys({"dims", "name", "nodes", "placements", "regions"});
      Group& torus = add_group(view, "name");
      torus.dims = box(view.at("dims"), 1);
      if (view.has("placements")) {
        builder_.warn(view.at("placements").line(), "placements are not read: they say where jobs may go");
      }
      if (view.has("nodes") == view.has("regions")) view.fail("one of nodes and regions is needed, not both");
      if (view.has("nodes")) torus.nodes = hosts(view.at("nodes"));
      if (!view.has("regions")) continue;
      for (const YamlView& part : view.at("regions").items()) {
        part.check_keys({"anchor", "dims", "nodes"});
        Group& region = torus.regions.emplace_back();
        region.line = part.line();
        region.anchor = box(part.at("anchor"), 0);
        region.dims = box(part.at("dims"), 1);
        region.nodes = hosts(part.at("nodes"));
      }
      if (torus.regions.empty()) view.at("regions").fail("lists none");
    }
  }

  TextSource source_;
  const Options& options_;
  FabricBuilder builder_;
  YamlNode document_;
  SlurmTopology topology_;
  std::map<std::string, int> names_;
  std::size_t total_ = 0;
};

std::vector<OptionSpec> yaml_options() {
  std::vector<OptionSpec> options = slurm_options();
  options.push_back({.name = "topology",
                     .kind = OptionSpec::Kind::text,
                     .default_text = "default",
                     .sentence = "which topology of the file, by name",
                     .words = {}});
  return options;
}

const bool kRegistered = [] {
  importers().add("slurm_yaml", "Slurm's topology.yaml: trees, blocks, rings, tori or a flat list of nodes.",
                  {.extensions = {"yaml", "yml"}, .options = yaml_options(), .read = [](const ImportInput& input) {
                     return Reader(input).read();
                   }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
