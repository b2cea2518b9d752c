// Everything under configs/ as it ships.
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "configs/directory.h"
#include "configs/schema/hardware.pb.h"
#include "sim/catalog.h"
#include "sim/parts.h"
#include "tests/configs/temporary_file.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::string kDirectory = POLYPLANE_CONFIGS_DIRECTORY;

std::map<std::string, std::size_t> count_by_kind(const std::vector<CatalogEntry>& entries) {
  std::map<std::string, std::size_t> counts;
  for (const CatalogEntry& entry : entries) ++counts[entry.kind];
  return counts;
}

TEST(Catalogue, HasAllItsParts) {
  const auto counts = count_by_kind(Catalog(kDirectory).list(""));
  EXPECT_EQ(counts.at("accelerator"), 64U);
  EXPECT_EQ(counts.at("switch"), 29U);
  EXPECT_EQ(counts.at("nic"), 17U);
  EXPECT_EQ(counts.at("cable"), 21U);
  EXPECT_GE(counts.at("cluster"), 6U);
  EXPECT_GE(counts.at("stack"), 2U);
}

TEST(Catalogue, EveryEntryHasSentenceSourceDateAndConfidence) {
  for (const CatalogEntry& entry : Catalog(kDirectory).list("")) {
    EXPECT_FALSE(entry.sentence.empty()) << entry.name;
    EXPECT_FALSE(entry.source.empty()) << entry.name;
    EXPECT_FALSE(entry.as_of.empty()) << entry.name;
    EXPECT_TRUE(entry.confidence == "high" || entry.confidence == "medium" || entry.confidence == "low") << entry.name;
  }
}

/// Counts the figures below `message` and expects each to end up with a source, a date and a confidence.
std::size_t check_figures(const Message& message, const v1::Provenance& part, const std::string& name) {
  std::size_t figures = 0;
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) continue;
    const Message& inner = message.GetReflection()->GetMessage(message, field);
    v1::Provenance from;
    if (const auto* quantity = dynamic_cast<const v1::Quantity*>(&inner)) {
      from = provenance_of(*quantity, part);
    } else if (const auto* number = dynamic_cast<const v1::Number*>(&inner)) {
      from = provenance_of(*number, part);
    } else {
      figures += check_figures(inner, part, name);
      continue;
    }
    ++figures;
    EXPECT_FALSE(from.source().empty()) << name << " " << field->name();
    EXPECT_FALSE(from.as_of().empty()) << name << " " << field->name();
    EXPECT_NE(from.confidence(), v1::unstated) << name << " " << field->name();
  }
  return figures;
}

TEST(Catalogue, EveryFigureHasSourceDateAndConfidence) {
  const Parts parts(kDirectory + "/hardware");
  std::size_t figures = 0;
  const auto add = [&](const auto& part) { figures += check_figures(part, part.provenance(), part.name()); };
  for (const std::string& name : parts.accelerators()) add(parts.accelerator(name));
  for (const std::string& name : parts.switches()) add(parts.network_switch(name));
  for (const std::string& name : parts.nics()) add(parts.nic(name));
  for (const std::string& name : parts.cables()) add(parts.cable(name));
  EXPECT_GT(figures, 1000U);
}

TEST(Catalogue, AFigureMayStateItsOwnProvenance) {
  v1::Quantity figure;
  v1::Provenance part;
  part.set_source("part");
  part.set_url("url");
  part.set_as_of("2020");
  part.set_confidence(v1::high);
  EXPECT_EQ(provenance_of(figure, part).source(), "part");
  figure.set_source("own");
  figure.set_confidence(v1::low);
  EXPECT_EQ(provenance_of(figure, part).source(), "own");
  EXPECT_EQ(provenance_of(figure, part).url(), "");  // the part's address is not the figure's
  EXPECT_EQ(provenance_of(figure, part).as_of(), "2020");
  EXPECT_EQ(provenance_of(figure, part).confidence(), v1::low);
}

TEST(Catalogue, ListsByPattern) {
  const Catalog catalog(kDirectory);
  EXPECT_EQ(catalog.list("H800-SXM5").size(), 1U);
  EXPECT_EQ(count_by_kind(catalog.list("amd-mi3*")), (std::map<std::string, std::size_t>{{"accelerator", 4}}));
  EXPECT_TRUE(catalog.list("no such thing").empty());
}

