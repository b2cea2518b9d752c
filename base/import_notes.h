// What a reader of foreign files has to say of what it made: what it left out, and what it took for granted.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace polyplane {

/// Something that a file says and what was made of it does not: never an error, always shown.
struct ImportWarning {
  int line = 0;      // first place; 0: no place
  int more = 0;      // how often it came again
  std::string text;  // a sentence without a full stop
};

class ImportNotes {
 public:
  /// The same text again is counted, not repeated.
  void warn(int line, const std::string& text);
  /// Each sentence once.
  void assume(const std::string& sentence);

  [[nodiscard]] const std::vector<ImportWarning>& warnings() const { return warnings_; }
  [[nodiscard]] const std::vector<std::string>& assumed() const { return assumed_; }

 private:
  std::vector<ImportWarning> warnings_;
  std::vector<std::string> assumed_;
  std::map<std::string, std::size_t, std::less<>> index_;  // of a warning by its text
};

}  // namespace polyplane
