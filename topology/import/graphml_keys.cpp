#include "topology/import/graphml_keys.h"

#include <array>
#include <set>
#include <utility>

#include "base/suggest.h"

namespace polyplane::topology {

namespace {

using Field = GraphmlField;

struct KeyName {
  std::string_view written;
  Field field;
};
constexpr std::array kNodeKeys{KeyName{"name", Field::name},
                               KeyName{"label", Field::name},
                               KeyName{"kind", Field::kind},
                               KeyName{"type", Field::kind},
                               KeyName{"node", Field::node},
                               KeyName{"plane", Field::plane},
                               KeyName{"rail", Field::rail},
                               KeyName{"tier", Field::tier},
                               KeyName{"pod", Field::pod},
                               KeyName{"part", Field::part},
                               KeyName{"forwards", Field::forwards},
                               KeyName{"up", Field::up},
                               KeyName{"in_network_reduction", Field::reduces}};
constexpr std::array kEdgeKeys{KeyName{"link_name", Field::name},
                               KeyName{"name", Field::name},
                               KeyName{"link_kind", Field::kind},
                               KeyName{"kind", Field::kind},
                               KeyName{"link_tier", Field::tier},
                               KeyName{"tier", Field::tier},
                               KeyName{"link_plane", Field::plane},
                               KeyName{"plane", Field::plane},
                               KeyName{"rate", Field::rate},
                               KeyName{"rate_bps", Field::rate_bps},
                               KeyName{"linkspeedraw", Field::rate_bps},
                               KeyName{"nominal_rate_bps", Field::nominal_rate_bps},
                               KeyName{"latency", Field::latency},
                               KeyName{"latency_ps", Field::latency_ps},
                               KeyName{"latency_ns", Field::latency_ns},
                               KeyName{"link_up", Field::up},
                               KeyName{"up", Field::up},
                               KeyName{"link_index", Field::index},
                               KeyName{"link_reverse", Field::reverse}};
constexpr std::array kGraphKeys{
    KeyName{"schema", Field::schema}, KeyName{"graph_name", Field::name}, KeyName{"lossless", Field::lossless},
    KeyName{"virtual_channels", Field::virtual_channels}, KeyName{"routing", Field::routing}};

constexpr std::size_t kMaxKeys = 200;

}  // namespace

void GraphmlKeys::declare(const XmlElement& element) {
  const std::string id(required_attribute(source_, element, "id"));
  const std::string_view target = element.attribute("for").value_or("all");
  Key key;
  key.written = element.attribute("attr.name").value_or(id);
  for (const XmlElement& child : element.children) {
    if (child.name == "default") key.standard = child.text;
  }
  const auto add = [&](std::string_view wanted, const auto& names) {
    if (target != wanted && target != "all") return;
    Key own = key;
    const std::string lower = lower_case(own.written);
    for (const KeyName& name : names) {
      if (name.written == lower) own.field = name.field;
    }
    if (own.field == Field::unknown && target != "all") {
      builder_.warn(element.line,
                    "key \"" + printable(own.written) + "\" of " + std::string(wanted) + "s is not known and not read");
    }
    auto& keys = keys_[std::string(wanted)];
    if (keys.size() == kMaxKeys) {
      source_.pass_limit(element.line, "key", "more than " + std::to_string(kMaxKeys) + " are not read");
    }
    if (!keys.emplace(id, std::move(own)).second) {
      source_.fail(element.line, "key@id", "\"" + printable(id) + "\" is there twice");
    }
  };
  add("node", kNodeKeys);
  add("edge", kEdgeKeys);
  add("graph", kGraphKeys);
}

GraphmlValues GraphmlKeys::values_of(const XmlElement& element, const std::string& kind,
                                     std::vector<std::string_view>& others) {
  const std::map<std::string, Key>& keys = keys_[kind];
  GraphmlValues values;
  for (const auto& [id, key] : keys) {
    if (key.standard && key.field != Field::unknown) values.emplace(key.field, *key.standard);
  }
  std::set<Field> given;
  for (const XmlElement& child : element.children) {
    if (child.name != "data") {
      others.push_back(child.name);
      continue;
    }
    const std::string id(required_attribute(source_, child, "key"));
    const auto key = keys.find(id);
    if (key == keys.end()) {
      source_.fail(child.line, "data@key", "\"" + printable(id) + "\" is no key of " + kind + "s; none is declared");
    }
    if (key->second.field == Field::unknown) continue;
    if (!given.insert(key->second.field).second) {
      // Two keys that mean the same: the first one counts.
      builder_.warn(child.line, "key \"" + printable(key->second.written) + "\" says what another key of the same " +
                                    kind + " says; it is not read");
      continue;
    }
    values[key->second.field] = child.text;
  }
  return values;
}

std::string_view required_attribute(const TextSource& source, const XmlElement& element, std::string_view name) {
  const auto value = element.attribute(name);
  if (!value || value->empty())
    source.fail(element.line, element.name, "attribute " + std::string(name) + " is missing");
  return *value;
}

}  // namespace polyplane::topology
