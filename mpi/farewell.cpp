#include "mpi/farewell.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "mpi/environment.h"

namespace polyplane::mpi {
namespace {

void say(const std::string& message) { std::fputs(("polyplane-mpi: " + message + "\n").c_str(), stderr); }

std::string ranks_text(const std::vector<std::size_t>& ranks) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < ranks.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(ranks[i]);
  return text;
}

void print_each_once(const std::vector<std::string>& messages) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].empty() || std::find(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(i),
                                         messages[i]) != messages.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    std::vector<std::size_t> same;
    for (std::size_t j = i; j < messages.size(); ++j) {
      if (messages[j] == messages[i]) same.push_back(j);
    }
    say((same.size() == messages.size() ? "" : ranks_text(same) + ": ") + messages[i]);
  }
}

}  // namespace

int say_goodbye(const Communicator& farewell, const Ending& ending, double patience_seconds) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Request all_here = farewell.start_barrier();
  while (!all_here.test()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (ending.message.empty() || std::chrono::duration<double>(Clock::now() - start).count() < patience_seconds) {
      continue;
    }
    say("rank " + std::to_string(farewell.rank()) + ": " + ending.message);
    Environment::abort(ending.exit_code);
  }
  print_each_once(farewell.gather(ending.message));
  return static_cast<int>(farewell.max(std::int64_t{ending.exit_code}));
}

}  // namespace polyplane::mpi
