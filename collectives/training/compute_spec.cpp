#include "collectives/training/compute_spec.h"

#include <algorithm>

namespace polyplane::collectives {
namespace {

Duration stream(Bytes bytes, BitRate rate) { return bytes > Bytes(0) ? transmission_time(bytes, rate) : Duration(); }

Duration arithmetic(Flops flops, FlopRate rate) { return flops > Flops(0) ? compute_time(flops, rate) : Duration(); }

}  // namespace

Work operator+(const Work& a, const Work& b) {
  return {.products = a.products + b.products,
          .head_products = a.head_products + b.head_products,
          .attention = a.attention + b.attention,
          .operands = a.operands + b.operands,
          .head_operands = a.head_operands + b.head_operands,
          .cache = a.cache + b.cache,
          .traffic = a.traffic + b.traffic};
}

Duration ComputeSpec::time(std::string_view operation, const Work& work) const {
  const auto found = std::ranges::find(measured, operation, &Measured::operation);
  if (found != measured.end()) return found->time;
  return std::max(arithmetic(work.products, products), stream(work.operands, memory)) +
         std::max(arithmetic(work.head_products, head_products), stream(work.head_operands, memory)) +
         std::max(arithmetic(work.attention, attention), stream(work.cache, memory)) + stream(work.traffic, memory);
}

}  // namespace polyplane::collectives
