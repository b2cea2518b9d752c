#include "sim/view/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(latency->source(), "a test");
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
  EXPECT_EQ(figures[0].field(), "protocols[0].costs[0].launch");
  EXPECT_EQ(figures[0].value(), "6.6 us");
  EXPECT_EQ(figures[0].source(), "source code");
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
    EXPECT_NE(one.source(), "") << one.part() << " " << one.field();
  }
  EXPECT_GE(rates, 1U);
}

}  // namespace
}  // namespace polyplane::sim
