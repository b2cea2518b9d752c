// What sim/nccl/tuning.h says of the communicators on stdin, one a line, for nccl_model.py to compare: every collective
// and size, the choice, and the time of everything that NCCL considers.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "configs/schema/document.h"
#include "sim/nccl/load_tuning.h"
#include "sim/nccl/tuning.h"

namespace polyplane::sim::nccl {
namespace {

using Words = std::map<std::string, std::string>;

template <class Number>
Number number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc{} && end == text.data() + text.size(), "not a number: " + text);
  return value;
}

std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) found.push_back(part);
  return found;
}

GraphFigures graph(const std::string& text, Pattern pattern) {
  const std::vector<std::string> part = parts(text, ',');
  CHECK(part.size() == 7, "a graph has seven figures: " + text);
  return {.pattern = pattern,
          .channels = number<std::uint32_t>(part[0]),
          .speed_intra = number<double>(part[1]),
          .speed_inter = number<double>(part[2]),
          .latency_inter_us = number<double>(part[3]),
          .type_intra = parse_path_type(part[4]).value(),
          .type_inter = parse_path_type(part[5]).value(),
          .same_channels = part[6] == "1"};
}

Communicator communicator(const Words& words) {
  const auto whole = [&](const char* key) { return number<std::uint32_t>(words.at(key)); };
  const auto flag = [&](const char* key) { return words.at(key) == "1"; };
  static const std::map<std::string, CpuVendor> vendors = {
      {"intel", CpuVendor::intel}, {"amd", CpuVendor::amd}, {"mixed", CpuVendor::mixed}, {"other", CpuVendor::other}};
  return {.nodes = whole("nodes"),
          .ranks = whole("ranks"),
          .most_local_ranks = whole("local"),
          .compute_capability = number<int>(words.at("sm")),
          .highest_compute_capability = number<int>(words.at("max_sm")),
          .cpu_architecture = words.at("arch") == "x86" ? CpuArchitecture::x86 : CpuArchitecture::arm,
          .cpu_vendor = vendors.at(words.at("vendor")),
          .channels = whole("channels"),
          .nvswitch = flag("nvswitch"),
          .nvls = flag("nvls"),
          .collnet = {.enabled = flag("collnet"),
                      .heads = whole("heads"),
                      .all_gather = flag("collnet_all_gather"),
                      .reduce_scatter = flag("collnet_reduce_scatter")},
          .ring = graph(words.at("ring"), Pattern::ring),
          .tree = graph(words.at("tree"), static_cast<Pattern>(whole("tree_pattern"))),
          .collnet_direct = graph(words.at("collnet_direct"), Pattern::collnet_direct),
          .collnet_chain = graph(words.at("collnet_chain"), Pattern::tree),
          .nvls_graph = graph(words.at("nvls_graph"), Pattern::nvls),
          .assumed = {}};
}

void dump(const CostModel& model, const std::string& collective, Bytes size) {
  const auto best = model.choose(size);
  std::printf(
      "%s %lld %s", collective.c_str(), static_cast<long long>(size.count()),
      best ? (std::string(to_string(best->algorithm)) + "/" + std::string(to_string(best->protocol))).c_str() : "none");
  for (std::size_t a = 0; a < kAlgorithms; ++a) {
    for (std::size_t p = 0; p < kProtocols; ++p) {
      const auto algorithm = static_cast<Algorithm>(a);
      const auto protocol = static_cast<Protocol>(p);
      const auto time = model.time_us(algorithm, protocol, size);
      if (!time) continue;
      std::printf(" %s/%s=%.17g", std::string(to_string(algorithm)).c_str(), std::string(to_string(protocol)).c_str(),
                  *time);
    }
  }
  std::puts("");
}

int run(const std::string& file) {
  v1::NcclTuning message;
  const configs::Document document(file, message);
  const Constants constants = load_tuning(document, message);
  for (std::string line; std::getline(std::cin, line);) {
    Words words;
    for (const std::string& word : parts(line, ' '))
      words[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    const Communicator comm = communicator(words);
    for (const char* name : {"broadcast", "reduce", "all_gather", "reduce_scatter", "all_reduce"}) {
      const CostModel model(constants, comm, collectives::parse_collective(name));
      for (const std::string& size : parts(words.at("sizes"), ',')) {
        dump(model, name, Bytes(number<std::int64_t>(size)));
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace polyplane::sim::nccl

int main() { return polyplane::sim::nccl::run(POLYPLANE_NCCL_TUNING); }
