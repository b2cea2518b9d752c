// Calls that move data and that a record of an MPI program counts, but that are not replayed. A code is a place in this
// list: new ones go to its end.
#pragma once

#include <cstdint>
#include <string_view>

namespace polyplane::collectives::mpi_record {

inline constexpr std::string_view kFunctions[] = {"calls on intercommunicators",
                                                  "MPI_Accumulate",
                                                  "MPI_Comm_accept",
                                                  "MPI_Comm_connect",
                                                  "MPI_Comm_join",
                                                  "MPI_Comm_spawn",
                                                  "MPI_Comm_spawn_multiple",
                                                  "MPI_Compare_and_swap",
                                                  "MPI_Fetch_and_op",
                                                  "MPI_File_iread",
                                                  "MPI_File_iread_all",
                                                  "MPI_File_iread_at",
                                                  "MPI_File_iread_at_all",
                                                  "MPI_File_iread_shared",
                                                  "MPI_File_iwrite",
                                                  "MPI_File_iwrite_all",
                                                  "MPI_File_iwrite_at",
                                                  "MPI_File_iwrite_at_all",
                                                  "MPI_File_iwrite_shared",
                                                  "MPI_File_read",
                                                  "MPI_File_read_all",
                                                  "MPI_File_read_all_begin",
                                                  "MPI_File_read_all_end",
                                                  "MPI_File_read_at",
                                                  "MPI_File_read_at_all",
                                                  "MPI_File_read_at_all_begin",
                                                  "MPI_File_read_at_all_end",
                                                  "MPI_File_read_ordered",
                                                  "MPI_File_read_ordered_begin",
                                                  "MPI_File_read_ordered_end",
                                                  "MPI_File_read_shared",
                                                  "MPI_File_write",
                                                  "MPI_File_write_all",
                                                  "MPI_File_write_all_begin",
                                                  "MPI_File_write_all_end",
                                                  "MPI_File_write_at",
                                                  "MPI_File_write_at_all",
                                                  "MPI_File_write_at_all_begin",
                                                  "MPI_File_write_at_all_end",
                                                  "MPI_File_write_ordered",
                                                  "MPI_File_write_ordered_begin",
                                                  "MPI_File_write_ordered_end",
                                                  "MPI_File_write_shared",
                                                  "MPI_Get",
                                                  "MPI_Get_accumulate",
                                                  "MPI_Ineighbor_allgather",
                                                  "MPI_Ineighbor_allgatherv",
                                                  "MPI_Ineighbor_alltoall",
                                                  "MPI_Ineighbor_alltoallv",
                                                  "MPI_Ineighbor_alltoallw",
                                                  "MPI_Neighbor_allgather",
                                                  "MPI_Neighbor_allgatherv",
                                                  "MPI_Neighbor_alltoall",
                                                  "MPI_Neighbor_alltoallv",
                                                  "MPI_Neighbor_alltoallw",
                                                  "MPI_Put",
                                                  "MPI_Raccumulate",
                                                  "MPI_Rget",
                                                  "MPI_Rget_accumulate",
                                                  "MPI_Rput",
                                                  "MPI_Win_complete",
                                                  "MPI_Win_fence",
                                                  "MPI_Win_flush",
                                                  "MPI_Win_flush_all",
                                                  "MPI_Win_flush_local",
                                                  "MPI_Win_flush_local_all",
                                                  "MPI_Win_unlock",
                                                  "MPI_Win_unlock_all",
                                                  "MPI_Win_wait"};
inline constexpr std::uint32_t kOnIntercommunicator = 0;

consteval std::uint32_t code_of(std::string_view function) {
  std::uint32_t code = 0;
  while (kFunctions[code] != function) ++code;
  return code;
}

}  // namespace polyplane::collectives::mpi_record
