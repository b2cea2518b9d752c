#include "sim/nccl/graph_file.h"

#include <array>

#include "base/suggest.h"
#include "base/text_source.h"
#include "base/xml.h"
#include "configs/schema/read_file.h"

namespace polyplane::sim::nccl {
namespace {

constexpr std::int64_t kMostChannels = 1024;
constexpr std::int64_t kMegabyte = 1'000'000, kMostMegabytes = 100'000'000'000;  // 100 TB/s, in MB/s

class GraphReader {
 public:
  GraphReader(const TextSource& source, const XmlElement& element) : source_(source), element_(element) {}

  GraphFigures read() const {
    GraphFigures graph;
    graph.pattern = static_cast<Pattern>(whole("pattern", 1, 6));
    graph.channels = static_cast<std::uint32_t>(whole("nchannels", 0, kMostChannels));
    graph.speed_intra = decimal("speedintra");
    graph.speed_inter = decimal("speedinter");
    if (element_.attribute("latencyinter")) graph.latency_inter_us = decimal("latencyinter");
    graph.type_intra = path("typeintra");
    graph.type_inter = path("typeinter");
    graph.same_channels = whole("samechannels", 0, 1) == 1;
    return graph;
  }

  [[nodiscard]] std::int64_t whole(const char* name, std::int64_t min, std::int64_t max) const {
    return source_.whole(element_.line, name, text(name), min, max);
  }

 private:
  [[nodiscard]] std::string_view text(const char* name) const {
    const auto value = element_.attribute(name);
    if (!value) source_.fail(element_.line, name, "is missing from <graph>");
    return *value;
  }
  /// Exact to six digits after the point.
  [[nodiscard]] double decimal(const char* name) const {
    return static_cast<double>(source_.scaled(element_.line, name, text(name), kMegabyte, 0, kMostMegabytes)) /
           static_cast<double>(kMegabyte);
  }
  [[nodiscard]] PathType path(const char* name) const {
    const auto type = parse_path_type(text(name));
    if (!type) {
      std::vector<std::string> names;
      for (int i = 0; i <= static_cast<int>(PathType::dis); ++i) {
        names.emplace_back(to_string(static_cast<PathType>(i)));
      }
      source_.fail(element_.line, name, unknown_name("kind of path", text(name), names));
    }
    return *type;
  }

  const TextSource& source_;
  const XmlElement& element_;
};

}  // namespace

GraphSet read_graphs(const std::string& file, const std::string& text) {
  const TextSource source(file, text);
  const XmlDocument document(source);
  const XmlElement& root = document.root();
  if (root.name != "graphs") {
    source.fail(root.line, "", "starts with <" + printable(root.name) + ">; a graph dump of NCCL starts with <graphs>");
  }
  if (root.attribute("version") != "1") source.fail(root.line, "version", "must be 1");
  GraphSet set{.file = file};
  const std::array<std::optional<GraphFigures>*, 5> places = {&set.ring, &set.tree, &set.collnet_chain, &set.nvls,
                                                              &set.collnet_direct};
  for (const XmlElement& element : root.children) {
    if (element.name != "graph") continue;
    const GraphReader reader(source, element);
    const auto id = static_cast<std::size_t>(reader.whole("id", 0, 4));
    if (places[id]->has_value()) source.fail(element.line, "id", std::to_string(id) + " is given twice");
    const GraphFigures graph = reader.read();
    if (graph.channels > 0 || id <= 1) *places[id] = graph;
  }
  return set;
}

GraphSet read_graph_file(const std::string& file) { return read_graphs(file, configs::read_text_file(file)); }

}  // namespace polyplane::sim::nccl
