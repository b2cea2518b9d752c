// The keys of a GraphML file: which names of attributes are known, what they mean, and the values of one element.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_source.h"
#include "base/xml.h"
#include "topology/import/fabric_builder.h"

namespace polyplane::topology {

/// What a value means; several names of keys may mean the same.
enum class GraphmlField {
  name,
  kind,
  node,
  plane,
  rail,
  tier,
  pod,
  part,
  forwards,
  up,
  reduces,
  rate,
  rate_bps,
  nominal_rate_bps,
  latency,
  latency_ps,
  latency_ns,
  index,
  reverse,
  schema,
  lossless,
  virtual_channels,
  routing,
  unknown
};

/// Of one element, as they are written; a field that is not there has none. Views into the document.
using GraphmlValues = std::map<GraphmlField, std::string_view>;

/// Source, builder and document belong to the caller and outlive this.
class GraphmlKeys {
 public:
  GraphmlKeys(const TextSource& source, FabricBuilder& builder) : source_(source), builder_(builder) {}

  /// An element `key`. A name that is not known is read over, with a warning. Throws InputError: an id that is missing or
  /// there twice; LimitError: too many keys.
  void declare(const XmlElement& element);

  /// The data of a "node", an "edge" or the "graph", defaults of keys included; names of children that are something else
  /// go to `others`. Of two keys that mean the same the first one counts, with a warning. Throws InputError: a key that
  /// is not declared.
  [[nodiscard]] GraphmlValues values_of(const XmlElement& element, const std::string& kind,
                                        std::vector<std::string_view>& others);

 private:
  struct Key {
    std::string written;  // attr.name
    GraphmlField field = GraphmlField::unknown;
    std::optional<std::string_view> standard;  // value of elements without one
  };

  const TextSource& source_;
  FabricBuilder& builder_;
  std::map<std::string, std::map<std::string, Key>> keys_;  // by "node", "edge" or "graph", then by id
};

/// Throws InputError when it is missing or empty.
[[nodiscard]] std::string_view required_attribute(const TextSource& source, const XmlElement& element,
                                                  std::string_view name);

}  // namespace polyplane::topology
