#include "sim/nccl/reductions.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace polyplane::sim::nccl {

bool nvls_does(const Reduction& reduction) {
  if (reduction.datatype == "float" || reduction.datatype == "double") return reduction.operation == "sum";
  constexpr std::array<std::string_view, 6> kTypes{"int32", "uint32", "int64", "uint64", "half", "bfloat16"};
  const bool sum_or_extreme =
      reduction.operation == "sum" || reduction.operation == "min" || reduction.operation == "max";
  return sum_or_extreme && std::ranges::find(kTypes, reduction.datatype) != kTypes.end();
}

bool collnet_does(const Reduction& reduction) {
  return reduction.fabric_able && reduction.operation != "prod" && !is_fp8(reduction);
}

bool scales(const Reduction& reduction) { return reduction.operation == "avg" || reduction.operation == "mulsum"; }

bool is_fp8(const Reduction& reduction) { return reduction.datatype == "f8e4m3" || reduction.datatype == "f8e5m2"; }

}  // namespace polyplane::sim::nccl
