#include "mpi/reference.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/check.h"
#include "base/error.h"
#include "mpi/mpi_error.h"
#include "mpi/user_buffers.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;
using collectives::TokenTraffic;

std::string name_of(CollectiveKind kind) {
  switch (kind) {
    case CollectiveKind::all_reduce:
      return "MPI_Allreduce";
    case CollectiveKind::all_gather:
      return "MPI_Allgather";
    case CollectiveKind::reduce_scatter:
      return "MPI_Reduce_scatter_block";
    case CollectiveKind::broadcast:
      return "MPI_Bcast";
    case CollectiveKind::reduce:
      return "MPI_Reduce";
    case CollectiveKind::alltoall:
      return "MPI_Alltoall";
    case CollectiveKind::alltoallv:
    case CollectiveKind::dispatch:
      return "MPI_Alltoallv";
    case CollectiveKind::combine:
      return "MPI_Alltoallv and a sum";
    case CollectiveKind::gather:
      return "MPI_Gather";
    case CollectiveKind::scatter:
      return "MPI_Scatter";
    case CollectiveKind::sendrecv:
      return "MPI_Sendrecv";
    case CollectiveKind::barrier:
      return "MPI_Barrier";
  }
  check_failed("CollectiveKind", "unknown kind");
}

/// Elements that `from` sends to `to`: of tokens, all copies (dispatch) or what was made of them (combine).
std::int64_t pair_elements(const Collective& contract, std::uint32_t from, std::uint32_t to) {
  if (contract.kind() == CollectiveKind::alltoallv) return contract.pair_elements(from, to);
  const TokenTraffic& tokens = *contract.tokens();
  const std::uint32_t source = contract.kind() == CollectiveKind::dispatch ? from : to;
  const std::uint32_t expert = contract.kind() == CollectiveKind::dispatch ? to : from;
  std::int64_t elements = 0;
  for (std::uint32_t block = tokens.first_block(source); block < tokens.end_block(source); ++block) {
    if (tokens.goes_to(tokens.blocks()[block], expert)) elements += contract.block_elements(block);
  }
  return elements;
}

/// Where each begins, and at the end where all end.
std::vector<std::int64_t> starts_of(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> starts{0};
  for (const std::int64_t count : counts) starts.push_back(starts.back() + count);
  return starts;
}

std::vector<int> in_units(const std::vector<std::int64_t>& counts, std::size_t size, std::int64_t unit) {
  std::vector<int> result(size);
  for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<int>(counts[i] / unit);
  return result;
}

/// Buffers of nothing may be null.
void copy(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

}  // namespace

bool Reference::has_in_place(CollectiveKind kind) {
  return kind == CollectiveKind::all_reduce || kind == CollectiveKind::all_gather ||
         kind == CollectiveKind::broadcast || kind == CollectiveKind::alltoall || kind == CollectiveKind::alltoallv ||
         kind == CollectiveKind::barrier;
}

Reference::Reference(const Communicator& ranks, const Collective& collective, ElementKind kind, Reduction reduction,
                     bool in_place)
    : ranks_(ranks),
      collective_(collective),
      kind_(kind),
      reduction_(reduction),
      in_place_(in_place),
      name_(name_of(collective.kind())),
      type_(Datatype::of(kind)),
      operation_(Operation::of(kind, reduction)) {
  CHECK(!in_place || has_in_place(collective.kind()), "MPI does not do this in place on these buffers");
  if (collective.kind() == CollectiveKind::alltoallv || collective.tokens() != nullptr) {
    plan_pairs();
    return;
  }
  if (collective.kind() == CollectiveKind::barrier) return;
  block_ = collective.block_elements(0);
  if (block_ > ranks.most()) row_ = Datatype::row(type_, block_, ranks.most());
  count_ = row_ ? 1 : static_cast<int>(block_);
}

void Reference::plan_pairs() {
  const auto me = static_cast<std::uint32_t>(ranks_.rank());
  std::vector<std::int64_t> sent, received;
  for (std::uint32_t other = 0; other < collective_.ranks(); ++other) {
    sent.push_back(pair_elements(collective_, me, other));
    received.push_back(pair_elements(collective_, other, me));
  }
  const std::vector<std::int64_t> sent_from = starts_of(sent), received_at = starts_of(received);
  const std::int64_t most = std::max(sent_from.back(), received_at.back());
  std::int64_t unit = 1;
  if (most > ranks_.most()) {
    unit = 0;
    for (const std::int64_t count : sent) unit = std::gcd(unit, count);
    for (const std::int64_t count : received) unit = std::gcd(unit, count);
    row_ = Datatype::row(type_, unit, ranks_.most());
  }
  if (ranks_.max(most / unit) > ranks_.most()) {
    throw LimitError("MPI_Alltoallv counts up to 2^31 - 1, and the " + std::to_string(most) +
                     " elements of a rank go in no equal parts; choose a smaller size");
  }
  send_counts_ = in_units(sent, sent.size(), unit);
  send_starts_ = in_units(sent_from, sent.size(), unit);
  counts_ = in_units(received, received.size(), unit);
  starts_ = in_units(received_at, received.size(), unit);
  const std::int64_t packed = collective_.kind() == CollectiveKind::dispatch  ? sent_from.back()
                              : collective_.kind() == CollectiveKind::combine ? received_at.back()
                                                                              : 0;
  packed_.resize(static_cast<std::size_t>(packed * size_of(kind_)));
}

