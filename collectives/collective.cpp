#include "collectives/collective.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "collectives/kind_traits.h"

namespace polyplane::collectives {
namespace {

struct KindName {
  CollectiveKind kind;
  std::string_view name;
};

constexpr std::array kKinds = {
    KindName{CollectiveKind::all_reduce, "all_reduce"},
    KindName{CollectiveKind::all_gather, "all_gather"},
    KindName{CollectiveKind::reduce_scatter, "reduce_scatter"},
    KindName{CollectiveKind::broadcast, "broadcast"},
    KindName{CollectiveKind::reduce, "reduce"},
    KindName{CollectiveKind::alltoall, "alltoall"},
    KindName{CollectiveKind::alltoallv, "alltoallv"},
    KindName{CollectiveKind::gather, "gather"},
    KindName{CollectiveKind::scatter, "scatter"},
    KindName{CollectiveKind::sendrecv, "sendrecv"},
    KindName{CollectiveKind::barrier, "barrier"},
    KindName{CollectiveKind::dispatch, "dispatch"},
    KindName{CollectiveKind::combine, "combine"},
};

/// Lower case, without '_', '-' and blanks: "All-Reduce" and "allreduce" are one name.
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

bool is_alltoall(CollectiveKind kind) { return kind == CollectiveKind::alltoall || kind == CollectiveKind::alltoallv; }

/// nccl-tests cuts the shares of ranks to whole 16 bytes, so that every rank's part is aligned alike.
std::int64_t aligned_share(std::int64_t count, std::int64_t ranks, std::int64_t element_bytes) {
  return (count / ranks) & ~(16 / element_bytes - 1);
}

/// Elements that a rank sends to the one `d` ranks on, in nccl-tests' generated alltoallv pattern. Same arithmetic in
/// double as there (one product, one division, both exact by IEEE 754 on any machine), so that sizes are equal.
std::vector<std::int64_t> distance_weighted(std::int64_t ranks, std::int64_t mean, std::int64_t element_bytes) {
  const std::int64_t total_bytes = mean * ranks * element_bytes;
  const auto distances = static_cast<double>(ranks * (ranks - 1) / 2);
  std::vector<std::int64_t> elements(static_cast<std::size_t>(ranks));
  for (std::int64_t d = 0; d < ranks; ++d) {
    const double bytes = ranks == 1 ? static_cast<double>(total_bytes)
                                    : static_cast<double>(d) * static_cast<double>(total_bytes) / distances;
    elements[static_cast<std::size_t>(d)] = (static_cast<std::int64_t>(bytes) & ~std::int64_t{15}) / element_bytes;
  }
  return elements;
}

/// Bytes from rank to rank, one by one, without those to the own rank.
std::vector<std::int64_t> bytes_to_others(const TokenTraffic& tokens) {
  std::vector<std::int64_t> bytes = tokens.pair_bytes();
  for (std::size_t rank = 0; rank < tokens.ranks(); ++rank) bytes[rank * tokens.ranks() + rank] = 0;
  return bytes;
}

std::int64_t largest_row_or_column(const std::vector<std::int64_t>& matrix, std::size_t ranks) {
  std::vector<std::int64_t> sent(ranks), received(ranks);
  for (std::size_t i = 0; i < ranks; ++i) {
    for (std::size_t j = 0; j < ranks; ++j) {
      sent[i] += matrix[i * ranks + j];
      received[j] += matrix[i * ranks + j];
    }
  }
  return std::max(*std::max_element(sent.begin(), sent.end()), *std::max_element(received.begin(), received.end()));
}

}  // namespace

std::string_view to_string(CollectiveKind kind) {
  for (const KindName& entry : kKinds) {
    if (entry.kind == kind) return entry.name;
  }
  CHECK(false, "a kind of collective without a name");
}

CollectiveKind parse_collective(std::string_view name) {
  const std::string wanted = folded(name);
  std::vector<std::string> names;
  for (const KindName& entry : kKinds) {
    if (folded(entry.name) == wanted) return entry.kind;
    names.emplace_back(entry.name);
  }
  throw InputError(unknown_name("collective", name, names));
}

std::vector<CollectiveKind> all_collectives() {
  std::vector<CollectiveKind> kinds;
  for (const KindName& entry : kKinds) kinds.push_back(entry.kind);
  return kinds;
}

Collective::Collective(Shape shape) : shape_(std::move(shape)) {
  CHECK(shape_.ranks >= 1 && shape_.element_bytes >= 1 && shape_.elements_per_block >= 0,
        "a collective of no ranks or of negative size");
  if (!shape_.root.valid() || shape_.root.index() >= shape_.ranks) {
    throw InputError("root: " + std::to_string(shape_.root.index()) + " is not one of the ranks 0 to " +
                     std::to_string(shape_.ranks - 1) + ".");
  }
  if (shape_.kind == CollectiveKind::barrier) shape_.elements_per_block = 0;
  CHECK(is_of_tokens(shape_.kind) == (shape_.tokens != nullptr), "dispatch and combine have traffic, and nothing else");
  if (shape_.tokens != nullptr) {
    CHECK(shape_.tokens->ranks() == shape_.ranks && shape_.element_bytes == 1, "traffic among other ranks");
    shape_.elements_per_block = shape_.tokens->routing().tokens;
    largest_share_ = largest_row_or_column(bytes_to_others(*shape_.tokens), shape_.ranks);
  }
  if (shape_.kind != CollectiveKind::alltoallv) {
    CHECK(shape_.matrix.empty(), "only alltoallv has a matrix");
    return;
  }
  const std::size_t ranks = shape_.ranks;
  if (shape_.matrix.empty()) {
    by_distance_ = distance_weighted(shape_.ranks, shape_.elements_per_block, shape_.element_bytes);
    for (const std::int64_t elements : by_distance_) largest_share_ += elements;
    return;
  }
  if (shape_.matrix.size() != ranks * ranks) {
    throw InputError("matrix: " + std::to_string(shape_.matrix.size()) + " entries; alltoallv on " +
                     std::to_string(ranks) + " ranks needs " + std::to_string(ranks * ranks) + ".");
  }
  for (std::size_t i = 0; i < shape_.matrix.size(); ++i) {
    if (shape_.matrix[i] < 0) {
      throw InputError("matrix: the entry from rank " + std::to_string(i / ranks) + " to rank " +
                       std::to_string(i % ranks) + " is " + std::to_string(shape_.matrix[i]) +
                       "; it must be 0 or more.");
    }
  }
  shape_.elements_per_block = 0;
  largest_share_ = largest_row_or_column(shape_.matrix, ranks);
}

Collective Collective::sized(CollectiveKind kind, std::uint32_t ranks, Bytes size, std::int64_t element_bytes,
                             RankId root) {
  CHECK(ranks >= 1 && size.count() >= 0, "a collective of no ranks or of negative size");
  CHECK(element_bytes >= 1 && element_bytes <= 16 && (element_bytes & (element_bytes - 1)) == 0,
        "nccl-tests' rounding is defined for elements of 1, 2, 4, 8 and 16 bytes");
  if (is_of_tokens(kind)) return of_tokens(kind, ranks, {}, size);
  const std::int64_t count = size.count() / element_bytes;
  Shape shape{.kind = kind, .ranks = ranks, .element_bytes = element_bytes, .root = root, .matrix = {}};
  switch (kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::broadcast:
    case CollectiveKind::reduce:
    case CollectiveKind::sendrecv:
      shape.elements_per_block = count;
      break;
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::alltoall:
    case CollectiveKind::alltoallv:
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
      shape.elements_per_block = aligned_share(count, ranks, element_bytes);
      break;
    case CollectiveKind::barrier:
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      break;
  }
  return Collective(std::move(shape));
}

Collective Collective::of_tokens(CollectiveKind kind, std::uint32_t ranks, const TokenRouting& routing, Bytes token) {
  auto traffic = std::make_shared<const TokenTraffic>(routing, ranks, token);
  Shape shape{.kind = kind, .ranks = ranks, .element_bytes = 1, .matrix = {}};
  if (is_of_tokens(kind)) {
    shape.tokens = std::move(traffic);
  } else {
    CHECK(kind == CollectiveKind::alltoallv, "tokens go by dispatch, combine or alltoallv");
    shape.matrix = bytes_to_others(*traffic);
  }
  return Collective(std::move(shape));
}

Collective Collective::with_traffic(std::shared_ptr<const TokenTraffic> traffic) const {
  Shape shape = shape_;
  shape.tokens = std::move(traffic);
  return Collective(std::move(shape));
}

Bytes Collective::size() const {
  const std::int64_t block = shape_.elements_per_block * shape_.element_bytes;
  switch (shape_.kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::broadcast:
    case CollectiveKind::reduce:
    case CollectiveKind::sendrecv:
    case CollectiveKind::barrier:
      return Bytes(block);
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::alltoall:
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
      return Bytes(block * shape_.ranks);
    case CollectiveKind::alltoallv:
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      return Bytes(largest_share_ * shape_.element_bytes);
  }
  CHECK(false, "unknown collective");
}

/// Of a matrix what makes its size.
std::int64_t Collective::count() const { return shape_.matrix.empty() ? shape_.elements_per_block : largest_share_; }

double Collective::bus_factor() const {
  const auto ranks = static_cast<double>(shape_.ranks);
  switch (shape_.kind) {
    case CollectiveKind::all_reduce:
      return 2 * (ranks - 1) / ranks;
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::alltoall:
    case CollectiveKind::alltoallv:
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
      return (ranks - 1) / ranks;
    case CollectiveKind::broadcast:
    case CollectiveKind::reduce:
    case CollectiveKind::sendrecv:
    case CollectiveKind::barrier:
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      return 1;
  }
  CHECK(false, "unknown collective");
}

std::uint64_t Collective::blocks() const {
  const std::uint64_t ranks = shape_.ranks;
  switch (shape_.kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::broadcast:
    case CollectiveKind::reduce:
      return 1;
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
    case CollectiveKind::sendrecv:
    case CollectiveKind::barrier:
      return ranks;
    case CollectiveKind::alltoall:
    case CollectiveKind::alltoallv:
      return ranks * ranks;
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      return shape_.tokens->blocks().size();
  }
  CHECK(false, "unknown collective");
}

std::int64_t Collective::block_elements(std::uint64_t block) const {
  if (shape_.tokens != nullptr) return shape_.tokens->blocks()[block].bytes;
  if (!is_alltoall(shape_.kind)) return shape_.elements_per_block;
  return pair_elements(static_cast<std::uint32_t>(block / shape_.ranks),
                       static_cast<std::uint32_t>(block % shape_.ranks));
}

Bytes Collective::piece_bytes(std::uint64_t block, std::uint32_t piece, std::uint32_t pieces) const {
  const std::int64_t elements = block_elements(block);
  const std::int64_t mine = elements / pieces + (piece < elements % pieces ? 1 : 0);
  return Bytes(mine * shape_.element_bytes);
}

bool Collective::holds_before(RankId rank, std::uint64_t block) const {
  return reduced() ? contributes(rank, block) : source(block) == rank;
}

bool Collective::contributes(RankId rank, std::uint64_t block) const {
  if (shape_.kind != CollectiveKind::combine) return true;
  return shape_.tokens->goes_to(shape_.tokens->blocks()[block], rank.index());
}

bool Collective::required_after(RankId rank, std::uint64_t block) const {
  switch (shape_.kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::broadcast:
    case CollectiveKind::all_gather:
    case CollectiveKind::barrier:
      return true;
    case CollectiveKind::reduce:
    case CollectiveKind::gather:
      return rank == shape_.root;
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::scatter:
      return block == rank.index();
    case CollectiveKind::alltoall:
    case CollectiveKind::alltoallv:
      return block % shape_.ranks == rank.index();
    case CollectiveKind::sendrecv:
      return (block + 1) % shape_.ranks == rank.index();
    case CollectiveKind::dispatch:
      return shape_.tokens->goes_to(shape_.tokens->blocks()[block], rank.index());
    case CollectiveKind::combine:
      return shape_.tokens->blocks()[block].source == rank.index();
  }
  CHECK(false, "unknown collective");
}

bool Collective::reduced() const {
  return shape_.kind == CollectiveKind::all_reduce || shape_.kind == CollectiveKind::reduce ||
         shape_.kind == CollectiveKind::reduce_scatter || shape_.kind == CollectiveKind::combine;
}

RankId Collective::source(std::uint64_t block) const {
  CHECK(!reduced(), "a reduced block is made of all ranks");
  if (shape_.kind == CollectiveKind::broadcast || shape_.kind == CollectiveKind::scatter) return shape_.root;
  if (shape_.tokens != nullptr) return RankId(shape_.tokens->blocks()[block].source);
  return RankId(static_cast<std::uint32_t>(is_alltoall(shape_.kind) ? block / shape_.ranks : block));
}

}  // namespace polyplane::collectives
