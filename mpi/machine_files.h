// Where this machine's own cluster and stack file are looked for: what `polyplane-mpi calibrate -o DIR` wrote.
#pragma once

#include <optional>
#include <string>

namespace polyplane::mpi {

/// The directory: POLYPLANE_MACHINE, else polyplane/machines/HOSTNAME in XDG_CONFIG_HOME or, without that, in ~/.config.
[[nodiscard]] std::string machine_directory();

struct MachineFiles {
  std::string cluster, stack;  // paths of cluster.textproto and stack.textproto
};
/// None unless both files are there.
[[nodiscard]] std::optional<MachineFiles> calibrated_files();

}  // namespace polyplane::mpi
