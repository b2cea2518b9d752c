// A bill of materials as a message of configs/schema/report.proto.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <optional>

#include "configs/schema/report.pb.h"
#include "sim/bill_of_materials.h"

namespace polyplane::sim {

/// One end of a range as a number, or null.
template <class Unit>
void set(google::protobuf::Value& to, const std::optional<Spread<Unit>>& figure, Unit Spread<Unit>::* end,
         double (Unit::*number)() const) {
  if (figure) {
    to.set_number_value((((*figure).*end).*number)());
  } else {
    to.set_null_value(google::protobuf::NULL_VALUE);
  }
}

void write_bill(const BillOfMaterials& bill, v1::Bill& message);

}  // namespace polyplane::sim
