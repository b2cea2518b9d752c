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
  std::vector<std::uint32_t> lane_of_chunk(table_.ranks() * table_.chunks(), kUntouched);
  std::vector<char> shares(table_.ranks());
  for (std::uint32_t row = 0; row < table_.size(); ++row) {
    const TableStep& step = table_[row];
    const auto touch = [&](const std::vector<ChunkId>& chunks) {
      for (const ChunkId chunk : chunks) {
        std::uint32_t& lane = lane_of_chunk[step.rank * table_.chunks() + chunk.index()];
        if (lane == kUntouched) lane = step.lane;
        if (lane != step.lane) shares[step.rank] = 1;
      }
    };
    touch(step.payload);
    if (step.sender != TableStep::kNone) touch(table_[step.sender].payload);
  }
  std::vector<std::uint32_t> ranks;
  for (std::uint32_t rank = 0; rank < table_.ranks(); ++rank) {
    if (shares[rank]) ranks.push_back(rank);
  }
  return ranks;
}

std::string StepOrder::race_at(std::uint32_t rank) const {
  Clocks clocks(table_, rank);
  std::vector<std::vector<Access>> accesses(table_.chunks());  // the last write, and the reads since
  for (const Event event : events_) {
    clocks.set(event, predecessors(event));
    const TableStep& row = table_[event.row];
    const bool write = event.complete;
    if (row.rank != rank) continue;
    if (write ? row.sender == TableStep::kNone : !row.step.send_to.valid()) continue;
    const std::uint32_t* begin = write ? clocks.write_begin(event.row) : clocks.read_begin(event.row);
    const Instant end = write ? clocks.completed(event.row) : clocks.delivered(event.row);
    for (const ChunkId chunk : write ? table_[row.sender].payload : row.payload) {
      std::vector<Access>& open = accesses[chunk.index()];
      for (const Access& other : open) {
        if (!(write || other.write) || other.row == event.row || begin[other.end.lane] >= other.end.time) continue;
        return table_.chunk_name(chunk.index()) + " is " + (other.write ? "written" : "read") + " by " +
               table_.name(other.row) + " and " + (write ? "written" : "read") + " by " + table_.name(event.row) +
               ", and nothing orders the two";
      }
      if (write) open.clear();
      open.push_back({event.row, end, write});
    }
  }
  return "";
}

}  // namespace polyplane::collectives
