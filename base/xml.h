// An XML document as a tree of elements that know their lines. pugixml is behind xml.cpp.
// Left out: namespaces (a prefix is part of the name), processing instructions, entities that a DTD declares: a document
// that declares some is refused, so that none can blow up.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_source.h"

namespace polyplane {

inline constexpr int kMaxXmlDepth = 100;
inline constexpr std::size_t kMaxXmlTags = 4'000'000;
inline constexpr std::size_t kMaxXmlAttributes = 200;  // of one element

struct XmlElement {
  std::string_view name;
  int line = 0;
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  std::vector<XmlElement> children;
  std::string_view text;  // the first text inside, without blanks around it

  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view wanted) const;
};

class XmlDocument {
 public:
  /// Throws InputError (not well formed, an attribute twice, several roots, text beside the root, NUL bytes) and LimitError (depth, tags, attributes, entities).
  explicit XmlDocument(const TextSource& source);
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;
  ~XmlDocument();

  [[nodiscard]] const XmlElement& root() const { return root_; }

 private:
  struct Store;  // what the texts of the tree point into
  std::unique_ptr<Store> store_;
  XmlElement root_;
};

}  // namespace polyplane
