// Records of MPI programs by hand, for tests: what libpolyplane_record.so would write, with times in nanoseconds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "collectives/import/importer.h"
#include "collectives/import/mpi_record_format.h"

namespace polyplane::collectives {

namespace format = mpi_record;

class RankFile {
 public:
  RankFile(std::uint32_t rank, std::uint32_t ranks) : rank_(rank) {
    format::FileHeader header;
    header.rank = rank;
    header.ranks = ranks;
    header.run = 77;
    append(&header, sizeof(header));
    std::vector<std::int32_t> world;
    for (std::uint32_t r = 0; r < ranks; ++r) world.push_back(static_cast<std::int32_t>(r));
    communicator(world, format::kNoParent, format::kPredefined);
    communicator({static_cast<std::int32_t>(rank)}, format::kNoParent, format::kPredefined);
  }

  /// The next record comes after so long, and takes so long.
  RankFile& after(std::uint64_t ns) {
    time_ += ns;
    return *this;
  }
  RankFile& takes(std::uint64_t ns) {
    took_ = ns;
    return *this;
  }

  RankFile& add(format::Kind kind, format::Record record = {}) {
    record.kind = static_cast<std::uint16_t>(kind);
    record.begin = time_;
    time_ += took_;
    record.end = time_;
    took_ = 0;
    last_ = bytes_.size();
    append(&record, sizeof(record));
    return *this;
  }
  RankFile& communicator(const std::vector<std::int32_t>& members, std::int32_t parent = 0, std::uint16_t flags = 0) {
    add(format::Kind::communicator, {.flags = flags,
                                     .communicator = next_communicator_++,
                                     .bytes = static_cast<std::int64_t>(members.size()),
                                     .peer = parent,
                                     .extra = static_cast<std::uint32_t>((members.size() + 9) / 10)});
    data(members.data(), members.size() * sizeof(std::int32_t));
    return *this;
  }
  RankFile& send(std::int32_t to, std::int64_t bytes, std::int32_t tag = 0, std::uint16_t flags = 0) {
    return add(format::Kind::send, {.flags = flags, .bytes = bytes, .peer = to, .tag = tag});
  }
  RankFile& isend(std::uint32_t request, std::int32_t to, std::int64_t bytes, std::int32_t tag = 0) {
    return add(format::Kind::send,
               {.flags = format::kNonBlocking, .bytes = bytes, .peer = to, .tag = tag, .request = request});
  }
  /// As it was resolved.
  RankFile& receive(std::int32_t from, std::int32_t tag = 0) {
    return add(format::Kind::receive, {.flags = format::kResolved, .peer = from, .tag = tag});
  }
  RankFile& ireceive(std::uint32_t request, std::int32_t from, std::int32_t tag = 0) {
    return add(format::Kind::receive, {.flags = format::kNonBlocking, .peer = from, .tag = tag, .request = request});
  }
  RankFile& wait(std::uint32_t request) { return add(format::Kind::wait, {.request = request}); }
  RankFile& wait(std::uint32_t request, std::int32_t from, std::int32_t tag) {
    return add(format::Kind::wait, {.flags = format::kResolved, .peer = from, .tag = tag, .request = request});
  }
  RankFile& collective(format::Kind kind, std::int64_t bytes, std::int32_t root = 0, std::uint32_t communicator = 0) {
    return add(kind, {.communicator = communicator, .bytes = bytes, .peer = root});
  }
  RankFile& alltoallv(const std::vector<std::int64_t>& bytes, std::uint32_t communicator = 0) {
    add(format::Kind::alltoallv,
        {.communicator = communicator, .extra = static_cast<std::uint32_t>((bytes.size() + 4) / 5)});
    data(bytes.data(), bytes.size() * sizeof(std::int64_t));
    return *this;
  }
  RankFile& finalize() { return add(format::Kind::finalize); }
  RankFile& zeros(std::size_t records) {
    bytes_.append(records * sizeof(format::Record), '\0');
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  /// Where the last record begins.
  [[nodiscard]] std::size_t last() const { return last_; }
  [[nodiscard]] ImportFile file() const { return {"rank." + std::to_string(rank_) + ".mpirec", bytes_}; }

 private:
  void append(const void* from, std::size_t size) { bytes_.append(static_cast<const char*>(from), size); }
  void data(const void* from, std::size_t size) {
    for (std::size_t at = 0; at < size; at += format::kDataBytes) {
      format::Record slot;
      slot.kind = static_cast<std::uint16_t>(format::Kind::data);
      std::memcpy(reinterpret_cast<char*>(&slot) + format::kDataOffset, static_cast<const char*>(from) + at,
                  std::min(format::kDataBytes, size - at));
      append(&slot, sizeof(slot));
    }
  }

  std::uint32_t rank_;
  std::uint32_t next_communicator_ = 0;
  std::uint64_t time_ = 1'000'000, took_ = 0;
  std::size_t last_ = 0;
  std::string bytes_;
};

inline std::vector<RankFile> rank_files(std::uint32_t ranks) {
  std::vector<RankFile> files;
  for (std::uint32_t r = 0; r < ranks; ++r) files.emplace_back(r, ranks);
  return files;
}

inline ImportedProgram program_of(const std::vector<RankFile>& files, const std::vector<std::string>& options = {}) {
  std::vector<ImportFile> inputs;
  for (const RankFile& file : files) inputs.push_back(file.file());
  return import_program("mpi_record", inputs, options);
}

}  // namespace polyplane::collectives
