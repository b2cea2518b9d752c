// Which receive takes which message, against an MPI in a hundred lines: queues of posted receives and of messages that came
// early, looked through in order, as the standard says.
#include <cstdlib>
#include <list>

#include "base/random.h"
#include "tests/formats/formats.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::collectives {
namespace {

using format::Kind;

constexpr std::uint32_t kRanks = 4, kCommunicators = 2, kTags = 2;

struct Sent {
  std::uint32_t communicator;
  std::int32_t from, tag;
  std::int64_t bytes;  // all different: they tell messages apart
};

struct Posted {
  std::uint32_t communicator;
  std::int32_t from, tag;  // -1: any
  std::uint32_t request;
  std::size_t number;  // among those of its rank
  [[nodiscard]] bool takes(const Sent& message) const {
    return communicator == message.communicator && (from < 0 || from == message.from) &&
           (tag < 0 || tag == message.tag);
  }
};

/// Runs a program of random messages, writes its records, and remembers what each receive got.
class SmallMpi {
 public:
  explicit SmallMpi(std::uint64_t seed) : random_(seed, 0), files_(rank_files(kRanks)), ranks_(kRanks) {
    for (RankFile& file : files_) file.communicator({3, 2, 1, 0});  // number 2: the other way round
    for (int step = 0; step < 120; ++step) {
      if (random_.below(2) == 0) {
        send(any_rank(), any_rank(), any_communicator(), any_tag());
      } else {
        const bool anyone = random_.below(3) == 0, any = random_.below(3) == 0;
        post(any_rank(), any_communicator(), anyone ? -1 : static_cast<std::int32_t>(any_rank()), any ? -1 : any_tag());
      }
      if (random_.below(4) == 0) wait_for_one(any_rank());
    }
    finish();
  }

  [[nodiscard]] const std::vector<RankFile>& files() const { return files_; }
  /// Bytes of the messages that a rank's receives got, in the order in which these were posted.
  [[nodiscard]] const std::vector<std::int64_t>& got(std::uint32_t rank) const { return ranks_[rank].got; }

 private:
  struct Done {
    std::uint32_t request;
    std::int32_t from, tag;
  };
  struct Rank {
    std::list<Posted> posted;
    std::list<Sent> early;
    std::vector<Done> done;  // not yet waited for
    std::vector<std::int64_t> got;
    std::uint32_t requests = 0;
  };

  std::uint32_t any_rank() { return static_cast<std::uint32_t>(random_.below(kRanks)); }
  std::uint32_t any_communicator() { return random_.below(kCommunicators) == 0 ? 0 : 2; }
  std::int32_t any_tag() { return static_cast<std::int32_t>(random_.below(kTags)); }
  /// A rank of the world in a communicator, and back.
  static std::int32_t in(std::uint32_t communicator, std::uint32_t rank) {
    return static_cast<std::int32_t>(communicator == 0 ? rank : kRanks - 1 - rank);
  }

  void send(std::uint32_t from, std::uint32_t to, std::uint32_t communicator, std::int32_t tag) {
    if (from == to) return;
    const Sent message{communicator, in(communicator, from), tag, ++bytes_};
    files_[from].add(Kind::send,
                     {.communicator = communicator, .bytes = message.bytes, .peer = in(communicator, to), .tag = tag});
    Rank& rank = ranks_[to];
    for (auto posted = rank.posted.begin(); posted != rank.posted.end(); ++posted) {
      if (!posted->takes(message)) continue;
      complete(rank, *posted, message);
      rank.posted.erase(posted);
      return;
    }
    rank.early.push_back(message);
  }

  void post(std::uint32_t at, std::uint32_t communicator, std::int32_t from, std::int32_t tag) {
    if (from == in(communicator, at)) return;  // none comes from there
    Rank& rank = ranks_[at];
    const Posted posted{communicator, from, tag, ++rank.requests, rank.got.size()};
    rank.got.push_back(0);
    files_[at].add(Kind::receive, {.flags = format::kNonBlocking,
                                   .communicator = communicator,
                                   .peer = from,
                                   .tag = tag,
                                   .request = posted.request});
    for (auto message = rank.early.begin(); message != rank.early.end(); ++message) {
      if (!posted.takes(*message)) continue;
      complete(rank, posted, *message);
      rank.early.erase(message);
      return;
    }
    rank.posted.push_back(posted);
  }

  static void complete(Rank& rank, const Posted& posted, const Sent& message) {
    rank.got[posted.number] = message.bytes;
    rank.done.push_back({posted.request, message.from, message.tag});
  }

  void wait_for_one(std::uint32_t at) {
    Rank& rank = ranks_[at];
    if (rank.done.empty()) return;
    const auto which = rank.done.begin() + static_cast<std::ptrdiff_t>(random_.below(rank.done.size()));
    files_[at].wait(which->request, which->from, which->tag);
    rank.done.erase(which);
  }

  void finish() {
    for (std::uint32_t at = 0; at < kRanks; ++at) {
      Rank& rank = ranks_[at];
      while (!rank.posted.empty()) {
        const Posted posted = rank.posted.front();
        const std::uint32_t other = at == 0 ? 1 : 0;
        const std::uint32_t from =
            posted.from < 0
                ? other
                : static_cast<std::uint32_t>(in(posted.communicator, static_cast<std::uint32_t>(posted.from)));
        send(from, at, posted.communicator, posted.tag < 0 ? 0 : posted.tag);
      }
      while (!rank.early.empty()) post(at, rank.early.front().communicator, -1, -1);
      while (!rank.done.empty()) wait_for_one(at);
      files_[at].add(Kind::other);
    }
    for (RankFile& file : files_) file.finalize();
  }

  RandomStream random_;
  std::vector<RankFile> files_;
  std::vector<Rank> ranks_;
  std::int64_t bytes_ = 0;
};

TEST(MpiRecordMatching, RandomProgramsMeetAsTheyDid) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  const std::uint64_t cases = 300 * (factor == nullptr ? 1 : std::strtoull(factor, nullptr, 10));
  std::size_t messages = 0;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    SCOPED_TRACE(seed);
    const SmallMpi mpi(seed);
    const ImportedProgram imported = program_of(mpi.files());
    ASSERT_TRUE(imported.notes.warnings().empty());
    for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
      std::vector<std::int64_t> got;
      for (const Operation& operation : imported.program.actors[rank].operations) {
        if (operation.kind == Operation::Kind::receive) got.push_back(operation.bytes.count());
      }
      ASSERT_EQ(got, mpi.got(rank)) << rank;
      messages += got.size();
    }
  }
  EXPECT_GT(messages, 50 * cases);
}

}  // namespace
}  // namespace polyplane::collectives
