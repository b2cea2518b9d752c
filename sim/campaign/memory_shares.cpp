#include "sim/campaign/memory_shares.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "sim/simulation.h"

namespace polyplane::sim {

MemoryShare memory_share(const std::optional<Bytes>& most, std::size_t beside) {
  CHECK(beside >= 1, "a share of nobody");
  if (!most) return {.bytes = std::nullopt, .whole = beside == 1};
  return {.bytes = Bytes(most->count() / static_cast<std::int64_t>(beside)), .whole = beside == 1};
}

void in_shares(std::size_t count, const SharedWork& work, const SharedPiece& piece) {
  std::atomic<bool> failed = false;
  const auto stop = [&] { return failed || (work.stop && work.stop()); };
  std::vector<std::size_t> open(count);
  std::iota(open.begin(), open.end(), std::size_t{0});
  std::size_t beside = std::max<std::size_t>(1, std::min(work.threads, count));
  while (!open.empty() && !stop()) {
    const MemoryShare share = memory_share(work.max_memory, beside);
    std::mutex mutex;
    std::vector<std::size_t> put_back;
    parallel_for(
        open.size(), beside,
        [&](std::size_t i) {
          try {
            if (piece(open[i], share, stop)) return;
            const std::scoped_lock lock(mutex);
            put_back.push_back(open[i]);
          } catch (const Interrupted&) {
          } catch (...) {
            failed = true;  // the others need not go to their end
            throw;
          }
        },
        stop);
    CHECK(!share.whole || put_back.empty(), "a piece of work with all memory is put back");
    std::ranges::sort(put_back);
    open = std::move(put_back);
    beside = std::max<std::size_t>(1, beside / 2);
  }
}

}  // namespace polyplane::sim
