// A short run of every fuzz target, without libFuzzer: its seeds, cut off and damaged. scripts/fuzz runs them at length.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "tests/fuzz/import_target.h"

namespace polyplane::fuzz {
namespace {

std::vector<std::string> seeds(const std::string& format) {
  std::filesystem::path folder;
  for (const char* inputs : {POLYPLANE_IMPORT_INPUTS, POLYPLANE_FORMAT_INPUTS, POLYPLANE_FUZZ_INPUTS}) {
    if (std::filesystem::exists(std::filesystem::path(inputs) / format))
      folder = std::filesystem::path(inputs) / format;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    texts.push_back(std::move(text).str());
  }
  return texts;
}

std::uint64_t cases(std::uint64_t count) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return factor == nullptr ? count : count * std::strtoull(factor, nullptr, 10);
}

/// A piece of `text` doubled, dropped, or replaced by a byte or by a piece of elsewhere.
std::string damaged(std::string text, RandomStream& random) {
  if (text.empty()) return text;
  const std::size_t at = random.below(text.size()), length = 1 + random.below(8);
  switch (random.below(4)) {
    case 0:
      text[at] = static_cast<char>(random.below(256));
      return text;
    case 1:
      return text.erase(at, length);
    case 2:
      return text.insert(at, text.substr(random.below(text.size()), length * length));
    default:
      return text.replace(at, length, text.substr(random.below(text.size()), length));
  }
}

class Seeds : public testing::TestWithParam<std::string> {};

TEST_P(Seeds, AreReadOrRefused) {
  const std::vector<std::string> texts = seeds(GetParam());
  ASSERT_FALSE(texts.empty());
  for (const std::string& text : texts) {
    import_anything(GetParam(), text);
    for (std::size_t tenth = 0; tenth < 10; ++tenth)
      import_anything(GetParam(), text.substr(0, text.size() * tenth / 10));
  }
}

TEST_P(Seeds, DamagedOnesAreReadOrRefused) {
  const std::vector<std::string> texts = seeds(GetParam());
  RandomStream random(1, 0);
  for (std::uint64_t i = 0; i < cases(100); ++i) {
    std::string text = texts[random.below(texts.size())];
    for (std::uint64_t times = 1 + random.below(3); times > 0; --times) text = damaged(std::move(text), random);
    SCOPED_TRACE(text);
    import_anything(GetParam(), text);
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Seeds, testing::ValuesIn(formats()),
                         [](const testing::TestParamInfo<std::string>& format) { return format.param; });

}  // namespace
}  // namespace polyplane::fuzz
