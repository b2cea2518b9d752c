// What the shell is told (docs: the table in README). Scripts outside the repository rely on the numbers.
#pragma once

namespace polyplane::cli {

inline constexpr int kExitFine = 0;
inline constexpr int kExitFailed = 1;      // it ran but failed, a check fell short, or the output could not be written
inline constexpr int kExitWrongInput = 2;  // input or command line
inline constexpr int kExitLimit = 3;       // size, count or memory
inline constexpr int kExitBug = 4;         // in polyplane
inline constexpr int kExitSignalBase = 128;  // + signal number: 130 for SIGINT, 143 for SIGTERM

}  // namespace polyplane::cli
