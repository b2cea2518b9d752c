#include "sim/at_once_problem.h"

#include <optional>
#include <utility>

namespace polyplane::sim {

namespace {

constexpr std::uint64_t kMostLegs = std::uint64_t{1} << 24U;

}  // namespace

std::unique_ptr<AtOnceProblem> AtOnceProblem::pose(const topology::Topology& topology, const Job& job) {
  const std::vector<collectives::Block> blocks = job.schedule->blocks();
  const auto ranks = static_cast<std::uint32_t>(job.devices.size());
  if (blocks.empty()) return nullptr;
  std::optional<Roles> roles = Roles::of(blocks, ranks);
  if (!roles) return nullptr;
  Sending sending;
  for (const collectives::Block& block : blocks) sending.wire_bytes.push_back(wire_bytes(block.bytes, job.efficiency));
  sending.software_up = job.costs.message + job.costs.step_scale_up;
  sending.software_out = job.costs.message + job.costs.step_scale_out;

  topology::PathFinder finder(topology);
  std::vector<std::uint32_t> role_of_card(topology.accelerators().size(), 0);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    role_of_card[finder.position(job.devices[rank])] = roles->role(rank);
  }
  std::unique_ptr<AtOnceProblem> problem(
      new AtOnceProblem(std::move(finder), *std::move(roles), std::move(role_of_card), std::move(sending)));
  std::uint64_t legs = 0;
  for (const IslandClass& island : problem->islands_.classes()) legs += std::uint64_t{island.size()} * island.size();
  if (legs > kMostLegs) return nullptr;
  return problem;
}

AtOnceProblem::AtOnceProblem(topology::PathFinder finder, Roles roles, std::vector<std::uint32_t> role_of_card,
                             Sending sending)
    : finder_(std::move(finder)),
      roles_(std::move(roles)),
      copies_(finder_),
      islands_(finder_, std::move(role_of_card)),
      ways_(finder_, islands_, roles_),
      sending_(std::move(sending)) {}

}  // namespace polyplane::sim
