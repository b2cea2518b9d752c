#include "tests/fuzz/import_target.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/hostlist.h"
#include "collectives/export/exporter.h"
#include "collectives/import/importer.h"
#include "collectives/verify.h"
#include "tests/fuzz/file_target.h"
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

constexpr std::uint64_t kMostProofSteps = 2'000, kMostProofPlaces = 20'000;

/// What is read of a schedule has places for every size; verify() has an answer to it, whatever that is.
void check_schedule(const collectives::ImportedSchedule& imported) {
  const collectives::Collective contract(
      {.kind = imported.kind, .ranks = imported.ranks, .elements_per_block = 1000, .matrix = {}});
  const auto schedule = imported.make(contract);
  std::uint64_t steps = 0;
  for (std::uint32_t rank = 0; rank < imported.ranks; ++rank) {
    for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) steps += schedule->num_steps(RankId(rank), lane);
  }
  const std::uint64_t places = contract.blocks() * schedule->pieces() + schedule->scratch();
  if (steps > kMostProofSteps || places * imported.ranks > kMostProofPlaces) return;
  const collectives::Verdict verdict = collectives::verify(*schedule);
  CHECK(verdict.proven == verdict.problem.empty(), "a verdict without a reason");
  if (verdict.proven) static_cast<void>(collectives::export_schedule("msccl_xml", *schedule, "again"));
}

/// What a program is written as must be read again.
void check_program(const collectives::Program& program) {
  try {
    const std::string text = collectives::export_program("goal", program).front().bytes;
    const collectives::Program again = collectives::import_program("goal", {{"again", text}}).program;
    CHECK(collectives::export_program("goal", again).front().bytes == text, "GOAL that changes when written again");
  } catch (const InputError& error) {
    // GOAL cannot say all of them; what it did say it can read.
    CHECK(std::string_view(error.what()).substr(0, 6) != "again:",
          "GOAL that cannot be read again: " + std::string(error.what()));
  }
}

}  // namespace

void import_anything(const std::string& format, std::string_view text) {
  constexpr std::size_t kMostHosts = 500;  // more hosts are more time, not more cases
  try {
    if (std::ranges::find(file_formats(), format) != file_formats().end()) return read_anything(format, text);
    if (format == "hostlist") {
      const std::vector<std::string> hosts = expand_hostlist(text, kMostHosts);
      CHECK(expand_hostlist(compress_hostlist(hosts), kMostHosts) == hosts,
            "a hostlist that changes when written shortly");
      return;
    }
    if (collectives::schedule_importers().contains(format)) {
      check_schedule(collectives::import_schedule(format, {"input", std::string(text)}));
      return;
    }
    if (collectives::program_importers().contains(format)) {
      check_program(collectives::import_program(format, {{"input", std::string(text)}}).program);
      return;
    }
    check_fabric(topology::import_fabric(format, "input", text, {}));
  } catch (const InputError&) { return; } catch (const LimitError&) {
    return;
  }
}

std::vector<std::string> formats() {
  std::vector<std::string> names = topology::importers().names();
  for (const std::vector<std::string>& more :
       {collectives::program_importers().names(), collectives::schedule_importers().names(), file_formats()}) {
    names.insert(names.end(), more.begin(), more.end());
  }
  names.emplace_back("hostlist");
  return names;
}

}  // namespace polyplane::fuzz
