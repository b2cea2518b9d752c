#include "topology/import/fabric_builder.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"

namespace polyplane::topology {

FabricBuilder::FabricBuilder(const TextSource& source) : source_(source) { fabric_.name = name_of_file(source.file()); }

std::uint32_t FabricBuilder::add_device(Device device, int line) {
  if (fabric_.devices.size() == kMaxImportedDevices) {
    source_.pass_limit(line, "", "more than " + std::to_string(kMaxImportedDevices) + " devices are not read");
  }
  const auto index = static_cast<std::uint32_t>(fabric_.devices.size());
  if (device.name.empty()) source_.fail(line, "name", "the name of a device is empty");
  if (device.name.find('.') != std::string::npos) {
    std::replace(device.name.begin(), device.name.end(), '.', '_');
    warn(line, "a '.' in the name of a device became '_' (selectors write A.B for a link)");
  }
  const auto [place, fresh] = names_.emplace(device.name, std::pair(index, line));
  if (!fresh) {
    source_.fail(line, "name",
                 "a device \"" + printable(device.name) + "\" exists already" +
                     (place->second.second > 0 ? " (line " + std::to_string(place->second.second) + ")" : ""));
  }
  device.forwards = device.kind != DeviceKind::accelerator;
  fabric_.devices.push_back(std::move(device));
  return index;
}

ImportedFabric::Edge& FabricBuilder::add_edge(std::uint32_t from, std::uint32_t to, BitRate rate, LinkKind kind,
                                              int line) {
  if (fabric_.edges.size() == kMaxImportedEdges) {
    source_.pass_limit(line, "", "more than " + std::to_string(kMaxImportedEdges) + " links are not read");
  }
  if (rate.bps() < 1 || rate.bps() > kMaxImportedBps) {
    source_.fail(line, "rate",
                 to_string(rate) + " of the link from \"" + printable(fabric_.devices[from].name) + "\" to \"" +
                     printable(fabric_.devices[to].name) + "\" is not above zero and up to " +
                     to_string(BitRate::from_bps(kMaxImportedBps)));
  }
  if (from == to) { source_.fail(line, "link", "joins \"" + printable(fabric_.devices[from].name) + "\" to itself"); }
  ImportedFabric::Edge& edge = fabric_.edges.emplace_back();
  edge.from = from;
  edge.to = to;
  edge.rate = rate;
  edge.kind = kind;
  return edge;
}

std::optional<std::uint32_t> FabricBuilder::find(std::string_view name) const {
  std::string written(name);
  std::replace(written.begin(), written.end(), '.', '_');
  const auto place = names_.find(written);
  if (place == names_.end()) return std::nullopt;
  return place->second.first;
}

ImportedFabric FabricBuilder::finish() && {
  if (fabric_.devices.empty()) source_.fail(0, "", "holds no device");
  fabric_.warnings = notes_.warnings();
  fabric_.assumed = notes_.assumed();
  return std::move(fabric_);
}

}  // namespace polyplane::topology
