// An operation of a program as errors name it.
#pragma once

#include <cstdint>
#include <string>

#include "collectives/program.h"

namespace polyplane::collectives {

/// `"F3" (operation 12 of "stage 3")`; an operation without a name: `operation 12 of "stage 3" (send)`. REQUIRES: the
/// actor and the operation exist; an index of the operation that does not is passed over.
[[nodiscard]] std::string words_of(const Program& program, std::uint32_t actor, std::uint32_t operation);
/// `"stage 3"`, or `actor 3` where it has no name.
[[nodiscard]] std::string words_of(const Program& program, std::uint32_t actor);
/// `"dispatch"`, or `call 3`.
[[nodiscard]] std::string words_of_call(const Program& program, std::uint32_t call);

}  // namespace polyplane::collectives
