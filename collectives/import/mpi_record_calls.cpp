#include "collectives/import/mpi_record_calls.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace polyplane::collectives::mpi_record {
namespace {

bool has_root(Kind kind) {
  return kind == Kind::broadcast || kind == Kind::reduce || kind == Kind::gather || kind == Kind::scatter;
}

bool is_scan(Kind kind) { return kind == Kind::scan || kind == Kind::exclusive_scan; }

/// Must all ranks have as many bytes in it?
bool has_one_size(Kind kind) {
  return kind == Kind::broadcast || kind == Kind::reduce || kind == Kind::all_reduce || is_scan(kind);
}

CollectiveKind collective_of(Kind kind) {
  switch (kind) {
    case Kind::barrier:
      return CollectiveKind::barrier;
    case Kind::broadcast:
      return CollectiveKind::broadcast;
    case Kind::reduce:
      return CollectiveKind::reduce;
    case Kind::all_reduce:
      return CollectiveKind::all_reduce;
    case Kind::gather:
      return CollectiveKind::gather;
    case Kind::all_gather:
      return CollectiveKind::all_gather;
    case Kind::scatter:
      return CollectiveKind::scatter;
    case Kind::reduce_scatter:
      return CollectiveKind::reduce_scatter;
    case Kind::alltoall:
      return CollectiveKind::alltoall;
    default:
      CHECK(kind == Kind::alltoallv, "a kind that is no collective of the house");
      return CollectiveKind::alltoallv;
  }
}

/// Is `bytes` of a record a share, of which the array has one a rank?
bool is_share(Kind kind) {
  return kind == Kind::gather || kind == Kind::all_gather || kind == Kind::scatter || kind == Kind::reduce_scatter ||
         kind == Kind::alltoall;
}

}  // namespace

Calls::Calls(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators, const Scale& scale,
             bool whole, Messages& messages, ImportNotes& notes)
    : ranks_(ranks),
      communicators_(communicators),
      scale_(scale),
      messages_(messages),
      notes_(notes),
      entries_(ranks.size()) {
  for (const SharedCommunicator& communicator : communicators.all()) {
    entrances_.emplace_back(communicator.members.size());
  }
  for (std::uint32_t r = 0; r < ranks.size(); ++r) {
    std::vector<std::uint32_t> place(communicators.all().size(), kNone);  // of this rank, once it is asked for
    for (std::uint32_t i = 0; i < ranks[r].events.size(); ++i) {
      const Event& event = ranks[r].events[i];
      if (!is_collective(event.kind())) continue;
      const std::uint32_t communicator = communicators.at(r, event.record.communicator);
      const std::vector<std::uint32_t>& members = communicators.all()[communicator].members;
      if (place[communicator] == kNone) {
        place[communicator] = static_cast<std::uint32_t>(std::ranges::find(members, r) - members.begin());
      }
      entrances_[communicator][place[communicator]].push_back({r, i});
    }
  }
  for (std::uint32_t c = 0; c < entrances_.size(); ++c) add_all(c, whole);
}

void Calls::add_all(std::uint32_t communicator, bool whole) {
  const std::vector<std::vector<Entrance>>& by_place = entrances_[communicator];
  std::size_t least = SIZE_MAX, most = 0;
  for (const std::vector<Entrance>& entrances : by_place) {
    least = std::min(least, entrances.size());
    most = std::max(most, entrances.size());
  }
  Instance instance(by_place.size());
  for (std::size_t n = 0; n < least; ++n) {
    for (std::size_t p = 0; p < by_place.size(); ++p) instance[p] = by_place[p][n];
    add(communicator, instance);
  }
  if (least == most) return;
  const SharedCommunicator& shared = communicators_.all()[communicator];
  if (whole) {
    const auto more = std::ranges::find_if(by_place, [&](const auto& list) { return list.size() > least; });
    const auto fewer = std::ranges::find_if(by_place, [&](const auto& list) { return list.size() == least; });
    ranks_[(*more)[least].rank].fail(
        event((*more)[least]), "is number " + std::to_string(least) + " on " + shared.name + ", but rank " +
                                   std::to_string(shared.members[static_cast<std::size_t>(fewer - by_place.begin())]) +
                                   " has entered " + std::to_string(least) + " only");
  }
  notes_.warn(0, "collectives that not all their ranks have entered are left out");
}

