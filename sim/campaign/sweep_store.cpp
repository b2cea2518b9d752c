#include "sim/campaign/sweep_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "sim/campaign/sweep_store_rows.h"

namespace polyplane::sim {
namespace {

constexpr std::int64_t kApplicationId = 0x706c7377;  // "plsw"
constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kSchema =
    "CREATE TABLE sweep (id INTEGER PRIMARY KEY CHECK (id = 1), description TEXT NOT NULL) STRICT;"
    "CREATE TABLE grid (position INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;"
    "CREATE TABLE points ("
    " key TEXT PRIMARY KEY, failure TEXT NOT NULL, error TEXT NOT NULL, cluster TEXT NOT NULL,"
    " algorithm TEXT NOT NULL, endpoints INTEGER NOT NULL, time_ps INTEGER NOT NULL,"
    " algbw_GBps REAL, busbw_GBps REAL, lower_bound_ps INTEGER,"
    " network_cost_cents INTEGER, system_cost_cents INTEGER, network_power_mw INTEGER, system_power_mw INTEGER,"
    " fingerprint TEXT NOT NULL, report TEXT NOT NULL,"
    // From here on what is in no report.
    " runs INTEGER NOT NULL, host TEXT NOT NULL, seconds REAL NOT NULL, finished_at TEXT NOT NULL) STRICT;";

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, length};
}

/// Nothing was ever put into it: made and left before its first transaction.
bool is_empty(Database& database) {
  return database.integer("PRAGMA application_id") == 0 && database.integer("SELECT count(*) FROM sqlite_schema") == 0;
}

