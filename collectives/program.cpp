#include "collectives/program.h"

namespace polyplane::collectives {

std::uint32_t Actor::add(Operation operation, const std::vector<After>& dependencies) {
  operation.first_after = static_cast<std::uint32_t>(after.size());
  operation.num_after = static_cast<std::uint32_t>(dependencies.size());
  after.insert(after.end(), dependencies.begin(), dependencies.end());
  operations.push_back(operation);
  return static_cast<std::uint32_t>(operations.size() - 1);
}

}  // namespace polyplane::collectives
