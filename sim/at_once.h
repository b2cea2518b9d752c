// Blocks of messages that all start at once, by classes instead of one by one: all-to-all of 16,384 cards is 268 million
// flows in a handful of classes.
//
// The classes are the coarsest equitable partition of flows and links that refines what they are made of: links of a class
// have equal capacity and carry equal weight of every class of flows, flows of a class put equal weight on every class of
// links and start and weigh the same. Max-min rates are then equal within a class (LP colour refinement: Grohe, Kersting,
// Mladenov, Selman, ESA 2014, applied to progressive filling), on any graph, with any faults. Found without listing the
// flows, from random linear forms over the shortest-path graphs, in the field of 2^61 - 1 elements.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "sim/executor.h"
#include "sim/run_once.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Runs a job that is blocks (Schedule::blocks()) on an idle network under a routing that follows the shape of the graph
/// (Router::follows_shape()), in the flow model. Returns nullopt when the job is not of this kind. `certify`: the loads of all
/// links are computed from the rates of the classes and the bottleneck condition is checked for every flow. Throws Interrupted
/// when stopped, InputError when a pair that has something to send is cut off. `sized` is told the classes of flows and, over
/// all of them, the link classes on their ways, before they are run; what it throws goes through.
[[nodiscard]] std::optional<RunOutcome> run_at_once(
    const topology::Topology& topology, topology::Router& router, const Job& job, bool certify,
    const std::function<bool()>& stop = {}, const std::function<void(std::uint64_t, std::uint64_t)>& sized = {});

}  // namespace polyplane::sim
