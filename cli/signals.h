// Ctrl-C and SIGTERM ask politely; who does not stop within most of a second is ended.
#pragma once

namespace polyplane::cli {

/// SIGINT and SIGTERM set a flag and start a countdown of 0.8 s, after which the process ends with 128 + signal; a
/// second signal ends it at once. SIGPIPE is ignored: a closed stdout is seen by print().
void install_signal_handlers();
/// The first signal that came, 0 when none.
[[nodiscard]] int caught_signal();
/// What is said when a process that did not stop in time is ended, instead of "finished rows were printed". REQUIRES: lives as
/// long as the program.
void set_last_words(const char* text);
/// The stop came through and the rest (saving, saying goodbye) is short: no countdown any more.
void cancel_countdown();

}  // namespace polyplane::cli
