#include "cli/command_line.h"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/import_options.h"
#include "cli/man_page.h"
#include "cli/nccl_options.h"
#include "cli/version.h"
#include "sim/price_sheet.h"

namespace polyplane::cli {
namespace {

constexpr const char* kCompleteNames = "__complete";

struct Example {
  const char* first;
  const char* second;
};
std::string examples_text(Example examples) {
  return std::string("Examples:\n  ") + examples.first + "\n  " + examples.second + "\n";
}

/// All commands bound to the values they fill.
struct Parser {
  CLI::App app{"polyplane: how long the communication of AI training takes on a cluster, and why", "polyplane"};
  PerfArguments perf;
  RunArguments run;
  ExplainArguments explain;
  DiffArguments diff;
  TopoArguments topo;
  CompareArguments compare;
  TuneArguments tune;
  FitArguments fit;
  ValidateArguments validate;
  SweepArguments sweep;
  MergeArguments merge;
  ImportArguments import;
  ExportArguments export_;
  CatalogArguments catalog;
  CompletionArguments completion;
  CompleteNamesArguments complete_names;
  DoctorArguments doctor;
  ReportArguments report;
  bool version_flag = false, man_page_flag = false;
  std::string help_topic;

  Parser();

 private:
  CLI::App* add_command(const char* name, const char* sentence, Example examples);
  void add_common(CLI::App* command, CommonArguments& common, bool table);
  void add_nccl_model(CLI::App* command, NcclModelArguments& nccl);
  void add_compute(CLI::App* command, ComputeArguments& compute);
  void add_trace(CLI::App* command, TraceArguments& trace, const char* sentence);
  void add_record(CLI::App* command, RecordArguments& record);
  void add_perf();
  void add_perf_sizes(CLI::App* command);
  void add_perf_ranks(CLI::App* command);
  void add_perf_model(CLI::App* command);
  void add_perf_compatibility(CLI::App* command);
  void add_run();
  void add_explain();
  void add_diff();
  void add_topo();
  void add_compare();
  void add_tune();
  void add_fit();
  void add_validate();
  void add_sweep();
  void add_merge();
  void add_import();
  void add_export();
  void add_catalog();
  void add_report();
  void add_small_commands();
};

Parser::Parser() {
  app.get_formatter()->column_width(34);
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("--version", version_flag, "print the version");
  app.footer("polyplane COMMAND --help says more about a command.\n\n" +
             examples_text({"polyplane perf all_reduce --cluster deepseek-v3-2048 -b 1K -e 16G -f 2",
                            "polyplane topo ft3-65536"}));
  app.allow_extras();
  app.require_subcommand(0, 1);  // what follows a command is never another one: help perf
  add_perf();
  add_run();
  add_explain();
  add_diff();
  add_topo();
  add_compare();
  add_tune();
  add_fit();
  add_validate();
  add_sweep();
  add_merge();
  add_import();
  add_export();
  add_report();
  add_catalog();
  add_small_commands();
}

CLI::App* Parser::add_command(const char* name, const char* sentence, Example examples) {
  CLI::App* command = app.add_subcommand(name, sentence);
  command->set_help_flag("-h,--help", "print this help");
  command->footer(examples_text(examples));
  command->allow_extras();
  return command;
}

void Parser::add_common(CLI::App* command, CommonArguments& common, bool table) {
  command->add_option("--format", common.format, table ? "table, json or csv (default table)" : "table or json")
      ->type_name("FORMAT")
      ->group("Output");
  command->add_flag("-q,--quiet", common.quiet, "no progress and no warnings on stderr")->group("Output");
  if (table)
    command
        ->add_flag("-v,--verbose", common.verbose,
                   "more columns: algorithm, protocol, bound, bottleneck; what auto weighed")
        ->group("Output");
  command->add_option("--color", common.color, "auto, always or never; NO_COLOR is honoured")
      ->type_name("WHEN")
      ->group("Output");
}

void Parser::add_perf_sizes(CLI::App* command) {
  const auto size = [&](const char* names, std::optional<std::string>& value, const char* text, const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text)->group("Sizes (K, M, G are powers of 1024)");
  };
  size("-b,--min-bytes,--minbytes", perf.min_bytes, "SIZE", "smallest size (default 8)");
  size("-e,--max-bytes,--maxbytes", perf.max_bytes, "SIZE", "largest size (default 8G)");
  size("-f,--step-factor,--stepfactor", perf.step_factor, "N", "from size to size, times N (default 2)");
  size("-i,--step-bytes,--stepbytes", perf.step_bytes, "SIZE", "from size to size, plus SIZE");
}

void Parser::add_perf_ranks(CLI::App* command) {
  const auto option = [&](const char* names, std::optional<std::string>& value, const char* text,
                          const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text)->group("Ranks");
  };
  option("--ranks", perf.ranks, "N", "the first N cards in node order (default all)");
  option("--ranks-per-node", perf.ranks_per_node, "N", "of each node the first N cards only");
  option("--rank-map", perf.rank_map, "LIST|FILE", "card of each rank: 0-7,16,24-56:8, or a file of such lists");
  option("--placement", perf.placement, "POLICY",
         "cards of a job on part of the cluster: packed, spread, pod, random (by --seed), hostlist:node[0-3,7]");
  option("--split", perf.split, "OP N", "many groups at once, as NCCL_TESTS_SPLIT: %8, /8, &0x7, |1");
  command->add_option("-r,--root", perf.root, "root of broadcast, reduce, gather, scatter (default 0)")
      ->type_name("RANK")
      ->group("Ranks");
}

