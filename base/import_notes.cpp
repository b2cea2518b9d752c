#include "base/import_notes.h"

#include <algorithm>

namespace polyplane {

void ImportNotes::warn(int line, const std::string& text) {
  const auto [place, fresh] = index_.emplace(text, warnings_.size());
  if (fresh) {
    warnings_.push_back({line, 0, text});
  } else {
    ++warnings_[place->second].more;
  }
}

void ImportNotes::assume(const std::string& sentence) {
  if (std::find(assumed_.begin(), assumed_.end(), sentence) == assumed_.end()) assumed_.push_back(sentence);
}

}  // namespace polyplane
