// Requests that are under way, by handle. Of one handle there may be several at a time: an MPI may give all sends that
// are done already the same one. They are then told apart by where the program keeps them, else the oldest is meant.
#pragma once

#include <mpi.h>

#include <cstdint>

#include "collectives/import/mpi_record_format.h"
#include "mpi/record/handle_map.h"

namespace polyplane::record {

struct Request {
  std::uint32_t id = 0;                   // in records; 0: nothing that is recorded is under way
  bool any = false;                       // receives from any rank or with any tag
  bool cancelled = false;                 // MPI_Cancel was called on it
  bool persistent = false;                // stays when it is complete
  collectives::mpi_record::Record start;  // of a persistent one: what MPI_Start records
};

class RequestTable {
 public:
  /// Under a new number. 0 when there is no memory: it is then as if it were not recorded.
  std::uint32_t add(MPI_Request handle, const void* variable, bool any);
  /// A request that stands for nothing that is recorded.
  void add_nothing(MPI_Request handle, const void* variable) { insert(handle, variable, {}); }
  void add_persistent(MPI_Request handle, const void* variable, const collectives::mpi_record::Record& start, bool any);

  /// Null when it is not known. Stays valid until the table changes.
  [[nodiscard]] Request* find(MPI_Request handle, const void* variable);
  /// A number for what a persistent request starts.
  [[nodiscard]] std::uint32_t next_id() { return ++last_id_; }
  void erase(MPI_Request handle, const void* variable);

 private:
  struct Node {
    Request request;
    const void* variable;
    std::uint32_t next;  // of the same handle, or free; index + 1, 0: none
  };
  struct List {
    std::uint32_t first, last;  // index + 1
  };
  void insert(MPI_Request handle, const void* variable, const Request& request);

  HandleMap<List> lists_;
  PageArray<Node> nodes_;
  std::uint32_t used_ = 0, free_ = 0;
  std::uint32_t last_id_ = 0;
};

}  // namespace polyplane::record
