#include "mpi/record/recorder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace polyplane::record {

Recorder recorder;
thread_local bool Recorder::this_thread_ = false;

namespace {

constexpr std::size_t kPathBytes = 1024;

/// What rank 0 tells the others.
struct Place {
  std::uint64_t run;
  char directory[kPathBytes];  // "": nothing is recorded
};

/// What the scheduler or the launcher calls this run; else the process of rank 0.
void name_of_job(char* name, std::size_t size) {
  for (const char* variable : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "PMIX_NAMESPACE"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    std::snprintf(name, size, "%s", value);
    for (char* c = name; *c != '\0'; ++c) {
      const bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                         *c == '-' || *c == '_' || *c == '.';
      if (!plain) *c = '_';
    }
    return;
  }
  std::snprintf(name, size, "%ld", static_cast<long>(getpid()));
}

/// A directory that was not there before: as asked for, else with .2, .3, ... behind it.
void make_directory(char* directory) {
  constexpr int kMost = 10'000;
  char base[kPathBytes - 16];
  const char* asked = std::getenv("POLYPLANE_RECORD");
  char job[256];
  name_of_job(job, sizeof(job));
  const int length = asked != nullptr && *asked != '\0' ? std::snprintf(base, sizeof(base), "%s", asked)
                                                        : std::snprintf(base, sizeof(base), "polyplane-record-%s", job);
  errno = length >= static_cast<int>(sizeof(base)) ? ENAMETOOLONG : EEXIST;
  for (int number = 1; number <= kMost && errno == EEXIST; ++number) {
    if (number == 1) {
      std::snprintf(directory, kPathBytes, "%s", base);
    } else {
      std::snprintf(directory, kPathBytes, "%s.%d", base, number);
    }
    if (mkdir(directory, 0777) == 0) return;
  }
  std::fprintf(stderr, "polyplane: nothing is recorded: the directory %s cannot be made: %s\n", base,
               std::strerror(errno));
  directory[0] = '\0';
}

}  // namespace

void Recorder::start(int thread_level) {
  int ranks = 0;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  PMPI_Comm_size(MPI_COMM_WORLD, &ranks);
  Place place{};
  if (rank_ == 0) {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    place.run = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
    make_directory(place.directory);
    if (place.directory[0] != '\0') {
      std::fprintf(stderr, "polyplane: this run of %d ranks is recorded in %s\n", ranks, place.directory);
    }
  }
  PMPI_Bcast(&place, static_cast<int>(sizeof(place)), MPI_BYTE, 0, MPI_COMM_WORLD);
  if (place.directory[0] == '\0') return;
  mkdir(place.directory, 0777);  // on a host that does not share the file system of rank 0

  FileHeader header;
  header.rank = static_cast<std::uint32_t>(rank_);
  header.ranks = static_cast<std::uint32_t>(ranks);
  header.run = place.run;
  gethostname(header.host.data(), header.host.size() - 1);
  char path[kPathBytes + 32];
  std::snprintf(path, sizeof(path), "%s/rank.%d.mpirec", place.directory, rank_);
  if (!file_.create(path, header)) {
    std::fprintf(stderr, "polyplane: rank %d is not recorded: %s: %s\n", rank_, path, std::strerror(errno));
    return;
  }
  on_ = true;
  this_thread_ = true;
  main_thread_only_ = thread_level == MPI_THREAD_MULTIPLE;
  communicators.start();
}

void Recorder::finish() {
  if (!on_) return;
  Timer timer;
  append(record_of(timer, Kind::finalize));
  file_.finish();
  on_ = false;
}

void Recorder::stop(const char* why) {
  if (!on_) return;
  on_ = false;
  std::fprintf(stderr, "polyplane: the record of rank %d ends here: %s\n", rank_, why);
}

void Recorder::stop_for_room() { stop(std::strerror(errno)); }

void Recorder::flush_polls(std::uint64_t begin) {
  polls_.wait_until(begin);
  Record record;
  record.kind = static_cast<std::uint16_t>(Kind::polls);
  record.begin = polls_.first;
  record.end = polls_.last;
  record.bytes = static_cast<std::int64_t>(polls_.waited);
  record.extra = polls_.count;
  polls_ = {};
  if (on_ && !file_.append(record)) stop_for_room();
}

}  // namespace polyplane::record