TEST(Catalogue, DescribesEveryFigureWithItsSource) {
  const std::string text = Catalog(kDirectory).describe("nvidia-h800-sxm5");
  EXPECT_NE(text.find("scale_up.rate"), std::string::npos);
  EXPECT_NE(text.find("200 GB/s (150 GB/s to 200 GB/s)  [Insights into DeepSeek-V3"), std::string::npos) << text;
  EXPECT_TRUE(refusal([] {
                (void)Catalog(kDirectory).describe("nvidia-h800");
              }).starts_with("unknown catalogue entry \"nvidia-h800\"; did you mean \"nvidia-h100-nvl\"?") ||
              refusal([] {
                (void)Catalog(kDirectory).describe("nvidia-h800");
              }).starts_with("unknown catalogue entry \"nvidia-h800\""));
}

TEST(Catalogue, APartMustHaveTheNameOfItsFile) {
  const TemporaryFile scratch("");
  std::filesystem::create_directories(scratch.folder() + "/nics");
  std::ofstream(scratch.folder() + "/nics/a.textproto")
      << "name: \"b\" vendor: \"x\" model: \"x\" year: 2020 provenance { source: \"x\" as_of: \"2026\" confidence: low "
         "}";
  EXPECT_EQ(refusal([&] { (void)Parts(scratch.folder()).nic("a"); }, scratch.folder()),
            "/nics/a.textproto:1:1: name: \"b\" is not the name of the file");
}

TEST(Clusters, AllLoadAndAllButTheLargestBuild) {
  const Catalog catalog(kDirectory);
  for (const std::string& name : names_in(kDirectory + "/clusters")) {
    const ClusterChoice choice = catalog.cluster(name);
    EXPECT_FALSE(choice.spec.assumed.empty()) << name;
    const std::int64_t cards = std::int64_t{choice.spec.nodes} * choice.spec.node.accelerators;
    if (cards > 4096) continue;  // seconds each; tests of topology cover the large ones
    EXPECT_EQ(static_cast<std::int64_t>(topology::build_cluster(choice.spec).accelerators().size()), cards) << name;
  }
}

/// Scale-out switches of a shipped cluster.
std::size_t switches_of(const std::string& name) {
  const topology::Topology topology = topology::build_cluster(Catalog(kDirectory).cluster(name).spec);
  std::size_t switches = 0;
  for (const topology::Device& device : topology.devices()) {
    if (device.kind == topology::DeviceKind::network_switch) ++switches;
  }
  return switches;
}

TEST(Clusters, HaveThePublishedNumberOfSwitches) {
  EXPECT_EQ(switches_of("deepseek-v3-2048"), 96U);       // 8 planes x (8 + 4)
  EXPECT_EQ(switches_of("ft2-2048"), 96U);               // 64 + 32
  EXPECT_EQ(switches_of("mpft-16384"), 768U);            // 8 planes x (64 + 32)
  EXPECT_EQ(switches_of("ft3-65536"), 5120U);            // 2,048 + 2,048 + 1,024
  EXPECT_EQ(switches_of("dgx-superpod-h100-4su"), 48U);  // 32 + 16
  EXPECT_EQ(switches_of("dgx-h100"), 0U);
}

TEST(Stacks, AllLoad) {
  for (const std::string& name : names_in(kDirectory + "/stacks")) {
    EXPECT_EQ(Catalog(kDirectory).stack(name).name, name);
  }
}

TEST(Experiments, AllLoad) {
  std::size_t found = 0;
  for (const std::string& name : names_in(kDirectory + "/experiments")) {
    EXPECT_EQ(Catalog(kDirectory).experiments(kDirectory + "/experiments/" + name + ".textproto").front().name, name);
    ++found;
  }
  EXPECT_GE(found, 2U);
}

TEST(Directory, TheVariableWinsAndIsChecked) {
  ::setenv("POLYPLANE_CONFIGS", kDirectory.c_str(), 1);
  EXPECT_EQ(configs::find_directory(), kDirectory);
  ::setenv("POLYPLANE_CONFIGS", "/nonexistent/configs", 1);
  EXPECT_EQ(refusal([] { (void)configs::find_directory(); }),
            "POLYPLANE_CONFIGS: \"/nonexistent/configs\" is not a folder with the sub-folders hardware and stacks.");
  ::unsetenv("POLYPLANE_CONFIGS");
  EXPECT_FALSE(configs::find_directory().empty());
}

}  // namespace
}  // namespace polyplane::sim
