#include "mpi/record/request_table.h"

namespace polyplane::record {

std::uint32_t RequestTable::add(MPI_Request handle, const void* variable, bool any) {
  Request request;
  request.id = next_id();
  request.any = any;
  insert(handle, variable, request);
  return request.id;
}

void RequestTable::add_persistent(MPI_Request handle, const void* variable,
                                  const collectives::mpi_record::Record& start, bool any) {
  Request request;
  request.any = any;
  request.persistent = true;
  request.start = start;
  insert(handle, variable, request);
}

void RequestTable::insert(MPI_Request handle, const void* variable, const Request& request) {
  if (free_ == 0 && !nodes_.reserve(used_ + 1)) return;
  List* list = lists_.insert(number_of(handle));
  if (list == nullptr) return;
  std::uint32_t place = free_;
  if (place == 0) {
    place = ++used_;
  } else {
    free_ = nodes_[place - 1].next;
  }
  nodes_[place - 1] = {request, variable, 0};
  if (list->first == 0) {
    list->first = place;
  } else {
    nodes_[list->last - 1].next = place;
  }
  list->last = place;
}

Request* RequestTable::find(MPI_Request handle, const void* variable) {
  List* list = lists_.find(number_of(handle));
  if (list == nullptr) return nullptr;
  for (std::uint32_t place = list->first; place != 0; place = nodes_[place - 1].next) {
    if (nodes_[place - 1].variable == variable) return &nodes_[place - 1].request;
  }
  return &nodes_[list->first - 1].request;
}

void RequestTable::erase(MPI_Request handle, const void* variable) {
  List* list = lists_.find(number_of(handle));
  if (list == nullptr) return;
  std::uint32_t before = 0, place = list->first;
  while (place != 0 && nodes_[place - 1].variable != variable) {
    before = place;
    place = nodes_[place - 1].next;
  }
  if (place == 0) {
    before = 0;
    place = list->first;
  }
  const std::uint32_t after = nodes_[place - 1].next;
  if (before == 0) {
    list->first = after;
  } else {
    nodes_[before - 1].next = after;
  }
  if (list->last == place) list->last = before;
  nodes_[place - 1].next = free_;
  free_ = place;
  if (list->first == 0) lists_.erase(number_of(handle));
}

}  // namespace polyplane::record
