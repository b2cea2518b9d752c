// MPI's own collective that does what a contract says, on the same buffers: the judge of `verify` and the rival of `perf`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectives/collective.h"
#include "mpi/communicator.h"
#include "mpi/datatype.h"
#include "mpi/operation.h"

namespace polyplane::mpi {

/// all_reduce MPI_Allreduce, all_gather MPI_Allgather, reduce_scatter MPI_Reduce_scatter_block, broadcast MPI_Bcast, reduce
/// MPI_Reduce, alltoall MPI_Alltoall, alltoallv and dispatch MPI_Alltoallv (dispatch: of all copies one by one), combine
/// MPI_Alltoallv and a sum of what came, in the order of ranks, gather MPI_Gather, scatter MPI_Scatter, sendrecv MPI_Sendrecv,
/// barrier MPI_Barrier.
class Reference {
 public:
  /// Collective. Keeps references. In place: MPI_IN_PLACE where has_in_place() says so. Blocks of more elements than MPI counts
  /// (Communicator::most()) are one element of a larger type where they are only moved, and reduced in several calls, one after
  /// the other; for reduce_scatter these are MPI_Reduce to each rank. Throws LimitError for an alltoallv whose counts have no
  /// common divisor that brings them below.
  Reference(const Communicator& ranks, const collectives::Collective& collective, ElementKind kind, Reduction reduction,
            bool in_place);

  /// "MPI_Allreduce".
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Whether MPI does this collective in place on the one buffer of user_buffers.h.
  [[nodiscard]] static bool has_in_place(collectives::CollectiveKind kind);

  /// Collective. Buffers as user_buffers.h says. In place `in` is not looked at.
  void run(const std::byte* in, std::byte* out);

 private:
  [[nodiscard]] MPI_Datatype moved_type() const { return row_ ? row_->handle() : type_.handle(); }
  void reduce(const void* in, std::byte* out, int root) const;
  void reduce_scatter(const std::byte* in, std::byte* out) const;
  void plan_pairs();
  void exchange_tokens(const std::byte* in, std::byte* out);
  void alltoallv(const std::byte* in, std::byte* out) const;
  void add_up(std::byte* out) const;

  const Communicator& ranks_;
  const collectives::Collective& collective_;
  ElementKind kind_;
  Reduction reduction_;
  bool in_place_;
  std::string name_;
  Datatype type_;
  Operation operation_;
  std::int64_t block_ = 0;                                        // elements of a block, where all are alike
  std::optional<Datatype> row_;                                   // of what is moved, when it is more than MPI counts
  int count_ = 0;                                                 // of moved_type()
  std::vector<int> send_counts_, send_starts_, counts_, starts_;  // by rank; alltoallv, dispatch, combine
  std::vector<std::byte> packed_;                                 // dispatch: what is sent; combine: what came
};

}  // namespace polyplane::mpi
