#include "collectives/verify.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "collectives/step_order.h"
#include "collectives/step_table.h"

namespace polyplane::collectives {
namespace {

/// How often the contribution of each rank is in a chunk; ascending by rank, counts above 0.
struct Contribution {
  std::uint32_t rank, times;
};
using Multiset = std::vector<Contribution>;
/// What is at one place of a rank.
struct Content {
  std::shared_ptr<const Multiset> parts;  // null: nothing is there
  std::uint32_t chunk = 0;                // of which chunk it is made
};

std::shared_ptr<const Multiset> sum(const Multiset& a, const Multiset& b) {
  auto result = std::make_shared<Multiset>();
  result->reserve(a.size() + b.size());
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() || j != b.end()) {
    if (j == b.end() || (i != a.end() && i->rank < j->rank)) {
      result->push_back(*i++);
    } else if (i == a.end() || j->rank < i->rank) {
      result->push_back(*j++);
    } else {
      result->push_back({i->rank, i->times + j->times});
      ++i, ++j;
    }
  }
  return result;
}

/// What every rank holds while the schedule is replayed.
class Replay {
 public:
  explicit Replay(const StepTable& table)
      : table_(table),
        chunks_(table.chunks()),
        places_(table.places()),
        held_(table.participants() * places_),
        writer_(held_.size(), TableStep::kNone),
        messages_(table.size()) {
    const Collective& contract = table.schedule().collective();
    for (std::uint32_t rank = 0; rank < table.ranks(); ++rank) {
      const auto own = std::make_shared<const Multiset>(Multiset{{rank, 1}});
      for (std::uint64_t chunk = 0; chunk < chunks_; ++chunk) {
        if (!contract.holds_before(RankId(rank), chunk / table.schedule().pieces())) continue;
        held_[at(rank, chunk)] = {own, static_cast<std::uint32_t>(chunk)};
      }
    }
  }

  /// The step begins to send: its message is what its rank holds now. Returns the problem, "" if none.
  std::string send(std::uint32_t row) {
    const TableStep& step = table_[row];
    Bytes sum;
    for (const ChunkId chunk : step.payload) {
      const Content& content = held_[at(step.rank, chunk.index())];
      if (!content.parts) {
        return table_.name(row) + " sends " + table_.chunk_name(chunk.index()) + ", which it does not have";
      }
      sum += bytes_of(content.chunk);
      messages_[row].push_back(content);
    }
    if (sum == step.step.send_bytes) return "";
    return table_.name(row) + " sends " + std::to_string(step.step.send_bytes.count()) +
           " bytes, but what it holds at those places has " + std::to_string(sum.count());
  }

  std::string receive(std::uint32_t row) {
    const TableStep& step = table_[row];
    const std::vector<Content> message = std::exchange(messages_[step.sender], {});
    const std::vector<ChunkId>& landing = table_.landing(row);
    for (std::size_t i = 0; i < landing.size(); ++i) {
      if (std::string problem = put(row, landing[i].index(), message[i], step.step.reduce); !problem.empty()) {
        return problem;
      }
    }
    return "";
  }

  std::string move(std::uint32_t row) {
    for (const LocalMove& move : table_[row].moves) {
      const Content content = held_[at(table_[row].rank, move.from.index())];
      if (!content.parts) {
        return table_.name(row) + " copies " + table_.chunk_name(move.from.index()) + ", which it does not have";
      }
      if (std::string problem = put(row, move.to.index(), content, move.add); !problem.empty()) return problem;
    }
    return "";
  }

  [[nodiscard]] std::string check_end() const {
    const Collective& contract = table_.schedule().collective();
    for (std::uint32_t rank = 0; rank < table_.ranks(); ++rank) {
      for (std::uint64_t chunk = 0; chunk < chunks_; ++chunk) {
        const std::uint64_t block = chunk / table_.schedule().pieces();
        if (!contract.required_after(RankId(rank), block)) continue;
        const auto& parts = held_[at(rank, chunk)].parts;
        const std::string problem =
            contract.reduced() ? check_reduced(parts, block) : check_copied(parts, contract.source(block));
        if (!problem.empty()) return at_end(rank, chunk) + problem;
      }
    }
    return "";
  }

