// What came out of a fit: a stack file that every command reads, and the document of --format json.
#pragma once

#include <string>
#include <vector>

#include "sim/fit/fit_stack.h"

namespace polyplane::sim {

/// Who made a stack file, for its head and its provenance.
struct StackOrigin {
  std::string description;            // one sentence
  std::string source;                 // of its figures
  std::string as_of;                  // a year or a day
  std::vector<std::string> comments;  // lines on top
};

/// `stack` under its own name, as configs/schema/stack.proto has it: load_stack() gives the same stack back.
[[nodiscard]] std::string stack_text(const Stack& stack, const StackOrigin& origin);

[[nodiscard]] std::string to_json(const FitRequest& request, const Fitted& fitted, const std::string& version);

}  // namespace polyplane::sim
