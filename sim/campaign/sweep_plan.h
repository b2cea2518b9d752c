// What a sweep is to run: an experiment file, the fields that vary, and the point for each combination of their values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/campaign/sweep_document.h"
#include "sim/campaign/sweep_key.h"
#include "sim/campaign/sweep_value.h"
#include "sim/catalog.h"
#include "sim/experiment.h"
#include "sim/price_sheet.h"

namespace polyplane::sim {

struct SweepRequest {
  std::string experiment;         // file
  std::vector<std::string> vary;  // "KEY=VALUES", see sweep_key.h and sweep_value.h
  std::string prices;             // name or file of a price sheet; "" = the default one
  std::string version;            // of polyplane: results of another one are other points
};

struct SweepVariable {
  SweepKey key;
  std::vector<SweepValue> values;
  std::string unit;  // of their numbers
};

struct SweepPoint {
  Experiment experiment;
  std::string key;          // hash of all that decides the result, see SweepPlan::load(); 32 hexadecimal digits
  std::string cluster_key;  // the same of its cluster and the prices, for what hangs on them alone
};

inline constexpr std::size_t kMaxSweepPoints = 1'000'000;

/// Positions count through the grid: the last variable changes fastest. Const members may be called from many threads.
class SweepPlan {
 public:
  /// Throws InputError: a variable that is malformed, unknown or there twice, an experiment or price sheet that is wrong;
  /// LimitError for more points than kMaxSweepPoints. Keeps a reference to the catalog.
  SweepPlan(const Catalog& catalog, SweepRequest request);

  [[nodiscard]] const SweepRequest& request() const { return request_; }
  [[nodiscard]] const std::vector<SweepVariable>& variables() const { return variables_; }
  [[nodiscard]] const PriceSheet& prices() const { return prices_; }
  [[nodiscard]] const std::string& experiment_name() const { return name_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of each variable the index of its value.
  [[nodiscard]] std::vector<std::size_t> indices(std::size_t position) const;
  /// "cluster=dgx-h100, collectives.sizes=8 MiB"
  [[nodiscard]] std::string words(std::size_t position) const;

  /// "file:line:column: field[index]: " of the experiment file; "" where the field varies, since words() have it then.
  [[nodiscard]] std::string place_of(std::size_t position, std::string_view field, int index) const;

  /// Reads all files anew and checks all that can be checked before a run. The key is over the version, the prices, the
  /// experiment with its cluster and stack written out (expand_experiment.h) in canonical form, and the contents of every
  /// other file that was read: two spellings of one experiment have one key, and a file that changes makes another. Throws
  /// InputError and LimitError that name the value or the point.
  [[nodiscard]] SweepPoint load(std::size_t position) const;

 private:
  [[nodiscard]] std::vector<SweepSetting> settings(std::size_t position) const;

  const Catalog& catalog_;
  SweepRequest request_;
  std::vector<SweepVariable> variables_;
  PriceSheet prices_;
  std::string prices_text_;  // canonical
  std::string name_;
  std::size_t size_ = 1;
};

}  // namespace polyplane::sim
