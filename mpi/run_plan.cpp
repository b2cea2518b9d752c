#include "mpi/run_plan.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "collectives/step_order.h"
#include "collectives/step_table.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::LocalMove;
using collectives::Schedule;
using collectives::StepOrder;
using collectives::StepTable;
using collectives::TableStep;

constexpr std::uint32_t kNothing = UINT32_MAX;

std::int64_t chunk_bytes(const Schedule& schedule, std::uint32_t chunk) {
  const std::uint32_t pieces = schedule.pieces();
  return schedule.collective().piece_bytes(chunk / pieces, chunk % pieces, pieces).count();
}

/// Which chunks the sends and moves of each step carry. Without scratch that is what their places are for.
class Contents {
 public:
  explicit Contents(const StepTable& table) : payload_(table.size()), moved_(table.size()) {
    if (table.schedule().scratch() > 0) {
      replay(table);
      return;
    }
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      for (const ChunkId chunk : table[row].payload) payload_[row].push_back(chunk.index());
      for (const LocalMove& move : table[row].moves) moved_[row].push_back(move.from.index());
    }
  }

  [[nodiscard]] const std::vector<std::uint32_t>& payload(std::uint32_t row) const { return payload_[row]; }
  [[nodiscard]] const std::vector<std::uint32_t>& moved(std::uint32_t row) const { return moved_[row]; }

 private:
  void replay(const StepTable& table) {
    const StepOrder order(table);
    if (std::string problem = order.stall(); !problem.empty()) throw RunError("this schedule cannot run: " + problem);
    const std::uint64_t places = table.places();
    std::vector<std::uint32_t> held(table.participants() * places, kNothing);
    const Collective& contract = table.schedule().collective();
    for (std::uint32_t rank = 0; rank < table.ranks(); ++rank) {
      for (std::uint64_t chunk = 0; chunk < table.chunks(); ++chunk) {
        if (!contract.holds_before(RankId(rank), chunk / table.schedule().pieces())) continue;
        held[rank * places + chunk] = static_cast<std::uint32_t>(chunk);
      }
    }
    const auto take = [&](std::uint32_t row, ChunkId place) {
      const std::uint32_t chunk = held[table[row].rank * places + place.index()];
      if (chunk != kNothing) return chunk;
      throw RunError("this schedule cannot run: " + table.name(row) + " reads " + table.chunk_name(place.index()) +
                     ", where nothing is");
    };
    for (const StepOrder::Event event : order.events()) {
      const TableStep& step = table[event.row];
      if (!event.complete) {
        for (const ChunkId place : step.payload) payload_[event.row].push_back(take(event.row, place));
        continue;
      }
      if (step.sender != TableStep::kNone) {
        const std::vector<ChunkId>& landing = table.landing(event.row);
        for (std::size_t i = 0; i < landing.size(); ++i) {
          held[step.rank * places + landing[i].index()] = payload_[step.sender][i];
        }
      }
      for (const LocalMove& move : step.moves) {
        moved_[event.row].push_back(take(event.row, move.from));
        held[step.rank * places + move.to.index()] = moved_[event.row].back();
      }
    }
  }

  std::vector<std::vector<std::uint32_t>> payload_, moved_;  // by row; chunks
};

/// What the steps of one participant do, and whether all of it fits.
PlaceUse use_of(const StepTable& table, const Contents& contents, std::uint32_t participant) {
  const std::uint64_t chunks = table.chunks();
  PlaceUse use;
  use.touched.resize(table.places());
  use.written.resize(table.places());
  use.scratch_bytes.resize(table.schedule().scratch());
  const auto write = [&](std::uint32_t row, ChunkId place, std::uint32_t chunk) {
    use.touched[place.index()] = use.written[place.index()] = 1;
    const std::int64_t bytes = chunk_bytes(table.schedule(), chunk);
    if (place.index() >= chunks) {
      std::int64_t& largest = use.scratch_bytes[place.index() - chunks];
      largest = std::max(largest, bytes);
    } else if (bytes != chunk_bytes(table.schedule(), place.index())) {
      throw RunError("this schedule cannot run: " + table.name(row) + " puts " + table.chunk_name(chunk) +
                     " at the place of " + table.chunk_name(place.index()) + ", which has another size");
    }
  };
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    const TableStep& step = table[row];
    if (step.rank != participant) continue;
    for (const ChunkId place : step.payload) use.touched[place.index()] = 1;
    if (step.sender != TableStep::kNone) {
      const std::vector<ChunkId>& landing = table.landing(row);
      for (std::size_t i = 0; i < landing.size(); ++i) write(row, landing[i], contents.payload(step.sender)[i]);
    }
    for (std::size_t i = 0; i < step.moves.size(); ++i) {
      use.touched[step.moves[i].from.index()] = 1;
      write(row, step.moves[i].to, contents.moved(row)[i]);
    }
  }
  return use;
}

/// The number of each message, by the row of the step that receives it.
std::vector<std::uint32_t> number_messages(const StepTable& table, std::uint32_t& numbers) {
  const std::uint32_t ranks = table.ranks();
  std::vector<std::uint32_t> next(std::size_t{ranks} * ranks), number(table.size());
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    const TableStep& step = table[row];
    if (step.sender == TableStep::kNone) continue;
    const std::uint32_t from = player(step.step.receive_from.index(), ranks), to = player(step.rank, ranks);
    number[row] = next[std::size_t{from} * ranks + to]++;
    numbers = std::max(numbers, number[row] + 1);
  }
  return number;
}

