// Writes GOAL in binary; collectives/import/goal_binary.cpp says how it lies in the file, goal_file.h what becomes of a
// program.
#include <algorithm>
#include <utility>

#include "collectives/export/exporter.h"
#include "collectives/goal_file.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint64_t kMagic = 4223;

void put(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
}

/// By operation: those that wait for it.
std::vector<std::vector<std::uint32_t>> dependants(const GoalRank& rank, bool started) {
  std::vector<std::vector<std::uint32_t>> lists(rank.operations.size());
  for (const GoalEdge& edge : rank.edges) {
    if (edge.started == started) lists[edge.other].push_back(edge.operation);
  }
  return lists;
}

/// By operation: how many it waits for.
std::vector<std::uint32_t> waits_of(const GoalRank& rank) {
  std::vector<std::uint32_t> waits(rank.operations.size());
  for (const GoalEdge& edge : rank.edges) ++waits[edge.operation];
  return waits;
}

std::uint64_t block_bytes(const GoalRank& rank) {
  constexpr std::uint64_t kNodeBytes = 39;
  const std::vector<std::uint32_t> waits = waits_of(rank);
  const auto roots = static_cast<std::uint64_t>(std::count(waits.begin(), waits.end(), 0U));
  return 8 + 4 * roots + kNodeBytes * rank.operations.size() + 4 * rank.edges.size();
}

std::string block_of(const GoalRank& rank) {
  const std::vector<std::uint32_t> waits = waits_of(rank);
  const auto after_end = dependants(rank, false), after_start = dependants(rank, true);
  std::string block, indices;
  put(block, rank.operations.size(), 4);
  put(block, static_cast<std::uint64_t>(std::count(waits.begin(), waits.end(), 0U)), 4);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    if (waits[i] == 0) put(block, i, 4);
  }
  const auto put_list = [&](const std::vector<std::uint32_t>& list) {
    put(block, list.size(), 4);
    put(block, indices.size() / 4, 4);
    for (const std::uint32_t dependant : list) put(indices, dependant, 4);
  };
  for (std::size_t i = 0; i < rank.operations.size(); ++i) {
    const GoalOperation& operation = rank.operations[i];
    put(block, waits[i], 4);
    put(block, static_cast<std::uint64_t>(operation.type), 1);
    put(block, operation.peer, 4);
    put(block, static_cast<std::uint64_t>(operation.size), 8);
    put(block, operation.tag, 4);
    put(block, operation.cpu, 1);
    put(block, operation.nic, 1);
    put_list(after_end[i]);
    put_list(after_start[i]);
  }
  return block + indices;
}

std::vector<ExportFile> write(const Program& program, const ExportLimit& limit) {
  const GoalFile file = goal_of(program);
  std::uint8_t cpu = 0, nic = 0;
  for (const GoalRank& rank : file.ranks) {
    for (const GoalOperation& operation : rank.operations) {
      cpu = std::max(cpu, operation.cpu);
      nic = std::max(nic, operation.nic);
    }
  }
  const std::uint64_t first = 4 + 2 + 16 * file.ranks.size();  // counted from after the magic
  std::uint64_t bytes = 8 + first;
  for (const GoalRank& rank : file.ranks) bytes += block_bytes(rank);
  limit.check_file("the file would have", bytes);
  std::string head, blocks;
  put(head, kMagic, 8);
  put(head, file.ranks.size(), 4);
  put(head, cpu, 1);
  put(head, nic, 1);
  for (const GoalRank& rank : file.ranks) {
    const std::string block = block_of(rank);
    put(head, first + blocks.size(), 8);
    put(head, first + blocks.size() + block.size(), 8);
    blocks += block;
  }
  return {{"", head + blocks}};
}

const bool kRegistered = [] {
  exporters().add("goal_binary", "GOAL of LogGOPSim and ATLAHS in its binary form.",
                  {.extensions = {"bin"}, .schedule = {}, .program = write});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
