// polyplane import: a real fabric, as its tools describe it, becomes a cluster file.
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/import_options.h"
#include "cli/import_trace.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "configs/schema/read_file.h"
#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/imported_cluster.h"
#include "topology/import/importer.h"
#include "topology/metrics.h"

namespace polyplane::cli {
namespace {

Command declare(ImportArguments& import) {
  Command command{"import", "turns a real fabric into a cluster file, a schedule or trace into an experiment",
                  Examples{"polyplane import ibnetdiscover fabric.txt -o fabric.textproto --switch-latency 130ns",
                           "polyplane import goal app.goal -o app.textproto --cluster dgx-h100"}};
  command.positional("FORMAT", &import.source_format,
                     "required: nccl_xml, chakra, msccl_xml, ...; catalog --importers");
  command.positional("FILE", &import.file, "required: the file to read, or the prefix of the files of all ranks");
  command.option("-o,--output", &import.output, "FILE",
                 "write the cluster (.json: as JSON) or the experiment to FILE; without it a cluster goes to stdout");
  command.option("--name", &import.name, "NAME", "of the cluster or experiment (default: of FILE)");
  command.option("--cluster", &import.cluster, "NAME|FILE", "schedules and traces: that the experiment runs on");
  command.option("-r,--root", &import.root, "N", "schedules of a broadcast or reduce: their root (default 0)");
  command.flag("--force", &import.force, "overwrite FILE");
  const OptionGroup figures = command.group("What the format has no figure for");
  for (const ImportOption& option : import_options()) {
    figures.option(
        option.name, [&import, name = option.name](const std::string& value) { import.options[name] = value; },
        option.value, option.sentence);
  }
  add_common(command, import.common);
  command.group("Output").flag("-v,--verbose", &import.common.verbose, "all warnings");
  return command;
}

constexpr std::size_t kShownWarnings = 20;

std::string counted(std::int64_t count, const std::string& noun) {
  const bool es = noun.ends_with("ch");
  return std::to_string(count) + " " + noun + (count == 1 ? "" : es ? "es" : "s");
}

std::string warning_text(const std::string& file, const ImportWarning& warning) {
  std::string text = printable(file) + ":";
  if (warning.line > 0) text += std::to_string(warning.line) + ":";
  text += " " + warning.text;
  if (warning.more > 0) text += " (and " + std::to_string(warning.more) + " more)";
  return text;
}

void show_warnings(const std::string& file, const topology::ImportedFabric& fabric, bool all) {
  std::size_t shown = 0;
  for (const ImportWarning& warning : fabric.warnings) {
    if (!all && shown++ == kShownWarnings) {
      log(LogLevel::warn, "import",
          std::to_string(fabric.warnings.size() - kShownWarnings) + " more kinds of warning; -v shows all");
      break;
    }
    log(LogLevel::warn, "import", warning_text(file, warning));
  }
  for (const std::string& assumed : fabric.assumed) log(LogLevel::warn, "import", "assumed: " + printable(assumed));
}

/// What came out, counted on the graph that a run would use.
std::string summary(const topology::ImportedFabric& fabric) {
  sim::Experiment experiment;
  experiment.cluster = sim::cluster_of(fabric);
  const topology::Counts counts = topology::count_parts(sim::build_topology(experiment));
  return counted(counts.endpoints, "accelerator") + " on " + counted(counts.nodes, "node") + ", " +
         counted(counts.switches, "switch") + " in " + counted(counts.planes, "plane") + ", " +
         counted(counts.links + counts.access_links, "scale-out link") + ", " +
         counted(counts.scaleup_links, "scale-up link");
}

int run_import(const ImportArguments& arguments) {
  if (is_trace_format(arguments.source_format)) return import_trace(arguments);
  if (arguments.root) throw InputError("--root is of schedules; a fabric has none");
  if (arguments.cluster) throw InputError("--cluster is of schedules and traces; a fabric becomes a cluster itself");
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  check_outputs({arguments.output}, {arguments.file}, arguments.force);
  const std::string text = configs::read_text_file(arguments.file);
  topology::ImportedFabric fabric;
  try {
    if (!topology::importers().contains(arguments.source_format)) {
      throw InputError(unknown_name("format to import", arguments.source_format, import_formats()));
    }
    fabric = topology::import_fabric(arguments.source_format, arguments.file, text, reader_options(arguments.options));
  } catch (const OptionError& error) { throw InputError("import: " + std::string(error.what())); }
  if (arguments.name) fabric.name = *arguments.name;
  show_warnings(arguments.file, fabric, arguments.common.verbose > 0);
  const std::string counts = summary(fabric);
  const bool json = format == "json" || (arguments.output && arguments.output->ends_with(".json"));
  const std::string cluster =
      json ? sim::cluster_json(fabric)
           : sim::cluster_text(fabric, "# Made by polyplane import " + arguments.source_format + " from " +
                                           printable(arguments.file) + ":\n# " + counts + ".\n");
  if (!arguments.output) {
    print(cluster);
    return 0;
  }
  write_file(*arguments.output, cluster, arguments.force);
  if (!arguments.common.quiet) print(*arguments.output + ": " + counts + "\n");
  return 0;
}

}  // namespace

Command import_command() { return make_command(declare, run_import); }

}  // namespace polyplane::cli