void Parser::add_perf_model(CLI::App* command) {
  const char* group = "What is simulated";
  command
      ->add_option("--algorithm", perf.algorithm, "auto, nccl (what NCCL's own table chooses) or a name (default auto)")
      ->type_name("NAME")
      ->group(group);
  command
      ->add_option("--schedule", perf.schedule,
                   "instead of an algorithm: a schedule from a file, .xml of MSCCL or .json of MSCCL++; proven first")
      ->type_name("FILE")
      ->group(group);
  command->add_option("--protocol", perf.protocol, "auto or a protocol of the stack: Simple, LL, LL128")
      ->type_name("NAME")
      ->group(group);
  command->add_option("--channels", perf.channels, "parallel copies of the algorithm (default 0: its own choice)")
      ->type_name("N")
      ->group(group);
  command
      ->add_option(
          "--tokens", perf.tokens,
          "dispatch, combine, alltoallv: traffic of experts, tokens=4096,experts=256,top_k=8,popularity=zipf:1.2; "
          "also shared, node_limit, ranks_per_node, draw=sampled, seed; sizes are then of one token")
      ->type_name("LIST")
      ->group(group);
  command->add_option("--slices", perf.slices, "pipeline depth (default 0: the algorithm's own choice)")
      ->type_name("N")
      ->group(group);
  command->add_option("--model", perf.model, "analytic or flow (default flow)")->type_name("NAME")->group(group);
  command
      ->add_option("--stack", perf.stack, "software costs: ideal, nccl, rccl, hccl, ucc, mpi, or a file (default nccl)")
      ->type_name("NAME|FILE")
      ->group(group);
  command->add_option("--routing", perf.routing, "ecmp, spray or static (default: the cluster's)")
      ->type_name("NAME")
      ->group(group);
  command->add_option("--hash", perf.hash, "hash of ecmp: mix, crc32 or xor (default mix)")
      ->type_name("NAME")
      ->group(group);
  command->add_option("--seed", perf.seed, "of hashing and of random faults (default 0)")->type_name("N")->group(group);
  command->add_option("--fail", perf.faults, "plane=3, link=A.B, node=5, '5% of leaf-spine', '... at 50%'; repeatable")
      ->type_name("SELECTOR")
      ->allow_extra_args(false)
      ->group(group);
  command->add_option("-o,--op", perf.reduction, "sum, prod, min, max, avg or mulsum (default sum)")
      ->type_name("OP")
      ->group(group);
  command->add_option("-d,--datatype", perf.datatype, "as in nccl-tests (default float)")
      ->type_name("TYPE")
      ->group(group);
}

void Parser::add_nccl_model(CLI::App* command, NcclModelArguments& nccl) {
  const char* group = "What NCCL's own choice goes by";
  command->add_option("--nccl-cpu", nccl.cpu, "CPUs of x86 hosts: intel, amd or other (default intel)")
      ->type_name("VENDOR")
      ->group(group);
  command
      ->add_option("--nccl-graph", nccl.graph,
                   "NCCL's graphs, as NCCL_GRAPH_DUMP_FILE writes them (default: derived from the cluster)")
      ->type_name("FILE")
      ->group(group);
  command->add_flag("--nccl-collnet", nccl.collnet, "as NCCL_COLLNET_ENABLE=1: SHARP in the network")->group(group);
}

void Parser::add_compute(CLI::App* command, ComputeArguments& compute) {
  const char* group = "How it is computed";
  command->add_option("--threads", compute.threads, "sizes side by side (default: the processors of this machine)")
      ->type_name("N")
      ->group(group);
  command
      ->add_option("--max-memory", compute.max_memory,
                   "refuse, with exit code 3, what is foretold to need more (default: what this machine has)")
      ->type_name("SIZE")
      ->group(group);
  command->add_flag("--no-symmetry", compute.no_symmetry, "every send of every rank by itself: slower, the oracle")
      ->group(group);
  command->add_flag("--certify", compute.certify, "prove every allocation of rates max-min fair, by its bottlenecks")
      ->group(group);
  command
      ->add_option("--time-quantum", compute.time_quantum,
                   "put starts and ends of flows off to its next multiple, "
                   "'1 us': faster, and the report says how far off")
      ->type_name("TIME")
      ->group(group);
}

