#include "base/yaml_view.h"

#include <algorithm>

#include "base/suggest.h"

namespace polyplane {

void YamlView::need(YamlNode::Kind kind, std::string_view what) const {
  if (node_.kind != kind) fail("is " + std::string(node_.kind_name()) + " where " + std::string(what) + " belongs");
}

void YamlView::check_keys(const std::vector<std::string>& known) const {
  need(YamlNode::Kind::mapping, "a mapping");
  for (const YamlNode& item : node_.items) {
    if (std::find(known.begin(), known.end(), item.key) == known.end()) {
      source_.fail(item.key_line, path_, unknown_name("key", item.key, known));
    }
  }
}

bool YamlView::has(std::string_view key) const { return node_.find(key) != nullptr; }

std::vector<std::pair<std::string, int>> YamlView::keys() const {
  need(YamlNode::Kind::mapping, "a mapping");
  std::vector<std::pair<std::string, int>> list;
  for (const YamlNode& item : node_.items) list.emplace_back(item.key, item.key_line);
  return list;
}

YamlView YamlView::at(std::string_view key) const {
  need(YamlNode::Kind::mapping, "a mapping");
  const YamlNode* item = node_.find(key);
  if (item == nullptr) fail(std::string(key) + " is missing");
  return {source_, *item, path_.empty() ? std::string(key) : path_ + "." + std::string(key)};
}

std::vector<YamlView> YamlView::items() const {
  need(YamlNode::Kind::sequence, "a list");
  std::vector<YamlView> views;
  views.reserve(node_.items.size());
  for (std::size_t i = 0; i < node_.items.size(); ++i) {
    views.emplace_back(source_, node_.items[i], path_ + "[" + std::to_string(i) + "]");
  }
  return views;
}

const std::string& YamlView::text() const {
  need(YamlNode::Kind::scalar, "a value");
  return node_.text;
}

std::int64_t YamlView::whole(std::int64_t min, std::int64_t max) const {
  return source_.whole(node_.line, path_, text(), min, max);
}

bool YamlView::truth() const {
  const std::string word = lower_case(text());
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  fail("\"" + printable(word) + "\" is neither true nor false");
}

}  // namespace polyplane
