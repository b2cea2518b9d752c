// A YAML document as a tree that knows its lines. libyaml is behind yaml.cpp. Tags are not read; all scalars are text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text_source.h"

namespace polyplane {

inline constexpr std::size_t kMaxYamlDepth = 64;
/// Nodes, with every alias counted as what it stands for.
inline constexpr std::size_t kMaxYamlNodes = 2'000'000;

struct YamlNode {
  enum class Kind { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  int line = 0;
  std::string key;  // in its mapping
  int key_line = 0;
  std::string text;             // of a scalar
  std::vector<YamlNode> items;  // of a sequence or mapping

  /// The entry of a mapping, or nullptr.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  /// "a list", for messages.
  [[nodiscard]] std::string_view kind_name() const;
};

/// The first document; others are an error. Throws InputError (syntax, a key twice, a key that is no scalar, an unknown
/// alias, no document) and LimitError (depth, nodes).
[[nodiscard]] YamlNode read_yaml(const TextSource& source);

}  // namespace polyplane
