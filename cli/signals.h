// Ctrl-C and SIGTERM ask politely; who does not stop within most of a second is ended. Whichever way a process ends early,
// stderr says what was finished and what was not, whatever --quiet and the level of the log are.
#pragma once

#include <string>

namespace polyplane::cli {

/// SIGINT and SIGTERM set a flag and start a countdown of 0.6 s, after which the process ends with 128 + signal; a
/// second signal ends it at once, unless it is the same one over again: timeout, mpirun and shells send to a process and to
/// its group. SIGPIPE is ignored: a closed stdout is seen by print(). `program` begins the messages. REQUIRES: it lives as long as
/// the program.
void install_signal_handlers(const char* program = "polyplane");
/// The first signal that came, 0 when none.
[[nodiscard]] int caught_signal();
/// What is said when a process that did not stop in time is ended, instead of "nothing was kept; the same command starts again".
/// REQUIRES: lives as long as the program.
void set_last_words(const char* text);
/// Of a program that carries out several commands, one after the other: the last words are "nothing was kept; the same command
/// starts again" anew, and stand behind `which`, as "command 2 of 3, perf: ". REQUIRES: lives as long as the program.
void begin_command(const char* which);
/// Of commands that print all and then write files.
inline constexpr const char* kAllIsPrinted = "all was printed; what was to be written beside it may be missing";
/// Says on stderr "PROGRAM: interrupted TEXT": what is there and how it goes on.
void tell_interrupted(const std::string& text);
/// Was it said?
[[nodiscard]] bool interruption_is_told();
/// The stop came through and the rest (saving, saying goodbye) is short: no countdown any more.
void cancel_countdown();

}  // namespace polyplane::cli
