// The document of nccl-tests -J (NVIDIA/nccl-tests, src/util.cu, JSON version 3). JSON is read as the YAML that it is, so
// that errors have lines. Times are in microseconds; `out_of_place` is null where a trace is replayed, then `in_place` counts.
#include "base/suggest.h"
#include "base/yaml_view.h"
#include "sim/fit/measurement_draft.h"

namespace polyplane::sim {
namespace {

/// The side whose time counts.
YamlView side_of(const YamlView& result) {
  const YamlView out = result.at("out_of_place");
  return out.has("time") || out.has("cpu_time") ? out : result.at("in_place");
}

bool is_null(const YamlNode* node) {
  return node == nullptr || (node->kind == YamlNode::Kind::scalar && (node->text == "null" || node->text.empty()));
}

void read_devices(const TextSource& source, const YamlNode& root, MeasurementDraft& draft) {
  const YamlNode* config = root.find("config");
  const YamlNode* devices = config != nullptr ? config->find("devices") : nullptr;
  if (devices == nullptr) devices = root.find("devices");
  if (devices == nullptr) return;
  for (const YamlView& device : YamlView(source, *devices, "devices").items()) {
    ++draft.hosts[device.at("hostname").text()];
  }
}

void read_program(const TextSource& source, const YamlNode& root, MeasurementDraft& draft) {
  const YamlNode* arguments = root.find("args");
  if (arguments == nullptr) return;
  const std::vector<YamlView> items = YamlView(source, *arguments, "args").items();
  if (items.empty()) return;
  draft.program = items.front().text();
  draft.program_line = items.front().line();
}

Measurement read_result(const TextSource& source, const YamlView& result, const YamlNode& node,
                        MeasurementDraft& draft) {
  Measurement row;
  row.line = result.line();
  row.size = measured_size(source, row.line, "size", result.at("size").text());
  const std::string type = measured_datatype(source, row.line, result.at("type").text());
  if (!draft.rows.empty() && type != draft.datatype) {
    result.at("type").fail("changes from " + draft.datatype + " to " + type + " within one document");
  }
  draft.datatype = type;
  const YamlView side = is_null(node.find("out_of_place")) ? result.at("in_place") : side_of(result);
  const YamlView time = side.has("time") ? side.at("time") : side.at("cpu_time");
  row.time = measured_time(source, time.line(), time.path(), time.text());
  if (side.has("nwrong")) {
    const YamlView wrong = side.at("nwrong");
    if (wrong.text() != "null" &&
        source.scaled(wrong.line(), wrong.path(), wrong.text(), 1'000'000, 0, INT64_MAX) > 0) {
      wrong.fail("is " + printable(wrong.text()) + ": the benchmark found the result of this row wrong");
    }
  }
  return row;
}

}  // namespace

MeasurementDraft read_nccl_tests_json(const TextSource& source) {
  const YamlNode root = read_yaml(source);
  const YamlView view(source, root, "");
  MeasurementDraft draft;
  draft.tool = "nccl-tests (JSON)";
  read_program(source, root, draft);
  read_devices(source, root, draft);
  const YamlNode* const results = root.find("results");
  if (results == nullptr) view.fail("results are missing; is this a document of nccl-tests -J?");
  const std::vector<YamlView> items = view.at("results").items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    draft.rows.push_back(read_result(source, items[i], results->items[i], draft));
  }
  return draft;
}

}  // namespace polyplane::sim
