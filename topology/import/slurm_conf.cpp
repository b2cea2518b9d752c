// Slurm's topology.conf: "Key=Value" words, any case, # comments, lines that end in \ go on. The keys say which plugin it
// is for: SwitchName (tree), BlockName (block) or RingName (ring). LinkSpeed is not read, as Slurm does not either.
#include <map>
#include <optional>

#include "base/suggest.h"
#include "topology/import/importer.h"
#include "topology/import/slurm_topology.h"

namespace polyplane::topology {

namespace {

struct Pair {
  std::string key;  // lower case
  std::string written;
  std::string value;
};

class Reader {
 public:
  explicit Reader(const ImportInput& input)
      : source_(input.file, input.text), options_(input.options), builder_(source_) {}

  ImportedFabric read() {
    LineReader lines(source_.text());
    std::string whole;
    int first = 0;
    for (std::string_view line; lines.next(line);) {
      const std::size_t comment = line.find('#');
      std::string_view said = line.substr(0, comment);
      if (whole.empty()) first = lines.number();
      const bool goes_on = comment == std::string_view::npos && said.ends_with('\\');
      if (goes_on) said.remove_suffix(1);
      whole += said;
      if (goes_on) continue;
      read_line(whole, first);
      whole.clear();
    }
    if (!whole.empty()) read_line(whole, first);
    if (!kind_) source_.fail(0, "", "holds no SwitchName, BlockName or RingName");
    topology_.kind = *kind_;
    if (!topology_.block_sizes.empty() && *kind_ != SlurmTopology::Kind::block) {
      source_.fail(topology_.line, "BlockSizes", "is there without a BlockName");
    }
    return slurm_fabric(topology_, source_, options_, std::move(builder_));
  }

 private:
  std::vector<Pair> pairs_of(std::string_view text, int line) const {
    std::vector<Pair> pairs;
    while (true) {
      text = trimmed(text);
      if (text.empty()) return pairs;
      const std::size_t equals = text.find_first_of("= \t");
      if (equals == std::string_view::npos || text[equals] != '=' || equals == 0) {
        source_.fail(line, "", "\"" + printable(text.substr(0, text.find_first_of(" \t"))) + "\" is not Key=Value");
      }
      Pair pair;
      pair.written = text.substr(0, equals);
      pair.key = lower_case(pair.written);
      text.remove_prefix(equals + 1);
      if (text.starts_with('"')) {
        const std::size_t end = text.find('"', 1);
        if (end == std::string_view::npos) source_.fail(line, pair.written, "has a \" that is not closed");
        pair.value = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
      } else {
        pair.value = text.substr(0, text.find_first_of(" \t"));
        text.remove_prefix(pair.value.size());
      }
      if (pair.value.empty()) source_.fail(line, pair.written, "has no value");
      pairs.push_back(std::move(pair));
    }
  }

  void read_line(const std::string& text, int line) {
    const std::vector<Pair> pairs = pairs_of(text, line);
    if (pairs.empty()) return;
    std::map<std::string, const Pair*> by_key;
    for (const Pair& pair : pairs) {
      check_key(pair, line);
      if (!by_key.emplace(pair.key, &pair).second) source_.fail(line, pair.written, "is given twice");
    }
    if (by_key.contains("blocksizes")) {
      read_block_sizes(*by_key.at("blocksizes"), line);
      by_key.erase("blocksizes");
      if (by_key.empty()) return;
    }
    SlurmTopology::Group group;
    group.line = line;
    bool named = false;
    for (const auto& [key, kind] :
         {std::pair("switchname", SlurmTopology::Kind::tree), std::pair("blockname", SlurmTopology::Kind::block),
          std::pair("ringname", SlurmTopology::Kind::ring)}) {
      const auto place = by_key.find(key);
      if (place == by_key.end()) continue;
      if (named || (kind_ && *kind_ != kind)) {
        source_.fail(line, place->second->written, "does not go with another kind of topology in the same file");
      }
      named = true;
      kind_ = kind;
      group.name = place->second->value;
    }
    if (!named) source_.fail(line, pairs.front().written, "stands without SwitchName, BlockName or RingName");
    read_members(by_key, group);
    const auto [place, fresh] = groups_.emplace(group.name, line);
    if (!fresh) {
      source_.fail(line, "name",
                   "\"" + printable(group.name) + "\" is there already, at line " + std::to_string(place->second));
    }
    if (topology_.line == 0) topology_.line = line;
    topology_.groups.push_back(std::move(group));
  }

  void check_key(const Pair& pair, int line) const {
    static const std::vector<std::string> known = {"BlockName", "BlockSizes", "LinkSpeed", "Nodes",
                                                   "RingName",  "SwitchName", "Switches"};
    for (const std::string& name : known) {
      if (lower_case(name) == pair.key) return;
    }
    source_.fail(line, pair.written, unknown_name("key", pair.written, known));
  }

  void read_members(const std::map<std::string, const Pair*>& by_key, SlurmTopology::Group& group) {
    const auto switches = by_key.find("switches"), nodes = by_key.find("nodes");
    const bool tree = kind_ == SlurmTopology::Kind::tree;
    if (by_key.contains("linkspeed")) builder_.warn(group.line, "LinkSpeed is not read; Slurm does not use it either");
    if (switches != by_key.end() && !tree) source_.fail(group.line, "Switches", "goes with SwitchName only");
    if ((switches != by_key.end()) == (nodes != by_key.end())) {
      source_.fail(group.line, "Nodes", tree ? "one of Nodes and Switches is needed, not both" : "is missing");
    }
    if (nodes != by_key.end()) group.nodes = slurm_hosts(source_, group.line, "Nodes", nodes->second->value);
    if (switches != by_key.end())
      group.children = slurm_hosts(source_, group.line, "Switches", switches->second->value);
    total_ += group.nodes.size() + group.children.size();
    if (total_ > kMaxImportedDevices) {
      source_.pass_limit(group.line, "", "more than " + std::to_string(kMaxImportedDevices) + " nodes are not read");
    }
  }

  void read_block_sizes(const Pair& pair, int line) {
    if (!topology_.block_sizes.empty()) source_.fail(line, pair.written, "is given twice");
    std::string_view rest = pair.value;
    while (true) {
      const std::size_t comma = rest.find(',');
      topology_.block_sizes.push_back(source_.whole(line, pair.written, rest.substr(0, comma), 1, 1'000'000'000));
      if (comma == std::string_view::npos) return;
      rest.remove_prefix(comma + 1);
    }
  }

  TextSource source_;
  const Options& options_;
  FabricBuilder builder_;
  SlurmTopology topology_;
  std::optional<SlurmTopology::Kind> kind_;
  std::map<std::string, int> groups_;  // line by name
  std::size_t total_ = 0;
};

const bool kRegistered = [] {
  importers().add("slurm_conf", "Slurm's topology.conf: a tree of switches, blocks or rings of nodes.",
                  {.extensions = {"conf"}, .options = slurm_options(), .read = [](const ImportInput& input) {
                     return Reader(input).read();
                   }});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