void Parser::add_trace(CLI::App* command, TraceArguments& trace, const char* sentence) {
  const auto option = [&](const char* name, std::optional<std::string>& value, const char* text, const char* says) {
    command->add_option(name, value, says)->type_name(text)->group("Trace, for ui.perfetto.dev");
  };
  option("--trace", trace.file, "FILE", sentence);
  option("--trace-ranks", trace.ranks, "LIST", "of these ranks only: 0-7,1024-1031 (default all)");
  option("--trace-links", trace.links, "WHICH",
         "a counter for these links: top:N, all, none, or names of links (FROM.TO) and tiers (default top:64)");
  option("--trace-window", trace.window, "FROM..TO", "only what overlaps this time: 10us..20us");
  option("--trace-time-scale", trace.time_scale, "N", "stretch time N-fold; 1000 shows a picosecond as a nanosecond");
  command
      ->add_flag("--trace-any-size", trace.any_size,
                 "write it even if it is foretold to pass 500 MB (else exit code 3)")
      ->group("Trace, for ui.perfetto.dev");
}

void Parser::add_record(CLI::App* command, RecordArguments& record) {
  command->add_option("--record", record.file, "all that `polyplane report FILE` shows, in FILE")
      ->type_name("FILE")
      ->group("Output");
}

void Parser::add_perf_compatibility(CLI::App* command) {
  for (const NcclOption& option : nccl_options()) {
    std::string names(option.short_name);
    names += (names.empty() ? "" : ",") + std::string(option.long_name);
    command
        ->add_option_function<std::string>(
            names,
            [this, name = std::string(option.long_name)](const std::string& value) { perf.nccl_options[name] = value; },
            std::string(option.sentence))
        ->type_name("N")
        ->group("Accepted from nccl-tests");
  }
}

void Parser::add_perf() {
  CLI::App* command = add_command(
      "perf", "nccl-tests in the simulator: one collective over sizes",
      {"polyplane perf all_reduce --cluster dgx-h100 --ranks 8 -b 8 -e 8G -f 2",
       "polyplane perf alltoall --cluster deepseek-v3-2048 -b 1M -e 1G -f 4 --routing ecmp --fail plane=3 --explain"});
  command->add_option("COLLECTIVE", perf.collective, "required: all_reduce, all_gather, alltoall, ...");
  command->add_option("--cluster", perf.cluster, "required: a name of the catalogue, a file, or fat_tree:radix=64,...")
      ->type_name("NAME|FILE");
  add_perf_sizes(command);
  add_perf_ranks(command);
  add_perf_model(command);
  add_nccl_model(command, perf.nccl_model);
  add_compute(command, perf.compute);
  add_common(command, perf.common, true);
  command->add_flag("--explain", perf.explain, "where the time goes and which links bind")->group("Output");
  command->add_option("-J,--output_file", perf.json_file, "also write the JSON document (polyplane/report/1) to FILE")
      ->type_name("FILE")
      ->group("Output");
  add_record(command, perf.record);
  command
      ->add_flag("--band", perf.band,
                 "record the times with all uncertain rates and latencies at their worst and best, too; runs all sizes "
                 "three times")
      ->group("Output");
  command->add_flag("--force", perf.force, "overwrite FILE")->group("Output");
  add_trace(command, perf.trace, "every message of the largest size, in order of time; compressed if named *.gz");
  add_perf_compatibility(command);
}

void Parser::add_run() {
  CLI::App* command = add_command("run", "runs an experiment file: collectives, explicit flows, faults",
                                  {"polyplane run configs/experiments/all-reduce-with-faults.textproto",
                                   "polyplane run my_experiment.textproto --format json"});
  command->add_option("EXPERIMENT", run.experiment, "required: a .textproto or .json file");
  add_compute(command, run.compute);
  add_common(command, run.common, true);
  command->add_flag("--explain", run.explain, "where the time goes and which links bind")->group("Output");
  add_record(command, run.record);
  command->add_flag("--force", run.force, "overwrite FILE")->group("Output");
  add_trace(
      command, run.trace,
      "every message, flow and operation of the first cluster and the largest size, in order of time; compressed if "
      "named *.gz");
}

void Parser::add_explain() {
  CLI::App* command = add_command("explain", "where the time of an experiment goes, in words, and what would help most",
                                  {"polyplane explain configs/experiments/all-reduce-with-faults.textproto",
                                   "polyplane explain my_experiment.textproto --format json"});
  command->add_option("EXPERIMENT", explain.experiment,
                      "required: a .textproto or .json file; of several sizes the largest is explained");
  add_compute(command, explain.compute);
  add_common(command, explain.common, false);
  command->add_flag("-v,--verbose", explain.common.verbose, "all sizes")->group("Output");
}

