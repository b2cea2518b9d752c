// Parts, clusters and stacks in words for people: what `catalog` prints.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/hardware.pb.h"
#include "configs/schema/stack.pb.h"

namespace polyplane::sim {

/// One sentence of the figures that a simulation uses.
[[nodiscard]] std::string sentence_of(const v1::Accelerator& part);
[[nodiscard]] std::string sentence_of(const v1::Switch& part);
[[nodiscard]] std::string sentence_of(const v1::Nic& part);
[[nodiscard]] std::string sentence_of(const v1::Cable& part);

/// Every figure of a part, one a line: value, range, what was counted, source, date and confidence. `part` is one of the
/// four messages above, `provenance` its own.
[[nodiscard]] std::string describe_part(const google::protobuf::Message& part, const v1::Provenance& provenance);

}  // namespace polyplane::sim
