#include "cli/compute_options.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/resident.h"
#include "base/suggest.h"
#include "cli/values.h"

namespace polyplane::cli {

namespace {

constexpr std::int64_t kMaxThreads = 1024;
constexpr Duration kMaxQuantum = Duration::from_ps(1'000'000'000'000);

}  // namespace

void add_compute(Command& command, ComputeArguments& compute) {
  const OptionGroup group = command.group("How it is computed");
  group.option("--threads", &compute.threads, "N", "sizes side by side (default: the processors of this machine)");
  group.option("--max-memory", &compute.max_memory, "SIZE",
               "refuse, with exit code 3, what is foretold to need more (default: what this machine has)");
  group.flag("--no-symmetry", &compute.no_symmetry, "every send of every rank by itself: slower, the oracle");
  group.flag("--certify", &compute.certify, "prove every allocation of rates max-min fair, by its bottlenecks");
  group.option("--time-quantum", &compute.time_quantum, "TIME",
               "put starts and ends of flows off to its next multiple, "
               "'1 us': faster, and the report says how far off");
}

void apply_compute_options(const ComputeArguments& arguments, const std::string& model, sim::RunOptions& options) {
  if (arguments.certify && model == "analytic") throw InputError("--certify is of model flow; this one is " + model);
  options.threads = arguments.threads
                        ? static_cast<std::size_t>(parse_whole("--threads", *arguments.threads, 1, kMaxThreads))
                        : std::max(1U, std::thread::hardware_concurrency());
  options.symmetry = !arguments.no_symmetry;
  options.certify = arguments.certify;
  if (arguments.max_memory) {
    options.max_memory = parse_size("--max-memory", *arguments.max_memory);
  } else if (const std::uint64_t machine = physical_memory(); machine > 0) {
    options.max_memory = Bytes(static_cast<std::int64_t>(machine));
  }
}

void tell_memory(const sim::Report& report) {
  std::uint64_t foretold = report.foretold_bytes;
  for (const sim::CollectiveResult& result : report.collectives) foretold = std::max(foretold, result.foretold_bytes);
  for (const sim::StepResult& result : report.steps) foretold = std::max(foretold, result.foretold_bytes);
  for (const sim::ProgramResult& result : report.programs) foretold = std::max(foretold, result.foretold_bytes);
  std::cerr << "# memory: foretold " << foretold << " bytes at the peak, measured " << resident().peak << "\n";
}

void tell_what_does_not_fit(const sim::Report& report) {
  for (const sim::StepResult& step : report.steps) {
    if (!step.memory_warning.empty()) log(LogLevel::warn, "memory", printable(step.memory_warning));
  }
}

Duration quantum_of(const ComputeArguments& arguments, const std::string& model) {
  if (!arguments.time_quantum) return {};
  Duration quantum;
  try {
    quantum = parse_duration(*arguments.time_quantum);
  } catch (const InputError& error) { throw InputError(std::string("--time-quantum: ") + error.what()); }
  if (quantum <= Duration() || quantum > kMaxQuantum) {
    throw InputError("--time-quantum " + printable(*arguments.time_quantum) +
                     " is out of range; allowed: above 0, up to " + to_string(kMaxQuantum));
  }
  if (model == "analytic") throw InputError("--time-quantum is of model flow; this one is " + model);
  return quantum;
}

}  // namespace polyplane::cli
