// SQLite behind two owning types; the one place that includes its header is sqlite.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace polyplane::sim {

/// An open file. Every call throws RunError with the file, what was tried and the reason; InputError where the file is no
/// SQLite database or is damaged. From one thread at a time.
class Database {
 public:
  enum class Mode : std::uint8_t { read, write };
  /// `write` makes the file where there is none. Files may come from strangers: nothing in a schema is trusted, no extension
  /// is loaded.
  Database(std::string path, Mode mode);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// Statements without parameters and results.
  void execute(const std::string& sql);
  /// The first column of the first row of a query.
  [[nodiscard]] std::int64_t integer(const std::string& sql);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// Throws as said above, for the last result code.
  [[noreturn]] void fail(int code, std::string_view tried) const;

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement. Parameters and columns count from 0.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(double number);
  Statement& bind(const std::optional<std::int64_t>& number);
  Statement& bind(const std::optional<double>& number);
  /// The next row; false when there is none, the statement is then ready to be bound anew.
  [[nodiscard]] bool step();
  /// step() of a statement without rows.
  void run();

  [[nodiscard]] std::string text(int column) const;  // "" of NULL
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  [[nodiscard]] std::optional<double> maybe_real(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
  int next_parameter_ = 1;
};

/// Undone unless commit() is called. Takes the lock for writing at once.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace polyplane::sim