void Parser::add_diff() {
  CLI::App* command =
      add_command("diff", "two results: what changed, by how much, which part of the time moved",
                  {"polyplane diff before.json after.json", "polyplane diff monday.json tuesday.json --format json"});
  command->add_option("BEFORE", diff.before, "required: what perf, run or explain printed with --format json (or -J)");
  command->add_option("AFTER", diff.after, "required: another; parts are compared where both ran with --explain");
  add_common(command, diff.common, false);
  command->add_flag("-v,--verbose", diff.common.verbose, "all parts that moved")->group("Output");
}

void Parser::add_topo() {
  CLI::App* command =
      add_command("topo", "what a cluster is made of: switches, links, diameter, bisection, cost, watts",
                  {"polyplane topo ft2-2048 --bill --prices deepseek-table3",
                   "polyplane topo ft2-2048 --export graphml --output ft2.graphml"});
  command->add_option("CLUSTER", topo.cluster, "required: a name of the catalogue, a file, or fat_tree:radix=64,...");
  command->add_option("--fail", topo.faults, "as in perf; repeatable")->type_name("SELECTOR")->allow_extra_args(false);
  command->add_option("--seed", topo.seed, "of random faults (default 0)")->type_name("N");
  command->add_flag("--bill", topo.bill, "the bill of materials alone: every part, its count, price and watts");
  command->add_option("--prices", topo.prices, std::string("price sheet (default ") + sim::kDefaultPrices + ")")
      ->type_name("NAME|FILE");
  command->add_option("--export", topo.export_format, "the graph itself: dot, graphml or json")->type_name("FORMAT");
  command->add_option("--output", topo.output, "write the export to FILE instead of stdout")->type_name("FILE");
  add_record(command, topo.record);
  command->add_flag("--force", topo.force, "overwrite FILE");
  add_common(command, topo.common, false);
}

void Parser::add_compare() {
  CLI::App* command = add_command(
      "compare", "clusters at the same work, side by side: time, bound, cost, watts",
      {"polyplane compare deepseek-v3-2048 ft2-2048 --workload alltoall:64MiB,all_reduce:1GiB",
       "polyplane compare mpft-16384 ft3-65536 --ranks 1024,8192 --workload alltoall:1MiB --format markdown"});
  command->add_option("CLUSTERS", compare.clusters,
                      "required: names of the catalogue, files, or fat_tree:radix=64,...");
  command
      ->add_option(
          "--workload", compare.workloads,
          "required: COLLECTIVE:SIZE, several joined by commas run one after the other; repeatable, one table each")
      ->type_name("LIST")
      ->allow_extra_args(false);
  const auto option = [&](const char* name, auto& value, const char* text, const char* sentence) {
    command->add_option(name, value, sentence)->type_name(text);
  };
  option("--ranks", compare.ranks, "N,...", "the first N cards of each cluster, one row for each N (default all)");
  option("--algorithm", compare.algorithm, "NAME", "auto or a name (default auto)");
  option("--model", compare.model, "NAME", "analytic or flow (default flow)");
  option("--stack", compare.stack, "NAME|FILE",
         "software costs, one for all: ideal (none, the hardware alone), nccl, or a file (default ideal)");
  option("--routing", compare.routing, "NAME", "one for all (default: each cluster's own)");
  option("--datatype", compare.datatype, "TYPE", "as in nccl-tests (default float)");
  option("--seed", compare.seed, "N", "of hashing (default 0)");
  option("--prices", compare.prices, "NAME|FILE", "price sheet (default: catalog --prices says which)");
  option("--amortise-years", compare.amortise_years, "N", "years over which the capital is spread (default 4)");
  command
      ->add_option("--threads", compare.compute.threads, "runs side by side (default: the processors of this machine)")
      ->type_name("N");
  command
      ->add_option("--time-quantum", compare.compute.time_quantum,
                   "put starts and ends of flows off to its next multiple; 0: exact, as perf (default '10 ns')")
      ->type_name("TIME");
  command
      ->add_option("--max-memory", compare.compute.max_memory,
                   "refuse, with exit code 3, what is foretold to need more")
      ->type_name("SIZE");
  add_record(command, compare.record);
  command->add_flag("--force", compare.force, "overwrite FILE")->group("Output");
  add_common(command, compare.common, true);
  command->get_option("--format")->description("table, markdown, json or csv (default table)");
  command->get_option("--verbose")->description("more columns: cost and power of the cards too");
}

