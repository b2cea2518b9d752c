#include "collectives/import/lane_draft.h"

#include <algorithm>
#include <utility>

#include "collectives/import/importer.h"

namespace polyplane::collectives {

LaneDraft::LaneDraft(const TextSource& source, std::uint32_t ranks, std::uint32_t lanes)
    : source_(source), steps_(ranks, std::vector<std::vector<StoredStep>>(lanes)) {}

std::uint32_t LaneDraft::add(std::uint32_t rank, std::uint32_t lane, StoredStep step,
                             const std::vector<Dependency>& after, int line) {
  std::vector<StoredStep>& steps = steps_[rank][lane];
  const std::size_t room = step.step.after.size();
  std::size_t taken = 0;
  do {
    if (++count_ > kMaxImportedOperations) {
      source_.pass_limit(line, "", "more than " + std::to_string(kMaxImportedOperations) + " steps are not read");
    }
    const bool last = after.size() - taken <= room;
    StoredStep& added = steps.emplace_back();
    if (last) added = std::move(step);
    const std::size_t end = std::min(after.size(), taken + room);
    for (; taken < end; ++taken) added.step.after[added.step.num_after++] = after[taken];
    if (last) break;
  } while (true);
  return static_cast<std::uint32_t>(steps.size() - 1);
}

std::uint32_t LaneDraft::size(std::uint32_t rank, std::uint32_t lane) const {
  return static_cast<std::uint32_t>(steps_[rank][lane].size());
}

void LaneDraft::sends(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane,
                      std::uint32_t step, int line) {
  steps_[from][lane][step].step.send_to = RankId(to);
  connections_[{from, to, number}].sends.push_back({lane, step, line, std::nullopt});
}

void LaneDraft::sends(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane,
                      std::uint32_t step, int line, std::vector<ChunkId> landing) {
  sends(from, to, number, lane, step, line);
  connections_[{from, to, number}].sends.back().landing = std::move(landing);
}

void LaneDraft::receives(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane,
                         std::uint32_t step, int line) {
  steps_[to][lane][step].step.receive_from = RankId(from);
  connections_[{from, to, number}].receives.push_back({lane, step, line, std::nullopt});
}

void LaneDraft::match() {
  for (const auto& [key, ends] : connections_) {
    const auto& [from, to, number] = key;
    const std::string who =
        "from gpu " + std::to_string(from) + " to gpu " + std::to_string(to) + " on channel " + std::to_string(number);
    const std::size_t both = std::min(ends.sends.size(), ends.receives.size());
    for (std::size_t i = 0; i < both; ++i) {
      const End& send = ends.sends[i];
      const End& receive = ends.receives[i];
      StoredStep& sender = steps_[from][send.lane][send.step];
      StoredStep& receiver = steps_[to][receive.lane][receive.step];
      if (send.landing) receiver.landing = *send.landing;
      if (sender.payload.size() != receiver.landing.size()) {
        source_.fail(send.line, "cnt",
                     "message " + std::to_string(i) + " " + who + " is of " + std::to_string(sender.payload.size()) +
                         " chunks, but is received as " + std::to_string(receiver.landing.size()) + " in line " +
                         std::to_string(receive.line));
      }
      sender.step.peer_lane = receive.lane;
      sender.step.peer_step = receive.step;
    }
    if (ends.sends.size() > both) {
      source_.fail(ends.sends[both].line, "send", "message " + std::to_string(both) + " " + who + " is never received");
    }
    if (ends.receives.size() > both) {
      source_.fail(ends.receives[both].line, "recv", "message " + std::to_string(both) + " " + who + " is never sent");
    }
  }
}

}  // namespace polyplane::collectives
