// Programs out of records in words, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collectives/import/importer.h"
#include "collectives/program.h"

namespace polyplane::collectives {

/// "compute 100", "send 8 to 1 #0", "receive 8 from 0 #0", "call 0", "join"; then " < 0,1" for what it comes after.
inline std::string words(const Actor& actor, const Operation& operation) {
  std::string text;
  switch (operation.kind) {
    case Operation::Kind::compute:
      text = "compute " + std::to_string(operation.duration.ps() / 1000);
      break;
    case Operation::Kind::send:
      text = "send " + std::to_string(operation.bytes.count()) + " to " + std::to_string(operation.peer) + " #" +
             std::to_string(operation.tag);
      break;
    case Operation::Kind::receive:
      text = "receive " + std::to_string(operation.bytes.count()) + " from " + std::to_string(operation.peer) + " #" +
             std::to_string(operation.tag);
      break;
    case Operation::Kind::collective:
      text = "call " + std::to_string(operation.call);
      break;
    case Operation::Kind::join:
      text = "join";
  }
  for (std::uint32_t i = 0; i < operation.num_after; ++i) {
    text += (i == 0 ? " < " : ",") + std::to_string(actor.after[operation.first_after + i].operation);
  }
  return text;
}

/// Of all operations.
inline std::vector<std::string> words(const Actor& actor) {
  std::vector<std::string> texts;
  for (const Operation& operation : actor.operations) texts.push_back(words(actor, operation));
  return texts;
}

inline std::vector<std::string> words(const ImportedProgram& imported, std::size_t rank) {
  return words(imported.program.actors[rank]);
}

/// "all_reduce 8 [0 1] [2 3]".
inline std::string words(const Call& call) {
  std::string text = std::string(to_string(call.kind)) + " " + std::to_string(call.size.count());
  for (const std::vector<std::uint32_t>& group : call.groups) {
    text += " [";
    for (std::size_t i = 0; i < group.size(); ++i) text += (i > 0 ? " " : "") + std::to_string(group[i]);
    text += "]";
  }
  return text;
}

inline std::vector<std::string> calls_of(const ImportedProgram& imported) {
  std::vector<std::string> texts;
  for (const Call& call : imported.program.calls) texts.push_back(words(call));
  return texts;
}

}  // namespace polyplane::collectives
