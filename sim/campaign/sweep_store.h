// The results of a sweep in one SQLite file: a row for each point that was run, and what sweep they belong to.
//
// A row is there when its point is finished, and then survives whatever happens to the program or the machine (WAL,
// synchronous FULL; a row is one transaction). One process writes at a time; others may read meanwhile. Not for network file
// systems, on which WAL does not work: a store for each machine and `polyplane merge`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/sqlite.h"
#include "sim/campaign/sweep_result.h"
#include "sim/campaign/sweep_search.h"

namespace polyplane::sim {

/// What a store holds the results of, and a report says of them.
struct SweepDescription {
  struct Value {
    std::string text;
    std::optional<double> number;
    friend bool operator==(const Value&, const Value&) = default;
  };
  struct Variable {
    std::string key, unit;
    std::vector<Value> values;
    friend bool operator==(const Variable&, const Variable&) = default;
  };
  std::string version, experiment, prices;
  std::vector<Variable> variables;
  std::vector<std::string> keys;      // of points, by position
  std::optional<SweepSearch> search;  // none: a grid
  std::size_t shard = 0, shards = 1;  // points whose position is `shard` modulo `shards`
};

[[nodiscard]] SweepDescription describe(const SweepPlan& plan, std::vector<std::string> keys);
/// The same points; search and shard aside.
[[nodiscard]] bool same_sweep(const SweepDescription& a, const SweepDescription& b);
/// Of each variable the index of its value; and in words, "cluster=dgx-h100, collectives.sizes=8 MiB".
[[nodiscard]] std::vector<std::size_t> indices_of(const SweepDescription& description, std::size_t position);
[[nodiscard]] std::string words_of(const SweepDescription& description, std::size_t position);

/// Where and when a point ran: in the store, in no report.
struct SweepRun {
  std::string host;
  double seconds = 0;
  std::string finished_at;  // UTC; "" = now
  std::int64_t runs = 1;    // how often
};

class SweepStore {
 public:
  /// Opens the store at `path`, or makes it. Throws InputError when it is that of another sweep (or another shard of it), or
  /// no store at all; RunError when it cannot be written, or another process writes it.
  static SweepStore open(const std::string& path, const SweepDescription& description);
  /// For reading alone. Throws InputError when it is no store.
  static SweepStore read(const std::string& path);
  SweepStore(SweepStore&&) noexcept = default;
  SweepStore& operator=(SweepStore&&) noexcept = default;

  [[nodiscard]] const SweepDescription& description() const { return description_; }
  [[nodiscard]] const std::string& path() const { return database_.path(); }
  /// Was it there before?
  [[nodiscard]] bool resumed() const { return resumed_; }

  [[nodiscard]] std::optional<SweepResult> find(const std::string& key);
  /// All rows, by key. `with_reports`: SweepResult::report too.
  void for_each(bool with_reports,
                const std::function<void(const std::string& key, const SweepResult&, const SweepRun&)>& row);
  /// Adds a row, or one more run of it; a limit that was met before is replaced. Throws RunError when the row has other bits
  /// already (nothing is then changed), or when it cannot be written.
  void keep(const std::string& key, const SweepResult& result, const SweepRun& run);
  /// The same for all rows of another store of this sweep: all or none.
  void keep_all(SweepStore& from);
  /// Keeps `description`, which description_of() reads, and brings all into the one file, so that it can be read where nothing
  /// can be written. While others read, or without room on the disk, the rows stay where they are, as safe.
  void settle(const std::string& description);

 private:
  void add(const std::string& key, const SweepResult& result, const SweepRun& run, const std::string& from);
  class Lock;
  SweepStore(Database database, SweepDescription description, std::shared_ptr<Lock> lock, bool resumed);

  std::shared_ptr<Lock> lock_;  // goes after the database
  Database database_;
  SweepDescription description_;
  bool resumed_ = false;
};

/// Puts the rows of all `inputs` into a new store. Throws InputError: `output` exists, stores of different sweeps; RunError:
/// two stores disagree on a point, which is then named, or `output` cannot be written; nothing is left of it then.
void merge_stores(const std::vector<std::string>& inputs, const std::string& output);

}  // namespace polyplane::sim
