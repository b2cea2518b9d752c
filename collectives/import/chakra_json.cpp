#include <algorithm>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "base/yaml_view.h"
#include "collectives/import/chakra_trace.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kPsPerMicro = 1'000'000;
constexpr std::int64_t kMaxPs = 864'000'000'000'000'000;  // ten days

class Reader {
 public:
  Reader(const TextSource& source, ImportNotes& notes) : source_(source), notes_(notes) {}

  ChakraTrace read() {
    ChakraTrace trace;
    trace.file = source_.file();
    const YamlNode root = read_yaml(source_);
    const YamlView graph = YamlView(source_, root, "").at("workload_graph");
    for (const YamlView& item : graph.items()) trace.nodes.push_back(node_of(item));
    return trace;
  }

 private:
  static constexpr std::int64_t kMost = 999'999'999'999'999'999;

  ChakraNode node_of(const YamlView& item) {
    ChakraNode node;
    node.line = item.line();
    node.id = static_cast<std::uint64_t>(item.at("Id").whole(0, kMost));
    if (item.has("Name")) node.name = item.at("Name").text();
    node.type = static_cast<ChakraNode::Type>(item.at("NodeType").whole(1, 7));
    if (item.has("is_cpu_op")) node.on_cpu = is_true(item.at("is_cpu_op"));
    if (item.has("runtime")) {
      const YamlView runtime = item.at("runtime");
      const std::int64_t ps = source_.scaled(runtime.line(), runtime.path(), runtime.text(), kPsPerMicro, 0, kMaxPs);
      if (ps > 0) node.duration = Duration::from_ps(ps);
    }
    const auto number = [&](const char* key, std::optional<std::int64_t>& value) {
      if (item.has(key)) value = item.at(key).whole(0, kMost);
    };
    number("num_ops", node.num_ops);
    number("tensor_size", node.tensor_size);
    number("comm_type", node.comm_type);
    number("comm_size", node.comm_size);
    number("comm_src", node.comm_src);
    number("comm_dst", node.comm_dst);
    number("comm_tag", node.comm_tag);
    if (item.has("pg_name")) node.pg_name = item.at("pg_name").text();
    for (const auto& [key, list] : {std::pair("data_deps", &node.data_deps), std::pair("ctrl_deps", &node.ctrl_deps)}) {
      if (!item.has(key)) continue;
      for (const YamlView& value : item.at(key).items())
        list->push_back(static_cast<std::uint64_t>(value.whole(0, kMost)));
    }
    if (item.has("involved_dim")) {
      for (const YamlView& value : item.at("involved_dim").items()) node.involved_dim.push_back(is_true(value));
    }
    if (item.has("comm_sizes")) {
      for (const YamlView& value : item.at("comm_sizes").items())
        node.comm_sizes.push_back(value.whole(0, kMaxImportedBytes));
    }
    warn_of_others(item);
    return node;
  }

  static bool is_true(const YamlView& value) { return value.text() == "1" || (value.text() != "0" && value.truth()); }

  void warn_of_others(const YamlView& item) {
    static const std::set<std::string, std::less<>> known = {
        "Id",          "Name",      "NodeType",  "is_cpu_op",    "runtime",    "num_ops",
        "tensor_size", "comm_type", "comm_size", "comm_src",     "comm_dst",   "comm_tag",
        "pg_name",     "data_deps", "ctrl_deps", "involved_dim", "comm_sizes", "comm_priority"};
    for (const auto& [key, line] : item.keys()) {
      if (!known.contains(key)) notes_.warn(line, "key \"" + printable(key) + "\" of a node is not read");
      if (key == "comm_priority") notes_.warn(line, "comm_priority is not read: collectives have no priorities");
    }
  }

  const TextSource& source_;
  ImportNotes& notes_;
};

std::vector<std::uint32_t> ranks_of(const YamlView& list) {
  std::vector<std::uint32_t> ranks;
  std::set<std::uint32_t> seen;
  for (const YamlView& item : list.items()) {
    ranks.push_back(static_cast<std::uint32_t>(item.whole(0, static_cast<std::int64_t>(kMaxImportedRanks) - 1)));
    if (!seen.insert(ranks.back()).second) item.fail("names rank " + std::to_string(ranks.back()) + " twice");
  }
  return ranks;
}

}  // namespace

ChakraTrace read_chakra_json(const std::string& name, std::string_view bytes, ImportNotes& notes) {
  const TextSource source(name, bytes);
  return Reader(source, notes).read();
}

ChakraGroups read_chakra_groups(const std::string& where, std::string_view bytes) {
  const TextSource source(where, bytes);
  const YamlNode root = read_yaml(source);
  const YamlView view(source, root, "");
  ChakraGroups groups;
  const auto add = [&](const std::string& name, const YamlView& ranks) {
    if (!groups.emplace(name, ranks_of(ranks)).second) ranks.fail("group \"" + printable(name) + "\" exists already");
  };
  if (root.kind == YamlNode::Kind::mapping) {
    for (const YamlNode& item : root.items) add(item.key, YamlView(source, item, item.key));
    return groups;
  }
  for (const YamlView& item : view.items()) {
    if (item.has("pg_name") && item.has("ranks")) add(item.at("pg_name").text(), item.at("ranks"));
  }
  return groups;
}

}  // namespace polyplane::collectives
