#include "mpi/record/record_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace polyplane::record {

bool RecordFile::create(const char* path, const FileHeader& header) {
  file_ = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file_ < 0) return false;
  void* first = MAP_FAILED;
  if (next_window()) first = mmap(nullptr, sizeof(FileHeader), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (first == MAP_FAILED) {
    const int reason = errno;
    unlink(path);
    errno = reason;
    return false;
  }
  header_ = static_cast<FileHeader*>(first);
  *header_ = header;
  constexpr std::size_t kHeaderRecords = sizeof(FileHeader) / sizeof(Record);
  static_assert(sizeof(FileHeader) % sizeof(Record) == 0);
  next_ += kHeaderRecords;
  left_ -= kHeaderRecords;
  return true;
}

bool RecordFile::next_window() {
  const auto offset = static_cast<off_t>(windows_ * kWindowBytes);
  // The kernel would end a program that passes its limit on the size of files.
  rlimit limit{};
  const std::size_t end = (windows_ + 1) * kWindowBytes;
  const bool too_long = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < end;
  const int no_room = too_long ? EFBIG : posix_fallocate(file_, offset, static_cast<off_t>(kWindowBytes));
  void* window = no_room != 0
                     ? MAP_FAILED
                     : mmap(nullptr, kWindowBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file_, offset);
  if (window == MAP_FAILED) {
    if (no_room != 0) errno = no_room;
    return false;
  }
  if (window_before_ != nullptr) munmap(window_before_, kWindowBytes);
  window_before_ = window_;
  window_ = window;
  next_ = static_cast<Record*>(window);
  left_ = kWindowRecords;
  ++windows_;
  return true;
}

void RecordFile::publish(Record& slot, const Record& record) {
  Record unseen = record;
  unseen.kind = 0;
  slot = unseen;
  std::atomic_ref(slot.kind).store(record.kind, std::memory_order_release);
}

bool RecordFile::append(Record record, const void* data, std::size_t bytes) {
  if (window_ == nullptr || (left_ == 0 && !next_window())) return false;
  Record* const first = take();
  record.extra = 0;
  const char* rest = static_cast<const char*>(data);
  while (bytes > 0) {
    // A record and its data are never further apart than two windows.
    if (record.extra == kWindowRecords || (left_ == 0 && !next_window())) return false;
    namespace format = collectives::mpi_record;
    const std::size_t piece = bytes < format::kDataBytes ? bytes : format::kDataBytes;
    Record* const slot = take();
    slot->kind = static_cast<std::uint16_t>(format::Kind::data);
    std::memcpy(reinterpret_cast<char*>(slot) + format::kDataOffset, rest, piece);
    rest += piece;
    bytes -= piece;
    record.extra += 1;
  }
  publish(*first, record);
  return true;
}

void RecordFile::finish() {
  if (file_ < 0) return;
  const std::size_t records = windows_ * kWindowRecords - left_;
  // A file that cannot be cut ends with zeros, which read as those of a rank that was killed would.
  if (ftruncate(file_, static_cast<off_t>(records * sizeof(Record))) != 0) errno = 0;
  close(file_);
  window_ = nullptr;
}

}  // namespace polyplane::record
