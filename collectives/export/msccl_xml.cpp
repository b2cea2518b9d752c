// Writes MSCCL algorithm XML (Azure/msccl-tools, msccl/language/ir.py); collectives/import/msccl_xml.cpp reads it.
//
// Blocks: msccl_blocks.h. All buffers are in place but those of an alltoall, whose ranks copy their own part; what an
// alltoall relays is in scratch. A message is one step each end: chunks that do not lie in a row are copied together in
// scratch first and copied or added apart afterwards. A step that waits for several has nop steps before it.
// Chunks of MSCCL are of one size; those of a schedule differ by one element where they do not divide the array.
// Left out: minBytes and maxBytes are 0, so that any size may take it. Refused: collectives that MSCCL does not have,
// reduction in switches.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/export/exporter.h"
#include "collectives/export/msccl_blocks.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

/// Where a chunk lies.
struct Place {
  char buffer = 'i';
  std::uint32_t offset = 0;
};
/// Chunks in a row.
struct Run {
  Place from;
  std::uint32_t count = 0;
};

/// A step of the file; it waits for (block, mark), the step of that block with this mark.
struct Line {
  const char* type = "nop";
  Place from, to;
  std::uint32_t count = 0;
  std::uint32_t wait_block = kNone, wait_mark = 0;
};

std::string_view coll_of(const Collective& contract) {
  switch (contract.kind()) {
    case CollectiveKind::all_reduce:
      return "allreduce";
    case CollectiveKind::all_gather:
      return "allgather";
    case CollectiveKind::reduce_scatter:
      return "reducescatter";
    case CollectiveKind::alltoall:
      return "alltoall";
    case CollectiveKind::broadcast:
      return "broadcast";
    default:
      throw InputError("MSCCL has no collective for " + std::string(to_string(contract.kind())) +
                       "; allowed: all_gather, all_reduce, alltoall, broadcast, reduce_scatter");
  }
}

/// Buffers of one rank.
class Buffers {
 public:
  Buffers(const Schedule& schedule, std::uint32_t rank) : schedule_(schedule), rank_(rank) {}

  Place at(ChunkId id) {
    const Collective& contract = schedule_.collective();
    const std::uint32_t pieces = schedule_.pieces(), chunk = id.index();
    if (chunk >= contract.blocks() * pieces) return {'s', scratch(chunk)};
    if (contract.kind() == CollectiveKind::all_gather) return {'o', chunk};
    if (contract.kind() != CollectiveKind::alltoall) return {'i', chunk};
    const std::uint32_t source = chunk / pieces / contract.ranks(), destination = chunk / pieces % contract.ranks();
    if (source == rank_) return {'i', destination * pieces + chunk % pieces};
    if (destination == rank_) return {'o', source * pieces + chunk % pieces};
    return {'s', scratch(chunk)};
  }

  std::vector<Run> runs(const std::vector<ChunkId>& chunks) {
    std::vector<Run> runs;
    for (const ChunkId chunk : chunks) {
      const Place place = at(chunk);
      const bool goes_on = !runs.empty() && runs.back().from.buffer == place.buffer &&
                           runs.back().from.offset + runs.back().count == place.offset;
      if (goes_on) {
        ++runs.back().count;
      } else {
        runs.push_back({place, 1});
      }
    }
    return runs;
  }

  /// Room for so many chunks in a row, of one block and one direction: reused by its later steps.
  Place room(std::uint32_t block, bool sends, std::uint32_t count) {
    Run& room = rooms_[{block, sends}];
    if (room.count < count) {
      room = {{'s', size_}, count};
      size_ += count;
    }
    return room.from;
  }
  [[nodiscard]] std::uint32_t scratch_size() const { return size_; }

 private:
  std::uint32_t scratch(std::uint32_t chunk) {
    const auto [place, fresh] = scratch_.emplace(chunk, size_);
    if (fresh) ++size_;
    return place->second;
  }

