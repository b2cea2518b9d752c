#include "tests/cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace polyplane::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return ends;
}

[[noreturn]] void become_program(const std::vector<std::string>& arguments, const ProgramSetting& setting, int out,
                                 int error) {
  if (setting.directory && chdir(setting.directory->c_str()) != 0) _exit(126);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(setting.standard_output == ProgramSetting::Stdout::full_disk ? open("/dev/full", O_WRONLY) : out, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  std::vector<std::string> words = {POLYPLANE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(POLYPLANE_BINARY, argv.data());
  _exit(127);
}

void collect(int out, int error, ProgramRun& run) {
  std::array<pollfd, 2> files = {{{out, POLLIN, 0}, {error, POLLIN, 0}}};
  std::array<std::string*, 2> texts = {&run.out, &run.error};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    poll(files.data(), files.size(), -1);
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      std::array<char, 65536> buffer{};
      const ssize_t count = read(files[i].fd, buffer.data(), buffer.size());
      if (count > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(count));
      } else {
        files[i].fd = -1;
      }
    }
  }
}

}  // namespace

ProgramRun run_program(const std::vector<std::string>& arguments, const ProgramSetting& setting) {
  const auto out = make_pipe();
  const auto error = make_pipe();
  if (setting.standard_output == ProgramSetting::Stdout::closed_pipe) close(out[0]);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) become_program(arguments, setting, out[1], error[1]);
  close(out[1]);
  close(error[1]);

  ProgramRun run;
  Clock::time_point signalled = Clock::now();
  std::jthread sender;
  if (setting.signal) {
    sender = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(setting.signal_after_ms));
      signalled = Clock::now();
      kill(child, *setting.signal);
      if (!setting.again_after_ms) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(*setting.again_after_ms));
      kill(child, *setting.signal);
    });
  }
  collect(setting.standard_output == ProgramSetting::Stdout::closed_pipe ? -1 : out[0], error[0], run);
  int status = 0;
  if (sender.joinable()) sender.join();
  waitpid(child, &status, 0);
  run.seconds_after_signal = std::chrono::duration<double>(Clock::now() - signalled).count();
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (setting.standard_output != ProgramSetting::Stdout::closed_pipe) close(out[0]);
  close(error[0]);
  return run;
}

}  // namespace polyplane::cli