void check_schema(Database& database) {
  if (database.integer("PRAGMA application_id") != kApplicationId) {
    throw InputError(printable(database.path()) + ": is not a store of a sweep; it is left as it is");
  }
  const std::int64_t version = database.integer("PRAGMA user_version");
  if (version != kSchemaVersion) {
    throw InputError(printable(database.path()) + ": has schema " + std::to_string(version) +
                     "; this polyplane reads " + std::to_string(kSchemaVersion));
  }
  Statement tables(database, "SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  std::string found;
  while (tables.step()) found += (found.empty() ? "" : " ") + tables.text(0) + ":" + tables.text(1);
  if (found != "table:grid table:points table:sweep") {
    throw InputError(printable(database.path()) + ": holds other tables than a store of a sweep; it is left as it is");
  }
}

SweepDescription read_description(Database& database) {
  Statement sweep(database, "SELECT description FROM sweep");
  if (!sweep.step()) throw InputError(printable(database.path()) + ": does not say what sweep it is of");
  SweepDescription description = description_of(sweep.text(0), database.path());
  Statement grid(database, "SELECT position, key FROM grid ORDER BY position");
  std::size_t points = 1;
  for (const SweepDescription::Variable& variable : description.variables) {
    points = std::min<std::size_t>(points * variable.values.size(), kMaxSweepPoints + 1);
  }
  while (grid.step()) {
    if (grid.integer(0) != static_cast<std::int64_t>(description.keys.size())) break;
    description.keys.push_back(grid.text(1));
  }
  if (description.keys.size() != points) {
    throw InputError(printable(database.path()) + ": is damaged: its grid has " +
                     std::to_string(description.keys.size()) + " points, its variables " + std::to_string(points));
  }
  return description;
}

void write_description(Database& database, const std::string& description) {
  Statement sweep(database, "INSERT OR REPLACE INTO sweep VALUES (1, ?)");
  sweep.bind(description).run();
}

void make_schema(Database& database, const SweepDescription& description) {
  Transaction transaction(database);
  database.execute(kSchema);
  write_description(database, description_text(description));
  Statement grid(database, "INSERT INTO grid VALUES (?, ?)");
  for (std::size_t i = 0; i < description.keys.size(); ++i) {
    grid.bind(static_cast<std::int64_t>(i)).bind(description.keys[i]).run();
  }
  database.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  transaction.commit();
}

void prepare_for_writing(Database& database) {
  database.execute("PRAGMA journal_mode = WAL");
  database.execute("PRAGMA synchronous = FULL");
}

constexpr const char* kColumns =
    "key, failure, error, cluster, algorithm, endpoints, time_ps, algbw_GBps, busbw_GBps, lower_bound_ps,"
    " network_cost_cents, system_cost_cents, network_power_mw, system_power_mw, fingerprint, report, runs, host,"
    " seconds, finished_at";

template <class Unit>
std::optional<Unit> figure(const std::optional<std::int64_t>& count, Unit (*make)(std::int64_t)) {
  return count ? std::optional(make(*count)) : std::nullopt;
}

SweepResult result_in(const Statement& row, const std::string& path) {
  SweepResult result;
  result.failure = parse_failure(row.text(1), path);
  result.error = row.text(2);
  result.cluster = row.text(3);
  result.algorithm = row.text(4);
  result.endpoints = row.integer(5);
  result.time = Duration::from_ps(row.integer(6));
  result.algbw_GBps = row.maybe_real(7);
  result.busbw_GBps = row.maybe_real(8);
  result.lower_bound = figure(row.maybe_integer(9), &Duration::from_ps);
  result.figures.network_cost = figure(row.maybe_integer(10), &Money::from_cents);
  result.figures.system_cost = figure(row.maybe_integer(11), &Money::from_cents);
  result.figures.network_power = figure(row.maybe_integer(12), &Power::from_milliwatts);
  result.figures.system_power = figure(row.maybe_integer(13), &Power::from_milliwatts);
  result.fingerprint = row.text(14);
  result.report = row.text(15);
  return result;
}

template <class Unit>
std::optional<std::int64_t> count_of(const std::optional<Unit>& figure, std::int64_t (Unit::*count)() const) {
  return figure ? std::optional(((*figure).*count)()) : std::nullopt;
}

void insert(Database& database, const std::string& key, const SweepResult& result, const SweepRun& run) {
  Statement statement(database, std::string("INSERT INTO points (") + kColumns +
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.bind(key).bind(to_string(result.failure)).bind(result.error).bind(result.cluster).bind(result.algorithm);
  statement.bind(result.endpoints).bind(result.time.ps()).bind(result.algbw_GBps).bind(result.busbw_GBps);
  statement.bind(count_of(result.lower_bound, &Duration::ps));
  statement.bind(count_of(result.figures.network_cost, &Money::cents));
  statement.bind(count_of(result.figures.system_cost, &Money::cents));
  statement.bind(count_of(result.figures.network_power, &Power::milliwatts));
  statement.bind(count_of(result.figures.system_power, &Power::milliwatts));
  statement.bind(result.fingerprint).bind(result.report);
  statement.bind(run.runs).bind(run.host).bind(run.seconds);
  statement.bind(run.finished_at.empty() ? now_text() : run.finished_at).run();
}

}  // namespace

/// Of a whole file, by flock: it goes when the process does. Opened before SQLite's own descriptors and closed after them,
/// since closing any descriptor of a file drops the locks that SQLite has on it.
class SweepStore::Lock {
 public:
  explicit Lock(const std::string& path) : path_(path) {
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    made_ = file_ >= 0;
    if (file_ < 0 && errno == EEXIST) file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file_ < 0) {
      const int error = errno;
      if (error == ENOENT || error == ENOTDIR) {
        throw InputError("cannot write " + printable(path) + ": its folder does not exist");
      }
      if (error == EISDIR) throw InputError(printable(path) + " is a directory, not a file");
      throw RunError("cannot write " + printable(path) + ": " + std::strerror(error));
    }
    struct stat found = {};
    if (::fstat(file_, &found) != 0 || !S_ISREG(found.st_mode)) {
      ::close(file_);
      throw InputError(printable(path) + " is not a regular file, which a store has to be");
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(file_);
    throw RunError(printable(path) + ": another polyplane writes this store; wait for it, or end it");
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (made_) {
      ::unlink(path_.c_str());  // nothing was put into it
      for (const char* ending : {"-wal", "-shm", "-journal"}) ::unlink((path_ + ending).c_str());
    }
    ::close(file_);
  }
  /// Something is in it.
  void keep_file() { made_ = false; }

 private:
  std::string path_;
  int file_ = -1;
  bool made_ = false;
};

SweepDescription describe(const SweepPlan& plan, std::vector<std::string> keys) {
  SweepDescription description;
  description.version = plan.request().version;
  description.experiment = plan.experiment_name();
  description.prices = plan.prices().name;
  for (const SweepVariable& from : plan.variables()) {
    SweepDescription::Variable to{.key = from.key.text(), .unit = from.unit, .values = {}};
    for (const SweepValue& value : from.values) to.values.push_back({value.text, value.number});
    description.variables.push_back(std::move(to));
  }
  description.keys = std::move(keys);
  return description;
}

std::vector<std::size_t> indices_of(const SweepDescription& description, std::size_t position) {
  std::vector<std::size_t> indices(description.variables.size());
  for (std::size_t i = indices.size(); i-- > 0;) {
    const std::size_t values = description.variables[i].values.size();
    indices[i] = position % values;
    position /= values;
  }
  return indices;
}

std::string words_of(const SweepDescription& description, std::size_t position) {
  const std::vector<std::size_t> of = indices_of(description, position);
  std::string text;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const SweepDescription::Variable& variable = description.variables[i];
    text += (i == 0 ? "" : ", ") + printable(variable.key) + "=" + printable(variable.values[of[i]].text);
  }
  return text;
}

