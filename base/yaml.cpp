#include "base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/suggest.h"

namespace polyplane {

namespace {

int line_of(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }

std::string text_of(const yaml_char_t* text) { return text == nullptr ? "" : reinterpret_cast<const char*>(text); }

/// One event of libyaml, freed with it.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }
  yaml_event_t* operator->() { return &event_; }
  yaml_event_t* get() { return &event_; }

 private:
  yaml_event_t event_{};
};

class TreeMaker {
 public:
  explicit TreeMaker(const TextSource& source) : source_(source) {
    if (yaml_parser_initialize(&parser_) == 0) source_.pass_limit(0, "", "is too large for this machine");
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(source.text().data()),
                                 source.text().size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  TreeMaker(const TreeMaker&) = delete;
  TreeMaker& operator=(const TreeMaker&) = delete;
  ~TreeMaker() { yaml_parser_delete(&parser_); }

  YamlNode make() {
    while (step()) {}
    if (!has_root_) source_.fail(0, "", "holds no YAML document");
    return std::move(root_);
  }

 private:
  struct Open {
    YamlNode node;
    std::string anchor;
    std::set<std::string> keys;
    bool awaits_key = false;  // of a mapping: the next scalar is a key
    std::string key;
    int key_line = 0;
  };

  /// False after the last event.
  bool step() {
    Event event;
    if (yaml_parser_parse(&parser_, event.get()) == 0) fail_syntax();
    const int line = line_of(event->start_mark);
    switch (event->type) {
      case YAML_STREAM_END_EVENT:
        return false;
      case YAML_DOCUMENT_START_EVENT:
        if (has_root_) source_.fail(line, "", "holds a second document; one is read");
        break;
      case YAML_SCALAR_EVENT: {
        std::string text(reinterpret_cast<const char*>(event->data.scalar.value), event->data.scalar.length);
        const std::string anchor = text_of(event->data.scalar.anchor);
        if (!stack_.empty() && stack_.back().awaits_key) {
          take_key(std::move(text), line);
          break;
        }
        YamlNode node;
        node.line = line;
        node.text = std::move(text);
        count(weight_of(node), line);
        if (!anchor.empty()) {
          count(weight_of(node), line);  // the copy that is kept
          anchors_[anchor] = {node, weight_of(node), 1};
        }
        place(std::move(node));
        break;
      }
      case YAML_SEQUENCE_START_EVENT:
        open(YamlNode::Kind::sequence, text_of(event->data.sequence_start.anchor), line);
        break;
      case YAML_MAPPING_START_EVENT:
        open(YamlNode::Kind::mapping, text_of(event->data.mapping_start.anchor), line);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        break;
      case YAML_ALIAS_EVENT:
        take_alias(text_of(event->data.alias.anchor), line);
        break;
      default:
        break;
    }
    return true;
  }

  [[noreturn]] void fail_syntax() const {
    const std::string problem = parser_.problem == nullptr ? "unknown" : parser_.problem;
    if (parser_.error == YAML_MEMORY_ERROR) source_.pass_limit(0, "", "is too large for this machine");
    source_.fail(line_of(parser_.problem_mark), "", "is not YAML: " + printable(problem));
  }

  void take_key(std::string text, int line) {
    Open& mapping = stack_.back();
    if (!mapping.keys.insert(text).second) source_.fail(line, text, "is given twice");
    mapping.key = std::move(text);
    mapping.key_line = line;
    mapping.awaits_key = false;
  }

  void check_no_key(int line) const {
    if (!stack_.empty() && stack_.back().awaits_key) source_.fail(line, "key", "is no plain text");
  }

  void open(YamlNode::Kind kind, const std::string& anchor, int line) {
    check_no_key(line);
    count(1, line);
    if (stack_.size() == kMaxYamlDepth) {
      source_.pass_limit(line, "", "is nested more than " + std::to_string(kMaxYamlDepth) + " deep");
    }
    Open& opened = stack_.emplace_back();
    opened.node.kind = kind;
    opened.node.line = line;
    opened.anchor = anchor;
    opened.awaits_key = kind == YamlNode::Kind::mapping;
  }

  void close() {
    Open closed = std::move(stack_.back());
    stack_.pop_back();
    if (!closed.anchor.empty()) {
      const Size size = size_of(closed.node);
      count(size.nodes, closed.node.line);  // the copy that is kept
      anchors_[closed.anchor] = {closed.node, size.nodes, size.depth};
    }
    place(std::move(closed.node));
  }

  void take_alias(const std::string& name, int line) {
    check_no_key(line);
    const auto anchor = anchors_.find(name);
    if (anchor == anchors_.end()) source_.fail(line, "alias", "\"" + printable(name) + "\" names no anchor before it");
    count(anchor->second.nodes, line);
    if (stack_.size() + anchor->second.depth > kMaxYamlDepth) {
      source_.pass_limit(line, "", "is nested more than " + std::to_string(kMaxYamlDepth) + " deep");
    }
    place(anchor->second.node);
  }

  void place(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == YamlNode::Kind::mapping) {
      node.key = std::move(parent.key);
      node.key_line = parent.key_line;
      parent.awaits_key = true;
    }
    parent.node.items.push_back(std::move(node));
  }

  void count(std::size_t nodes, int line) {
    nodes_ += nodes;
    if (nodes_ > kMaxYamlNodes) {
      source_.pass_limit(line, "", "has more than " + std::to_string(kMaxYamlNodes) + " values, aliases written out");
    }
  }

  /// Long texts count as several nodes.
  static std::size_t weight_of(const YamlNode& node) { return 1 + (node.text.size() + node.key.size()) / 32; }

  struct Size {
    std::size_t nodes = 1, depth = 1;
  };
  static Size size_of(const YamlNode& node) {
    Size size{weight_of(node), 1};
    for (const YamlNode& item : node.items) {
      const Size inner = size_of(item);
      size.nodes += inner.nodes;
      size.depth = std::max(size.depth, inner.depth + 1);
    }
    return size;
  }

  struct Anchored {
    YamlNode node;
    std::size_t nodes = 1, depth = 1;
  };

  const TextSource& source_;
  yaml_parser_t parser_{};
  std::vector<Open> stack_;
  std::map<std::string, Anchored> anchors_;
  YamlNode root_;
  bool has_root_ = false;
  std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view wanted) const {
  for (const YamlNode& item : items) {
    if (kind == Kind::mapping && item.key == wanted) return &item;
  }
  return nullptr;
}

std::string_view YamlNode::kind_name() const {
  switch (kind) {
    case Kind::scalar:
      return "a value";
    case Kind::sequence:
      return "a list";
    case Kind::mapping:
      return "a mapping";
  }
  return "";
}

YamlNode read_yaml(const TextSource& source) { return TreeMaker(source).make(); }

}  // namespace polyplane
