#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/campaign/sweep_store.h"
#include "sim/campaign/sweep_store_rows.h"
#include "sim/campaign/sweep_table.h"

namespace polyplane::sim {
namespace {

/// A file beside `target` that is gone, with what SQLite puts beside it, unless it is given that name.
class Draft {
 public:
  explicit Draft(const std::string& target) : path_(target + ".XXXXXX"), file_(::mkstemp(path_.data())) {
    if (file_ < 0) throw RunError("cannot write " + printable(target) + ": " + std::strerror(errno));
    ::close(file_);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + ending).c_str());
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Refuses a target that is there by now.
  void name(const std::string& target) const {
    if (::chmod(path_.c_str(), mode()) == 0 && ::link(path_.c_str(), target.c_str()) == 0) return;
    if (errno == EEXIST) throw InputError(printable(target) + " exists already; nothing is overwritten");
    throw RunError("cannot write " + printable(target) + ": " + std::strerror(errno));
  }

 private:
  static mode_t mode() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
  }
  std::string path_;
  int file_;
};

}  // namespace

void merge_stores(const std::vector<std::string>& inputs, const std::string& output) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(output, error))) {
    throw InputError(printable(output) + " exists already; nothing is overwritten");
  }
  std::vector<SweepStore> stores;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string& input = inputs[i];
    for (std::size_t before = 0; before < i; ++before) {
      if (!std::filesystem::equivalent(inputs[before], input, error)) continue;
      throw InputError(printable(input) + ": is given twice");
    }
    stores.push_back(SweepStore::read(input));
    const SweepDescription& first = stores.front().description();
    SweepDescription found = stores.back().description();
    found.shard = first.shard;
    found.shards = first.shards;
    refuse_other_sweep(first, found, input);
  }
  SweepDescription whole = stores.front().description();
  whole.shard = 0;
  whole.shards = 1;
  const std::filesystem::path folder = std::filesystem::path(output).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, error)) {
    throw InputError("cannot write " + printable(output) + ": there is no directory " + printable(folder.string()));
  }
  const Draft draft(output);
  {
    SweepStore merged = SweepStore::open(draft.path(), whole);
    for (SweepStore& store : stores) merged.keep_all(store);
    settle(merged);
  }
  draft.name(output);
}

}  // namespace polyplane::sim
