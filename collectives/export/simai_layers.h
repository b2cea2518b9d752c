// Layers of a training step out of the operations that collectives/import/simai_workload.cpp makes of them, by their names:
// "LAYER fwd", "LAYER fwd again", "LAYER ig", "LAYER wg", "LAYER update", with the kind behind it where it is a collective.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collectives/program.h"

namespace polyplane::collectives {

/// One of forward, input gradient and weight gradient.
struct SimaiWork {
  Duration compute;
  std::optional<std::uint32_t> call;  // index into Program::calls
  std::string dimension;              // of the call: name of its stream
  [[nodiscard]] bool empty() const { return compute == Duration() && !call; }
};

struct SimaiLayer {
  std::string name;
  std::array<SimaiWork, 3> works;  // forward, input gradient, weight gradient
  Duration update;
};

struct SimaiStep {
  std::vector<SimaiLayer> layers;
  std::set<std::size_t> checkpoints, initiates;
};

/// Order of the operations of a layer in the backward pass.
enum class SimaiBackward : std::uint8_t { input_first, weight_first };

/// What the operations of an actor say if they are such a step; a guess, to be held against them. None: their names are others.
[[nodiscard]] std::optional<SimaiStep> simai_step_of(const Program& program, const Actor& actor, SimaiBackward order);

}  // namespace polyplane::collectives
