#include "collectives/import/sized_steps.h"

#include <utility>

#include "base/check.h"
#include "collectives/step_order.h"
#include "collectives/step_table.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

Collective empty_contract(Collective::Shape shape) {
  shape.elements_per_block = 0;
  return Collective(std::move(shape));
}

}  // namespace

SizedSteps::SizedSteps(Collective::Shape shape, std::uint32_t pieces, ExplicitSchedule::Steps steps,
                       std::uint32_t scratch)
    : shape_(std::move(shape)), pieces_(pieces), scratch_(scratch), steps_(std::move(steps)) {
  const Collective contract = empty_contract(shape_);
  const std::uint64_t chunks = contract.blocks() * pieces_;
  for (const auto& lanes : steps_) {
    auto& of_rank = contents_.emplace_back();
    for (const auto& lane : lanes) {
      auto& of_lane = of_rank.emplace_back();
      for (const StoredStep& stored : lane) {
        auto& of_step = of_lane.emplace_back();
        for (const ChunkId place : stored.payload) of_step.push_back(place.index() < chunks ? place.index() : kNone);
      }
    }
  }
  if (scratch_ > 0) find_contents(ExplicitSchedule(contract, pieces_, steps_, scratch_));
}

/// Without elements all messages have no bytes, so that nothing is wrong with theirs. Whatever order the schedule
/// allows gives the same, or else verify() finds a race.
void SizedSteps::find_contents(const Schedule& empty) {
  StepTable table(empty);
  if (!table.match().empty()) return;
  const StepOrder order(table);
  std::vector<std::uint32_t> held(table.ranks() * table.places(), kNone);
  const auto at = [&](std::uint32_t row, ChunkId place) -> std::uint32_t& {
    return held[table[row].rank * table.places() + place.index()];
  };
  for (std::uint32_t rank = 0; rank < table.ranks(); ++rank) {
    for (std::uint32_t chunk = 0; chunk < table.chunks(); ++chunk) {
      if (!empty.collective().holds_before(RankId(rank), chunk / pieces_)) continue;
      held[rank * table.places() + chunk] = chunk;
    }
  }
  const auto contents = [&](std::uint32_t row) -> std::vector<std::uint32_t>& {
    return contents_[table[row].rank][table[row].lane][table[row].index];
  };
  for (const StepOrder::Event event : order.events()) {
    const TableStep& step = table[event.row];
    if (!event.complete) {
      for (std::size_t i = 0; i < step.payload.size(); ++i) contents(event.row)[i] = at(event.row, step.payload[i]);
      continue;
    }
    if (step.sender != TableStep::kNone) {
      const std::vector<ChunkId>& landing = table.landing(event.row);
      for (std::size_t i = 0; i < landing.size(); ++i) at(event.row, landing[i]) = contents(step.sender)[i];
    }
    for (const LocalMove& move : step.moves) at(event.row, move.to) = at(event.row, move.from);
  }
}

std::unique_ptr<Schedule> SizedSteps::make(const Collective& contract) const {
  CHECK(contract.kind() == shape_.kind && contract.ranks() == shape_.ranks && contract.root() == shape_.root,
        "a schedule of a file is of one collective");
  ExplicitSchedule::Steps steps = steps_;
  for (std::size_t rank = 0; rank < steps.size(); ++rank) {
    for (std::size_t lane = 0; lane < steps[rank].size(); ++lane) {
      for (std::size_t step = 0; step < steps[rank][lane].size(); ++step) {
        Bytes& bytes = steps[rank][lane][step].step.send_bytes;
        for (const std::uint32_t chunk : contents_[rank][lane][step]) {
          if (chunk != kNone) bytes += contract.piece_bytes(chunk / pieces_, chunk % pieces_, pieces_);
        }
      }
    }
  }
  return std::make_unique<ExplicitSchedule>(contract, pieces_, std::move(steps), scratch_);
}

}  // namespace polyplane::collectives
