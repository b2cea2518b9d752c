// Pieces of work side by side that share a limit of memory, so that which of them are refused depends on none of the others.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "base/units.h"

namespace polyplane::sim {

/// What one piece may need.
struct MemoryShare {
  std::optional<Bytes> bytes;  // none: whatever it takes
  bool whole = true;           // no other piece is under way
};

/// An equal share of `most` for each of `beside`. REQUIRES: beside >= 1.
[[nodiscard]] MemoryShare memory_share(const std::optional<Bytes>& most, std::size_t beside);

struct SharedWork {
  std::size_t threads = 1;
  std::optional<Bytes> max_memory;  // of all pieces under way together
  std::function<bool()> stop;       // as in parallel_for()
};

/// Does piece `i`; false when its share was not enough and is not the whole. `stop` is true when told to stop or another failed.
using SharedPiece = std::function<bool(std::size_t i, const MemoryShare& share, const std::function<bool()>& stop)>;

/// Each piece in [0, count) with the share of one of `threads`; those that it was not enough for again with half as many
/// side by side, and so on, in the end one by one with the whole. Exceptions of pieces as parallel_for() has them, and the others
/// are told to stop; Interrupted of a piece leaves it undone.
void in_shares(std::size_t count, const SharedWork& work, const SharedPiece& piece);

}  // namespace polyplane::sim
