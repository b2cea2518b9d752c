// A folder of its own for a test of sweeps, with experiments in it; gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace polyplane::sim {

/// Four cards on one switch at 400 Gbps without latency: all-reduce of S bytes by a ring takes 2 x 3/4 x S / 50 GB/s.
inline constexpr const char* kRingExperiment = R"(
name: "ring of four"
inline_cluster {
  name: "four"
  nodes: 4
  node { accelerators: 1 nics: 1 nic_rate: "400 Gbps" nic_latency: "0 ns" }
  fabric {
    generator: "single_switch"
    switch_radix: 8
    port_rate: "400 Gbps"
    switch_latency: "0 ns"
    cable_latency: "0 ns"
    access_cable_latency: "0 ns"
  }
}
collectives { collective: "all_reduce" sizes: "1 MB" algorithm: "ring" }
)";

class SweepFolder {
 public:
  SweepFolder() : path_(std::filesystem::temp_directory_path() / "polyplane-sweep-XXXXXX") {
    std::string pattern = path_.string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  SweepFolder(const SweepFolder&) = delete;
  SweepFolder& operator=(const SweepFolder&) = delete;
  ~SweepFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace polyplane::sim