  const Schedule& schedule_;
  std::uint32_t rank_, size_ = 0;
  std::map<std::uint32_t, std::uint32_t> scratch_;  // offset of a chunk
  std::map<std::pair<std::uint32_t, bool>, Run> rooms_;
};

/// The lines of the blocks of one rank.
class RankWriter {
 public:
  RankWriter(const Schedule& schedule, const MscclBlocks& blocks, std::uint32_t rank)
      : schedule_(schedule),
        blocks_(blocks),
        rank_(rank),
        buffers_(schedule, rank),
        lines_(blocks.blocks(rank).size()) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) add(lane, k);
    }
    if (schedule.collective().kind() == CollectiveKind::alltoall) copy_own_part();
    resolve();
  }

  [[nodiscard]] const std::vector<std::vector<Line>>& lines() const { return lines_; }
  [[nodiscard]] std::uint32_t scratch_size() const { return buffers_.scratch_size(); }
  [[nodiscard]] bool waited_for(std::uint32_t block, std::uint32_t index) const {
    return waited_for_.contains({block, index});
  }

 private:
  /// What others wait for when they wait for a step: a mark of a block.
  struct Wait {
    std::uint32_t block = 0, mark = 0;
  };
  static std::uint32_t mark_of(std::uint32_t step, bool receive) { return 2 * step + (receive ? 1 : 0); }

  void wait_for(std::uint32_t lane, std::uint32_t step, std::vector<Wait>& waits) const {
    const MscclBlocks::Parts parts = blocks_.parts(rank_, lane, step);
    if (parts.send != kNone && parts.send != parts.receive) waits.push_back({parts.send, mark_of(step, false)});
    if (parts.receive != kNone) waits.push_back({parts.receive, mark_of(step, true)});
  }

  /// Waits become nop lines before `line`, all but one.
  void put(std::uint32_t block, Line line, std::vector<Wait>& waits) {
    std::erase_if(waits, [block](const Wait& wait) { return wait.block == block; });  // in order anyway
    for (std::size_t i = 0; i < waits.size(); ++i) {
      Line& at = i + 1 < waits.size() ? lines_[block].emplace_back() : line;
      at.wait_block = waits[i].block;
      at.wait_mark = waits[i].mark;
    }
    waits.clear();
    lines_[block].push_back(line);
  }
  void mark(std::uint32_t block, std::uint32_t mark) {
    marks_[{block, mark}] = static_cast<std::uint32_t>(lines_[block].size() - 1);
  }

  void add(std::uint32_t lane, std::uint32_t k) {
    const Step step = schedule_.step(RankId(rank_), lane, k);
    const MscclBlocks::Parts parts = blocks_.parts(rank_, lane, k);
    std::vector<Wait> waits;
    if (k > 0) wait_for(lane, k - 1, waits);
    for (std::uint8_t i = 0; i < step.num_after; ++i) wait_for(step.after[i].lane, step.after[i].step, waits);
    std::vector<Wait> waits_to_receive = waits;
    std::vector<ChunkId> payload;
    if (step.send_to.valid()) {
      schedule_.payload(RankId(rank_), lane, k, payload);
      send(parts.send, payload, waits);
      mark(parts.send, mark_of(k, false));
    }
    if (step.receive_from.valid()) {
      if (parts.send == parts.receive) waits_to_receive.clear();
      receive(step, lane, k, parts, payload, waits_to_receive);
      mark(parts.receive, mark_of(k, true));
    }
    std::vector<LocalMove> moves;
    schedule_.local_moves(RankId(rank_), lane, k, moves);
    if (!step.send_to.valid() && !step.receive_from.valid()) {
      put(parts.send, {}, waits);
      mark(parts.send, mark_of(k, false));
    }
    if (!moves.empty()) move_within(moves, k, parts);
  }

  void send(std::uint32_t block, const std::vector<ChunkId>& payload, std::vector<Wait>& waits) {
    const auto count = static_cast<std::uint32_t>(payload.size());
    const std::vector<Run> runs = buffers_.runs(payload);
    Place from = runs.empty() ? Place{} : runs.front().from;
    if (runs.size() > 1) {
      from = buffers_.room(block, true, count);
      copy_runs(block, runs, from, true, "cpy", waits);
    }
    put(block, {"s", from, from, count, kNone, 0}, waits);
  }

  void copy_runs(std::uint32_t block, const std::vector<Run>& runs, Place room, bool into_room, const char* type,
                 std::vector<Wait>& waits) {
    for (const Run& run : runs) {
      put(block, {type, into_room ? run.from : room, into_room ? room : run.from, run.count, kNone, 0}, waits);
      room.offset += run.count;
    }
  }

  void receive(const Step& step, std::uint32_t lane, std::uint32_t k, MscclBlocks::Parts parts,
               const std::vector<ChunkId>& payload, std::vector<Wait>& waits) {
    std::vector<ChunkId> landing;
    schedule_.landing(RankId(rank_), lane, k, landing);
    const MscclBlocks::Sender sender = blocks_.sender(rank_, lane, k);
    if (landing.empty()) schedule_.payload(step.receive_from, sender.lane, sender.step, landing);
    const auto count = static_cast<std::uint32_t>(landing.size());
    const std::vector<Run> runs = buffers_.runs(landing);
    const bool overlaps =
        parts.send != kNone && parts.send != parts.receive && std::ranges::any_of(landing, [&](ChunkId chunk) {
          return std::find(payload.begin(), payload.end(), chunk) != payload.end();
        });
    if (runs.size() <= 1 && !overlaps) {
      const Place to = runs.empty() ? Place{} : runs.front().from;
      put(parts.receive, {step.reduce ? "rrc" : "r", to, to, count, kNone, 0}, waits);
      return;
    }
    // What is sent must be read before it is written over: in a block of its own the send is waited for.
    const Place room = buffers_.room(parts.receive, false, count);
    put(parts.receive, {"r", room, room, count, kNone, 0}, waits);
    std::vector<Wait> read;
    if (overlaps) read.push_back({parts.send, mark_of(k, false)});
    copy_runs(parts.receive, runs, room, false, step.reduce ? "re" : "cpy", read);
  }

  void move_within(const std::vector<LocalMove>& moves, std::uint32_t k, MscclBlocks::Parts parts) {
    const std::uint32_t block = parts.receive != kNone ? parts.receive : parts.send;
    std::vector<Wait> waits;
    if (parts.send != kNone && parts.send != block) waits.push_back({parts.send, mark_of(k, false)});
    for (const LocalMove& move : moves) {
      put(block, {move.add ? "re" : "cpy", buffers_.at(move.from), buffers_.at(move.to), 1, kNone, 0}, waits);
    }
    mark(block, mark_of(k, parts.receive != kNone));
  }

  /// From input to output; last, where steps may have moved it before.
  void copy_own_part() {
    std::vector<Wait> waits;
    for (std::uint32_t lane = 0; lane < schedule_.num_lanes() && schedule_.scratch() > 0; ++lane) {
      const std::uint32_t steps = schedule_.num_steps(RankId(rank_), lane);
      if (steps > 0) wait_for(lane, steps - 1, waits);
    }
    const std::uint32_t pieces = schedule_.pieces(), block = static_cast<std::uint32_t>(lines_.size());
    lines_.emplace_back();
    put(block, {"cpy", {'i', rank_ * pieces}, {'o', rank_ * pieces}, pieces, kNone, 0}, waits);
  }

  /// Marks become numbers of lines.
  void resolve() {
    for (std::vector<Line>& block : lines_) {
      for (Line& line : block) {
        if (line.wait_block == kNone) continue;
        line.wait_mark = marks_.at({line.wait_block, line.wait_mark});
        waited_for_.insert({{line.wait_block, line.wait_mark}, true});
      }
    }
  }

  const Schedule& schedule_;
  const MscclBlocks& blocks_;
  std::uint32_t rank_;
  Buffers buffers_;
  std::vector<std::vector<Line>> lines_;  // by block; one more, of no connection, for the own part of an alltoall
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> marks_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> waited_for_;
};