Stretch with_bytes(Stretch place, std::int64_t bytes) {
  place.bytes = bytes;
  return place;
}

std::vector<Stretch> stretches_of(const Schedule& schedule, const PlaceMemory& memory,
                                  const std::vector<ChunkId>& places, const std::vector<std::uint32_t>& chunks) {
  std::vector<Stretch> result;
  for (std::size_t i = 0; i < places.size(); ++i) {
    append(result, with_bytes(memory.place(places[i]), chunk_bytes(schedule, chunks[i])));
  }
  return result;
}

/// What is at the places of a send has the size that the step states: of scratch nobody checked it before.
void check_content(const StepTable& table, std::uint32_t row, const PlannedMessage& send) {
  std::int64_t sum = 0;
  for (const Stretch& stretch : send.stretches) sum += stretch.bytes;
  if (sum == send.bytes) return;
  throw RunError("this schedule cannot run: " + table.name(row) + " sends " + std::to_string(send.bytes) +
                 " bytes, but what it holds at those places has " + std::to_string(sum));
}

bool any_overlap(const std::vector<Stretch>& a, const std::vector<Stretch>& b) {
  return std::ranges::any_of(a, [&](const Stretch& one) {
    return std::ranges::any_of(b, [&](const Stretch& other) { return one.overlaps(other); });
  });
}

}  // namespace

RunPlan::RunPlan(const Schedule& schedule, std::uint32_t rank, bool in_place)
    : ranks_(schedule.collective().ranks()), cross_lane_(schedule.has_cross_lane_dependencies()) {
  StepTable table(schedule);
  if (std::string problem = table.match(); !problem.empty()) throw RunError("this schedule cannot run: " + problem);
  const Contents contents(table);
  const std::vector<std::uint32_t> number = number_messages(table, numbers_);
  const std::uint32_t num_lanes = schedule.num_lanes();

  for (std::uint32_t participant = 0; participant < table.participants(); ++participant) {
    if (player(participant, ranks_) != rank) continue;
    const UserBuffers buffers =
        participant == rank ? user_buffers(schedule.collective(), RankId(participant), in_place) : UserBuffers();
    const PlaceMemory memory(schedule, buffers, use_of(table, contents, participant), work_bytes_);
    work_bytes_ = memory.work_end();
    if (participant == rank) {
      in_bytes_ = buffers.in_bytes;
      out_bytes_ = buffers.out_bytes;
    }
    copies_.insert(copies_.end(), memory.copies().begin(), memory.copies().end());
    zeros_.insert(zeros_.end(), memory.zeros().begin(), memory.zeros().end());
    const auto first_lane = static_cast<std::uint32_t>(lanes_.size());
    for (std::uint32_t lane = 0; lane < num_lanes; ++lane) {
      PlannedLane& planned = lanes_.emplace_back(participant, lane, std::vector<PlannedStep>());
      for (std::uint32_t index = 0; index < schedule.num_steps(RankId(participant), lane); ++index) {
        const std::uint32_t row = table.row(participant, lane, index);
        const TableStep& from = table[row];
        PlannedStep& step = planned.steps.emplace_back();
        if (from.step.send_to.valid()) {
          const std::uint32_t receiver = table.row(from.step.send_to.index(), from.step.peer_lane, from.step.peer_step);
          step.send = {static_cast<int>(player(from.step.send_to.index(), ranks_)), number[receiver],
                       from.step.send_bytes.count(),
                       stretches_of(schedule, memory, from.payload, contents.payload(row)), table.name(receiver)};
          check_content(table, row, step.send);
        }
        if (from.sender != TableStep::kNone) {
          const TableStep& sender = table[from.sender];
          step.receive = {static_cast<int>(player(sender.rank, ranks_)), number[row], sender.step.send_bytes.count(),
                          stretches_of(schedule, memory, table.landing(row), contents.payload(from.sender)),
                          table.name(from.sender)};
          step.reduce = from.step.reduce;
          step.overlaps = any_overlap(step.send.stretches, step.receive.stretches);
        }
        for (std::size_t i = 0; i < from.moves.size(); ++i) {
          const std::int64_t bytes = chunk_bytes(schedule, contents.moved(row)[i]);
          if (bytes == 0) continue;
          step.moves.push_back({with_bytes(memory.place(from.moves[i].from), bytes),
                                with_bytes(memory.place(from.moves[i].to), bytes), from.moves[i].add});
        }
        step.num_after = from.step.num_after;
        for (std::uint8_t i = 0; i < step.num_after; ++i) {
          step.after_lane[i] = first_lane + from.step.after[i].lane;
          step.after_step[i] = from.step.after[i].step;
        }
      }
    }
  }
}

std::string RunPlan::step_name(std::size_t lane, std::size_t step) const {
  const PlannedLane& planned = lanes_[lane];
  const std::string where = " lane " + std::to_string(planned.lane) + " step " + std::to_string(step);
  if (planned.participant < ranks_) return "rank " + std::to_string(planned.participant) + where;
  return "agent " + std::to_string(planned.participant - ranks_) + where + " (played by rank " +
         std::to_string(player(planned.participant, ranks_)) + ")";
}

}  // namespace polyplane::mpi
