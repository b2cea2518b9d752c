// The command line as plain values. CLI11 stays in command_line.cpp; what a text means (sizes, counts, names) is
// decided by the subcommand that uses it, so every value arrives as it was typed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/nccl_model_options.h"

namespace polyplane::cli {

/// Understood by every command.
struct CommonArguments {
  std::string format = "table";  // table | json | csv
  std::string color = "auto";    // auto | always | never
  bool quiet = false;            // no progress, no warnings
  int verbose = 0;
};

/// How a run is computed; of these the quantum alone changes results.
struct ComputeArguments {
  std::optional<std::string> threads, time_quantum, max_memory;
  bool no_symmetry = false, certify = false;
};

/// Of what happened, as a file for ui.perfetto.dev.
struct TraceArguments {
  std::optional<std::string> file, ranks, links, window, time_scale;
  bool any_size = false;
};

/// All that a report shows, in a file (sim/view).
struct RecordArguments {
  std::optional<std::string> file;
  std::vector<std::string> command_line;  // as it was typed, the program first
};

struct PerfArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string collective, cluster;
  std::optional<std::string> min_bytes, max_bytes, step_factor, step_bytes;
  std::optional<std::string> ranks, ranks_per_node, rank_map, placement, split;
  std::string algorithm = "auto", protocol = "auto", model = "flow", stack = "nccl";
  NcclModelArguments nccl_model;
  std::optional<std::string> schedule;  // a file, instead of the algorithm
  std::optional<std::string> channels, slices;
  std::optional<std::string> tokens;  // of dispatch, combine, alltoallv: see token_option.h
  std::optional<std::string> routing, hash, seed;
  std::vector<std::string> faults;
  std::string reduction = "sum", root = "0";
  std::optional<std::string> datatype;  // float, where data have one
  std::optional<std::string> json_file;
  TraceArguments trace;
  RecordArguments record;
  bool explain = false, force = false, band = false;
  /// Options of nccl-tests without a counterpart here: long name to value, as given (see nccl_options.h).
  std::map<std::string, std::string> nccl_options;
};

struct RunArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string experiment;
  TraceArguments trace;
  RecordArguments record;
  bool explain = false, force = false;
};

struct ExplainArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string experiment;
};

struct DiffArguments {
  CommonArguments common;
  std::string before, after;
};

struct TopoArguments {
  CommonArguments common;
  std::string cluster;
  std::vector<std::string> faults;
  std::optional<std::string> seed, export_format, output, prices;
  RecordArguments record;
  bool force = false, bill = false;
};

struct CompareArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> clusters, workloads;
  std::optional<std::string> ranks, routing, seed;
  std::string algorithm = "auto", model = "flow", stack = "ideal", datatype = "float";
  std::string prices;  // a name or file; "" = the default sheet
  std::string amortise_years = "4";
  RecordArguments record;
  bool force = false;
};

struct ReportArguments {
  CommonArguments common;
  std::vector<std::string> results, measured;
  std::optional<std::string> output;
  bool force = false;
};

struct ImportArguments {
  CommonArguments common;
  std::string source_format, file;                   // of what is read
  std::optional<std::string> output, name, cluster;  // cluster: of the experiment of a trace
  std::map<std::string, std::string> options;        // of the reader: "--cable-latency" to value, see import_options.h
  bool force = false;
};

struct TuneArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string cluster;
  std::string collectives = "all_reduce,all_gather,reduce_scatter,broadcast,reduce";
  std::string min_bytes = "8", max_bytes = "8G", step_factor = "2";
  std::string model = "flow", stack = "nccl";
  std::optional<std::string> ranks, ranks_per_node, routing, seed, output;
  NcclModelArguments nccl_model;
  bool force = false;
};

/// Of measurements to a stack.
struct FitArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> measurements;  // files
  std::string cluster, stack = "nccl";    // stack: the base
  std::string algorithm = "auto", protocol = "auto", model = "flow";
  std::optional<std::string> collective, ranks, ranks_per_node;  // what the files do not say
  std::optional<std::string> routing, seed, name, output;
  bool force = false;
};

/// Published measurements, simulated.
struct ValidateArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> suites;  // names of configs/measurements, or files; empty: all
  std::optional<std::string> stack;
  std::string model = "flow";
};

struct ExportArguments {
  CommonArguments common;
  std::string target_format, collective, cluster, size;
  std::string algorithm = "auto", root = "0";
  std::optional<std::string> ranks, schedule, channels, slices, datatype;
  std::optional<std::string> trace, source_format;  // instead of a collective
  std::optional<std::string> output;
  bool force = false, any_size = false;
};

struct SweepArguments {
  CommonArguments common;
  std::string experiment;         // "" = print a store
  std::vector<std::string> vary;  // "KEY=VALUES"
  std::optional<std::string> store, jobs, shard, max_memory, prices;
  std::optional<std::string> budget, minimise, seed;  // of a search
  bool resume = false, list = false;
};

struct MergeArguments {
  CommonArguments common;
  std::vector<std::string> stores;
  std::optional<std::string> output;
};

struct CatalogArguments {
  CommonArguments common;
  std::string pattern;
  std::vector<std::string> kinds;  // "algorithms", "topologies", ...; empty = all
};

struct CompletionArguments {
  std::string shell;
};

/// Asked by the completion scripts: the names of one kind, one a line.
struct CompleteNamesArguments {
  std::string kind;
};

struct DoctorArguments {
  CommonArguments common;
};

/// Text to print on stdout and nothing else to do: --help, --version, help, version.
struct PrintText {
  std::string text;
};

using Invocation = std::variant<PerfArguments, RunArguments, ExplainArguments, DiffArguments, TopoArguments,
                                CompareArguments, TuneArguments, FitArguments, ValidateArguments, SweepArguments,
                                MergeArguments, ImportArguments, ExportArguments, CatalogArguments, CompletionArguments,
                                CompleteNamesArguments, DoctorArguments, ReportArguments, PrintText>;

/// `arguments` without the program's name. Throws InputError: unknown command or option (did-you-mean), missing or
/// extra values, nothing given.
[[nodiscard]] Invocation parse_command_line(const std::vector<std::string>& arguments);

/// One option or positional argument of a command, for completion scripts and the man page.
struct OptionSummary {
  std::vector<std::string> names;  // "-b", "--min-bytes"; empty for a positional argument
  std::string value;               // "" for a flag, else what is expected: "SIZE", "CLUSTER"
  std::string sentence;
};
struct CommandSummary {
  std::string name, sentence, examples;
  std::vector<OptionSummary> options;
};
/// The commands of --help, in its order.
[[nodiscard]] std::vector<CommandSummary> command_summaries();

}  // namespace polyplane::cli
