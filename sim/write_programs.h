// Results of programs as messages of configs/schema/report.proto, and as CSV.
#pragma once

#include <string>

#include "configs/schema/report.pb.h"
#include "sim/program/program_result.h"

namespace polyplane::sim {

void write_program(const ProgramResult& from, const std::string& cluster, v1::ProgramResult& to);

}  // namespace polyplane::sim
