// The file of one rank while it grows: memory that the kernel writes back, so that what a killed rank has recorded is
// there. Space is taken from the file system before it is used: a full disk ends the recording and not the program.
#pragma once

#include <cstddef>
#include <cstdint>

#include "collectives/import/mpi_record_format.h"

namespace polyplane::record {

using collectives::mpi_record::FileHeader;
using collectives::mpi_record::Record;

class RecordFile {
 public:
  /// Makes a new file. False with the reason in errno when it exists or cannot be made.
  [[nodiscard]] bool create(const char* path, const FileHeader& header);
  [[nodiscard]] bool is_open() const { return header_ != nullptr; }

  /// Appends. False when there is no room: the file then ends with what came before.
  [[nodiscard]] bool append(const Record& record) {
    if (window_ == nullptr || (left_ == 0 && !next_window())) return false;
    publish(*take(), record);
    return true;
  }
  /// Appends with `bytes` of data behind it; what reads the file sees all of it or nothing.
  [[nodiscard]] bool append(Record record, const void* data, std::size_t bytes);

  /// Shared with the file; from any thread.
  void count_call_of_other_thread() { __atomic_fetch_add(&header_->calls_of_other_threads, 1, __ATOMIC_RELAXED); }

  /// Cuts the file to what it holds.
  void finish();

 private:
  static constexpr std::size_t kWindowRecords = 65536;
  static constexpr std::size_t kWindowBytes = kWindowRecords * sizeof(Record);

  [[nodiscard]] bool next_window();
  [[nodiscard]] Record* take() {
    --left_;
    return next_++;
  }
  static void publish(Record& slot, const Record& record);

  int file_ = -1;
  FileHeader* header_ = nullptr;  // of its own mapping
  void* window_ = nullptr;        // in which the next record goes
  void* window_before_ = nullptr;
  std::size_t windows_ = 0;
  Record* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace polyplane::record
