// Simulated beside measured, over systems whose times are public.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/fit/error_summary.h"
#include "sim/fit/measured_system.h"

namespace polyplane::sim {

/// By size of the array.
enum class SizeClass : std::uint8_t { small, medium, large };  // up to 64 KiB, up to 16 MiB, above
inline constexpr std::size_t kSizeClasses = 3;
[[nodiscard]] SizeClass size_class(Bytes size);

struct ValidatedRow {
  std::size_t series = 0;
  Measurement measured;
  Duration simulated;
  std::string algorithm, protocol;
  [[nodiscard]] double error() const;  // ln(simulated / measured)
};

struct ValidatedSystem {
  MeasuredSystem system;
  std::string stack;  // its name
  std::vector<ValidatedRow> rows;
  std::array<ErrorSummary, kSizeClasses> by_size;
  ErrorSummary all;
  std::vector<std::string> assumed;  // of the measurements, the cluster and the stack
};

/// Means over systems: each counts once, whatever it has of records. The worst is the worst row of all.
struct ValidationTotal {
  std::size_t systems = 0, fitted = 0, records = 0;
  std::array<std::optional<double>, kSizeClasses> median_abs;
  double bias = 0, worst = 0;
};
[[nodiscard]] ValidationTotal total_of(const std::vector<ValidatedSystem>& systems);

struct ValidateOptions {
  std::optional<std::string> stack;  // instead of each system's own
  std::string model = "flow";
  std::size_t threads = 1;  // rows side by side; never changes a result
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;
  std::function<void(std::size_t done)> on_row;  // of this system; from one thread at a time
};

/// Every row of one system. Throws what the cluster, the stack and the runs throw; Interrupted.
[[nodiscard]] ValidatedSystem validate(MeasuredSystem system, const Catalog& catalog, const ValidateOptions& options);

[[nodiscard]] std::string to_json(const std::vector<ValidatedSystem>& systems, const std::string& model,
                                  const std::string& version);

}  // namespace polyplane::sim
