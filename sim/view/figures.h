// Every figure with a unit or a source of a file of the catalogue, for recordings (configs/schema/view.proto).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "configs/schema/view.pb.h"

namespace polyplane::sim {

/// Figures of a part (with their own sources) or of a cluster, stack or model (with that of the file), in the order of the
/// schema; of an experiment those that stand in it. What a file leaves out is absent.
void add_figures(const std::string& kind, const std::string& part, const google::protobuf::Message& root,
                 std::vector<v1::Figure>& figures);

}  // namespace polyplane::sim
