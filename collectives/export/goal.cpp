// Writes GOAL as text; collectives/import/goal.cpp reads it, goal_file.h says what becomes of a program.
#include <utility>

#include "collectives/export/exporter.h"
#include "collectives/goal_file.h"

namespace polyplane::collectives {
namespace {

std::string number(std::uint32_t value) { return value == GoalOperation::kAny ? "-1" : std::to_string(value); }

std::string words_of(const GoalOperation& operation) {
  std::string text;
  if (operation.type == GoalOperation::Type::calc) {
    text = "calc " + std::to_string(operation.size);
  } else {
    const bool sends = operation.type == GoalOperation::Type::send;
    text = (sends ? "send " : "recv ") + std::to_string(operation.size) + (sends ? "b to " : "b from ") +
           number(operation.peer);
    if (operation.tag != 0) text += " tag " + number(operation.tag);
  }
  if (operation.cpu != 0) text += " cpu " + std::to_string(operation.cpu);
  if (operation.nic != 0) text += " nic " + std::to_string(operation.nic);
  return text;
}

template <class Emit>
void write_lines(const GoalFile& file, const Emit& emit) {
  emit("num_ranks " + std::to_string(file.ranks.size()) + "\n");
  for (std::size_t r = 0; r < file.ranks.size(); ++r) {
    const GoalRank& rank = file.ranks[r];
    emit("\nrank " + std::to_string(r) + " {\n");
    for (std::size_t i = 0; i < rank.operations.size(); ++i) {
      emit("l" + std::to_string(i) + ": " + words_of(rank.operations[i]) + "\n");
    }
    for (const GoalEdge& edge : rank.edges) {
      emit("l" + std::to_string(edge.operation) + (edge.started ? " irequires l" : " requires l") +
           std::to_string(edge.other) + "\n");
    }
    emit(std::string("}\n"));
  }
}

std::vector<ExportFile> write(const Program& program, const ExportLimit& limit) {
  const GoalFile file = goal_of(program);
  std::uint64_t bytes = 0;
  write_lines(file, [&](const std::string& line) { bytes += line.size(); });
  limit.check_file("the file would have", bytes);
  std::string text;
  text.reserve(bytes);
  write_lines(file, [&](const std::string& line) { text += line; });
  return {{"", std::move(text)}};
}

const bool kRegistered = [] {
  exporters().add("goal", "GOAL of LogGOPSim and ATLAHS as text: sends, receives and calc of every rank.",
                  {.extensions = {"goal"}, .schedule = {}, .program = write});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
