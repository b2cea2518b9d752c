// What switches can add up on the way, out of the message of a part.
#pragma once

#include <string>

#include "base/reduction_set.h"
#include "configs/schema/hardware.pb.h"

namespace polyplane::sim {

/// Of the part with that name; all where it says nothing. Throws InputError: an unknown type or operation.
[[nodiscard]] ReductionSet load_arithmetic(
    const std::string& part, const google::protobuf::RepeatedPtrField<v1::InNetworkArithmetic>& arithmetic);

}  // namespace polyplane::sim