void Calls::check_alike(const Instance& instance) const {
  const Event& first = event(instance.front());
  for (const Entrance& at : instance) {
    const Event& other = event(at);
    const bool same_size = !has_one_size(first.kind()) || first.record.bytes == other.record.bytes;
    const bool same_root = !has_root(first.kind()) || first.record.peer == other.record.peer;
    const bool same_type = first.has(kNonBlocking) == other.has(kNonBlocking);
    if (first.kind() == other.kind() && same_size && same_root && same_type) continue;
    const auto words = [](const Event& of) {
      return std::string(of.has(kNonBlocking) ? "non-blocking " : "") + std::string(to_string(of.kind())) + " of " +
             std::to_string(of.record.bytes) + " bytes" +
             (has_root(of.kind()) ? " with root " + std::to_string(of.record.peer) : "");
    };
    ranks_[at.rank].fail(other, "is " + words(other) + "; on rank " + std::to_string(instance.front().rank) +
                                    " the same one is " + words(first));
  }
}

bool Calls::grows(std::uint32_t communicator) const {
  return scale_.tiles() > 1 && communicators_.all()[communicator].of_all;
}

std::vector<std::int64_t> Calls::matrix_of(const Instance& instance, Kind kind, std::uint32_t root) const {
  const std::size_t n = instance.size();
  if (kind == Kind::alltoallv) {
    std::vector<std::int64_t> matrix;
    for (const Entrance& at : instance) {
      const std::vector<std::int64_t>& numbers = ranks_[at.rank].numbers;
      const auto row = numbers.begin() + static_cast<std::ptrdiff_t>(event(at).number);
      matrix.insert(matrix.end(), row, row + static_cast<std::ptrdiff_t>(n));
    }
    return matrix;
  }
  if (kind != Kind::gather && kind != Kind::scatter && kind != Kind::alltoall) return {};
  const std::int64_t first = event(instance.front()).record.bytes;
  if (std::ranges::all_of(instance, [&](const Entrance& at) { return event(at).record.bytes == first; })) return {};
  std::vector<std::int64_t> matrix(n * n, 0);
  for (std::size_t p = 0; p < n; ++p) {
    const std::int64_t bytes = event(instance[p]).record.bytes;
    for (std::size_t q = 0; q < n; ++q) {
      if (kind == Kind::gather && q == root) matrix[p * n + q] = bytes;
      if (kind == Kind::scatter && q == root) matrix[q * n + p] = bytes;
      if (kind == Kind::alltoall) matrix[p * n + q] = bytes;
    }
  }
  return matrix;
}

