#include "collectives/import/mpi_record_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "collectives/import/mpi_record_functions.h"

namespace polyplane::collectives::mpi_record {
namespace {

constexpr std::uint64_t kMostNs = 864'000'000'000'000;  // ten days, as everywhere

constexpr std::array<std::string_view, kKinds> kNames{
    "none",           "finalize", "communicator", "data",    "uncovered",      "other",    "polls",      "send",
    "receive",        "probe",    "wait",         "barrier", "broadcast",      "reduce",   "all_reduce", "scan",
    "exclusive_scan", "gather",   "all_gather",   "scatter", "reduce_scatter", "alltoall", "alltoallv"};

static_assert(std::endian::native == std::endian::little, "records are little endian");

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

class Reader {
 public:
  explicit Reader(const ImportFile& file) : file_(file), source_(file.name, ""), bytes_(file.bytes) {}

  std::vector<RankRecord> read() {
    std::vector<RankRecord> ranks;
    if (bytes_.size() < sizeof(FileHeader)) source_.fail(0, "", "is too short for the record of an MPI program");
    while (at_ < bytes_.size()) {
      ranks.emplace_back();
      rank_ = &ranks.back();
      read_rank();
    }
    return ranks;
  }

 private:
  [[noreturn]] void fail(std::size_t offset, const std::string& problem) const {
    source_.fail(0, "byte " + std::to_string(offset), problem);
  }

  [[nodiscard]] bool header_at(std::size_t offset) const {
    return bytes_.size() - offset >= kMagic.size() &&
           std::memcmp(bytes_.data() + offset, kMagic.data(), kMagic.size()) == 0;
  }

  void read_rank() {
    if (!header_at(at_)) fail(at_, "is not the record of an MPI program: it does not start with PPMPIREC");
    if (bytes_.size() - at_ < sizeof(FileHeader)) fail(at_, "the header is cut off");
    const auto header = at<FileHeader>(bytes_, at_);
    if (header.version != kVersion || header.record_bytes != sizeof(Record)) {
      fail(at_ + offsetof(FileHeader, version), "version " + std::to_string(header.version) + " with records of " +
                                                    std::to_string(header.record_bytes) +
                                                    " bytes; this polyplane reads version " + std::to_string(kVersion) +
                                                    " with " + std::to_string(sizeof(Record)));
    }
    if (header.rank >= header.ranks) {
      fail(at_ + offsetof(FileHeader, rank),
           "is of rank " + std::to_string(header.rank) + " of " + std::to_string(header.ranks));
    }
    rank_->file = file_.name;
    rank_->first_byte = at_;
    rank_->header = header;
    rank_->host.assign(header.host.begin(), std::find(header.host.begin(), header.host.end(), '\0'));
    requests_.clear();
    last_ = 0;
    first_byte_ = at_;
    at_ += sizeof(FileHeader);
    while (at_ < bytes_.size() && !header_at(at_) && !rank_->finished) {
      if (bytes_.size() - at_ < sizeof(Record)) fail(at_, "a record is cut off");
      Event event;
      event.record = at<Record>(bytes_, at_);
      event.slot = static_cast<std::uint32_t>((at_ - first_byte_) / sizeof(Record));
      if (event.kind() == Kind::none) return skip_unwritten();
      read_event(event);
    }
  }

  /// Behind the last record are zeros, and data of a record that was not finished.
  void skip_unwritten() {
    for (at_ += sizeof(Record); at_ < bytes_.size() && !header_at(at_); at_ += sizeof(Record)) {
      if (bytes_.size() - at_ < sizeof(Record)) fail(at_, "a record is cut off");
      const auto kind = static_cast<Kind>(at<std::uint16_t>(bytes_, at_));
      if (kind == Kind::none || kind == Kind::data) continue;
      fail(at_, "a record stands behind the end of the records");
    }
  }

