// A real fabric as a reader of topology/import found it: devices and cables in our own words, what the file did not say
// and what was left out of it. sim/imported_cluster turns it into a cluster and into a cluster file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/import_notes.h"
#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct ImportedFabric {
  struct Edge {
    std::string name;                // may be empty
    std::uint32_t from = 0, to = 0;  // into devices
    BitRate rate;                    // per direction
    Duration latency;
    Duration back_latency;  // of the other direction, two-way edges only
    bool two_way = true;
    LinkKind kind = LinkKind::scale_out;
    std::string tier = "link";
    std::int32_t plane = -1;
  };
  std::string name, description;
  std::vector<Device> devices;  // names are unique and hold no '.'
  std::vector<Edge> edges;
  bool lossless = true;
  std::string routing = "ecmp";  // default of the cluster, a name in routings()
  std::optional<std::uint32_t> virtual_channels;
  std::vector<std::string> assumed;  // what the file has no figure for, as sentences
  std::vector<ImportWarning> warnings;
};

/// Most devices and cables that are read; a cluster file of more would pass the limit of its size.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION  // the preset "fuzz": no time for fabrics that are merely large
inline constexpr std::size_t kMaxImportedDevices = 2'000;
inline constexpr std::size_t kMaxImportedEdges = 5'000;
#else
inline constexpr std::size_t kMaxImportedDevices = 400'000;
inline constexpr std::size_t kMaxImportedEdges = 1'000'000;
#endif
inline constexpr std::size_t kMaxImportedPlanes = 1024;

}  // namespace polyplane::topology