/// To `root`, or to all when it is negative.
void Reference::reduce(const void* in, std::byte* out, int root) const {
  std::int64_t done = 0;
  do {
    const int count = static_cast<int>(std::min<std::int64_t>(block_ - done, ranks_.most()));
    const std::int64_t offset = done * size_of(kind_);
    const void* from = in == MPI_IN_PLACE ? in : static_cast<const std::byte*>(in) + offset;
    std::byte* to = out == nullptr ? nullptr : out + offset;
    if (root < 0) {
      check_mpi(MPI_Allreduce(from, to, count, type_.handle(), operation_.handle(), ranks_.handle()), "MPI_Allreduce");
    } else {
      check_mpi(MPI_Reduce(from, to, count, type_.handle(), operation_.handle(), root, ranks_.handle()), "MPI_Reduce");
    }
    done += count;
  } while (done < block_);
}

void Reference::reduce_scatter(const std::byte* in, std::byte* out) const {
  if (!row_) {
    check_mpi(MPI_Reduce_scatter_block(in, out, count_, type_.handle(), operation_.handle(), ranks_.handle()), name_);
    return;
  }
  for (int root = 0; root < ranks_.size(); ++root) reduce(in + root * block_ * size_of(kind_), out, root);
}

void Reference::run(const std::byte* in, std::byte* out) {
  const int root = static_cast<int>(collective_.root().index());
  const void* from = in_place_ ? MPI_IN_PLACE : in;
  const MPI_Datatype type = moved_type();
  const MPI_Comm comm = ranks_.handle();
  int code = MPI_SUCCESS;
  switch (collective_.kind()) {
    case CollectiveKind::all_reduce:
      reduce(from, out, -1);
      break;
    case CollectiveKind::all_gather:
      code = MPI_Allgather(from, count_, type, out, count_, type, comm);
      break;
    case CollectiveKind::reduce_scatter:
      reduce_scatter(in, out);
      break;
    case CollectiveKind::broadcast:
      if (!in_place_ && ranks_.rank() == root) copy(out, in, static_cast<std::size_t>(block_ * size_of(kind_)));
      code = MPI_Bcast(out, count_, type, root, comm);
      break;
    case CollectiveKind::reduce:
      reduce(in, out, root);
      break;
    case CollectiveKind::alltoall:
      code = MPI_Alltoall(from, count_, type, out, count_, type, comm);
      break;
    case CollectiveKind::alltoallv:
      alltoallv(in_place_ ? nullptr : in, out);
      break;
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      exchange_tokens(in, out);
      break;
    case CollectiveKind::gather:
      code = MPI_Gather(in, count_, type, out, count_, type, root, comm);
      break;
    case CollectiveKind::scatter:
      code = MPI_Scatter(in, count_, type, out, count_, type, root, comm);
      break;
    case CollectiveKind::sendrecv: {
      const int size = ranks_.size(), me = ranks_.rank();
      code = MPI_Sendrecv(in, count_, type, (me + 1) % size, 0, out, count_, type, (me + size - 1) % size, 0, comm,
                          MPI_STATUS_IGNORE);
      break;
    }
    case CollectiveKind::barrier:
      code = MPI_Barrier(comm);
      break;
  }
  check_mpi(code, name_);
}

void Reference::alltoallv(const std::byte* in, std::byte* out) const {
  const MPI_Datatype type = moved_type();
  check_mpi(MPI_Alltoallv(in == nullptr ? MPI_IN_PLACE : in, send_counts_.data(), send_starts_.data(), type, out,
                          counts_.data(), starts_.data(), type, ranks_.handle()),
            "MPI_Alltoallv");
}

void Reference::exchange_tokens(const std::byte* in, std::byte* out) {
  const auto me = static_cast<std::uint32_t>(ranks_.rank());
  const TokenTraffic& tokens = *collective_.tokens();
  if (collective_.kind() == CollectiveKind::combine) {
    alltoallv(in, packed_.data());
    add_up(out);
    return;
  }
  // What is held are the own blocks, in a row; each goes to several.
  std::byte* next = packed_.data();
  for (std::uint32_t other = 0; other < collective_.ranks(); ++other) {
    const std::byte* block_data = in;
    for (std::uint32_t block = tokens.first_block(me); block < tokens.end_block(me); ++block) {
      const auto bytes = static_cast<std::size_t>(block_bytes(collective_, block));
      if (tokens.goes_to(tokens.blocks()[block], other)) {
        copy(next, block_data, bytes);
        next += bytes;
      }
      block_data += bytes;
    }
  }
  alltoallv(packed_.data(), out);
}

void Reference::add_up(std::byte* out) const {
  const auto me = static_cast<std::uint32_t>(ranks_.rank());
  const TokenTraffic& tokens = *collective_.tokens();
  std::int64_t all = 0;
  for (std::uint32_t block = tokens.first_block(me); block < tokens.end_block(me); ++block) {
    all += block_bytes(collective_, block);
  }
  if (all > 0) std::memset(out, 0, static_cast<std::size_t>(all));
  const std::byte* next = packed_.data();
  for (std::uint32_t other = 0; other < collective_.ranks(); ++other) {
    std::byte* sum = out;
    for (std::uint32_t block = tokens.first_block(me); block < tokens.end_block(me); ++block) {
      const std::int64_t bytes = block_bytes(collective_, block);
      if (tokens.goes_to(tokens.blocks()[block], other)) {
        reduce_into(kind_, reduction_, next, sum, bytes / size_of(kind_));
        next += bytes;
      }
      sum += bytes;
    }
  }
}

}  // namespace polyplane::mpi
