#include "sim/view/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "configs/schema/hardware.pb.h"
#include "sim/catalog.h"
#include "sim/view/read_recorder.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Property;

const v1::Figure* figure(const std::vector<v1::Figure>& figures, const std::string& field) {
  const auto found = std::ranges::find(figures, field, &v1::Figure::field);
  return found == figures.end() ? nullptr : &*found;
}

TEST(Figures, OfAPartWithTheirOwnSources) {
  v1::Nic nic;
  nic.set_name("card");
  nic.mutable_provenance()->set_source("data sheet");
  nic.mutable_provenance()->set_as_of("2024");
  nic.mutable_provenance()->set_confidence(v1::high);
  nic.mutable_rate()->set_value("400 Gbps");
  nic.mutable_latency()->set_value("600 ns");
  nic.mutable_latency()->set_low("500 ns");
  nic.mutable_latency()->set_high("900 ns");
  nic.mutable_latency()->set_source("a test");
  nic.mutable_latency()->set_url("https://example.org");
  nic.mutable_latency()->set_confidence(v1::low);
  nic.mutable_latency()->set_assumed("nobody says");
  nic.mutable_price()->set_value("1500 USD");
  std::vector<v1::Figure> figures;
  add_figures("nic", "card", nic, figures);
  const v1::Figure* rate = figure(figures, "rate");
  ASSERT_NE(rate, nullptr);
  EXPECT_EQ(rate->kind(), "nic");
  EXPECT_EQ(rate->part(), "card");
  EXPECT_EQ(rate->value(), "400 Gbps");
  EXPECT_EQ(rate->source(), "data sheet");
  EXPECT_EQ(rate->as_of(), "2024");
  EXPECT_EQ(rate->confidence(), "high");
  EXPECT_TRUE(rate->decides_time());
  const v1::Figure* latency = figure(figures, "latency");
  ASSERT_NE(latency, nullptr);
  EXPECT_EQ(latency->low(), "500 ns");
  EXPECT_EQ(latency->high(), "900 ns");
  EXPECT_EQ(latency->source(), "a test") << "its own, though it is assumed";
  EXPECT_EQ(latency->url(), "https://example.org");
  EXPECT_EQ(latency->confidence(), "low");
  EXPECT_EQ(latency->assumed(), "nobody says");
  ASSERT_NE(figure(figures, "price"), nullptr);
  EXPECT_FALSE(figure(figures, "price")->decides_time());
  EXPECT_EQ(figures.size(), 3U) << "what is not stated is not there";
}

TEST(Figures, OfStacksByTheirUnits) {
  v1::Stack stack;
  stack.mutable_provenance()->set_source("source code");
  v1::Protocol& protocol = *stack.add_protocols();
  protocol.set_name("LL");
  protocol.add_costs()->set_launch("6.6 us");
  std::vector<v1::Figure> figures;
  add_figures("stack", "nccl", stack, figures);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].field(), "protocols[LL].costs[0].launch");
  EXPECT_EQ(figures[0].value(), "6.6 us");
  EXPECT_EQ(figures[0].source(), "source code");
}

TEST(Figures, GoByTheNamesOfProtocolAndFamily) {
  v1::Stack stack;
  for (const char* protocol : {"LL", "Simple"}) {
    v1::Protocol& to = *stack.add_protocols();
    to.set_name(protocol);
    for (const char* family : {"ring", "tree"}) {
      v1::ProtocolCosts& costs = *to.add_costs();
      costs.set_family(family);
      costs.set_launch("6.6 us");
    }
  }
  std::vector<v1::Figure> figures;
  add_figures("stack", "nccl", stack, figures);
  ASSERT_EQ(figures.size(), 4U);
  EXPECT_EQ(figures[0].field(), "protocols[LL].costs[ring].launch");
  EXPECT_EQ(figures[3].field(), "protocols[Simple].costs[tree].launch");
}

TEST(Figures, ThatAFileCallsAssumedAreNotCreditedToItsSource) {
  v1::Cluster cluster;
  cluster.mutable_provenance()->set_source("a paper");
  cluster.mutable_provenance()->set_confidence(v1::high);
  cluster.add_assumed("leaf to spine 165 m of fibre, 65 m/us and 65 ms are other figures");
  cluster.mutable_fabric()->set_cable_length("65 m");
  cluster.mutable_fabric()->set_access_cable_length("20 m");
  cluster.mutable_fabric()->set_switch_latency("65 ns");
  std::vector<v1::Figure> figures;
  add_figures("cluster", "mine", cluster, figures);
  const v1::Figure* access = figure(figures, "fabric.access_cable_length");
  ASSERT_NE(access, nullptr);
  EXPECT_EQ(access->assumed(), "") << "no sentence quotes it";
  EXPECT_EQ(access->source(), "a paper");
  EXPECT_EQ(access->confidence(), "high");
  ASSERT_NE(figure(figures, "fabric.switch_latency"), nullptr);
  EXPECT_EQ(figure(figures, "fabric.switch_latency")->assumed(), "");

  cluster.add_assumed("NIC to leaf 20 m");
  figures.clear();
  add_figures("cluster", "mine", cluster, figures);
  access = figure(figures, "fabric.access_cable_length");
  EXPECT_EQ(access->assumed(), "NIC to leaf 20 m");
  EXPECT_EQ(access->source(), "");
  EXPECT_EQ(access->confidence(), "");
  EXPECT_TRUE(access->decides_time());
}

