#include "cli/signals.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "cli/exit_code.h"

namespace polyplane::cli {
namespace {

volatile std::sig_atomic_t first_signal = 0;
const char* volatile last_words = "finished rows were printed";

void start_countdown(long microseconds) {
  const itimerval once = {.it_interval = {.tv_sec = 0, .tv_usec = 0},
                          .it_value = {.tv_sec = 0, .tv_usec = microseconds}};
  setitimer(ITIMER_REAL, &once, nullptr);
}

extern "C" void on_stop_request(int signal) {
  if (first_signal != 0) _exit(kExitSignalBase + signal);
  first_signal = signal;
  start_countdown(800'000);
}

extern "C" void on_countdown_end(int) {
  const char* const parts[] = {"\npolyplane: stopped in the middle of a piece of work; ", last_words, "\n"};
  for (const char* part : parts) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, part, std::strlen(part));
  }
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

void install_signal_handlers() {
  handle(SIGINT, on_stop_request);
  handle(SIGTERM, on_stop_request);
  handle(SIGALRM, on_countdown_end);
  handle(SIGPIPE, SIG_IGN);
}

void set_last_words(const char* text) { last_words = text; }

int caught_signal() { return first_signal; }

void cancel_countdown() { start_countdown(0); }

}  // namespace polyplane::cli
