#include "sim/campaign/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

constexpr int kBusyMilliseconds = 5000;

std::string reason_of(sqlite3* handle, int code) {
  const int error = handle == nullptr ? 0 : sqlite3_system_errno(handle);
  if (error == ENOSPC || error == EDQUOT) return "the disk is full";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it, or its folder, cannot be written";
    case SQLITE_CANTOPEN:
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it";
    case SQLITE_NOMEM:
      return "out of memory";
    default:
      break;
  }
  std::string reason = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  if (error != 0) reason += std::string(" (") + std::strerror(error) + ")";
  return reason;
}

}  // namespace

Database::Database(std::string path, Mode mode) : path_(std::move(path)) {
  const int access = mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code =
      sqlite3_open_v2(path_.c_str(), &handle_, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nullptr);
  try {
    if (code != SQLITE_OK) fail(code, "opened");
    sqlite3_busy_timeout(handle_, kBusyMilliseconds);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    execute("PRAGMA cell_size_check = ON");
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Database::Database(Database&& other) noexcept
    : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(handle_, other.handle_);
  return *this;
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "written");
}

std::int64_t Database::integer(const std::string& sql) {
  Statement statement(*this, sql);
  if (!statement.step()) throw InputError(printable(path_) + ": is no store of a sweep");
  return statement.integer(0);
}

void Database::fail(int code, std::string_view tried) const {
  const int kind = code & 0xff;
  if (kind == SQLITE_NOTADB) throw InputError(printable(path_) + ": is not a store of a sweep; it is left as it is");
  if (kind == SQLITE_CORRUPT) throw InputError(printable(path_) + ": is damaged: " + sqlite3_errmsg(handle_));
  throw RunError(printable(path_) + " cannot be " + std::string(tried) + ": " + reason_of(handle_, code));
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &handle_, nullptr);
  if (code == SQLITE_ERROR) {
    throw InputError(printable(database.path()) + ": is not a store of a sweep: " + sqlite3_errmsg(database.handle()));
  }
  if (code != SQLITE_OK) database.fail(code, "read");
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(std::string_view text) {
  const int code =
      sqlite3_bind_text64(handle_, next_parameter_++, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code, "written");
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  CHECK(sqlite3_bind_int64(handle_, next_parameter_++, number) == SQLITE_OK, "a parameter of SQL does not exist");
  return *this;
}

Statement& Statement::bind(double number) {
  CHECK(sqlite3_bind_double(handle_, next_parameter_++, number) == SQLITE_OK, "a parameter of SQL does not exist");
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& number) {
  if (number) return bind(*number);
  ++next_parameter_;  // NULL
  return *this;
}

Statement& Statement::bind(const std::optional<double>& number) {
  if (number) return bind(*number);
  ++next_parameter_;
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  next_parameter_ = 1;
  if (code != SQLITE_DONE) database_.fail(code, sqlite3_stmt_readonly(handle_) != 0 ? "read" : "written");
  return false;
}

void Statement::run() { CHECK(!step(), "a statement that returns nothing returned a row"); }

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(handle_, column);
  if (bytes == nullptr) return "";
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (sqlite3_column_type(handle_, column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_int64(handle_, column);
}

std::optional<double> Statement::maybe_real(int column) const {
  if (sqlite3_column_type(handle_, column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(handle_, column);
}

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  // Fails only where SQLite rolled back itself already.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace polyplane::sim
