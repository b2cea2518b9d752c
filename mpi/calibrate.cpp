// polyplane-mpi calibrate: a cluster and a stack file of this machine, from messages between its ranks.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/today.h"
#include "cli/values.h"
#include "mpi/arguments.h"
#include "mpi/calibrate_runs.h"
#include "mpi/commands.h"
#include "mpi/core_of_rank.h"

namespace polyplane::mpi {
namespace {

struct CalibrateArguments {
  std::string directory, name = "calibrated", max_bytes = "16M", milliseconds = "200";
  bool force = false, quiet = false;
};

constexpr std::int64_t kSmallestMessage = 8;

/// Powers of two from 8 bytes on; below 1 KiB only every third, where little changes.
std::vector<Bytes> sizes_up_to(Bytes most) {
  std::vector<Bytes> sizes;
  for (std::int64_t size = kSmallestMessage; size <= most.count(); size *= size < 512 ? 8 : 2) {
    sizes.emplace_back(size);
  }
  return sizes;
}

/// "Open MPI v4.1.4": what stands before the first comma of its own words.
std::string library_name() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string name(text.data());
  return name.substr(0, name.find(','));
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string load_text() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) != 3) return "load not known";
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "load %.2f %.2f %.2f (1, 5, 15 minutes)", load[0], load[1], load[2]);
  return text.data();
}

/// On all ranks, before anything is measured.
void check_files(const Communicator& world, const CalibrateArguments& arguments) {
  std::string problem;
  if (world.is_root()) {
    try {
      if (!std::filesystem::is_directory(arguments.directory)) {
        throw InputError("--output: \"" + printable(arguments.directory) + "\" is no directory; make it first");
      }
      for (const char* file : {"/cluster.textproto", "/stack.textproto"}) {
        cli::check_writable(arguments.directory + file, arguments.force);
      }
    } catch (const InputError& error) { problem = error.what(); }
  }
  problem = world.broadcast(std::move(problem));
  if (!problem.empty()) throw InputError(problem);
}

/// Of one sentence; "" where there is nothing to say.
std::string drift_text(const sim::Calibration& calibration) {
  if (calibration.drift <= sim::kMostDrift) return "";
  return fmt::format(
      "the machine changed while it was measured: the same messages took {:.1f} times as long at one "
      "time as at another; calibrate again",
      calibration.drift);
}

std::string summary(const CalibrateArguments& arguments, const sim::CalibrationRuns& runs,
                    const sim::Calibration& calibration, const std::string& before) {
  std::string text = "# " + before + " before, " + load_text() + " after\n";
  for (const sim::CalibratedPair& pair : calibration.pairs) {
    text += "# " + std::string(to_string(pair.pair)) + ": port " + to_string(pair.port) + ", one way " +
            to_string(pair.up) + ", latency over the closest " + to_string(pair.extra_latency) + "\n";
  }
  const sim::ProtocolCosts& costs = calibration.costs;
  const Bytes shown(64 << 10);
  text += "# launch " + to_string(costs.launch) + "; " + to_string(shown) + ": work " +
          to_string(sim::work_cost(costs, shown)) + " beside its bytes, sum " +
          to_string(sim::reduction_cost(costs, shown)) + ", copy " + to_string(sim::copy_cost(costs, shown)) + "; " +
          std::to_string(costs.by_size.size()) + " message sizes of " + std::to_string(runs.pairs.size()) +
          (runs.pairs.size() == 1 ? " pair class" : " pair classes") +
          fmt::format("; slowest round over fastest {:.2f}\n", calibration.drift);
  return text + arguments.directory + "/cluster.textproto\n" + arguments.directory + "/stack.textproto\n";
}

