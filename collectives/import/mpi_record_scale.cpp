#include "collectives/import/mpi_record_scale.h"

#include <string>

#include "base/error.h"

namespace polyplane::collectives::mpi_record {
namespace {

std::int64_t divided(std::int64_t bytes, std::int64_t by) { return (bytes + by - 1) / by; }

}  // namespace

Scale::Scale(const Options& options, std::uint32_t recorded) {
  const std::int64_t ranks = options.integer("ranks");
  if (ranks == 0) {
    for (const char* name : {"scale", "messages"}) {
      if (options.given(name)) {
        throw InputError("option " + std::string(name) +
                         " says how the program grows; ranks says to what, and is missing");
      }
    }
    return;
  }
  if (ranks % recorded != 0) {
    throw InputError("option ranks is " + std::to_string(ranks) + "; it must be a multiple of the " +
                     std::to_string(recorded) + " ranks that were recorded, since these are repeated as a whole");
  }
  tiles_ = static_cast<std::uint32_t>(ranks / recorded);
  strong_ = options.word("scale") == "strong";
  divide_messages_ = options.word("messages") == "divide";
  if (divide_messages_ && !strong_) {
    throw InputError(
        "option messages=divide is of scale=strong: under scale=weak a rank keeps its share, and its messages");
  }
}

std::int64_t Scale::within_tile(std::int64_t bytes) const { return divide_messages_ ? divided(bytes, tiles_) : bytes; }

std::int64_t Scale::of_all(Kind kind, std::int64_t bytes) const {
  switch (kind) {
    case Kind::gather:
    case Kind::all_gather:
    case Kind::scatter:
    case Kind::reduce_scatter:
      return strong_ ? divided(bytes, tiles_) : bytes;
    case Kind::alltoall:
      return divided(strong_ ? divided(bytes, tiles_) : bytes, tiles_);
    default:
      return bytes;
  }
}

}  // namespace polyplane::collectives::mpi_record
