#include "sim/load_arithmetic.h"

#include "base/error.h"
#include "base/suggest.h"
#include "sim/datatype.h"

namespace polyplane::sim {

ReductionSet load_arithmetic(const std::string& part,
                             const google::protobuf::RepeatedPtrField<v1::InNetworkArithmetic>& arithmetic) {
  if (arithmetic.empty()) return ReductionSet::all();
  ReductionSet set;
  try {
    for (const v1::InNetworkArithmetic& one : arithmetic) {
      for (const std::string& datatype : one.datatypes()) {
        for (const std::string& operation : one.operations()) set.add(reduction_pair(datatype, operation));
      }
    }
  } catch (const InputError& error) {
    throw InputError("part " + printable(part) + ": in_network_arithmetic: " + error.what());
  }
  return set;
}

}  // namespace polyplane::sim
