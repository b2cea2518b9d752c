// Readers of polyplane's own files, of measurements, and of the small languages of options: as import_target.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyplane::fuzz {

/// measurements (nccl-tests, rccl-tests, OSU), expert_histogram, nccl_graph, experiment, result (what `report` reads),
/// sweep_vary (KEY=VALUES), cluster_line (one-liners), fault_selectors (one a line).
[[nodiscard]] const std::vector<std::string>& file_formats();

/// REQUIRES: a name in file_formats(). Throws InputError and LimitError, as readers do. CHECKs that what is accepted holds together.
void read_anything(const std::string& format, std::string_view text);

}  // namespace polyplane::fuzz
