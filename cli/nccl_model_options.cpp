#include "cli/nccl_model_options.h"

#include <memory>

#include "base/error.h"
#include "sim/nccl/graph_file.h"

namespace polyplane::cli {

void add_nccl_model(Command& command, NcclModelArguments& nccl) {
  const OptionGroup group = command.group("What NCCL's own choice goes by");
  group.option("--nccl-cpu", &nccl.cpu, "VENDOR", "CPUs of x86 hosts: intel, amd or other (default intel)");
  group.option("--nccl-graph", &nccl.graph, "FILE",
               "NCCL's graphs, as NCCL_GRAPH_DUMP_FILE writes them (default: derived from the cluster)");
  group.flag("--nccl-collnet", &nccl.collnet, "as NCCL_COLLNET_ENABLE=1: SHARP in the network");
}

sim::nccl::Setting nccl_setting(const NcclModelArguments& arguments, bool used) {
  if (!used && (arguments.cpu || arguments.graph || arguments.collnet)) {
    const char* option = arguments.cpu ? "--nccl-cpu" : arguments.graph ? "--nccl-graph" : "--nccl-collnet";
    throw InputError(std::string(option) + " is for --algorithm nccl");
  }
  sim::nccl::Setting setting;
  setting.collnet = arguments.collnet;
  if (arguments.cpu) {
    try {
      setting.cpu = sim::nccl::parse_cpu_vendor(*arguments.cpu);
    } catch (const InputError& error) { throw InputError("--nccl-cpu: " + std::string(error.what())); }
  }
  if (arguments.graph) {
    setting.graphs = std::make_shared<const sim::nccl::GraphSet>(sim::nccl::read_graph_file(*arguments.graph));
  }
  return setting;
}

}  // namespace polyplane::cli
