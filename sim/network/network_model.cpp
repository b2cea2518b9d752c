#include "sim/network/network_model.h"

namespace polyplane::sim {

Registry<NetworkFactory>& network_models() {
  static Registry<NetworkFactory> registry("network model");
  return registry;
}

}  // namespace polyplane::sim
