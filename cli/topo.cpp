// polyplane topo: what a cluster is made of.
#include <fmt/format.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/bill_text.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/record.h"
#include "cli/signals.h"
#include "cli/text_table.h"
#include "cli/values.h"
#include "cli/version.h"
#include "sim/bill_of_materials.h"
#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/write_topo_report.h"
#include "topology/exports.h"
#include "topology/faults.h"

namespace polyplane::cli {
namespace {

struct TopoArguments {
  CommonArguments common;
  std::string cluster;
  std::vector<std::string> faults;
  std::optional<std::string> seed, export_format, output, prices;
  RecordArguments record;
  bool force = false, bill = false;
};

Command declare(TopoArguments& topo) {
  Command command{"topo", "what a cluster is made of: switches, links, diameter, bisection, cost, watts",
                  Examples{"polyplane topo ft2-2048 --bill --prices deepseek-table3",
                           "polyplane topo ft2-2048 --export graphml --output ft2.graphml"}};
  command.positional("CLUSTER", &topo.cluster, "required: a name of the catalogue, a file, or fat_tree:radix=64,...");
  command.option("--fail", &topo.faults, "SELECTOR", "as in perf; repeatable");
  command.option("--seed", &topo.seed, "N", "of random faults (default 0)");
  command.flag("--bill", &topo.bill, "the bill of materials alone: every part, its count, price and watts");
  command.option("--prices", &topo.prices, "NAME|FILE",
                 std::string("price sheet (default ") + sim::kDefaultPrices + ")");
  command.option("--export", &topo.export_format, "FORMAT", "the graph itself: dot, graphml or json");
  command.option("--output", &topo.output, "FILE", "write the export to FILE instead of stdout");
  add_record(command, topo.record);
  command.flag("--force", &topo.force, "overwrite FILE");
  add_common(command, topo.common);
  return command;
}

using Align = TextTable::Align;

std::string graph_text(const std::string& export_format, const topology::Topology& topology,
                       const std::string& routing) {
  std::ostringstream out;
  if (export_format == "dot") topology::write_dot(out, topology);
  if (export_format == "graphml") topology::write_graphml(out, topology, routing);
  if (export_format == "json") topology::write_json(out, topology);
  return std::move(out).str();
}

std::string tiers_text(const topology::Counts& counts) {
  std::string text;
  for (const auto& [tier, count] : counts.switches_by_tier) {
    text += (text.empty() ? " (" : ", ") + std::to_string(count) + " " + printable(tier);
  }
  return text.empty() ? text : text + ")";
}

std::string title_of(const std::string& cluster, const std::string& description) {
  return printable(cluster) + (description.empty() ? "" : ": " + printable(description)) + "\n";
}

std::string report_text(const sim::TopoReport& report, const std::string& description) {
  const topology::Counts& counts = report.counts;
  TextTable table({Align::left, Align::left});
  const auto count = [](std::int64_t number) { return std::to_string(number); };
  table.add({"endpoints", count(counts.endpoints)});
  table.add({"nodes", count(counts.nodes)});
  table.add({"planes", count(counts.planes)});
  table.add({"rails", count(counts.rails)});
  table.add({"switches", count(counts.switches) + tiers_text(counts)});
  table.add({"links between switches", count(counts.links)});
  table.add({"links to endpoints", count(counts.access_links)});
  table.add({"scale-up switches", count(counts.scaleup_switches)});
  table.add({"scale-up links", count(counts.scaleup_links)});
  if (counts.host_links > 0) table.add({"host links", count(counts.host_links)});
  table.add({"diameter", report.hops ? count(report.hops->diameter) + " hops" : "n/a (too large to measure)"});
  table.add(
      {"mean distance", report.hops ? fmt::format("{:.4f} hops", report.hops->mean) : "n/a (too large to measure)"});
  if (report.hops && report.hops->unreachable_pairs > 0) {
    table.add({"unreachable pairs", count(report.hops->unreachable_pairs)});
  }
  table.add({"bisection", report.bisection
                              ? fmt::format("{:.6g} GB/s per direction", report.bisection->gigabytes_per_second())
                              : "n/a (fewer than two endpoints, or too large to measure)"});
  table.add({"path diversity", report.path_diversity > 0
                                   ? fmt::format("{:.15g} shortest path{} from the first to the last endpoint",
                                                 report.path_diversity, report.path_diversity == 1 ? "" : "s")
                                   : "n/a (no two endpoints meet on a scale-out fabric)"});
  table.add({"cost", cost_text(report.bill)});
  table.add({"power", power_text(report.bill)});
  for (const std::string& fault : report.faults) table.add({"fault", printable(fault)});
  for (const std::string& assumption : report.assumed) table.add({"assumed", printable(assumption)});
  return title_of(report.cluster, description) + table.text(2);
}

int run_topo(const TopoArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  if (arguments.export_format) one_of("--export", *arguments.export_format, {"dot", "graphml", "json"});
  if (arguments.export_format && (arguments.bill || arguments.prices)) {
    throw InputError(std::string(arguments.bill ? "--bill" : "--prices") +
                     " contradicts --export, which writes the graph itself");
  }
  if (arguments.export_format && arguments.record.file) {
    throw InputError("--record contradicts --export, which writes the graph itself");
  }
  if (arguments.output && !arguments.export_format) throw InputError("--output needs --export dot, graphml or json");
  check_outputs({arguments.output, arguments.record.file}, {arguments.cluster, arguments.prices}, arguments.force);
  const std::unique_ptr<sim::Recorder> recorder = recorder_of(arguments.record, arguments.cluster);

  sim::Experiment experiment;
  const sim::Catalog catalog = sim::Catalog::open();
  experiment.cluster = catalog.cluster(arguments.cluster);
  const sim::PriceSheet prices = catalog.prices(arguments.prices.value_or(sim::kDefaultPrices));
  experiment.seed = arguments.seed ? parse_seed("--seed", *arguments.seed) : 0;
  topology::Topology topology = sim::build_topology(experiment);
  std::vector<std::string> faults;
  if (!arguments.faults.empty()) {
    topology = topology::apply_faults(topology, arguments.faults, experiment.seed, &faults);
  }
  if (arguments.export_format) {
    const std::string text = graph_text(*arguments.export_format, topology, experiment.cluster.spec.default_routing);
    if (arguments.output) {
      write_file(*arguments.output, text, arguments.force);
    } else {
      print(text);
    }
    return 0;
  }
  const sim::BillOfMaterials bill = sim::bill(topology, experiment.cluster, prices);
  const bool bill_alone = arguments.bill && format == "table";
  if (bill_alone) print(title_of(topology.name(), experiment.cluster.spec.description) + bill_text(bill));
  if (bill_alone && !recorder) return 0;
  sim::TopoReport report = sim::measure(topology);
  report.bill = bill;
  report.assumed = experiment.cluster.spec.assumed;
  report.faults = faults;
  if (!bill_alone) {
    print(format == "json" ? sim::to_json(report, kVersion) : report_text(report, experiment.cluster.spec.description));
  }
  set_last_words(kAllIsPrinted);
  if (recorder) {
    recorder->add_cluster(topology);
    write_recording(arguments.record, recorder->of_topology(report), arguments.force, arguments.common.quiet);
  }
  return 0;
}

}  // namespace

Command topo_command() { return make_command(declare, run_topo); }

}  // namespace polyplane::cli
