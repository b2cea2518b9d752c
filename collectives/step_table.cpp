#include "collectives/step_table.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::collectives {

StepTable::StepTable(const Schedule& schedule) : schedule_(schedule) {
  for (std::uint32_t rank = 0; rank < participants(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      first_.push_back(size());
      const std::uint32_t steps = schedule.num_steps(RankId(rank), lane);
      for (std::uint32_t index = 0; index < steps; ++index) {
        TableStep row{.rank = rank,
                      .lane = lane,
                      .index = index,
                      .step = schedule.step(RankId(rank), lane, index),
                      .payload = {},
                      .landing = {},
                      .moves = {}};
        if (row.step.send_to.valid()) schedule.payload(RankId(rank), lane, index, row.payload);
        schedule.landing(RankId(rank), lane, index, row.landing);
        schedule.local_moves(RankId(rank), lane, index, row.moves);
        rows_.push_back(std::move(row));
      }
    }
  }
}

std::string StepTable::participant_name(std::uint32_t participant) const {
  const bool is_agent = participant >= ranks() && participant < participants();
  return !is_agent ? "rank " + std::to_string(participant) : "agent " + std::to_string(participant - ranks());
}

std::string StepTable::step_name(std::uint32_t participant, std::uint32_t lane, std::uint32_t index) const {
  return participant_name(participant) + " lane " + std::to_string(lane) + " step " + std::to_string(index);
}

std::string StepTable::name(std::uint32_t row) const {
  return step_name(rows_[row].rank, rows_[row].lane, rows_[row].index);
}

std::string StepTable::chunk_name(std::uint64_t chunk) const {
  if (chunk >= chunks()) return "scratch place " + std::to_string(chunk - chunks());
  return "chunk " + std::to_string(chunk) + " (block " + std::to_string(chunk / schedule_.pieces()) + ", piece " +
         std::to_string(chunk % schedule_.pieces()) + ")";
}

bool StepTable::exists(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) const {
  return rank < participants() && lane < schedule_.num_lanes() && index < schedule_.num_steps(RankId(rank), lane);
}

std::string StepTable::match() {
  for (std::uint32_t row = 0; row < size(); ++row) {
    const Step& step = rows_[row].step;
    CHECK(step.num_after <= step.after.size(), "a step has more dependencies than it can hold");
    for (std::uint8_t i = 0; i < step.num_after; ++i) {
      if (!exists(rows_[row].rank, step.after[i].lane, step.after[i].step)) {
        return name(row) + " waits for " + step_name(rows_[row].rank, step.after[i].lane, step.after[i].step) +
               ", which does not exist";
      }
    }
    if (!step.send_to.valid()) continue;
    if (std::string problem = match_send(row); !problem.empty()) return problem;
  }
  for (std::uint32_t row = 0; row < size(); ++row) {
    const TableStep& receive = rows_[row];
    if (receive.step.receive_from.valid() && receive.sender == TableStep::kNone) {
      return name(row) + " receives from " + participant_name(receive.step.receive_from.index()) +
             ", but no step sends to it";
    }
  }
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (std::string problem = check_places(row); !problem.empty()) return problem;
    if (!rows_[row].step.send_to.valid()) continue;
    if (std::string problem = check_payload(row); !problem.empty()) return problem;
  }
  return "";
}

std::string StepTable::match_send(std::uint32_t sending) {
  const TableStep& send = rows_[sending];
  const std::uint32_t to = send.step.send_to.index();
  const std::string target = step_name(to, send.step.peer_lane, send.step.peer_step);
  if (to == send.rank) return name(sending) + " sends to its own rank";
  if (!exists(to, send.step.peer_lane, send.step.peer_step)) {
    return name(sending) + " sends to " + target + ", which does not exist";
  }
  TableStep& receive = rows_[row(to, send.step.peer_lane, send.step.peer_step)];
  if (!receive.step.receive_from.valid()) return name(sending) + " sends to " + target + ", which receives nothing";
  if (receive.step.receive_from.index() != send.rank) {
    return name(sending) + " sends to " + target + ", which receives from " +
           participant_name(receive.step.receive_from.index());
  }
  if (receive.sender != TableStep::kNone) {
    return name(sending) + " and " + name(receive.sender) + " both send to " + target;
  }
  receive.sender = sending;
  return "";
}

std::string StepTable::check_payload(std::uint32_t row) const {
  const TableStep& send = rows_[row];
  const Collective& contract = schedule_.collective();
  Bytes sum;
  std::vector<ChunkId> sorted = send.payload;
  if (schedule_.scratch() > 0) std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint64_t chunk = sorted[i].index();
    if (chunk >= places()) {
      return name(row) + " sends chunk " + std::to_string(chunk) + ", but there are only " + std::to_string(places());
    }
    if (i > 0 && sorted[i] <= sorted[i - 1]) {
      return name(row) + " sends " + chunk_name(chunk) + " twice or out of order";
    }
    if (chunk >= chunks()) return "";  // what is in scratch is known once the steps are replayed
    sum += contract.piece_bytes(chunk / schedule_.pieces(), static_cast<std::uint32_t>(chunk % schedule_.pieces()),
                                schedule_.pieces());
  }
  if (sum == send.step.send_bytes) return "";
  const std::string first = send.payload.empty() ? "no chunks" : "chunks from " + chunk_name(send.payload[0].index());
  return name(row) + " sends " + std::to_string(send.step.send_bytes.count()) + " bytes, but its payload (" +
         std::to_string(send.payload.size()) + ": " + first + ") has " + std::to_string(sum.count());
}

std::string StepTable::check_places(std::uint32_t row) const {
  const TableStep& step = rows_[row];
  const auto missing = [this](ChunkId place) { return place.index() >= places(); };
  const bool moves_fit =
      std::ranges::none_of(step.moves, [&](const LocalMove& move) { return missing(move.from) || missing(move.to); });
  if (!moves_fit || std::ranges::any_of(step.landing, missing)) {
    return name(row) + " uses a place that does not exist; there are " + std::to_string(places());
  }
  if (step.landing.empty()) return "";
  const std::size_t sent = step.sender == TableStep::kNone ? 0 : rows_[step.sender].payload.size();
  if (step.landing.size() == sent) return "";
  return name(row) + " has places for " + std::to_string(step.landing.size()) + " chunks and receives " +
         std::to_string(sent);
}

}  // namespace polyplane::collectives
