// What every fuzz target of a reader does with its bytes: read them, let InputError and LimitError pass, and look at what
// came out. Anything else that happens is a find.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyplane::fuzz {

/// Reads `text` as `format` (a name in formats()). CHECKs that what is accepted holds together.
void import_anything(const std::string& format, std::string_view text);

/// Readers of fabrics, of schedules and of traces, "hostlist", and those of file_target.h.
[[nodiscard]] std::vector<std::string> formats();

}  // namespace polyplane::fuzz
