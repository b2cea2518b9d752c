// The costs of one job: those of its protocol, with a launch that knows the contract.
#pragma once

#include "collectives/algorithm.h"
#include "collectives/collective.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// Bytes that a rank copies from where it was given them to where its result will be, before its first step, when the two are
/// apart: its own share, which it keeps; of a sum all that it starts with, since sums are made where the result will be. Of the
/// rank that copies most. None for tokens, whose sums take no time either.
[[nodiscard]] Bytes copied_before(const collectives::Collective& collective);

/// Costs of the algorithm's family. Slots belong to the connection of two ranks: a lane that goes from peer to peer waits for
/// each delivery (messages_under_way is 1). REQUIRES: the protocol lists the family.
[[nodiscard]] ProtocolCosts algorithm_costs(const Protocol& protocol, const collectives::Algorithm& algorithm);

/// The same with what copied_before() takes (copy_cost()) added to the launch, unless the steps do that.
[[nodiscard]] ProtocolCosts job_costs(const Protocol& protocol, const collectives::Algorithm& algorithm,
                                      const collectives::Collective& collective);

}  // namespace polyplane::sim
