// From an imported fabric to a cluster file, back, and through a run.
#include <sstream>

#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/imported_cluster.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"
#include "tests/import/imports.h"

namespace polyplane::sim {
namespace {

using topology::import_input;
using topology::ImportedFabric;
using topology::Topology;

ImportedFabric an_import(const std::string& format) {
  if (format == "astra_sim") return import_input(format, "ring-switch.yml");
  if (format == "graphml") return import_input(format, "zoo.graphml");
  if (format == "ibnetdiscover") return import_input(format, "two-planes.txt", {"scale_up_rate=450 GB/s"});
  if (format == "nccl_xml") return import_input(format, "two-hgx-h100.xml", {"nic_latency=300 ns"});
  if (format == "nvidia_smi") return import_input(format, "dgx-h100.txt", {"nodes=2"});
  if (format == "simai") return import_input(format, "two-servers.txt");
  if (format == "slurm_conf") return import_input(format, "tree.conf", {"switch_latency=130 ns"});
  return import_input(format, "several.yaml", {"topology=cube"});
}

Topology built(const ClusterChoice& cluster) {
  Experiment experiment;
  experiment.cluster = cluster;
  return build_topology(experiment);
}

std::string all_of(const Topology& topology) {
  std::ostringstream text;
  text << topology.name() << ' ' << topology.lossless() << '\n';
  for (const topology::Device& d : topology.devices()) {
    text << d.name << ' ' << static_cast<int>(d.kind) << ' ' << d.node << ' ' << d.plane << ' ' << d.rail << ' '
         << d.tier << ' ' << d.pod << ' ' << d.part << ' ' << d.forwards << '\n';
  }
  for (const topology::Link& l : topology.links()) {
    text << l.from.index() << ' ' << l.to.index() << ' ' << l.rate.bps() << ' ' << l.latency.ps() << ' '
         << topology.tier_names()[l.tier] << ' ' << l.plane << ' ' << static_cast<int>(l.kind) << ' ' << l.name << ' '
         << (l.reverse.valid() ? static_cast<std::int64_t>(l.reverse.index()) : -1) << '\n';
  }
  return std::move(text).str();
}

class Imported : public testing::TestWithParam<std::string> {};

TEST_P(Imported, TheClusterFileIsTheSameGraph) {
  const ImportedFabric fabric = an_import(GetParam());
  const std::string direct = all_of(built(cluster_of(fabric)));
  const TemporaryFile text(cluster_text(fabric, "# a comment\n"), "fabric.textproto");
  const TemporaryFile json(cluster_json(fabric), "fabric.json");
  for (const std::string& file : {text.path(), json.path()}) {
    const ClusterChoice cluster = Catalog::open().cluster(file);
    EXPECT_EQ(all_of(built(cluster)), direct);
    EXPECT_EQ(cluster.spec.assumed, fabric.assumed);
    EXPECT_EQ(cluster.spec.default_routing, fabric.routing);
  }
}

TEST_P(Imported, RunsLikeANativeCluster) {
  Experiment experiment;
  experiment.name = "imported";
  experiment.cluster = cluster_of(an_import(GetParam()));
  experiment.stack = Catalog::open().stack("ideal");
  experiment.routing.name = experiment.cluster.spec.default_routing;
  for (const collectives::CollectiveKind kind :
       {collectives::CollectiveKind::all_reduce, collectives::CollectiveKind::alltoall}) {
    CollectiveJob job;
    job.kind = kind;
    job.sizes = {Bytes(1 << 20)};
    experiment.collectives = {job};
    const Report report = run(experiment, {});
    ASSERT_EQ(report.collectives.size(), 1U);
    EXPECT_GT(report.collectives.front().time.ps(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Imported, testing::ValuesIn(topology::importers().names()),
                         [](const testing::TestParamInfo<std::string>& format) { return format.param; });

}  // namespace
}  // namespace polyplane::sim