bool same_sweep(const SweepDescription& a, const SweepDescription& b) {
  return a.version == b.version && a.prices == b.prices && a.variables == b.variables && a.keys == b.keys;
}

SweepStore::SweepStore(Database database, SweepDescription description, std::shared_ptr<Lock> lock, bool resumed)
    : lock_(std::move(lock)), database_(std::move(database)), description_(std::move(description)), resumed_(resumed) {}

SweepStore SweepStore::open(const std::string& path, const SweepDescription& description) {
  auto lock = std::make_shared<Lock>(path);
  Database database(path, Database::Mode::write);
  const bool fresh = is_empty(database);
  if (!fresh) check_schema(database);
  if (!fresh) {
    const SweepDescription found = read_description(database);
    refuse_other_sweep(description, found, path);
  }
  prepare_for_writing(database);
  if (fresh) {
    make_schema(database, description);
  } else {
    Transaction transaction(database);
    write_description(database, description_text(description));
    transaction.commit();
  }
  lock->keep_file();
  return SweepStore(std::move(database), description, std::move(lock), !fresh);
}

SweepStore SweepStore::read(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(printable(path) + ": there is no such file");
  if (std::filesystem::is_directory(path, error)) throw InputError(printable(path) + " is a directory, not a file");
  Database database(path, Database::Mode::read);
  check_schema(database);
  SweepDescription description = read_description(database);
  return SweepStore(std::move(database), std::move(description), nullptr, true);
}

std::optional<SweepResult> SweepStore::find(const std::string& key) {
  Statement row(database_, std::string("SELECT ") + kColumns + " FROM points WHERE key = ?");
  if (!row.bind(key).step()) return std::nullopt;
  return result_in(row, path());
}

void SweepStore::for_each(bool with_reports,
                          const std::function<void(const std::string&, const SweepResult&, const SweepRun&)>& found) {
  Statement row(database_, std::string("SELECT ") + kColumns + " FROM points ORDER BY key");
  while (row.step()) {
    SweepResult result = result_in(row, path());
    if (!with_reports) result.report.clear();
    found(row.text(0), result,
          {.host = row.text(17),
           .seconds = row.maybe_real(18).value_or(0),
           .finished_at = row.text(19),
           .runs = row.integer(16)});
  }
}

void SweepStore::add(const std::string& key, const SweepResult& result, const SweepRun& run, const std::string& from) {
  const std::optional<SweepResult> known = find(key);
  // A limit hangs on the machine: whatever else is known of the point goes before it.
  if (known && result.failure == SweepFailure::limit) return;
  if (known && known->failure == SweepFailure::limit) {
    Statement(database_, "DELETE FROM points WHERE key = ?").bind(key).run();
  }
  if (!known || known->failure == SweepFailure::limit) {
    insert(database_, key, result, run);
    return;
  }
  if (!known->same_bits(result)) throw RunError(disagreement(description_, key, {*known, path()}, {result, from}));
  Statement(database_, "UPDATE points SET runs = runs + ? WHERE key = ?").bind(run.runs).bind(key).run();
}

void SweepStore::keep(const std::string& key, const SweepResult& result, const SweepRun& run) {
  Transaction transaction(database_);
  add(key, result, run, "this run");
  transaction.commit();
}

void SweepStore::keep_all(SweepStore& from) {
  Transaction transaction(database_);
  from.for_each(true, [&](const std::string& key, const SweepResult& result, const SweepRun& run) {
    add(key, result, run, from.path());
  });
  transaction.commit();
}

void SweepStore::settle(const std::string& description) {
  try {
    write_description(database_, description);
    database_.execute("PRAGMA journal_mode = DELETE");
  } catch (const RunError&) {}  // others read, or the disk is full; what is in the log is as safe
}

}  // namespace polyplane::sim
