// polyplane export: the schedule of an algorithm, or a trace, in the format of another tool.
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/perf_experiment.h"
#include "collectives/export/exporter.h"
#include "configs/schema/read_file.h"
#include "sim/datatype.h"
#include "sim/experiment_topology.h"
#include "sim/imported_algorithm.h"
#include "sim/placement.h"
#include "sim/read_imports.h"
#include "sim/switch_arithmetic.h"

namespace polyplane::cli {
namespace {

struct ExportArguments {
  CommonArguments common;
  std::string target_format, collective, cluster, size;
  std::string algorithm = "auto", root = "0";
  std::optional<std::string> ranks, schedule, channels, slices, datatype;
  std::optional<std::string> trace, source_format;  // instead of a collective
  std::optional<std::string> output;
  bool force = false, any_size = false;
};

Command declare(ExportArguments& arguments) {
  Command command{
      "export", "writes the schedule of an algorithm, or a trace, in the format of another tool",
      Examples{"polyplane export msccl_xml all_reduce --cluster dgx-h100 --algorithm ring --size 1M -o ring.xml",
               "polyplane export goal --trace app --from chakra -o app.goal"}};
  command.positional("TARGET", &arguments.target_format,
                     "required: chakra, goal, goal_binary, msccl_xml or simai_workload");
  command.positional("COLLECTIVE", &arguments.collective, "all_reduce, all_gather, alltoall, ...; or --trace");
  command.option("--cluster", &arguments.cluster, "NAME|FILE",
                 "whose ranks it is for: nodes and rails shape a schedule");
  command.option("--ranks", &arguments.ranks, "N", "the first N cards in node order (default all)");
  command.option("--algorithm", &arguments.algorithm, "NAME", "a name of catalog --algorithms");
  command.option("--schedule", &arguments.schedule, "FILE",
                 "instead of an algorithm: .xml of MSCCL or .json of MSCCL++");
  command.option("--channels", &arguments.channels, "N", "as in perf");
  command.option("--slices", &arguments.slices, "N", "as in perf");
  command.option("-b,--size", &arguments.size, "SIZE", "of the array, as perf counts it");
  command.option("-r,--root", &arguments.root, "RANK", "root of broadcast, reduce, gather, scatter (default 0)");
  command.option("-d,--datatype", &arguments.datatype, "TYPE", "as in nccl-tests (default float)");
  command.option("--trace", &arguments.trace, "FILE", "instead of a collective: a trace that import reads");
  command.option("--from", &arguments.source_format, "FORMAT", "format of the trace");
  command.option("-o,--output", &arguments.output, "FILE",
                 "write to FILE; of a format with a file a rank: the prefix of all");
  command.flag("--force", &arguments.force, "overwrite FILE");
  command.flag("--any-size", &arguments.any_size, "also what is larger than import reads: 64 MiB a file, 4 GiB in all");
  command.group("Output").flag("-q,--quiet", &arguments.common.quiet, "no warnings on stderr");
  return command;
}

/// What import would read again.
collectives::ExportLimit limit_of(const ExportArguments& arguments) {
  if (arguments.any_size) return {};
  return {.file = static_cast<std::uint64_t>(configs::kMaxFileBytes), .all = sim::kMaxTraceFilesBytes};
}

std::vector<DeviceId> cards_of(const topology::Topology& topology, const std::vector<std::uint32_t>& ranks) {
  const auto all = topology.accelerators();
  if (ranks.empty()) return {all.begin(), all.end()};
  std::vector<DeviceId> cards;
  for (const std::uint32_t rank : ranks) cards.push_back(all[rank]);
  return cards;
}

/// The schedule that perf would run with these words.
std::vector<collectives::ExportFile> export_collective(const ExportArguments& arguments) {
  const auto need = [](const auto& value, const char* name) {
    if (value.empty()) throw InputError(std::string(name) + " is missing; polyplane export --help says more");
  };
  if (arguments.source_format) throw InputError("--from is of a trace; --trace is missing");
  need(arguments.collective, "COLLECTIVE");
  need(arguments.cluster, "--cluster");
  const bool barrier = collectives::parse_collective(arguments.collective) == collectives::CollectiveKind::barrier;
  if (!barrier) need(arguments.size, "--size");
  if (barrier && !arguments.size.empty()) throw InputError("--size has no meaning for barrier, which moves no data");
  PerfArguments perf;
  perf.collective = arguments.collective;
  perf.cluster = arguments.cluster;
  perf.ranks = arguments.ranks;
  if (!barrier) perf.min_bytes = perf.max_bytes = arguments.size;
  perf.algorithm = arguments.algorithm;
  perf.schedule = arguments.schedule;
  perf.channels = arguments.channels;
  perf.slices = arguments.slices;
  perf.root = arguments.root;
  perf.datatype = arguments.datatype;
  perf.stack = "ideal";
  const sim::Experiment experiment = plan_perf(perf, sim::Catalog::open()).experiment;
  const sim::CollectiveJob& job = experiment.collectives.front();
  if (job.algorithm == "auto" || job.algorithm == "nccl") {
    throw InputError("--algorithm: name one, or a file by --schedule; perf -v says which one auto takes");
  }
  const topology::Topology topology = sim::build_topology(experiment);
  const std::vector<DeviceId> cards = cards_of(topology, job.ranks);
  const collectives::RankLayout layout = sim::with_able_switches(
      sim::make_layout(topology, cards), sim::arithmetic_of(experiment.cluster), job.kind, job.datatype, job.reduction);
  const collectives::Collective contract = collectives::Collective::sized(
      job.kind, layout.num_ranks(), job.sizes.front(), sim::element_bytes(job.datatype), RankId(job.root));
  const auto& algorithm = collectives::find_algorithm(job.kind, job.algorithm, job.schedule.get());
  const collectives::AlgorithmRequest request{contract, layout, job.channels, job.slices};
  if (job.schedule) sim::prove_imported(algorithm, request);
  const std::unique_ptr<collectives::Schedule> schedule = collectives::make_schedule(algorithm, request);
  if (job.root > 0) {
    const std::string root = std::to_string(job.root);
    log(LogLevel::warn, "export",
        "the root, " + root + ", is not in the file: import it with --root " + root + ", run it with perf -r " + root);
  }
  for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
    if (!schedule->plane(lane)) continue;
    log(LogLevel::warn, "export",
        "lanes of " + job.algorithm + " keep to planes, which no format can say: what is read again takes any");
    break;
  }
  return collectives::export_schedule(arguments.target_format, *schedule,
                                      std::string(to_string(job.kind)) + "/" + job.algorithm, limit_of(arguments));
}

std::vector<collectives::ExportFile> export_trace(const ExportArguments& arguments) {
  const auto refuse = [](bool given, const char* name) {
    if (given) throw InputError(std::string(name) + " contradicts --trace; state one of the two");
  };
  refuse(!arguments.collective.empty(), "COLLECTIVE");
  refuse(!arguments.cluster.empty(), "--cluster");
  refuse(arguments.ranks.has_value(), "--ranks");
  refuse(arguments.algorithm != ExportArguments().algorithm, "--algorithm");
  refuse(arguments.schedule.has_value(), "--schedule");
  refuse(arguments.channels.has_value(), "--channels");
  refuse(arguments.slices.has_value(), "--slices");
  refuse(!arguments.size.empty(), "--size");
  refuse(arguments.root != ExportArguments().root, "--root");
  refuse(arguments.datatype.has_value(), "--datatype");
  if (!arguments.source_format) throw InputError("--from is missing: the format of the trace");
  const collectives::ImportedProgram imported = sim::read_program(*arguments.source_format, *arguments.trace);
  for (const std::string& note : sim::words_of(imported.notes, *arguments.trace)) log(LogLevel::warn, "export", note);
  return collectives::export_program(arguments.target_format, imported.program, limit_of(arguments));
}

/// `perf --schedule` and experiments tell the format of a schedule by the ending of its file.
void tell_ending(const ExportArguments& arguments) {
  if (!arguments.output || !collectives::schedule_importers().contains(arguments.target_format)) return;
  std::string allowed;
  for (const std::string& ending : collectives::schedule_importers().at(arguments.target_format).extensions) {
    if (arguments.output->ends_with("." + ending)) return;
    allowed += (allowed.empty() ? "." : ", .") + ending;
  }
  log(LogLevel::warn, "export",
      "experiments and perf --schedule tell the format by the ending of the file, " + allowed + "; " +
          printable(*arguments.output) + " has none of them");
}

int run_export(const ExportArguments& arguments) {
  static_cast<void>(apply_output_style(arguments.common, {"table"}));
  static_cast<void>(collectives::exporters().at(arguments.target_format));
  const std::vector<collectives::ExportFile> files =
      arguments.trace ? export_trace(arguments) : export_collective(arguments);
  if (!arguments.output) {
    const bool binary = files.size() > 1 || files.front().bytes.find('\0') != std::string::npos;
    if (binary) throw InputError("--output is missing: " + arguments.target_format + " is no text for a terminal");
    print(files.front().bytes);
    return 0;
  }
  std::size_t bytes = 0;
  std::vector<std::optional<std::string>> outputs;
  for (const collectives::ExportFile& file : files) outputs.emplace_back(*arguments.output + file.suffix);
  check_outputs(outputs, {arguments.trace, arguments.schedule, arguments.cluster}, arguments.force);
  for (const collectives::ExportFile& file : files) {
    write_file(*arguments.output + file.suffix, file.bytes, arguments.force);
    bytes += file.bytes.size();
  }
  tell_ending(arguments);
  if (arguments.common.quiet) return 0;
  const std::string last = files.size() == 1 ? "" : " to " + *arguments.output + files.back().suffix;
  print(*arguments.output + files.front().suffix + last + ": " + std::to_string(bytes) + " bytes\n");
  return 0;
}

}  // namespace

Command export_command() { return make_command(declare, run_export); }

}  // namespace polyplane::cli
