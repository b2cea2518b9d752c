#include "collectives/import/mpi_record_communicators.h"

#include <map>
#include <tuple>
#include <utility>

namespace polyplane::collectives::mpi_record {
namespace {

constexpr std::uint32_t kNoShared = UINT32_MAX;

struct Origin {
  std::uint32_t parent = kNoShared;
  bool predefined = false;
  std::vector<std::uint32_t> members;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

}  // namespace

SharedCommunicators::SharedCommunicators(const std::vector<RankRecord>& ranks) : shared_(ranks.size()) {
  std::map<std::pair<Origin, std::uint32_t>, std::uint32_t> known;
  for (std::uint32_t rank = 0; rank < ranks.size(); ++rank) {
    const RankRecord& record = ranks[rank];
    std::map<Origin, std::uint32_t> made;  // how often by this rank
    for (const std::uint32_t event : record.communicators) {
      if (event == RankRecord::kNone) {
        shared_[rank].push_back(kNoShared);
        continue;
      }
      const Event& makes = record.events[event];
      Origin origin;
      if (makes.record.peer >= 0) origin.parent = shared_[rank][static_cast<std::size_t>(makes.record.peer)];
      origin.predefined = makes.has(kPredefined);
      for (std::size_t i = 0; i < makes.numbers; ++i) {
        origin.members.push_back(static_cast<std::uint32_t>(record.numbers[makes.number + i]));
      }
      const std::uint32_t number = made[origin]++;
      const auto fresh = static_cast<std::uint32_t>(all_.size());
      const auto [place, is_new] = known.try_emplace({origin, number}, fresh);
      shared_[rank].push_back(place->second);
      if (!is_new) continue;
      SharedCommunicator& shared = all_.emplace_back();
      const bool self = origin.predefined && makes.record.communicator == kSelf;
      shared.of_all = origin.members.size() == ranks.size() && !self;
      shared.name = self                ? "MPI_COMM_SELF"
                    : origin.predefined ? "MPI_COMM_WORLD"
                                        : "communicator " + std::to_string(fresh);
      shared.members = std::move(origin.members);
    }
  }
}

}  // namespace polyplane::collectives::mpi_record
