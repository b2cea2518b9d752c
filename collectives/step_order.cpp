#include "collectives/step_order.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

std::size_t place(StepOrder::Event event) { return std::size_t{2} * event.row + (event.complete ? 1 : 0); }

/// An instant of a lane, comparable with other instants of the same lane.
struct Instant {
  std::uint32_t lane, time;
};

/// The vector clock of every event over the lanes of one rank: for each lane the latest instant that has certainly
/// passed. Instants of step k: 2k + 1 its message is delivered, 2k + 2 it is complete.
class Clocks {
 public:
  Clocks(const StepTable& table, std::uint32_t rank)
      : table_(table),
        rank_(rank),
        lanes_(table.schedule().num_lanes()),
        clocks_(std::size_t{2} * table.size() * lanes_),
        write_begin_(lanes_) {}

  void set(StepOrder::Event event, const StepOrder::Predecessors& predecessors) {
    std::uint32_t* clock = at(event);
    for (const StepOrder::Event before : predecessors) {
      join(clock, at(before));
      if (event.complete) pass_delivery(clock, before.row);
    }
    if (event.complete && table_[event.row].rank == rank_) raise(clock, completed(event.row));
  }

  [[nodiscard]] Instant delivered(std::uint32_t row) const { return {table_[row].lane, 2 * table_[row].index + 1}; }
  [[nodiscard]] Instant completed(std::uint32_t row) const { return {table_[row].lane, 2 * table_[row].index + 2}; }

  /// Local moves begin when both messages of their step are through.
  [[nodiscard]] const std::uint32_t* moves_begin(std::uint32_t row) { return at({row, true}); }
  /// A read begins when its step starts.
  [[nodiscard]] const std::uint32_t* read_begin(std::uint32_t row) { return at({row, false}); }
  /// A write begins when its step has started and its message is there.
  [[nodiscard]] const std::uint32_t* write_begin(std::uint32_t row) {
    const std::uint32_t sender = table_[row].sender;
    std::copy_n(at({row, false}), lanes_, write_begin_.begin());
    join(write_begin_.data(), at({sender, false}));
    pass_delivery(write_begin_.data(), sender);
    return write_begin_.data();
  }

 private:
  [[nodiscard]] std::uint32_t* at(StepOrder::Event event) { return clocks_.data() + place(event) * lanes_; }
  void join(std::uint32_t* into, const std::uint32_t* from) const {
    for (std::uint32_t lane = 0; lane < lanes_; ++lane) into[lane] = std::max(into[lane], from[lane]);
  }
  static void raise(std::uint32_t* clock, Instant instant) {
    clock[instant.lane] = std::max(clock[instant.lane], instant.time);
  }
  void pass_delivery(std::uint32_t* clock, std::uint32_t row) const {
    if (table_[row].rank == rank_ && table_[row].step.send_to.valid()) raise(clock, delivered(row));
  }

  const StepTable& table_;
  std::uint32_t rank_, lanes_;
  std::vector<std::uint32_t> clocks_;
  std::vector<std::uint32_t> write_begin_;
};

struct Access {
  std::uint32_t row;
  Instant end;
  bool write;
  bool adds = false;  // a write that needs no order among others that add (Collective::adds_in_any_order)
};

}  // namespace

StepOrder::StepOrder(const StepTable& table) : table_(table), done_(std::size_t{2} * table.size()) {
  std::vector<std::vector<Event>> successors(done_.size());
  std::vector<std::uint32_t> waits(done_.size());
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    for (const Event event : {Event{row, false}, Event{row, true}}) {
      for (const Event before : predecessors(event)) {
        successors[place(before)].push_back(event);
        ++waits[place(event)];
      }
      if (waits[place(event)] == 0) events_.push_back(event);
    }
  }
  for (std::size_t next = 0; next < events_.size(); ++next) {
    const std::size_t now = place(events_[next]);
    done_[now] = 1;
    for (const Event event : successors[now]) {
      if (--waits[place(event)] == 0) events_.push_back(event);
    }
  }
}

StepOrder::Predecessors StepOrder::predecessors(Event event) const {
  const TableStep& row = table_[event.row];
  Predecessors before;
  if (event.complete) {
    before.add({event.row, false});
    if (row.sender != TableStep::kNone) before.add({row.sender, false});
    return before;
  }
  if (row.index > 0) before.add({event.row - 1, true});
  for (std::uint8_t i = 0; i < row.step.num_after; ++i) {
    before.add({table_.row(row.rank, row.step.after[i].lane, row.step.after[i].step), true});
  }
  return before;
}

