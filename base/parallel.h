// Independent pieces of work on a fixed number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace polyplane {

/// Calls work(i) once for each i in [0, count), on `threads` threads; pieces are handed out in order of i. Each piece
/// must be independent and write only its own result, so the outcome is the same for any number of threads. The
/// exception of the lowest failing i is rethrown after all running pieces ended; later pieces are then not started.
/// `stop` (may be empty) is asked before each piece, from any of the threads; true ends early without error. The
/// calling thread is one of `threads`. REQUIRES: threads >= 1.
void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work,
                  const std::function<bool()>& stop = {});

}  // namespace polyplane
