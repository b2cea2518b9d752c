#include "collectives/operation_words.h"

#include <array>
#include <string_view>

#include "base/suggest.h"

namespace polyplane::collectives {

std::string words_of(const Program& program, std::uint32_t actor) {
  const std::string& name = program.actors[actor].name;
  return name.empty() ? "actor " + std::to_string(actor) : "\"" + printable(name) + "\"";
}

std::string words_of(const Program& program, std::uint32_t actor, std::uint32_t operation) {
  constexpr std::array<std::string_view, 5> kKinds{"compute", "send", "receive", "collective", "join"};
  const Operation& of = program.actors[actor].operations[operation];
  const std::string place = "operation " + std::to_string(operation) + " of " + words_of(program, actor);
  if (of.name < program.names.size() && !program.names[of.name].empty()) {
    return "\"" + printable(program.names[of.name]) + "\" (" + place + ")";
  }
  const auto kind = static_cast<std::size_t>(of.kind);
  return place + (kind < kKinds.size() ? " (" + std::string(kKinds[kind]) + ")" : "");
}

std::string words_of_call(const Program& program, std::uint32_t call) {
  const std::string& name = program.calls[call].name;
  return name.empty() ? "call " + std::to_string(call) : "\"" + printable(name) + "\"";
}

}  // namespace polyplane::collectives
