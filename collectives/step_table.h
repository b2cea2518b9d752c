// A schedule written out for verify(): all steps in one array, every send joined with its receive.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/schedule.h"

namespace polyplane::collectives {

struct TableStep {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t rank = 0, lane = 0, index = 0;
  Step step;
  std::uint32_t sender = kNone;  // row of the step that sends what this one receives
  std::vector<ChunkId> payload;  // what this one sends
  std::vector<ChunkId> landing;  // as Schedule::landing()
  std::vector<LocalMove> moves;  // as Schedule::local_moves()
};

class StepTable {
 public:
  /// Keeps a reference: `schedule` must outlive it.
  explicit StepTable(const Schedule& schedule);

  /// The first send or receive without its partner, dependency on a step that is not there, place that is not one, or
  /// send whose bytes are not those of its chunks (from scratch: see verify()); "" when none. Until this is asked, `sender` is not filled.
  [[nodiscard]] std::string match();

  [[nodiscard]] const Schedule& schedule() const { return schedule_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  [[nodiscard]] const TableStep& operator[](std::uint32_t row) const { return rows_[row]; }
  /// REQUIRES: the step exists.
  [[nodiscard]] std::uint32_t row(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) const {
    return first_[std::size_t{rank} * schedule_.num_lanes() + lane] + index;
  }
  [[nodiscard]] std::uint32_t ranks() const { return schedule_.collective().ranks(); }
  [[nodiscard]] std::uint32_t participants() const { return schedule_.num_participants(); }
  [[nodiscard]] std::uint64_t chunks() const { return schedule_.collective().blocks() * schedule_.pieces(); }
  [[nodiscard]] std::uint64_t places() const { return chunks() + schedule_.scratch(); }  // of one rank
  /// Where what the step receives goes. REQUIRES: it receives, and match() == "".
  [[nodiscard]] const std::vector<ChunkId>& landing(std::uint32_t row) const {
    return rows_[row].landing.empty() ? rows_[rows_[row].sender].payload : rows_[row].landing;
  }

  /// "rank 3", "agent 0".
  [[nodiscard]] std::string participant_name(std::uint32_t participant) const;
  /// "rank 3 lane 0 step 5".
  [[nodiscard]] std::string name(std::uint32_t row) const;
  /// "chunk 12 (block 3, piece 0)", "scratch place 2".
  [[nodiscard]] std::string chunk_name(std::uint64_t chunk) const;

 private:
  [[nodiscard]] std::string step_name(std::uint32_t participant, std::uint32_t lane, std::uint32_t index) const;
  [[nodiscard]] bool exists(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) const;
  [[nodiscard]] std::string match_send(std::uint32_t row);
  [[nodiscard]] std::string check_payload(std::uint32_t row) const;
  [[nodiscard]] std::string check_places(std::uint32_t row) const;

  const Schedule& schedule_;
  std::vector<std::uint32_t> first_;  // [rank * lanes + lane]
  std::vector<TableStep> rows_;
};

}  // namespace polyplane::collectives