void Parser::add_tune() {
  CLI::App* command =
      add_command("tune", "NCCL's own choice of algorithm and protocol beside the best that is simulated",
                  {"polyplane tune --cluster dgx-h100 --collectives all_reduce -b 64K -e 256M -f 8",
                   "polyplane tune --cluster dgx-superpod-h100-4su --ranks 64 -b 1K -e 1G -f 16 -o nccl_tuner.conf"});
  const auto option = [&](const char* names, auto& value, const char* text, const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text);
  };
  option("--cluster", tune.cluster, "NAME|FILE", "required: a name of the catalogue, a file, or fat_tree:radix=64,...");
  option("--collectives", tune.collectives, "LIST", "joined by commas (default: all that NCCL has a choice for)");
  option("-b,--min-bytes", tune.min_bytes, "SIZE", "smallest size (default 8)");
  option("-e,--max-bytes", tune.max_bytes, "SIZE", "largest size (default 8G)");
  option("-f,--step-factor", tune.step_factor, "N", "from size to size, times N (default 2)");
  option("--ranks", tune.ranks, "N", "the first N cards in node order (default all)");
  option("--ranks-per-node", tune.ranks_per_node, "N", "of each node the first N cards only");
  option("--model", tune.model, "NAME", "analytic or flow (default flow)");
  option("--stack", tune.stack, "NAME|FILE", "software costs, with a table of NCCL (default nccl)");
  option("--routing", tune.routing, "NAME", "ecmp, spray or static (default: the cluster's)");
  option("--seed", tune.seed, "N", "of hashing (default 0)");
  option("-o,--output", tune.output, "FILE", "write the configuration of NCCL's example tuner plug-in to FILE");
  command->add_flag("--force", tune.force, "overwrite FILE");
  add_nccl_model(command, tune.nccl_model);
  command->add_option("--threads", tune.compute.threads, "sizes side by side (default: the processors of this machine)")
      ->type_name("N");
  command
      ->add_option("--max-memory", tune.compute.max_memory, "refuse, with exit code 3, what is foretold to need more")
      ->type_name("SIZE");
  add_common(command, tune.common, true);
  command->get_option("--format")->description("table, json, or csv: the plug-in's file (default table)");
  command->get_option("--verbose")->description("a line for each algorithm and protocol, too");
}

void Parser::add_fit() {
  CLI::App* command = add_command(
      "fit", "a stack's costs from nccl-tests, rccl-tests or OSU output: residuals, confidence, held-out sizes",
      {"polyplane fit all_reduce_perf.txt --cluster dgx-h100 --algorithm nccl -o my_stack.textproto",
       "polyplane fit osu_allgather.txt --ranks 16 --cluster my_cluster.textproto --stack mpi -o my_mpi.textproto"});
  command->add_option("MEASUREMENTS", fit.measurements,
                      "required: tables of nccl-tests or rccl-tests, documents of nccl-tests -J, OSU latency tests");
  const auto option = [&](const char* names, auto& value, const char* text, const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text);
  };
  option("--cluster", fit.cluster, "NAME|FILE", "required: on which they were measured; its links are believed");
  option("--stack", fit.stack, "NAME|FILE", "base stack, whose costs are scaled (default nccl)");
  option("-o,--output", fit.output, "FILE", "write the fitted stack to FILE, for --stack FILE");
  option("--name", fit.name, "NAME", "of the fitted stack (default: of FILE)");
  option("--collective", fit.collective, "NAME", "that was measured, where neither the file nor its name says it");
  option("--ranks", fit.ranks, "N", "on which it was measured, where the file does not say (OSU)");
  option("--ranks-per-node", fit.ranks_per_node, "N", "of each node the first N cards only");
  option("--algorithm", fit.algorithm, "NAME", "auto, nccl or a name, as in perf (default auto)");
  option("--protocol", fit.protocol, "NAME", "auto or a protocol of the base stack (default auto)");
  option("--model", fit.model, "NAME", "analytic or flow (default flow)");
  option("--routing", fit.routing, "NAME", "ecmp, spray or static (default: the cluster's)");
  option("--seed", fit.seed, "N", "of hashing (default 0)");
  command->add_flag("--force", fit.force, "overwrite FILE");
  command->add_option("--threads", fit.compute.threads, "rows side by side (default: the processors of this machine)")
      ->type_name("N");
  command->add_option("--max-memory", fit.compute.max_memory, "refuse, with exit code 3, what is foretold to need more")
      ->type_name("SIZE");
  add_common(command, fit.common, false);
  command->add_flag("-v,--verbose", fit.common.verbose, "a line each measurement")->group("Output");
}

