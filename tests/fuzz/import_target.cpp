#include "tests/fuzz/import_target.h"

#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/hostlist.h"
#include "topology/import/importer.h"
#include "topology/router.h"

namespace polyplane::fuzz {
namespace {

void check_fabric(const topology::ImportedFabric& fabric) {
  CHECK(!fabric.devices.empty(), "a fabric without a device");
  CHECK(topology::routings().contains(fabric.routing), "a routing that is not known: " + fabric.routing);
  topology::TopologyBuilder builder(fabric.name);
  for (const topology::Device& device : fabric.devices) {
    CHECK(device.name.find('.') == std::string::npos, "a '.' in the name of a device: " + device.name);
    CHECK(device.kind != topology::DeviceKind::accelerator || device.node >= 0,
          "a card without a node: " + device.name);
    builder.add_device(device);
  }
  std::set<std::string> names;
  for (const topology::ImportedFabric::Edge& edge : fabric.edges) {
    CHECK(edge.from < fabric.devices.size() && edge.to < fabric.devices.size(), "an end that is no device");
    CHECK(edge.rate.bps() > 0 && edge.latency.ps() >= 0 && edge.back_latency.ps() >= 0, "a link of no rate or time");
    CHECK(edge.name.empty() || names.insert(edge.name).second, "two links of one name: " + edge.name);
    builder.add_link(DeviceId(edge.from), DeviceId(edge.to), edge.rate, edge.latency, edge.kind, edge.tier, edge.name);
  }
  static_cast<void>(std::move(builder).build());
}

}  // namespace

void import_anything(const std::string& format, std::string_view text) {
  constexpr std::size_t kMostHosts = 10'000;
  try {
    if (format == "hostlist") {
      const std::vector<std::string> hosts = expand_hostlist(text, kMostHosts);
      CHECK(expand_hostlist(compress_hostlist(hosts), kMostHosts) == hosts,
            "a hostlist that changes when written shortly");
      return;
    }
    check_fabric(topology::import_fabric(format, "input", text, {}));
  } catch (const InputError&) { return; } catch (const LimitError&) {
    return;
  }
}

std::vector<std::string> formats() {
  std::vector<std::string> names = topology::importers().names();
  names.emplace_back("hostlist");
  return names;
}

}  // namespace polyplane::fuzz
