#include "mpi/record/communicator_table.h"

#include "mpi/record/recorder.h"

namespace polyplane::record {

namespace format = collectives::mpi_record;

void CommunicatorTable::start() {
  add(MPI_COMM_WORLD, MPI_COMM_NULL, format::kPredefined);
  add(MPI_COMM_SELF, MPI_COMM_NULL, format::kPredefined);
}

const Communicator& CommunicatorTable::look_up(MPI_Comm handle) {
  Communicator* found = map_.find(number_of(handle));
  if (found == nullptr) {
    add(handle, MPI_COMM_NULL);
    found = map_.find(number_of(handle));
  }
  last_handle_ = handle;
  known_ = found != nullptr;
  last_ = known_ ? *found : Communicator{.between_groups = true};
  return last_;
}

void CommunicatorTable::add(MPI_Comm handle, MPI_Comm asked, MPI_Comm parent, std::uint16_t flags) {
  if (handle == MPI_COMM_NULL) return;
  const std::int32_t from = parent == MPI_COMM_NULL ? format::kNoParent : static_cast<std::int32_t>(look_up(parent).id);
  Communicator* made = map_.insert(number_of(handle));
  if (made == nullptr) return;
  made->id = next_++;
  known_ = false;
  int between = 0;
  PMPI_Comm_test_inter(asked, &between);
  made->between_groups = between != 0;

  int size = 0;
  PMPI_Comm_size(asked, &size);
  const auto count = static_cast<std::size_t>(size);
  if (!ranks_.reserve(count) || !own_numbers_.reserve(count)) return recorder.stop("there is no memory");
  MPI_Group group = MPI_GROUP_NULL, world = MPI_GROUP_NULL;
  PMPI_Comm_group(asked, &group);
  PMPI_Comm_group(MPI_COMM_WORLD, &world);
  for (int i = 0; i < size; ++i) own_numbers_[static_cast<std::size_t>(i)] = i;
  PMPI_Group_translate_ranks(group, size, own_numbers_.data(), world, ranks_.data());
  PMPI_Group_free(&group);
  PMPI_Group_free(&world);
  for (std::size_t i = 0; i < count; ++i) {
    if (ranks_[i] == MPI_UNDEFINED) made->between_groups = true;  // of processes that joined later
  }
  if (made->between_groups) return;

  Record record;
  record.kind = static_cast<std::uint16_t>(format::Kind::communicator);
  record.flags = flags;
  record.communicator = made->id;
  record.peer = from;
  record.bytes = size;
  record.begin = record.end = now();
  recorder.append(record, ranks_.data(), count * sizeof(int));
}

void CommunicatorTable::forget(MPI_Comm handle) {
  map_.erase(number_of(handle));
  known_ = false;
}

}  // namespace polyplane::record
