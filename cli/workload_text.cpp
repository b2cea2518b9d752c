#include "cli/workload_text.h"

#include "base/error.h"
#include "base/suggest.h"
#include "cli/values.h"

namespace polyplane::cli {
namespace {

using collectives::CollectiveKind;

sim::Workload::Part parse_part(const std::string& text) {
  const std::string where = "--workload " + printable(text);
  const std::size_t colon = text.find(':');
  sim::Workload::Part part;
  try {
    part.kind = collectives::parse_collective(text.substr(0, colon));
  } catch (const InputError& error) { throw InputError(where + ": " + error.what()); }
  const bool has_size = colon != std::string::npos && colon + 1 < text.size();
  if (part.kind == CollectiveKind::barrier) {
    if (colon != std::string::npos) throw InputError(where + ": barrier moves no data, so it has no size");
    return part;
  }
  if (!has_size) {
    throw InputError(where + ": a size is missing; write " + std::string(to_string(part.kind)) + ":64MiB");
  }
  part.size = parse_size("--workload " + printable(text.substr(0, colon)), text.substr(colon + 1));
  return part;
}

}  // namespace

sim::Workload parse_workload(const std::string& text) {
  sim::Workload workload;
  workload.text = text;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const std::string item = text.substr(from, end - from);
    if (item.empty()) {
      throw InputError("--workload \"" + printable(text) + "\" has an empty item; write for example " +
                       "alltoall:64MiB,all_reduce:1GiB");
    }
    workload.parts.push_back(parse_part(item));
    from = end + 1;
  }
  return workload;
}

}  // namespace polyplane::cli
