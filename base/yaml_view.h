// Typed access to a YamlNode; what is wrong is said with its line and its path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/yaml.h"

namespace polyplane {

class YamlView {
 public:
  /// `source` and `node` must outlive the view.
  YamlView(const TextSource& source, const YamlNode& node, std::string path)
      : source_(source), node_(node), path_(std::move(path)) {}

  [[nodiscard]] int line() const { return node_.line; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[noreturn]] void fail(const std::string& problem) const { source_.fail(node_.line, path_, problem); }

  /// Of a mapping: throws when it is none, and for a key that is not among `known`.
  void check_keys(const std::vector<std::string>& known) const;
  [[nodiscard]] bool has(std::string_view key) const;
  /// Keys and their lines.
  [[nodiscard]] std::vector<std::pair<std::string, int>> keys() const;
  [[nodiscard]] YamlView at(std::string_view key) const;
  /// Of a list.
  [[nodiscard]] std::vector<YamlView> items() const;
  /// Of a value.
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] std::int64_t whole(std::int64_t min, std::int64_t max) const;
  /// true or false, yes or no.
  [[nodiscard]] bool truth() const;

 private:
  void need(YamlNode::Kind kind, std::string_view what) const;
  const TextSource& source_;
  const YamlNode& node_;
  std::string path_;
};

}  // namespace polyplane
