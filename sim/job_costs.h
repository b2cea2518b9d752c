// The costs of one job: those of its protocol, with a launch that knows the contract.
#pragma once

#include <string>

#include "collectives/collective.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// Bytes that a rank copies from where it was given them to where its result will be, before its first step, when the two are
/// apart: its own share, which it keeps; of a sum all that it starts with, since sums are made where the result will be. Of the
/// rank that copies most. None for tokens, whose sums take no time either.
[[nodiscard]] Bytes copied_before(const collectives::Collective& collective);

/// Costs of the family with what copied_before() takes at `copy_rate` added to the launch. REQUIRES: the protocol lists it.
[[nodiscard]] ProtocolCosts job_costs(const Protocol& protocol, const std::string& family,
                                      const collectives::Collective& collective);

}  // namespace polyplane::sim