void Parser::add_sweep() {
  CLI::App* command = add_command(
      "sweep", "an experiment with fields varied: a grid or a search, kept in a store, gone on with after any stop",
      {"polyplane sweep configs/experiments/all-reduce-with-faults.textproto --vary collectives.sizes=1M..1G*4 "
       "--vary collectives.algorithm=ring,auto --store faults.store",
       "polyplane sweep my_experiment.textproto --vary cluster=ft2-2048,deepseek-v3-2048 --vary seed=1..8 --shard 0/3 "
       "--store my.store.0"});
  command->add_option("EXPERIMENT", sweep.experiment,
                      "a .textproto or .json file; without it the table of --store is printed");
  command
      ->add_option("--vary", sweep.vary,
                   "KEY=VALUES: a field by its path, collectives[0].algorithm, cluster.fabric.port_rate; values a,b,c, "
                   "8M..1G*2 or 4..32+4, each as the experiment states it; repeatable, the last one changes fastest")
      ->type_name("KEY=VALUES")
      ->allow_extra_args(false);
  const auto option = [&](const char* names, auto& value, const char* text, const char* sentence, const char* group) {
    command->add_option(names, value, sentence)->type_name(text)->group(group);
  };
  const char* const running = "How it is run";
  option("--store", sweep.store, "FILE", "keeps the results; of the same sweep: only what is missing is run", running);
  command->add_flag("--resume", sweep.resume, "the store must be there already")->group(running);
  option("-j,--jobs", sweep.jobs, "N", "points side by side (default: the processors of this machine)", running);
  option("--shard", sweep.shard, "i/N", "of N shares this one, from 0; merge joins their stores", running);
  command->add_flag("--list", sweep.list, "run nothing, print a command for each point")->group(running);
  option("--max-memory", sweep.max_memory, "SIZE",
         "of all points side by side; what is foretold to need more fails (default: what this machine has)", running);
  option("--prices", sweep.prices, "NAME|FILE", "price sheet of the costs in the table", running);
  const char* const search = "Search instead of a grid";
  option("--budget", sweep.budget, "N", "run at most so many points: descent to the best neighbour, several starts",
         search);
  option("--minimise", sweep.minimise, "WHAT",
         "time (default), cost, system_cost, power, system_power, cost_time or power_time", search);
  option("--seed", sweep.seed, "N", "of the starts (default 0)", search);
  add_common(command, sweep.common, false);
  command->get_option("--format")->description("table, json or csv (default table)");
}

void Parser::add_merge() {
  CLI::App* command = add_command("merge", "stores of one sweep, such as its shards, into one; prints its table",
                                  {"polyplane merge my.store.0 my.store.1 my.store.2 -o my.store",
                                   "polyplane merge results/*.store -o all.store --format csv"});
  command->add_option("STORES", merge.stores, "required: stores of sweep; a point in two must have the same result");
  command->add_option("-o,--output", merge.output, "the new store; nothing is overwritten")->type_name("FILE");
  add_common(command, merge.common, false);
  command->get_option("--format")->description("table, json or csv (default table)");
}

void Parser::add_validate() {
  CLI::App* command =
      add_command("validate", "published measurements, simulated: the error of each row and of each system",
                  {"polyplane validate", "polyplane validate dgx-a100-16-deepops -v"});
  command->add_option("SUITE", validate.suites, "names of configs/measurements, or files like these (default: all)");
  const auto option = [&](const char* names, auto& value, const char* text, const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text);
  };
  option("--stack", validate.stack, "NAME|FILE", "one for all, instead of each system's own");
  option("--model", validate.model, "NAME", "analytic or flow (default flow)");
  option("--threads", validate.compute.threads, "N", "rows side by side (default: the processors of this machine)");
  option("--max-memory", validate.compute.max_memory, "SIZE",
         "refuse, with exit code 3, what is foretold to need more");
  add_common(command, validate.common, true);
  command->get_option("--verbose")->description("a line each measurement, too");
}

void Parser::add_import() {
  CLI::App* command =
      add_command("import", "turns a real fabric into a cluster file, a schedule or trace into an experiment",
                  {"polyplane import ibnetdiscover fabric.txt -o fabric.textproto --switch-latency 130ns",
                   "polyplane import goal app.goal -o app.textproto --cluster dgx-h100"});
  command->add_option("FORMAT", import.source_format,
                      "required: nccl_xml, chakra, msccl_xml, ...; catalog --importers");
  command->add_option("FILE", import.file, "required: the file to read, or the prefix of the files of all ranks");
  command
      ->add_option("-o,--output", import.output,
                   "write the cluster (.json: as JSON) or the experiment to FILE; without it a cluster goes to stdout")
      ->type_name("FILE");
  command->add_option("--name", import.name, "of the cluster or experiment (default: of FILE)")->type_name("NAME");
  command->add_option("--cluster", import.cluster, "schedules and traces: that the experiment runs on")
      ->type_name("NAME|FILE");
  command->add_flag("--force", import.force, "overwrite FILE");
  for (const ImportOption& option : import_options()) {
    command
        ->add_option_function<std::string>(
            option.name, [this, name = option.name](const std::string& value) { import.options[name] = value; },
            option.sentence)
        ->type_name(option.value)
        ->group("What the format has no figure for");
  }
  add_common(command, import.common, false);
  command->add_flag("-v,--verbose", import.common.verbose, "all warnings")->group("Output");
}

