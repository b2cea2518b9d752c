// Aligned columns for people.
#pragma once

#include <string>
#include <vector>

namespace polyplane::cli {

/// Rows of cells; each column as wide as its widest cell, two blanks between, no blanks at line ends. The last column
/// is never padded.
class TextTable {
 public:
  enum class Align { left, right };
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  /// REQUIRES: at most as many cells as columns.
  void add(std::vector<std::string> cells);
  /// `indent` blanks before each row.
  [[nodiscard]] std::string text(std::size_t indent = 0) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace polyplane::cli
