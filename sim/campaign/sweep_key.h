// Which field of an experiment a sweep varies: "collectives[0].algorithm", "cluster.fabric.port_rate".
//
// A path of fields of the schema (configs/schema/experiment.proto). Of a list an index in brackets chooses one; without it
// the field is set in all that the experiment has. `cluster.` and `stack.` lead into what the experiment names: the cluster
// or stack becomes part of the experiment first. A list of plain values may be called by its singular: collectives.size.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"

namespace polyplane::sim {

class SweepKey {
 public:
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    int index = -1;  // of a list; -1: all
  };

  /// Throws InputError: malformed, a field that does not exist (did-you-mean, also from deeper down), an index where there is
  /// no list, fields inside of something that has none.
  static SweepKey parse(std::string_view text);

  /// With full names: "collectives.sizes".
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const google::protobuf::FieldDescriptor& leaf() const { return *steps_.back().field; }
  /// Is the value a whole list?
  [[nodiscard]] bool sets_list() const { return leaf().is_repeated() && steps_.back().index < 0; }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  /// Does the path start in an inline_cluster or inline_stack?
  [[nodiscard]] bool inside_cluster() const;
  [[nodiscard]] bool inside_stack() const;
  /// Is `path`, a place in an experiment, this field or a part of it?
  [[nodiscard]] bool covers(const configs::FieldPath& path) const;

 private:
  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace polyplane::sim