void Parser::add_export() {
  CLI::App* command =
      add_command("export", "writes the schedule of an algorithm, or a trace, in the format of another tool",
                  {"polyplane export msccl_xml all_reduce --cluster dgx-h100 --algorithm ring --size 1M -o ring.xml",
                   "polyplane export goal --trace app --from chakra -o app.goal"});
  command->add_option("TARGET", export_.target_format,
                      "required: chakra, goal, goal_binary, msccl_xml or simai_workload");
  command->add_option("COLLECTIVE", export_.collective, "all_reduce, all_gather, alltoall, ...; or --trace");
  const auto option = [&](const char* names, auto& value, const char* text, const char* sentence) {
    command->add_option(names, value, sentence)->type_name(text);
  };
  option("--cluster", export_.cluster, "NAME|FILE", "whose ranks it is for: nodes and rails shape a schedule");
  option("--ranks", export_.ranks, "N", "the first N cards in node order (default all)");
  option("--algorithm", export_.algorithm, "NAME", "a name of catalog --algorithms");
  option("--schedule", export_.schedule, "FILE", "instead of an algorithm: .xml of MSCCL or .json of MSCCL++");
  option("--channels", export_.channels, "N", "as in perf");
  option("--slices", export_.slices, "N", "as in perf");
  option("-b,--size", export_.size, "SIZE", "of the array, as perf counts it");
  option("-r,--root", export_.root, "RANK", "root of broadcast, reduce, gather, scatter (default 0)");
  option("-d,--datatype", export_.datatype, "TYPE", "as in nccl-tests (default float)");
  option("--trace", export_.trace, "FILE", "instead of a collective: a trace that import reads");
  option("--from", export_.source_format, "FORMAT", "format of the trace");
  option("-o,--output", export_.output, "FILE", "write to FILE; of a format with a file a rank: the prefix of all");
  command->add_flag("--force", export_.force, "overwrite FILE");
  command->add_flag("--any-size", export_.any_size,
                    "also what is larger than import reads: 64 MiB a file, 4 GiB in all");
  command->add_flag("-q,--quiet", export_.common.quiet, "no warnings on stderr")->group("Output");
}

void Parser::add_catalog() {
  CLI::App* command = add_command("catalog", "what polyplane knows by name: one sentence, source and confidence each",
                                  {"polyplane catalog --algorithms", "polyplane catalog nvidia-h800-sxm5"});
  command->add_option("PATTERN", catalog.pattern, "part of a name, a glob, or a whole name for every figure of it");
  const std::pair<const char*, const char*> kinds[] = {
      {"algorithms", "collective algorithms"},
      {"topologies", "topology generators"},
      {"scale-ups", "kinds of scale-up domain"},
      {"clusters", "clusters"},
      {"stacks", "software stacks"},
      {"hardware", "accelerators, switches, NICs, cables"},
      {"routings", "routings and flow hashes"},
      {"models", "network models"},
      {"importers", "formats of real fabrics, schedules and traces that import reads"},
      {"exporters", "formats of schedules and traces that export writes"},
      {"prices", "price sheets"},
      {"language-models", "models to train and to serve"}};
  for (const auto& [kind, sentence] : kinds) {
    command->add_flag_callback(
        std::string("--") + kind, [this, name = std::string(kind)] { catalog.kinds.push_back(name); }, sentence);
  }
  add_common(command, catalog.common, false);
}

void Parser::add_report() {
  CLI::App* command = add_command(
      "report", "one self-contained HTML page of results, or the explorer without any",
      {"polyplane report run.pprec -o report.html", "polyplane report before.json after.json -o comparison.html"});
  command->add_option("RESULTS", report.results,
                      "what --record wrote, what a command printed with --format json, stores of sweeps; none: a page "
                      "to drop results on");
  command
      ->add_option("--measured", report.measured,
                   "tables of nccl-tests, rccl-tests or OSU to show beside the results; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("-o,--output", report.output, "write to FILE instead of stdout")->type_name("FILE");
  command->add_flag("--force", report.force, "overwrite FILE");
  report.common.format = "html";
  add_common(command, report.common, false);
  command->get_option("--format")->description("html, or json: what the page holds (default html)");
}

void Parser::add_small_commands() {
  CLI::App* script = add_command(
      "completion", "prints a completion script for a shell",
      {"source <(polyplane completion bash)", "polyplane completion fish > ~/.config/fish/completions/polyplane.fish"});
  script->add_option("SHELL", completion.shell, "required: bash, zsh or fish");

  CLI::App* names = app.add_subcommand(kCompleteNames, "names for the completion scripts")->group("");
  names->add_option("KIND", complete_names.kind);
  names->allow_extras();

  CLI::App* check = add_command("doctor", "checks this machine and this installation",
                                {"polyplane doctor", "polyplane doctor --format json"});
  add_common(check, doctor.common, false);

  add_command("version", "prints the version", {"polyplane version", "polyplane --version"});
  CLI::App* help = add_command("help", "prints the help of a command",
                               {"polyplane help perf", "polyplane help --man > polyplane.1"});
  help->add_option("COMMAND", help_topic, "default: the overview");
  help->add_flag("--man", man_page_flag, "all of it as a man page");
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string help_hint(const CLI::App& command) {
  const std::string name = command.get_name() == "polyplane" ? "" : " " + command.get_name();
  return "; polyplane" + name + " --help says more";
}

[[noreturn]] void refuse_extra(const CLI::App& command, const std::string& extra) {
  const std::string hint = help_hint(command);
  if (!extra.starts_with('-')) throw InputError("unexpected argument \"" + printable(extra) + "\"" + hint);
  const std::string name = extra.substr(0, extra.find('='));
  const std::vector<std::string> known = option_names(command);
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    throw InputError("option " + name + " belongs after the command: polyplane " + command.get_name() + " " + name);
  }
  std::string meant;
  if (name.starts_with("--")) meant = nearest(name, known);
  throw InputError("unknown option " + printable(name) + (meant.empty() ? "" : "; did you mean " + meant + "?") + hint);
}

/// Not CLI11's required(): that complains before a misspelt option is named.
void refuse_missing(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_description().starts_with("required:") && option->count() == 0) {
      throw InputError(option->get_name() + " is missing" + help_hint(command));
    }
  }
}

