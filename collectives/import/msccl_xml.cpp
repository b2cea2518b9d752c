// MSCCL algorithm XML (Azure/msccl-tools, msccl/language/ir.py): algo > gpu > tb > step.
//
//   tb       a lane. Its steps run in order; `depid`, `deps` are dependencies on a step of another tb of the gpu
//   s        a step that sends; r receives; rcs receives, then sends what came; rrc receives and adds; rrcs does so,
//            then sends the sum; rrs adds in a place of its own, then sends; cpy and re copy and add within the rank
//   nop      carries a dependency to the step after it; a step of its own only where others wait for it
// A send and the receive after it in one tb become one step (Step does both at once), unless others wait for one of
// them alone or the receive for others: the same times. Buffers become places: buffer_places.h. What happens within a
// rank takes what the stack says of copies and sums. With `inplace` 1 the buffers are one.
// Left out, with a warning: element and attribute names that are not known; redop, since sums stand for all of them.
// Refused: sendrecv and custom, which promise nothing that could be proven; entities of XML.
#include <algorithm>
#include <utility>

#include "collectives/import/importer.h"
#include "collectives/import/lane_draft.h"
#include "collectives/import/msccl_algo.h"
#include "collectives/import/sized_steps.h"

namespace polyplane::collectives {
namespace {

/// The lanes of one root.
class Maker {
 public:
  Maker(const MscclAlgo& algo, const Collective& contract)
      : algo_(algo),
        source_(algo.file, ""),
        contract_(contract),
        lanes_(lanes_of(algo)),
        draft_(source_, algo.ranks, lanes_ + 1) {}

  SizedSteps make() {
    std::uint32_t scratch = 0;
    for (std::uint32_t rank = 0; rank < algo_.ranks; ++rank) {
      BufferPlaces places(contract_, algo_.pieces, algo_.in_place, RankId(rank), algo_.gpus[rank].scratch);
      if (!places.first_moves().empty()) {
        StoredStep first;
        first.moves = places.first_moves();
        draft_.add(rank, lanes_, std::move(first), {}, 0);
      }
      number_steps(rank);
      for (std::uint32_t lane = 0; lane < algo_.gpus[rank].blocks.size(); ++lane) add_lane(rank, lane, places);
      if (!places.last_moves().empty()) add_last(rank, places.last_moves());
      scratch = std::max(scratch, places.scratch());
    }
    const std::uint64_t places = contract_.blocks() * algo_.pieces + scratch;
    if (places * algo_.ranks > kMaxImportedPlaces) {
      source_.pass_limit(0, "nchunksperloop",
                         std::to_string(places) + " chunks on each of " + std::to_string(algo_.ranks) +
                             " gpus are too many to be proven; the limit is " + std::to_string(kMaxImportedPlaces) +
                             " in all");
    }
    draft_.match();
    return SizedSteps(contract_.shape(), algo_.pieces, std::move(draft_).take(), scratch);
  }

 private:
  using Type = MscclStep::Type;

  static std::uint32_t lanes_of(const MscclAlgo& algo) {
    std::size_t most = 0;
    for (const MscclGpu& gpu : algo.gpus) most = std::max(most, gpu.blocks.size());
    return static_cast<std::uint32_t>(most);
  }

  void add_last(std::uint32_t rank, const std::vector<LocalMove>& moves) {
    std::vector<Dependency> after;
    for (std::uint32_t lane = 0; lane < algo_.gpus[rank].blocks.size(); ++lane) {
      const std::uint32_t size = draft_.size(rank, lane);
      if (size > 0) after.push_back({lane, size - 1});
    }
    StoredStep last;
    last.moves = moves;
    draft_.add(rank, lanes_, std::move(last), after, 0);
  }

  /// A step that is gone: its wait goes to the next one.
  static bool vanishes(const MscclStep& step) { return step.type == Type::nop && !step.waited_for; }
  /// One with the send before it.
  static bool joins_send(const MscclStep& send, const MscclStep& step) {
    return send.type == Type::s && !send.waited_for && step.receives() && step.wait_tb == MscclStep::kNone;
  }
  /// Receives and sends, one after the other.
  static bool is_two(const MscclStep& step) { return step.receives() && step.sends(); }

  /// Where the steps of all tbs will stand, before any is made: waits may point at later ones.
  void number_steps(std::uint32_t rank) {
    last_.clear();
    for (const MscclThreadBlock& block : algo_.gpus[rank].blocks) {
      std::vector<std::uint32_t>& last = last_.emplace_back(block.steps.size());
      std::uint32_t next = 0;
      std::size_t waits = has_first(rank) ? 1 : 0;
      for (std::size_t i = 0; i < block.steps.size(); ++i) {
        const MscclStep& step = block.steps[i];
        if (step.wait_tb != MscclStep::kNone) ++waits;
        if (vanishes(step)) continue;
        if (waits == 0 && i > 0 && joins_send(block.steps[i - 1], step)) --next;
        if (waits > 4) next += static_cast<std::uint32_t>((waits - 1) / 4);  // joins of LaneDraft::add()
        waits = 0;
        next += is_two(step) ? 2 : 1;
        last[i] = next - 1;
      }
    }
  }

  [[nodiscard]] bool has_first(std::uint32_t rank) const { return draft_.size(rank, lanes_) > 0; }