std::string StepOrder::stall() const {
  const auto open = std::find(done_.begin(), done_.end(), 0);
  if (open == done_.end()) return "";
  // Each event that did not happen waits for another one that did not: following them ends in a circle.
  const auto first = static_cast<std::size_t>(open - done_.begin());
  Event event{static_cast<std::uint32_t>(first / 2), first % 2 == 1};
  std::vector<Event> path;
  std::vector<char> seen(done_.size());
  while (!seen[place(event)]) {
    seen[place(event)] = 1;
    path.push_back(event);
    const Predecessors before = predecessors(event);
    const auto blocker = std::find_if(before.begin(), before.end(), [this](Event e) { return !done_[place(e)]; });
    CHECK(blocker != before.end(), "an event without an open predecessor did not happen");
    event = *blocker;
  }
  const auto loop = std::find_if(path.begin(), path.end(), [event](Event e) { return place(e) == place(event); });
  std::vector<std::uint32_t> rows;
  for (auto e = loop; e != path.end(); ++e) rows.push_back(e->row);
  std::rotate(rows.begin(), std::min_element(rows.begin(), rows.end()), rows.end());
  rows.push_back(rows[0]);
  // Both events of a step may be on the way; it is named once.
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::string text = "a circle of waiting: " + table_.name(rows[0]);
  if (rows.size() == 1) text += " waits for itself";
  for (std::size_t i = 1; i < rows.size(); ++i) text += " waits for " + table_.name(rows[i]);
  return text;
}

std::string StepOrder::race() const {
  for (const std::uint32_t rank : ranks_that_share_chunks()) {
    if (std::string problem = race_at(rank); !problem.empty()) return problem;
  }
  return "";
}

std::vector<std::uint32_t> StepOrder::ranks_that_share_chunks() const {
  constexpr std::uint32_t kUntouched = UINT32_MAX;
  std::vector<std::uint32_t> lane_of_chunk(table_.participants() * table_.places(), kUntouched);
  std::vector<char> shares(table_.participants());
  for (std::uint32_t row = 0; row < table_.size(); ++row) {
    const TableStep& step = table_[row];
    const auto touch = [&](ChunkId chunk) {
      std::uint32_t& lane = lane_of_chunk[step.rank * table_.places() + chunk.index()];
      if (lane == kUntouched) lane = step.lane;
      if (lane != step.lane) shares[step.rank] = 1;
    };
    std::ranges::for_each(step.payload, touch);
    if (step.sender != TableStep::kNone) std::ranges::for_each(table_.landing(row), touch);
    for (const LocalMove& move : step.moves) {
      touch(move.from);
      touch(move.to);
    }
  }
  std::vector<std::uint32_t> ranks;
  for (std::uint32_t rank = 0; rank < table_.participants(); ++rank) {
    if (shares[rank]) ranks.push_back(rank);
  }
  return ranks;
}

std::string StepOrder::race_at(std::uint32_t rank) const {
  Clocks clocks(table_, rank);
  const bool any_order = table_.schedule().collective().adds_in_any_order();
  // The last write and the reads since; where additions need no order, all accesses since the last that is not one.
  std::vector<std::vector<Access>> accesses(table_.places());
  std::string problem;
  /// An access that began when the instants of `begin` had passed.
  const auto take = [&](ChunkId chunk, const Access& access, const std::uint32_t* begin) {
    std::vector<Access>& open = accesses[chunk.index()];
    for (const Access& other : open) {
      if (!problem.empty() || !(access.write || other.write) || other.row == access.row) continue;
      if ((access.adds && other.adds) || begin[other.end.lane] >= other.end.time) continue;
      problem = table_.chunk_name(chunk.index()) + " is " + (other.write ? "written" : "read") + " by " +
                table_.name(other.row) + " and " + (access.write ? "written" : "read") + " by " +
                table_.name(access.row) + ", and nothing orders the two";
    }
    if (access.write && !access.adds) open.clear();
    open.push_back(access);
  };
  for (const Event event : events_) {
    clocks.set(event, predecessors(event));
    const TableStep& row = table_[event.row];
    if (row.rank != rank) continue;
    if (!event.complete) {
      const Access read{event.row, clocks.delivered(event.row), false};
      for (const ChunkId chunk : row.payload) take(chunk, read, clocks.read_begin(event.row));
      continue;
    }
    const Instant end = clocks.completed(event.row);
    if (row.sender != TableStep::kNone) {
      const std::uint32_t* begin = clocks.write_begin(event.row);
      for (const ChunkId chunk : table_.landing(event.row)) {
        take(chunk, {event.row, end, true, any_order && row.step.reduce}, begin);
      }
    }
    for (const LocalMove& move : row.moves) {
      take(move.from, {event.row, end, false}, clocks.moves_begin(event.row));
      take(move.to, {event.row, end, true, any_order && move.add}, clocks.moves_begin(event.row));
    }
    if (!problem.empty()) return problem;
  }
  return problem;
}

}  // namespace polyplane::collectives