std::string version_text() { return std::string("polyplane ") + kVersion + "\n"; }

Invocation invocation_of(Parser& parser) {
  if (parser.version_flag) return PrintText{version_text()};
  const std::vector<CLI::App*> chosen = parser.app.get_subcommands();
  const CLI::App& command = chosen.empty() ? parser.app : *chosen.front();
  const std::vector<std::string> extras = parser.app.remaining(true);
  if (!extras.empty()) refuse_extra(command, extras.front());
  if (chosen.empty()) throw InputError("no command given" + help_hint(command));
  refuse_missing(command);
  const std::string& name = command.get_name();
  if (name == "perf") return parser.perf;
  if (name == "run") return parser.run;
  if (name == "explain") return parser.explain;
  if (name == "diff") return parser.diff;
  if (name == "compare") return parser.compare;
  if (name == "topo") return parser.topo;
  if (name == "tune") return parser.tune;
  if (name == "fit") return parser.fit;
  if (name == "validate") return parser.validate;
  if (name == "sweep") return parser.sweep;
  if (name == "merge") return parser.merge;
  if (name == "import") return parser.import;
  if (name == "export") return parser.export_;
  if (name == "catalog") return parser.catalog;
  if (name == "completion") return parser.completion;
  if (name == kCompleteNames) return parser.complete_names;
  if (name == "doctor") return parser.doctor;
  if (name == "report") return parser.report;
  if (name == "version") return PrintText{version_text()};
  if (parser.man_page_flag) return PrintText{man_page(command_summaries())};
  if (parser.help_topic.empty()) return PrintText{parser.app.help()};
  const std::vector<std::string> names = command_names(parser.app);
  if (std::find(names.begin(), names.end(), parser.help_topic) == names.end()) {
    throw InputError(unknown_name("command", parser.help_topic, names));
  }
  return PrintText{parser.app.get_subcommand(parser.help_topic)->help("polyplane")};
}

}  // namespace

Invocation parse_command_line(const std::vector<std::string>& arguments) {
  Parser parser;
  if (!arguments.empty() && !arguments.front().starts_with('-') && arguments.front() != kCompleteNames) {
    const std::vector<std::string> names = command_names(parser.app);
    if (std::find(names.begin(), names.end(), arguments.front()) == names.end()) {
      throw InputError(unknown_name("command", arguments.front(), names));
    }
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    parser.app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = parser.app.get_subcommands();
    return PrintText{chosen.empty() ? parser.app.help() : chosen.front()->help("polyplane")};
  } catch (const CLI::ParseError& error) { throw InputError(printable(error.what())); }
  std::vector<std::string> words{"polyplane"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  for (RecordArguments* record :
       {&parser.perf.record, &parser.run.record, &parser.topo.record, &parser.compare.record}) {
    record->command_line = words;
  }
  return invocation_of(parser);
}

std::vector<CommandSummary> command_summaries() {
  const Parser parser;
  std::vector<CommandSummary> commands;
  for (const CLI::App* command :
       parser.app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); })) {
    CommandSummary summary{command->get_name(), command->get_description(), command->get_footer(), {}};
    for (const CLI::Option* option : command->get_options()) {
      OptionSummary entry;
      for (const std::string& name : option->get_snames()) entry.names.push_back("-" + name);
      for (const std::string& name : option->get_lnames()) entry.names.push_back("--" + name);
      if (option->get_items_expected_max() > 0 || option->get_positional()) entry.value = option->get_type_name();
      if (entry.names.empty()) entry.value = option->get_name();
      entry.sentence = option->get_description();
      summary.options.push_back(std::move(entry));
    }
    commands.push_back(std::move(summary));
  }
  return commands;
}

}  // namespace polyplane::cli