void Calls::add(std::uint32_t communicator, const Instance& instance) {
  check_alike(instance);
  const Event& first = event(instance.front());
  const Kind kind = first.kind();
  const SharedCommunicator& shared = communicators_.all()[communicator];
  const auto n = static_cast<std::int64_t>(instance.size());
  const auto refuse = [&](const std::string& what) {
    ranks_[instance.front().rank].fail(
        first, "is of all ranks, and " + what + ": option ranks cannot say what it would be on more of them");
  };
  if (is_scan(kind)) {
    if (grows(communicator)) refuse("goes from each rank to the next");
    return add_scan(shared, instance);
  }
  const std::uint32_t root = has_root(kind) ? static_cast<std::uint32_t>(first.record.peer) : 0;
  const std::vector<std::int64_t> matrix = matrix_of(instance, kind, root);
  if (!matrix.empty() && grows(communicator)) refuse("moves more for some of them than for others");
  std::int64_t total = 0;  // of `bytes` over the ranks, or of the matrix
  const auto count = [&](std::int64_t bytes) {
    total += bytes;
    if (total > kMaxImportedBytes) ranks_[instance.front().rank].fail(first, "moves more than 1 PiB");
  };
  for (const std::int64_t bytes : matrix) count(bytes);
  for (const Entrance& at : instance) count(matrix.empty() ? event(at).record.bytes : 0);
  const bool nothing = kind != Kind::barrier && total == 0;
  if (nothing || (n == 1 && !grows(communicator))) return;

  const std::int64_t mean = (total + n - 1) / n;
  if (matrix.empty() && is_share(kind) && mean != first.record.bytes) {
    notes_.assume("gathers to all and reductions with shares of uneven size are run with shares of their mean");
  }
  std::int64_t size = 0;
  if (matrix.empty()) {
    size = grows(communicator) ? scale_.of_all(kind, mean) : scale_.within_tile(mean);
    const std::int64_t shares = !is_share(kind) ? 1 : grows(communicator) ? n * scale_.tiles() : n;
    if (size > kMaxImportedBytes / shares) ranks_[instance.front().rank].fail(first, "moves more than 1 PiB");
    size *= shares;
  }
  const std::uint32_t number =
      call(communicator, matrix.empty() ? collective_of(kind) : CollectiveKind::alltoallv, size, root, matrix);
  for (const Entrance& at : instance) entries_[at.rank][at.event].call = number;
}

std::uint32_t Calls::call(std::uint32_t communicator, CollectiveKind kind, std::int64_t size, std::uint32_t root,
                          const std::vector<std::int64_t>& matrix) {
  std::vector<std::int64_t> scaled;
  for (const std::int64_t bytes : matrix) scaled.push_back(scale_.within_tile(bytes));
  const auto [place, is_new] =
      known_.try_emplace(Key{communicator, kind, size, root, scaled}, static_cast<std::uint32_t>(calls_.size()));
  if (!is_new) return place->second;
  Call& made = calls_.emplace_back();
  made.name = std::string(collectives::to_string(kind)) + " on " + communicators_.all()[communicator].name;
  made.kind = kind;
  made.groups = groups(communicator, kind == CollectiveKind::alltoallv ? 0 : root);
  made.size = Bytes(size);
  made.element_bytes = 1;
  made.exact_shares = true;
  made.matrix = std::move(scaled);
  return place->second;
}

std::vector<std::vector<std::uint32_t>> Calls::groups(std::uint32_t communicator, std::uint32_t root) const {
  const std::vector<std::uint32_t>& members = communicators_.all()[communicator].members;
  std::vector<std::vector<std::uint32_t>> tiles;
  for (std::uint32_t tile = 0; tile < scale_.tiles(); ++tile) {
    const bool joins = grows(communicator) && tile > 0;
    std::vector<std::uint32_t>& group = joins ? tiles.front() : tiles.emplace_back();
    for (const std::uint32_t rank : members) {
      group.push_back(tile * static_cast<std::uint32_t>(ranks_.size()) + rank);
    }
  }
  for (std::vector<std::uint32_t>& group : tiles) std::ranges::rotate(group, group.begin() + root);
  return tiles;
}

void Calls::add_scan(const SharedCommunicator& communicator, const Instance& instance) {
  if (event(instance.front()).record.bytes == 0) return;
  notes_.assume("a scan goes from each rank of its communicator to the next");
  for (std::size_t p = 0; p + 1 < instance.size(); ++p) {
    const std::uint32_t message =
        messages_.add(communicator.members[p], communicator.members[p + 1], event(instance[p]).record.bytes);
    entries_[instance[p].rank][instance[p].event].gives = message;
    entries_[instance[p + 1].rank][instance[p + 1].event].takes = message;
  }
}

}  // namespace polyplane::collectives::mpi_record