std::string attribute(const char* name, std::uint32_t value) {
  return std::string(" ") + name + "=\"" + (value == kNone ? "-1" : std::to_string(value)) + "\"";
}

std::string line_text(const Line& line, std::uint32_t index, bool waited_for) {
  std::string text = "      <step" + attribute("s", index) + " type=\"" + line.type + "\" srcbuf=\"" +
                     line.from.buffer + "\"" + attribute("srcoff", line.count == 0 ? kNone : line.from.offset) +
                     " dstbuf=\"" + line.to.buffer + "\"" +
                     attribute("dstoff", line.count == 0 ? kNone : line.to.offset) + attribute("cnt", line.count);
  text += attribute("depid", line.wait_block) + attribute("deps", line.wait_block == kNone ? kNone : line.wait_mark);
  return text + attribute("hasdep", waited_for ? 1 : 0) + "/>\n";
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else {
      safe += c;
    }
  }
  return safe;
}

template <class Emit>
void write_elements(const Schedule& schedule, const std::string& name, std::string_view coll, const MscclBlocks& blocks,
                    const Emit& emit) {
  const Collective& contract = schedule.collective();
  const std::uint32_t pieces = schedule.pieces();
  const bool whole = contract.kind() == CollectiveKind::all_reduce || contract.kind() == CollectiveKind::broadcast;
  const std::uint32_t chunks = whole ? pieces : pieces * contract.ranks();
  const bool alltoall = contract.kind() == CollectiveKind::alltoall;
  emit("<algo name=\"" + escaped(name) + "\" proto=\"Simple\"" + attribute("nchannels", blocks.channels()) +
       attribute("nchunksperloop", chunks) + attribute("ngpus", contract.ranks()) + " coll=\"" + std::string(coll) +
       "\" inplace=\"" + (alltoall ? "0" : "1") + "\" outofplace=\"" + (alltoall ? "1" : "0") +
       "\" minBytes=\"0\" maxBytes=\"0\">\n");
  for (std::uint32_t rank = 0; rank < contract.ranks(); ++rank) {
    const RankWriter writer(schedule, blocks, rank);
    emit("  <gpu" + attribute("id", rank) + attribute("i_chunks", chunks) + attribute("o_chunks", chunks) +
         attribute("s_chunks", writer.scratch_size()) + ">\n");
    for (std::uint32_t b = 0; b < writer.lines().size(); ++b) {
      const bool connected = b < blocks.blocks(rank).size();
      const MscclBlocks::Block block = connected ? blocks.blocks(rank)[b] : MscclBlocks::Block{};
      emit("    <tb" + attribute("id", b) + attribute("send", block.send) + attribute("recv", block.receive) +
           attribute("chan", block.channel) + ">\n");
      for (std::uint32_t i = 0; i < writer.lines()[b].size(); ++i) {
        emit(line_text(writer.lines()[b][i], i, writer.waited_for(b, i)));
      }
      emit(std::string("    </tb>\n"));
    }
    emit(std::string("  </gpu>\n"));
  }
  emit(std::string("</algo>\n"));
}

std::vector<ExportFile> write(const Schedule& schedule, const std::string& name, const ExportLimit& limit) {
  const std::string_view coll = coll_of(schedule.collective());
  if (schedule.num_agents() > 0)
    throw InputError("schedule " + name + " reduces in switches, which MSCCL XML cannot say");
  const MscclBlocks blocks(schedule);
  std::uint64_t bytes = 0;
  write_elements(schedule, name, coll, blocks, [&](const std::string& line) { bytes += line.size(); });
  limit.check_file("the file would have", bytes);
  std::string text;
  text.reserve(bytes);
  write_elements(schedule, name, coll, blocks, [&](const std::string& line) { text += line; });
  return {{"", std::move(text)}};
}

const bool kRegistered = [] {
  exporters().add("msccl_xml", "An algorithm of MSCCL: thread blocks of steps for one collective.",
                  {.extensions = {"xml"}, .schedule = write, .program = {}});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
