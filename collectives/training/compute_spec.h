// How long a card takes for its share of the work. Each kind of work has a rate: what the vendor states times an
// efficiency that a source states; or an operation has a time that somebody measured, which goes before.
//
// time = max(products / rate, operands / memory) + max(head products / rate, head operands / memory)
//        + max(attention / rate, cache / memory) + traffic / memory
// that is a roofline each for matrix products, head and attention, and memory traffic beside them for what is neither.
// Left out: launches of kernels, quantisation to whole tiles and waves, clocks that sink with power.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/compute_units.h"
#include "base/units.h"

namespace polyplane::collectives {

struct Work {
  Flops products, head_products, attention;
  Bytes operands;       // matrices that products stream from memory
  Bytes head_operands;  // the same of the head
  Bytes cache;          // keys and values that attention streams from memory
  Bytes traffic;        // norms, activation functions, residuals, casts, permutations
  friend Work operator+(const Work& a, const Work& b);
  friend bool operator==(const Work&, const Work&) = default;
};

struct ComputeSpec {
  // Peak x efficiency x the share of units that communication leaves. REQUIRES: above zero.
  FlopRate products, head_products, attention;
  BitRate memory;
  bool stored_scores =
      false;  // attention writes its scores to memory, all of them; else as FlashAttention (2205.14135)
  struct Measured {
    std::string operation;  // "attention forward"
    Duration time;
    friend bool operator==(const Measured&, const Measured&) = default;
  };
  std::vector<Measured> measured;

  /// `operation`: part and direction, "experts weight_gradient".
  [[nodiscard]] Duration time(std::string_view operation, const Work& work) const;
  friend bool operator==(const ComputeSpec&, const ComputeSpec&) = default;
};

}  // namespace polyplane::collectives