void write(const CalibrateArguments& arguments, const PlacedRanks& placed, const sim::CalibrationRuns& runs,
           const std::string& before) {
  const sim::Calibration calibration = sim::calibrate(runs);
  sim::CalibrationOrigin origin;
  origin.name = arguments.name;
  origin.machine = host_name() + " (" + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " processors, " +
                   std::to_string(placed.cores.size()) + " ranks, " + library_name() + ")";
  origin.as_of = cli::today();
  origin.comments.push_back(before + " before, " + load_text() + " after");
  for (std::size_t rank = 0; rank < placed.bindings.size(); ++rank) {
    origin.comments.push_back("rank " + std::to_string(rank) + ": " + placed.bindings[rank]);
  }
  if (!drift_text(calibration).empty()) origin.comments.push_back(drift_text(calibration));
  cli::set_last_words("the two files may be there, or the cluster alone");
  cli::write_files(
      {{arguments.directory + "/cluster.textproto", sim::calibrated_cluster_text(runs, calibration, origin)},
       {arguments.directory + "/stack.textproto", sim::calibrated_stack_text(runs, calibration, origin)}},
      arguments.force);
  cli::set_last_words("both files were written");
  cli::print(summary(arguments, runs, calibration, before));
  if (!drift_text(calibration).empty()) log(LogLevel::warn, "calibrate", drift_text(calibration));
}

int calibrate(const Communicator& world, const CalibrateArguments& arguments, const CalibrateOptions& options) {
  check_files(world, arguments);  // again: a command before this one may have written them
  cli::set_last_words("no file was written");
  const std::string before = load_text();
  const PlacedRanks placed = place_ranks(world);
  const sim::CalibrationRuns runs = run_calibration(world, placed.cores, options);
  if (world.is_root()) write(arguments, placed, runs, before);
  return cli::kExitFine;
}

}  // namespace

Task prepare_calibrate(const Communicator& world, const std::vector<std::string>& given) {
  CalibrateArguments arguments;
  CLI::App app("measures messages between these ranks, and writes a cluster and a stack file of this machine",
               "mpirun -n RANKS polyplane-mpi calibrate");
  app.add_option("-o,--output", arguments.directory, "directory that gets cluster.textproto and stack.textproto")
      ->type_name("DIR");
  app.add_option("--name", arguments.name, "of the cluster and of the stack (default calibrated)")->type_name("NAME");
  app.add_option("-e,--max-bytes", arguments.max_bytes, "longest message (default 16M)")->type_name("SIZE");
  app.add_option("--time", arguments.milliseconds, "for the repetitions of one size (default 200)")->type_name("MS");
  app.add_flag("--force", arguments.force, "overwrite the files");
  app.add_flag("-q,--quiet", arguments.quiet, "no progress on stderr");
  app.footer(
      "Examples:\n  mpirun -n 2 polyplane-mpi calibrate -o .\n"
      "  mpirun -n 2 polyplane-mpi calibrate -o . then perf all_reduce --cluster ./cluster.textproto --stack "
      "./stack.textproto\n");
  if (!parse_arguments(app, world, given)) return {};
  if (arguments.directory.empty()) throw InputError("--output is missing: the directory for the two files");
  if (world.size() < 2) throw InputError("calibrate needs at least two ranks: mpirun -n 2 polyplane-mpi calibrate ...");
  CalibrateOptions options;
  const Bytes most = cli::parse_size("--max-bytes", arguments.max_bytes);
  if (most < Bytes(64 << 10) || most > Bytes(1 << 30)) {
    throw InputError("--max-bytes is " + arguments.max_bytes + "; allowed: 64K to 1G");
  }
  options.sizes = sizes_up_to(most);
  options.seconds_a_point = static_cast<double>(cli::parse_whole("--time", arguments.milliseconds, 1, 60'000)) / 1e3;
  if (!arguments.quiet) options.on_part = [](const std::string& part) { std::cerr << "# " << part << "\n"; };
  check_files(world, arguments);
  return [=, &world] { return calibrate(world, arguments, options); };
}

}  // namespace polyplane::mpi
