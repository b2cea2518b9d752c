#include "base/xml.h"

#include <algorithm>
#include <pugixml.hpp>

#include "base/suggest.h"

namespace polyplane {

struct XmlDocument::Store {
  pugi::xml_document document;
};

namespace {

/// Lines of ascending offsets.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  int line_at(std::ptrdiff_t offset) {
    const auto end = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)), text_.size());
    if (end < at_) return line_;
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
    return line_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

class TreeMaker {
 public:
  explicit TreeMaker(const TextSource& source) : source_(source), lines_(source.text()) {}

  XmlElement make(const pugi::xml_node& node, int depth) {
    XmlElement element;
    element.name = node.name();
    element.line = lines_.line_at(node.offset_debug());
    if (depth > kMaxXmlDepth) {
      source_.pass_limit(element.line, element.name,
                         "elements are nested more than " + std::to_string(kMaxXmlDepth) + " deep");
    }
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      if (element.attributes.size() == kMaxXmlAttributes) {
        source_.pass_limit(element.line, element.name,
                           "has more than " + std::to_string(kMaxXmlAttributes) + " attributes");
      }
      if (element.attribute(attribute.name())) {
        source_.fail(element.line, element.name, "attribute \"" + printable(attribute.name()) + "\" is given twice");
      }
      element.attributes.emplace_back(attribute.name(), attribute.value());
    }
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() == pugi::node_element) element.children.push_back(make(child, depth + 1));
      const bool text = child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata;
      if (text && element.text.empty()) element.text = trimmed_text(child.value());
    }
    return element;
  }

 private:
  static std::string_view trimmed_text(std::string_view text) {
    const std::size_t from = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? std::string_view() : text.substr(from, last + 1 - from);
  }

  const TextSource& source_;
  LineCounter lines_;
};

}  // namespace

std::optional<std::string_view> XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [own, value] : attributes) {
    if (own == wanted) return value;
  }
  return std::nullopt;
}

XmlDocument::~XmlDocument() = default;

XmlDocument::XmlDocument(const TextSource& source) : store_(std::make_unique<Store>()) {
  const std::string_view text = source.text();
  if (const std::size_t at = text.find("<!ENTITY"); at != std::string_view::npos) {
    source.pass_limit(LineCounter(text).line_at(static_cast<std::ptrdiff_t>(at)), "",
                      "declares an entity; entities are not expanded");
  }
  if (const std::size_t at = text.find('\0'); at != std::string_view::npos) {
    source.fail(LineCounter(text).line_at(static_cast<std::ptrdiff_t>(at)), "", "holds a NUL byte");
  }
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '<')) > kMaxXmlTags) {
    source.pass_limit(0, "", "has more than " + std::to_string(kMaxXmlTags) + " tags");
  }
  const pugi::xml_parse_result result = store_->document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_fragment, pugi::encoding_utf8);
  if (result.status == pugi::status_out_of_memory) source.pass_limit(0, "", "is too large for this machine");
  if (!result) {
    source.fail(LineCounter(text).line_at(result.offset), "",
                "is not well-formed XML: " + std::string(result.description()));
  }
  pugi::xml_node root;
  for (const pugi::xml_node& node : store_->document.children()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      const std::string_view value = node.value();
      const std::size_t start = std::min(value.find_first_not_of(" \t\r\n"), value.size());
      source.fail(LineCounter(text).line_at(node.offset_debug() + static_cast<std::ptrdiff_t>(start)), "",
                  "is not well-formed XML: \"" + printable(value.substr(start)) + "\" stands outside the root element");
    }
    if (node.type() != pugi::node_element) continue;
    if (root) {
      source.fail(LineCounter(text).line_at(node.offset_debug()), node.name(),
                  "stands beside the root element \"" + printable(root.name()) + "\"; a document has one root");
    }
    root = node;
  }
  if (!root) source.fail(0, "", "holds no XML element");
  root_ = TreeMaker(source).make(root, 1);
}

}  // namespace polyplane
