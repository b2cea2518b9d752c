#include "cli/signals.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "cli/exit_code.h"

namespace polyplane::cli {
namespace {

volatile std::sig_atomic_t first_signal = 0;
volatile std::sig_atomic_t first_signal_ms = 0;
constexpr const char* kNothingKept = "nothing was kept; the same command starts again";
const char* volatile last_words = kNothingKept;
const char* volatile which_command = "";
const char* volatile program_name = "polyplane";
bool is_told = false;

constexpr long kSameSignalMs = 200;

/// Of a clock that only runs forward, cut off: differences are what counts.
long now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec % 1'000'000) * 1000 + now.tv_nsec / 1'000'000;
}

void say_last_words(const char* what) {
  const char* const parts[] = {"\n", program_name, what, which_command, last_words, "\n"};
  for (const char* part : parts) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, part, std::strlen(part));
  }
}

void start_countdown(long microseconds) {
  const itimerval once = {.it_interval = {.tv_sec = 0, .tv_usec = 0},
                          .it_value = {.tv_sec = 0, .tv_usec = microseconds}};
  setitimer(ITIMER_REAL, &once, nullptr);
}

extern "C" void on_stop_request(int signal) {
  if (first_signal != 0) {
    if (now_ms() - first_signal_ms < kSameSignalMs) return;
    say_last_words(": ended at once; ");
    _exit(kExitSignalBase + signal);
  }
  first_signal = signal;
  first_signal_ms = static_cast<std::sig_atomic_t>(now_ms());
  start_countdown(600'000);
}

extern "C" void on_countdown_end(int) {
  say_last_words(": stopped in the middle of a piece of work; ");
  _exit(kExitSignalBase + first_signal);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers(const char* program) {
  program_name = program;
  handle(SIGINT, on_stop_request);
  handle(SIGTERM, on_stop_request);
  handle(SIGALRM, on_countdown_end);
  handle(SIGPIPE, SIG_IGN);
}

void set_last_words(const char* text) { last_words = text; }

void begin_command(const char* which) {
  last_words = kNothingKept;
  which_command = which;
}

void tell_interrupted(const std::string& text) {
  is_told = true;
  std::fputs((std::string(program_name) + ": interrupted " + text + "\n").c_str(), stderr);
}

bool interruption_is_told() { return is_told; }

int caught_signal() { return first_signal; }

void cancel_countdown() { start_countdown(0); }

}  // namespace polyplane::cli
