#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"

namespace polyplane {

void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work,
                  const std::function<bool()>& stop) {
  CHECK(threads >= 1, "parallel_for on no thread");
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> ended = false;
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t failed = count;

  const auto serve = [&] {
    while (!ended) {
      const std::size_t i = next++;
      if (i >= count) return;
      try {
        if (stop && stop()) {
          ended = true;
          return;
        }
        work(i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (i < failed) {
          failed = i;
          failure = std::current_exception();
        }
        ended = true;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    const std::size_t others = std::min(threads, count) - (count == 0 ? 0 : 1);
    helpers.reserve(others);
    for (std::size_t i = 0; i < others; ++i) helpers.emplace_back(serve);
    serve();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace polyplane
