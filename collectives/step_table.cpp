#include "collectives/step_table.h"

#include "base/check.h"

namespace polyplane::collectives {
namespace {

std::string step_name(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) {
  return "rank " + std::to_string(rank) + " lane " + std::to_string(lane) + " step " + std::to_string(index);
}

}  // namespace

StepTable::StepTable(const Schedule& schedule) : schedule_(schedule) {
  for (std::uint32_t rank = 0; rank < ranks(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      first_.push_back(size());
      const std::uint32_t steps = schedule.num_steps(RankId(rank), lane);
      for (std::uint32_t index = 0; index < steps; ++index) {
        TableStep row{.rank = rank,
                      .lane = lane,
                      .index = index,
                      .step = schedule.step(RankId(rank), lane, index),
                      .payload = {}};
        if (row.step.send_to.valid()) schedule.payload(RankId(rank), lane, index, row.payload);
        rows_.push_back(std::move(row));
      }
    }
  }
}

std::string StepTable::name(std::uint32_t row) const {
  return step_name(rows_[row].rank, rows_[row].lane, rows_[row].index);
}

std::string StepTable::chunk_name(std::uint64_t chunk) const {
  return "chunk " + std::to_string(chunk) + " (block " + std::to_string(chunk / schedule_.pieces()) + ", piece " +
         std::to_string(chunk % schedule_.pieces()) + ")";
}

bool StepTable::exists(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) const {
  return rank < ranks() && lane < schedule_.num_lanes() && index < schedule_.num_steps(RankId(rank), lane);
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
      return name(row) + " receives from rank " + std::to_string(receive.step.receive_from.index()) +
             ", but no step sends to it";
    }
  }
  for (std::uint32_t row = 0; row < size(); ++row) {
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
    return name(sending) + " sends to " + target + ", which receives from rank " +
           std::to_string(receive.step.receive_from.index());
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
  for (std::size_t i = 0; i < send.payload.size(); ++i) {
    const std::uint64_t chunk = send.payload[i].index();
    if (chunk >= chunks()) {
      return name(row) + " sends chunk " + std::to_string(chunk) + ", but there are only " + std::to_string(chunks());
    }
    if (i > 0 && send.payload[i] <= send.payload[i - 1]) {
      return name(row) + " sends " + chunk_name(chunk) + " twice or out of order";
    }
    sum += contract.piece_bytes(chunk / schedule_.pieces(), static_cast<std::uint32_t>(chunk % schedule_.pieces()),
                                schedule_.pieces());
  }
  if (sum == send.step.send_bytes) return "";
  const std::string first = send.payload.empty() ? "no chunks" : "chunks from " + chunk_name(send.payload[0].index());
  return name(row) + " sends " + std::to_string(send.step.send_bytes.count()) + " bytes, but its payload (" +
         std::to_string(send.payload.size()) + ": " + first + ") has " + std::to_string(sum.count());
}

}  // namespace polyplane::collectives
