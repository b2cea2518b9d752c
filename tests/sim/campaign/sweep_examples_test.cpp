// The manifests of docs/examples: YAML by libyaml, scripts by bash -n, and what they vary by the parser of sweeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "base/yaml.h"
#include "sim/campaign/sweep_key.h"
#include "sim/campaign/sweep_value.h"
#include "sim/catalog.h"

namespace polyplane::sim {
namespace {

const std::filesystem::path kExamples = std::filesystem::path(POLYPLANE_SOURCE_DIR) / "docs" / "examples";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> examples(const std::string& ending) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(kExamples)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("sweep-") && entry.path().extension() == ending) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(SweepExamples, ManifestsAreYamlOfTheirKind) {
  std::map<std::string, std::string> kinds;
  for (const auto& path : examples(".yaml")) {
    const std::string text = text_of(path);
    const YamlNode root = read_yaml(TextSource(path.filename().string(), text));
    for (const char* key : {"apiVersion", "kind", "metadata", "spec"})
      ASSERT_NE(root.find(key), nullptr) << path << key;
    kinds[root.find("kind")->text] = root.find("apiVersion")->text;
  }
  EXPECT_EQ(kinds, (std::map<std::string, std::string>{{"Job", "batch/v1"}, {"MPIJob", "kubeflow.org/v2beta1"}}));
  const std::string text = text_of(kExamples / "sweep-indexed-job.yaml");
  const YamlNode job = read_yaml(TextSource("job", text));
  EXPECT_EQ(job.find("spec")->find("completionMode")->text, "Indexed");
  EXPECT_EQ(job.find("spec")->find("completions")->text, "8");  // as in --shard i/8
}

TEST(SweepExamples, ScriptsParse) {
  ASSERT_EQ(examples(".sh").size(), 3U);
  for (const auto& path : examples(".sh")) {
    EXPECT_EQ(std::system(("bash -n '" + path.string() + "'").c_str()), 0) << path;
  }
}

TEST(SweepExamples, WhatTheyVaryExists) {
  std::size_t found = 0;
  const Catalog catalog = Catalog::open();
  for (const char* ending : {".sh", ".yaml"}) {
    for (const auto& path : examples(ending)) {
      const std::string text = text_of(path);
      const std::regex vary(R"(--vary\s+(?:-\s+)?['"]?([a-z_.\[\]0-9]+)=([^\s'"]+))");
      for (auto at = std::sregex_iterator(text.begin(), text.end(), vary); at != std::sregex_iterator(); ++at) {
        ++found;
        const SweepKey key = SweepKey::parse((*at)[1].str());
        for (const SweepValue& value : parse_sweep_values(key, (*at)[2].str())) {
          if (key.text() != "cluster") continue;
          EXPECT_NO_THROW(static_cast<void>(catalog.cluster(value.text)));
        }
      }
    }
  }
  EXPECT_EQ(found, 14U);
}

}  // namespace
}  // namespace polyplane::sim