  void read_event(Event& event) {
    const std::size_t offset = at_;
    const Record& record = event.record;
    const auto refuse = [&](const std::string& problem) {
      fail(offset, (record.kind < kKinds ? std::string(kNames[record.kind]) + " " : "") + problem);
    };
    if (record.kind >= kKinds) refuse("is a record of unknown kind " + std::to_string(record.kind));
    if (event.kind() == Kind::data) refuse("stands where a record should");
    if ((record.flags & ~kFlags) != 0) refuse("has unknown flags " + std::to_string(record.flags));
    if (record.end < record.begin || record.end < last_) refuse("ends before it begins, or before the one before it");
    if (rank_->events.empty()) first_time_ = record.begin;
    if (record.begin < first_time_ || record.end - first_time_ > kMostNs) {
      refuse("is not within ten days after the first");
    }
    if (record.bytes < 0 || record.bytes > kMaxImportedBytes) refuse("has " + std::to_string(record.bytes) + " bytes");
    last_ = record.end;
    at_ += sizeof(Record);
    if (++count_ > kMaxImportedOperations) {
      source_.pass_limit(0, "", "more than " + std::to_string(kMaxImportedOperations) + " records are not read");
    }
    const bool has_data = event.kind() == Kind::communicator || event.kind() == Kind::alltoallv;
    if (has_data) take_data(event, refuse);
    check(event, refuse);
    if (event.kind() == Kind::finalize) rank_->finished = true;
    rank_->events.push_back(event);
  }

  template <class Refuse>
  void take_data(Event& event, const Refuse& refuse) {
    const Record& record = event.record;
    const bool makes = event.kind() == Kind::communicator;
    const std::size_t each = makes ? sizeof(std::int32_t) : sizeof(std::int64_t);
    if (!makes) check_communicator(event, refuse);
    const std::uint64_t wanted = makes ? static_cast<std::uint64_t>(record.bytes) : rank_->size_of(record.communicator);
    const std::size_t per_record = kDataBytes / each;
    if (record.extra != (wanted + per_record - 1) / per_record ||
        record.extra > (bytes_.size() - at_) / sizeof(Record)) {
      refuse("is of " + std::to_string(wanted) + " ranks, but has " + std::to_string(record.extra) +
             " records of data, or the file ends before they do");
    }
    event.number = rank_->numbers.size();
    event.numbers = wanted;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const std::size_t slot = at_ + i / per_record * sizeof(Record);
      const std::size_t place = slot + kDataOffset + i % per_record * each;
      if (static_cast<Kind>(at<std::uint16_t>(bytes_, slot)) != Kind::data) refuse("is not followed by its data");
      rank_->numbers.push_back(makes ? at<std::int32_t>(bytes_, place) : at<std::int64_t>(bytes_, place));
    }
    at_ += record.extra * sizeof(Record);
  }

  template <class Refuse>
  void check(Event& event, const Refuse& refuse) {
    const Record& record = event.record;
    switch (event.kind()) {
      case Kind::communicator:
        return add_communicator(event, refuse);
      case Kind::uncovered:
        if (record.extra >= std::size(kFunctions)) refuse("names unknown function " + std::to_string(record.extra));
        return;
      case Kind::polls:
        if (static_cast<std::uint64_t>(record.bytes) > record.end - record.begin) refuse("waited longer than it took");
        return;
      case Kind::send:
      case Kind::receive:
      case Kind::probe: {
        check_communicator(event, refuse);
        const bool any = event.kind() == Kind::receive && !event.has(kResolved);
        check_peer(event, any, refuse);
        if (record.tag < (any ? -1 : 0)) refuse("has tag " + std::to_string(record.tag));
        break;
      }
      case Kind::wait:
        return check_wait(event, refuse);
      case Kind::alltoallv:
        for (std::size_t i = 0; i < event.numbers; ++i) {
          const std::int64_t bytes = rank_->numbers[event.number + i];
          if (bytes < 0 || bytes > kMaxImportedBytes) refuse("sends " + std::to_string(bytes) + " bytes to a rank");
        }
        break;
      default:
        if (!is_collective(event.kind())) return;
        check_communicator(event, refuse);
        check_peer(event, false, refuse);
    }
    if (!event.has(kNonBlocking) || record.request == 0) return;
    if (!requests_.emplace(record.request, rank_->events.size()).second) {
      refuse("begins request " + std::to_string(record.request) + " again");
    }
  }