 private:
  [[nodiscard]] std::size_t at(std::uint32_t rank, std::uint64_t place) const { return rank * places_ + place; }

  [[nodiscard]] Bytes bytes_of(std::uint32_t chunk) const {
    const Schedule& schedule = table_.schedule();
    return schedule.collective().piece_bytes(chunk / schedule.pieces(), chunk % schedule.pieces(), schedule.pieces());
  }

  std::string put(std::uint32_t row, std::uint32_t place, const Content& content, bool add) {
    Content& there = held_[at(table_[row].rank, place)];
    writer_[at(table_[row].rank, place)] = row;
    if (place < chunks_ && content.chunk != place) {
      return table_.name(row) + " puts " + table_.chunk_name(content.chunk) + " at the place of " +
             table_.chunk_name(place);
    }
    const bool from_zero = !there.parts && table_.schedule().collective().adds_in_any_order();
    if (!add || from_zero) {
      there = content;
      return "";
    }
    if (!there.parts) return table_.name(row) + " adds to " + table_.chunk_name(place) + ", which it does not have";
    if (there.chunk != content.chunk) {
      return table_.name(row) + " adds " + table_.chunk_name(content.chunk) + " to " + table_.chunk_name(there.chunk);
    }
    there.parts = sum(*there.parts, *content.parts);
    return "";
  }

  [[nodiscard]] std::string at_end(std::uint32_t rank, std::uint64_t chunk) const {
    const std::uint32_t row = writer_[at(rank, chunk)];
    const std::string writer = row == TableStep::kNone ? "never received" : "last received by " + table_.name(row);
    return "at the end rank " + std::to_string(rank) + " has " + table_.chunk_name(chunk) + " (" + writer + ") ";
  }

  [[nodiscard]] std::string check_reduced(const std::shared_ptr<const Multiset>& content, std::uint64_t block) const {
    std::size_t next = 0;
    for (std::uint32_t rank = 0; rank < table_.ranks(); ++rank) {
      std::uint32_t times = 0;
      if (content && next < content->size() && (*content)[next].rank == rank) times = (*content)[next++].times;
      const bool wanted = table_.schedule().collective().contributes(RankId(rank), block);
      if (!wanted && times > 0) return "with a contribution of rank " + std::to_string(rank) + ", which has none";
      if (wanted && times == 0) return "without the contribution of rank " + std::to_string(rank);
      if (times > 1)
        return "with the contribution of rank " + std::to_string(rank) + " " + std::to_string(times) + " times";
    }
    return "";
  }

  static std::string check_copied(const std::shared_ptr<const Multiset>& content, RankId source) {
    const std::string wanted = ", not the data of rank " + std::to_string(source.index());
    if (!content) return "empty" + wanted;
    if (content->size() != 1 || (*content)[0].times != 1) return "as a sum" + wanted;
    if ((*content)[0].rank != source.index()) return "from rank " + std::to_string((*content)[0].rank) + wanted;
    return "";
  }

  const StepTable& table_;
  std::uint64_t chunks_, places_;
  std::vector<Content> held_;          // [rank * places + place]
  std::vector<std::uint32_t> writer_;  // row of the last step that wrote it
  std::vector<std::vector<Content>> messages_;
};

std::string replay(const StepTable& table, const StepOrder& order) {
  Replay state(table);
  for (const StepOrder::Event event : order.events()) {
    const TableStep& step = table[event.row];
    std::string problem;
    if (!event.complete && step.step.send_to.valid()) problem = state.send(event.row);
    if (event.complete && step.sender != TableStep::kNone) problem = state.receive(event.row);
    if (event.complete && problem.empty()) problem = state.move(event.row);
    if (!problem.empty()) return problem;
  }
  return state.check_end();
}

}  // namespace

Verdict verify(const Schedule& schedule) {
  StepTable table(schedule);
  if (std::string problem = table.match(); !problem.empty()) return {false, problem};
  const StepOrder order(table);
  if (std::string problem = order.stall(); !problem.empty()) return {false, problem};
  if (std::string problem = order.race(); !problem.empty()) return {false, problem};
  std::string problem = replay(table, order);
  return {problem.empty(), problem};
}

}  // namespace polyplane::collectives