  std::vector<ChunkId> range(const BufferPlaces& places, Buffer buffer, std::uint32_t offset, std::uint32_t count,
                             const MscclStep& step, std::string_view field) const {
    if (count == 0) return {};
    if (offset == MscclStep::kNone || std::uint64_t{offset} + count > places.size(buffer)) {
      const char* const name = buffer == Buffer::input ? "i" : buffer == Buffer::output ? "o" : "s";
      source_.fail(step.line, "step@" + std::string(field),
                   std::to_string(static_cast<std::int32_t>(offset)) + ", with cnt " + std::to_string(count) +
                       ", leaves buffer " + name + ", which has " + std::to_string(places.size(buffer)) + " chunks");
    }
    std::vector<ChunkId> list;
    for (std::uint32_t i = 0; i < count; ++i) list.push_back(places.at(buffer, offset + i));
    return list;
  }

  static void move_all(const std::vector<ChunkId>& from, const std::vector<ChunkId>& to, bool add,
                       std::vector<LocalMove>& moves) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (add || from[i] != to[i]) moves.push_back({from[i], to[i], add});
    }
  }

  void add_lane(std::uint32_t rank, std::uint32_t lane, BufferPlaces& places) {
    const MscclThreadBlock& block = algo_.gpus[rank].blocks[lane];
    std::vector<ChunkId> temporary;
    std::vector<Dependency> waits;
    if (has_first(rank)) waits.push_back({lanes_, 0});
    for (std::size_t i = 0; i < block.steps.size(); ++i) {
      const MscclStep& step = block.steps[i];
      if (step.wait_tb != MscclStep::kNone) { waits.push_back({step.wait_tb, last_[step.wait_tb][step.wait_step]}); }
      if (vanishes(step)) continue;
      const bool joined = waits.empty() && i > 0 && joins_send(block.steps[i - 1], step);
      std::vector<ChunkId> from, to;
      const bool reads = step.type != Type::nop && step.type != Type::r && step.type != Type::rcs;
      const bool writes = step.type != Type::nop && step.type != Type::s && step.type != Type::rrs;
      if (reads) from = range(places, step.from, step.from_offset, step.count, step, "srcoff");
      if (writes) to = range(places, step.to, step.to_offset, step.count, step, "dstoff");
      if (step.type == Type::rrs) {
        while (temporary.size() < step.count) temporary.push_back(places.add_place());
        to.assign(temporary.begin(), temporary.begin() + static_cast<std::ptrdiff_t>(step.count));
      }
      StoredStep made;
      if (step.type == Type::s) made.payload = from;
      if (step.receives()) {
        const bool adds = reads && from == to;
        made.step.reduce = adds;
        made.landing = to;
        if (reads && !adds) move_all(from, to, true, made.moves);
      }
      if (step.type == Type::cpy || step.type == Type::re) move_all(from, to, step.type == Type::re, made.moves);
      std::uint32_t at = 0;
      if (joined) {
        at = draft_.size(rank, lane) - 1;
        StoredStep& both = draft_.step(rank, lane, at);
        both.step.reduce = made.step.reduce;
        both.landing = std::move(made.landing);
        both.moves = std::move(made.moves);
      } else {
        at = draft_.add(rank, lane, std::move(made), waits, step.line);
      }
      waits.clear();
      if (step.receives()) draft_.receives(block.receive, rank, block.channel, lane, at, step.line);
      if (is_two(step)) {
        StoredStep sent;
        sent.payload = to;
        at = draft_.add(rank, lane, std::move(sent), {}, step.line);
      }
      if (step.sends()) draft_.sends(rank, block.send, block.channel, lane, at, step.line);
    }
  }

  const MscclAlgo& algo_;
  TextSource source_;
  const Collective& contract_;
  std::uint32_t lanes_;
  LaneDraft draft_;
  std::vector<std::vector<std::uint32_t>> last_;  // [tb][step] of one gpu: its last step in the lane
};

/// Makes schedules; keeps the steps for root 0, which almost all ask for.
class Schedules {
 public:
  explicit Schedules(MscclAlgo algo) : algo_(std::move(algo)), steps_(steps_of(RankId(0))) {}

  [[nodiscard]] std::unique_ptr<Schedule> make(const Collective& contract) const {
    if (contract.root() == RankId(0)) return steps_.make(contract);
    return steps_of(contract.root()).make(contract);
  }

 private:
  [[nodiscard]] SizedSteps steps_of(RankId root) const {
    const Collective contract({.kind = algo_.kind, .ranks = algo_.ranks, .root = root, .matrix = {}});
    return Maker(algo_, contract).make();
  }

  MscclAlgo algo_;
  SizedSteps steps_;
};

ImportedSchedule read(const ImportInput& input) {
  ImportedSchedule imported;
  MscclAlgo algo = read_msccl(TextSource(input.files.front().name, input.files.front().bytes), imported.notes);
  imported.name = algo.name;
  imported.kind = algo.kind;
  imported.ranks = algo.ranks;
  imported.protocol = algo.protocol;
  imported.smallest = algo.smallest;
  imported.most = algo.most;
  const auto schedules = std::make_shared<const Schedules>(std::move(algo));
  imported.make = [schedules](const Collective& contract) { return schedules->make(contract); };
  return imported;
}

const bool kRegistered = [] {
  schedule_importers().add(
      "msccl_xml", "An algorithm of MSCCL: thread blocks of steps for one collective.",
      {.extensions = {"xml"}, .options = {}, .file_options = {}, .file_of_each_rank = "", .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