  template <class Refuse>
  void add_communicator(const Event& event, const Refuse& refuse) {
    const Record& record = event.record;
    const std::size_t known = rank_->communicators.size();
    // An intercommunicator has a number and no record.
    if (record.communicator < known || record.communicator > known + kMaxImportedRanks) {
      refuse("has number " + std::to_string(record.communicator) + " after " + std::to_string(known) + " others");
    }
    if (record.peer < kNoParent || (record.peer >= 0 && static_cast<std::size_t>(record.peer) >= known)) {
      refuse("is made from communicator " + std::to_string(record.peer) + ", which is not known");
    }
    bool inside = false;
    std::vector<std::int64_t> ranks(rank_->numbers.begin() + static_cast<std::ptrdiff_t>(event.number),
                                    rank_->numbers.end());
    std::ranges::sort(ranks);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      if (ranks[i] < 0 || ranks[i] >= rank_->header.ranks || (i > 0 && ranks[i] == ranks[i - 1])) {
        refuse("has rank " + std::to_string(ranks[i]) + " of " + std::to_string(rank_->header.ranks) +
               ", or has it twice");
      }
      inside = inside || ranks[i] == rank_->header.rank;
    }
    if (!inside) refuse("is without the rank that made it");
    rank_->communicators.resize(record.communicator, RankRecord::kNone);
    rank_->communicators.push_back(static_cast<std::uint32_t>(rank_->events.size()));
  }

  template <class Refuse>
  void check_communicator(const Event& event, const Refuse& refuse) const {
    const std::uint32_t number = event.record.communicator;
    if (number < rank_->communicators.size() && rank_->communicators[number] != RankRecord::kNone) return;
    refuse("is on communicator " + std::to_string(number) + ", which no record before it makes");
  }

  template <class Refuse>
  void check_peer(const Event& event, bool any, const Refuse& refuse) const {
    const std::int32_t peer = event.record.peer;
    const std::uint32_t size = rank_->size_of(event.record.communicator);
    if (peer >= (any ? -1 : 0) && peer < static_cast<std::int64_t>(size)) return;
    refuse("names rank " + std::to_string(peer) + " of a communicator of " + std::to_string(size));
  }

  template <class Refuse>
  void check_wait(Event& event, const Refuse& refuse) {
    const auto begun = requests_.find(event.record.request);
    if (begun == requests_.end()) {
      refuse("is for request " + std::to_string(event.record.request) + ", which is not under way");
    }
    Event& of = rank_->events[begun->second];
    of.waited = true;
    event.begun = static_cast<std::uint32_t>(begun->second);
    if (event.has(kResolved)) {
      if (of.kind() != Kind::receive) refuse("says whose message a " + std::string(to_string(of.kind())) + " took");
      of.record.peer = event.record.peer;
      of.record.tag = event.record.tag;
      of.record.flags |= kResolved;
      check_peer(of, false, refuse);
      if (of.record.tag < 0) refuse("has tag " + std::to_string(of.record.tag));
    }
    if (event.has(kCancelled)) of.record.flags |= kCancelled;
    requests_.erase(begun);
  }

  const ImportFile& file_;
  TextSource source_;
  std::string_view bytes_;
  std::size_t at_ = 0, first_byte_ = 0, count_ = 0;
  RankRecord* rank_ = nullptr;
  std::uint64_t first_time_ = 0, last_ = 0;
  std::unordered_map<std::uint32_t, std::size_t> requests_;  // under way: the event that began it; never walked
};

}  // namespace

void RankRecord::fail(const Event& event, const std::string& problem) const {
  const std::uint64_t byte = first_byte + std::uint64_t{event.slot} * sizeof(Record);
  TextSource(file, "").fail(0, "byte " + std::to_string(byte), std::string(to_string(event.kind())) + " " + problem);
}

std::string_view to_string(Kind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::vector<RankRecord> read_rank_records(const ImportFile& file) { return Reader(file).read(); }

}  // namespace polyplane::collectives::mpi_record
