// Every figure with a unit or a source of a file of the catalogue, for recordings (configs/schema/view.proto).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "configs/schema/view.pb.h"

namespace polyplane::sim {

/// Figures of a part (with their own sources) or of a cluster, stack or model (with that of the file), in the order of the
/// schema; of an experiment those that stand in it. What a file leaves out is absent. A figure of a cluster or a stack whose
/// value one of the file's sentences about what is `assumed` quotes ("65 m") has that sentence and no source.
void add_figures(const std::string& kind, const std::string& part, const google::protobuf::Message& root,
                 std::vector<v1::Figure>& figures);

/// Whether only steps, which compute, take time by it: rates of arithmetic and of memory, and what a model states.
[[nodiscard]] bool is_of_compute(const v1::Figure& figure);

}  // namespace polyplane::sim
