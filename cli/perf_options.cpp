#include "cli/perf_options.h"

#include "cli/nccl_options.h"
#include "cli/values.h"
#include "sim/network/network_model.h"
#include "topology/router.h"

namespace polyplane::cli {
namespace {

void add_sizes(Command& command, PerfArguments& perf) {
  const OptionGroup options = command.group("Sizes (K, M, G are powers of 1024)");
  options.option("-b,--min-bytes,--minbytes", &perf.min_bytes, "SIZE", "smallest size (default 8)");
  options.option("-e,--max-bytes,--maxbytes", &perf.max_bytes, "SIZE", "largest size (default 8G)");
  options.option("-f,--step-factor,--stepfactor", &perf.step_factor, "N",
                 "from size to size, times N (default 2); 1: plus 1 MiB, or --step-bytes");
  options.option("-i,--step-bytes,--stepbytes", &perf.step_bytes, "SIZE", "from size to size, plus SIZE");
}

void add_ranks(Command& command, PerfArguments& perf) {
  const OptionGroup options = command.group("Ranks");
  options.option("--ranks", &perf.ranks, "N", "the first N cards in node order (default all)");
  options.option("--ranks-per-node", &perf.ranks_per_node, "N", "of each node the first N cards only");
  options.option("--rank-map", &perf.rank_map, "LIST|FILE",
                 "card of each rank: 0-7,16,24-56:8, or a file of such lists");
  options.option(
      "--placement", &perf.placement, "POLICY",
      "cards of a job on part of the cluster: packed, spread, pod, random (by --seed), hostlist:node[0-3,7]");
  options.option("--split", &perf.split, "OP N", "many groups at once, as NCCL_TESTS_SPLIT: %8, /8, &0x7, |1");
  options.option("-r,--root", &perf.root, "RANK", "root of broadcast, reduce, gather, scatter (default 0)");
}

void add_what_is_simulated(Command& command, PerfArguments& perf) {
  const OptionGroup group = command.group("What is simulated");
  group.option("--algorithm", &perf.algorithm, "NAME",
               "auto, nccl (what NCCL's own table chooses) or a name (default auto)");
  group.option("--schedule", &perf.schedule, "FILE",
               "instead of an algorithm: a schedule from a file, .xml of MSCCL or .json of MSCCL++; proven first");
  group.option("--protocol", &perf.protocol, "NAME", "auto or a protocol of the stack: Simple, LL, LL128");
  group.option("--channels", &perf.channels, "N", "parallel copies of the algorithm (default 0: its own choice)");
  group.option("--tokens", &perf.tokens, "LIST",
               "dispatch, combine, alltoallv: traffic of experts, tokens=4096,experts=256,top_k=8,popularity=zipf:1.2; "
               "also shared, node_limit, ranks_per_node, draw=sampled, seed; sizes are then of one token");
  group.option("--slices", &perf.slices, "N", "pipeline depth (default 0: the algorithm's own choice)");
  group.option("--model", &perf.model, "NAME", alternatives(sim::network_models().names()) + " (default flow)");
  group.option(
      "--stack", &perf.stack, "NAME|FILE",
      "software costs: ideal, nccl, rccl, hccl, ucc, mpi, or a file (default: that of the cards' maker, or nccl)");
  group.option("--routing", &perf.routing, "NAME",
               alternatives(topology::routings().names()) + " (default: the cluster's)");
  group.option("--hash", &perf.hash, "NAME",
               "hash of ecmp: " + alternatives(topology::flow_hashes().names()) + " (default mix)");
  group.option("--seed", &perf.seed, "N", "of hashing and of random faults (default 0)");
  group.option("--fail", &perf.faults, "SELECTOR",
               "plane=3, link=A.B, node=5, '5% of leaf-spine', '... at 50%'; repeatable");
  group.option("-o,--op", &perf.reduction, "OP",
               "of what is reduced: sum, prod, min, max, avg or mulsum (default sum)");
  group.option("-d,--datatype", &perf.datatype, "TYPE", "as in nccl-tests (default float)");
}

void add_nccl_tests(Command& command, PerfArguments& perf) {
  const OptionGroup group = command.group("Accepted from nccl-tests");
  for (const NcclOption& option : nccl_options()) {
    std::string names(option.short_name);
    names += (names.empty() ? "" : ",") + std::string(option.long_name);
    group.option(
        names,
        [&perf, name = std::string(option.long_name)](const std::string& value) { perf.nccl_options[name] = value; },
        "N", std::string(option.sentence));
  }
}

}  // namespace

Command declare_perf(PerfArguments& perf) {
  Command command{"perf", "nccl-tests in the simulator: one collective over sizes",
                  Examples{"polyplane perf all_reduce --cluster dgx-h100 --ranks 8 -b 8 -e 8G -f 2",
                           "polyplane perf alltoall --cluster deepseek-v3-2048 -b 1M -e 1G -f 4 --routing ecmp --fail "
                           "plane=3 --explain"}};
  command.positional("COLLECTIVE", &perf.collective, "required: all_reduce, all_gather, alltoall, ...");
  command.option("--cluster", &perf.cluster, "NAME|FILE",
                 "required: a name of the catalogue, a file, or fat_tree:radix=64,...");
  add_sizes(command, perf);
  add_ranks(command, perf);
  add_what_is_simulated(command, perf);
  add_nccl_model(command, perf.nccl_model);
  add_compute(command, perf.compute);
  add_common(command, perf.common, kTableJsonOrCsv,
             "more columns: algorithm, protocol, bound, fullest link; what auto weighed");
  command.group("Output").flag("--explain", &perf.explain, "where the time goes and which links bind");
  command.group("Output").option("-J,--output_file", &perf.json_file, "FILE",
                                 "also write the JSON document (polyplane/report/1) to FILE");
  add_record(command, perf.record);
  command.group("Output").flag(
      "--band", &perf.band,
      "record the times with all uncertain rates and latencies at their worst and best, too; runs all sizes "
      "three times");
  command.group("Output").flag("--force", &perf.force, "overwrite FILE");
  add_trace(command, perf.trace, "every message of the largest size, in order of time; compressed if named *.gz");
  add_nccl_tests(command, perf);
  return command;
}

}  // namespace polyplane::cli