TEST(Figures, OfAPartThatAreAssumedAreNotCreditedToItsDataSheet) {
  v1::Nic nic;
  nic.mutable_provenance()->set_source("data sheet");
  nic.mutable_latency()->set_value("600 ns");
  nic.mutable_latency()->set_assumed("nobody says");
  std::vector<v1::Figure> figures;
  add_figures("nic", "card", nic, figures);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].source(), "");
  EXPECT_EQ(figures[0].assumed(), "nobody says");
}

TEST(Figures, ThatNoTimeFollowsFrom) {
  v1::Switch box;
  box.mutable_ports()->set_value(64);
  box.mutable_port_rate()->set_value("400 Gbps");
  box.mutable_capacity()->set_value("25.6 Tbps");
  v1::Accelerator card;
  card.mutable_fp8()->set_value("1979 TFLOPS");
  card.mutable_memory_bandwidth()->set_value("3.35 TB/s");
  card.mutable_pcie_generation()->set_value(5);
  card.mutable_scale_up()->mutable_rate()->set_value("450 GB/s");
  std::vector<v1::Figure> figures;
  add_figures("switch", "box", box, figures);
  add_figures("accelerator", "card", card, figures);
  const auto decides = [&](const std::string& field) { return figure(figures, field)->decides_time(); };
  EXPECT_FALSE(decides("ports"));
  EXPECT_FALSE(decides("capacity"));
  EXPECT_TRUE(decides("port_rate"));
  EXPECT_FALSE(decides("pcie_generation"));
  EXPECT_TRUE(decides("scale_up.rate"));
  EXPECT_TRUE(decides("fp8"));
  EXPECT_TRUE(is_of_compute(*figure(figures, "fp8"))) << "of steps alone";
  EXPECT_TRUE(is_of_compute(*figure(figures, "memory_bandwidth")));
  EXPECT_FALSE(is_of_compute(*figure(figures, "scale_up.rate")));
  EXPECT_FALSE(is_of_compute(*figure(figures, "port_rate")));
}

/// Latencies and lengths that a shipped cluster states itself: a paper states few of them, so most are assumed.
TEST(Figures, OfShippedClustersAreAssumedWhereTheFileSaysSo) {
  const Catalog catalog = Catalog::open();
  ReadRecorder recorder(POLYPLANE_SOURCE_DIR "/configs");
  static_cast<void>(catalog.cluster("deepseek-v3-2048"));
  static_cast<void>(catalog.stack("nccl"));
  v1::Recording recording;
  recorder.write(recording);
  std::set<std::string> assumed;
  for (const v1::Figure& one : recording.figures()) {
    if (!one.assumed().empty() && (one.kind() == "cluster" || one.kind() == "stack")) assumed.insert(one.field());
  }
  EXPECT_THAT(assumed, testing::IsSupersetOf({"node.scale_up.latency", "fabric.cable_length",
                                              "fabric.access_cable_length", "protocols[LL].costs[ring].message"}));
  EXPECT_THAT(assumed, testing::Not(Contains("protocols[Simple].costs[ring].step_scale_out")));
  EXPECT_THAT(assumed, testing::Not(Contains("protocols[Simple].costs[pat].message")));
}

TEST(ReadRecorder, KeepsTextsAndFiguresOfWhatIsRead) {
  const Catalog catalog = Catalog::open();
  const TemporaryFile file(
      "name: \"mine\" cluster: \"deepseek-v3-2048\" stack: \"nccl\" collectives { collective: \"all_reduce\" sizes: "
      "\"1 MB\" }\n",
      "mine.textproto");
  ReadRecorder recorder(POLYPLANE_SOURCE_DIR "/configs");
  static_cast<void>(catalog.experiments(file.path()));
  static_cast<void>(catalog.experiments(file.path()));  // once is enough
  v1::Recording recording;
  recorder.write(recording);
  ASSERT_GE(recording.sources_size(), 3);
  EXPECT_EQ(recording.sources(0).role(), "experiment");
  EXPECT_EQ(recording.sources(0).name(), file.path());
  EXPECT_THAT(recording.sources(0).text(), HasSubstr("name: \"mine\""));
  EXPECT_EQ(recording.sources(1).role(), "cluster");
  EXPECT_EQ(recording.sources(1).name(), "deepseek-v3-2048");
  EXPECT_THAT(recording.sources(1).text(), HasSubstr("per_nic"));
  EXPECT_THAT(recording.sources(), Contains(Property(&v1::SourceText::name, "nccl")));
  std::size_t rates = 0;
  for (const v1::Figure& one : recording.figures()) {
    if (one.kind() == "switch" && one.field() == "port_rate") ++rates;
    EXPECT_NE(one.part(), "");
    EXPECT_NE(one.value(), "");
    EXPECT_NE(one.source() + one.assumed(), "") << one.part() << " " << one.field();
  }
  EXPECT_GE(rates, 1U);
}

}  // namespace
}  // namespace polyplane::sim
