// Is this a program that can be run? What the door asks of it before anything else: every index exists, every operation
// can have its turn within its actor, every message has two ends, every call is entered alike by all that are in it.
// Left out: actors that wait for each other in a circle over messages and calls, which a run reports as a stall.
#pragma once

#include <cstdint>

#include "collectives/program.h"

namespace polyplane::collectives {

/// Throws InputError that names the first defect in words of the program: an index that does not exist, a negative size
/// or time, a card that does not exist (of `cards`) or is in two actors, an operation that comes after itself (the
/// circle by names), messages that do not match (message_matching.h), a send to itself or between actors of different
/// numbers of cards, a call with groups of unequal size, with a card twice, with part of an actor's cards, or entered a
/// different number of times by its actors; LimitError past 2^32 - 2 operations or streams.
void check_program(const Program& program, std::uint32_t cards);

/// The part of it that looks for an operation that comes after itself. REQUIRES: indices exist.
void check_order(const Program& program);

}  // namespace polyplane::collectives
