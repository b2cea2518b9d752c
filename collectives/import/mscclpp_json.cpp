// Execution plans of MSCCL++ (microsoft/mscclpp, src/core/executor/execution_plan.cc; samples in
// test/executor-tests/execution-plans), as far as they are messages: plans that put.
//
//   threadblock         a lane; its operations run in order
//   put                 waits for the signal after it: what a threadblock has put to a gpu since its last signal there
//                       is one message, sent by signal, pws or pwsf, and taken by the wait at the other end of the
//                       channel. That is when it lands
//   signal alone        a message of no bytes; rlxsignal and rlxwait are signal and wait
//   copy, re            within the rank; re is the sum of its sources; res does so and puts the sum
//   barrier             the threadblocks that have it wait for each other
//   nop, flush          nothing: operations of a threadblock are in order, and a message is delivered before the next
//                       one
// Channels: `channel_ids` count those of the threadblock, which count those of the gpu; the i-th channel of a kind from
// a to b is the other end of the i-th from b to a. Buffers become places: buffer_places.h.
// Refused, by name: get, rre, rres and others that read from another gpu; packets; switch channels; semaphores and
// pipelines; a put that is never signalled, or whose source is written before it is.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/suggest.h"
#include "base/yaml_view.h"
#include "collectives/import/buffer_places.h"
#include "collectives/import/importer.h"
#include "collectives/import/lane_draft.h"
#include "collectives/import/sized_steps.h"

namespace polyplane::collectives {
namespace {

constexpr std::array<std::string_view, 2> kChannelTypes = {"memory", "port"};

struct Plan {
  std::string name, protocol;
  CollectiveKind kind = CollectiveKind::all_reduce;
  std::uint32_t ranks = 0, pieces = 0;
  bool in_place = false;
};

/// Of one gpu, by type of channel.
struct Wiring {
  struct Channel {
    std::uint32_t peer = 0, number = 0;  // number: of the channels of that type between the two
  };
  struct RemoteBuffer {
    std::uint32_t rank = 0;
    Buffer buffer = Buffer::input;
  };
  std::map<std::string, std::vector<Channel>, std::less<>> channels;
  std::vector<RemoteBuffer> buffers;
};

class Reader {
 public:
  Reader(const TextSource& source, ImportNotes& notes)
      : source_(source), notes_(notes), root_(read_yaml(source)), view_(source, root_, "") {
    read_head();
  }

  [[nodiscard]] const Plan& plan() const { return plan_; }

  SizedSteps steps(RankId root) {
    const Collective contract({.kind = plan_.kind, .ranks = plan_.ranks, .root = root, .matrix = {}});
    std::uint32_t lanes = 0;
    places_.clear();
    for (const YamlView& gpu : gpus_) {
      const auto rank = static_cast<std::uint32_t>(places_.size());
      const auto scratch = static_cast<std::uint32_t>(gpu.at("scratch_chunks").whole(0, 1'000'000));
      places_.emplace_back(contract, plan_.pieces, plan_.in_place, RankId(rank), scratch);
      lanes = std::max(lanes, static_cast<std::uint32_t>(gpu.at("threadblocks").items().size()));
    }
    LaneDraft draft(source_, plan_.ranks, lanes + 1);
    draft_ = &draft;
    extra_ = lanes;
    for (rank_ = 0; rank_ < plan_.ranks; ++rank_) read_gpu(gpus_[rank_]);
    std::uint32_t scratch = 0;
    for (const BufferPlaces& places : places_) scratch = std::max(scratch, places.scratch());
    const std::uint64_t places = contract.blocks() * plan_.pieces + scratch;
    if (places * plan_.ranks > kMaxImportedPlaces) {
      source_.pass_limit(0, "gpus",
                         std::to_string(places) + " chunks on each of " + std::to_string(plan_.ranks) +
                             " gpus are too many to be proven; the limit is " + std::to_string(kMaxImportedPlaces) +
                             " in all");
    }
    draft.match();
    return SizedSteps(contract.shape(), plan_.pieces, std::move(draft).take(), scratch);
  }

 private:
  void read_head() {
    plan_.name = view_.at("name").text();
    plan_.protocol = view_.at("protocol").text();
    plan_.in_place = view_.at("inplace").truth();
    const YamlView collective = view_.at("collective");
    const std::map<std::string, CollectiveKind, std::less<>> kinds = {{"allreduce", CollectiveKind::all_reduce},
                                                                      {"allgather", CollectiveKind::all_gather},
                                                                      {"reducescatter", CollectiveKind::reduce_scatter},
                                                                      {"alltoall", CollectiveKind::alltoall},
                                                                      {"broadcast", CollectiveKind::broadcast}};
    const auto kind = kinds.find(collective.text());
    if (kind == kinds.end()) {
      std::vector<std::string> names;
      for (const auto& [name, own] : kinds) names.push_back(name);
      collective.fail(unknown_name("collective", collective.text(), names));
    }
    plan_.kind = kind->second;
    gpus_ = view_.at("gpus").items();
    if (gpus_.empty() || gpus_.size() > kMaxImportedRanks)
      view_.at("gpus").fail("holds " + std::to_string(gpus_.size()) + " gpus");
    plan_.ranks = static_cast<std::uint32_t>(gpus_.size());
    const bool gathers = plan_.kind == CollectiveKind::all_gather;
    const bool whole = plan_.kind == CollectiveKind::all_reduce || plan_.kind == CollectiveKind::broadcast;
    const YamlView chunks = gpus_.front().at(gathers ? "output_chunks" : "input_chunks");
    const std::int64_t count = chunks.whole(1, 1'000'000);
    if (!whole && count % plan_.ranks != 0) {
      chunks.fail("is " + std::to_string(count) + ", which " + std::to_string(plan_.ranks) +
                  " gpus cannot share evenly");
    }
    plan_.pieces = static_cast<std::uint32_t>(whole ? count : count / plan_.ranks);
    for (const YamlView& gpu : gpus_) {
      const auto rank = &gpu - gpus_.data();
      if (gpu.at("id").whole(0, plan_.ranks - 1) != rank)
        gpu.at("id").fail("stands where " + std::to_string(rank) + " should");
      if (gpu.at(gathers ? "output_chunks" : "input_chunks").whole(1, 1'000'000) != count) {
        gpu.fail("has another number of chunks than gpu 0");
      }
      scratch_ += static_cast<std::uint64_t>(gpu.at("scratch_chunks").whole(0, 1'000'000) + count);
    }
    if (scratch_ > kMaxImportedOperations) {
      source_.pass_limit(0, "gpus", "the buffers have more than " + std::to_string(kMaxImportedOperations) + " chunks");
    }
    for (const auto& [key, line] : view_.keys()) {
      static const std::array<std::string_view, 9> kKnown = {"name",
                                                             "collective",
                                                             "protocol",
                                                             "inplace",
                                                             "gpus",
                                                             "reuse_resources",
                                                             "num_threads_per_block",
                                                             "buffer_alignment",
                                                             "max_message_size"};
      if (key == "use_double_scratch_buffer" || key == "min_message_size") continue;
      if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) {
        notes_.warn(line, "key \"" + printable(key) + "\" is not known and not read");
      }
    }
  }

  void read_gpu(const YamlView& gpu) {
    wiring_ = {};
    std::map<std::pair<std::string, std::uint32_t>, std::uint32_t> numbers;
    for (const YamlView& channel : gpu.at("channels").items()) {
      const std::string type = type_of(channel);
      for (const YamlView& peer : channel.at("connected_to").items()) {
        const auto other = static_cast<std::uint32_t>(peer.whole(0, plan_.ranks - 1));
        if (other == rank_) peer.fail("is the gpu itself");
        wiring_.channels[type].push_back({other, numbers[{type, other}]++});
      }
    }
    if (gpu.has("remote_buffers")) {
      for (const YamlView& remote : gpu.at("remote_buffers").items()) {
        wiring_.buffers.push_back(
            {static_cast<std::uint32_t>(remote.at("rank").whole(0, plan_.ranks - 1)), buffer_of(remote.at("type"))});
      }
    }
    BufferPlaces& places = places_[rank_];
    if (!places.first_moves().empty()) {
      StoredStep first;
      first.moves = places.first_moves();
      static_cast<void>(draft_->add(rank_, extra_, std::move(first), {}, gpu.line()));
    }
    std::vector<Dependency> ends;
    barriers_.clear();
    lane_ = 0;
    for (const YamlView& block : gpu.at("threadblocks").items()) {
      read_block(block);
      if (const std::uint32_t size = draft_->size(rank_, lane_); size > 0) ends.push_back({lane_, size - 1});
      ++lane_;
    }
    join_barriers();
    if (places.last_moves().empty()) return;
    StoredStep last;
    last.moves = places.last_moves();
    static_cast<void>(draft_->add(rank_, extra_, std::move(last), ends, gpu.line()));
  }

  std::string type_of(const YamlView& item) const {
    const YamlView type = item.at("channel_type");
    if (std::find(kChannelTypes.begin(), kChannelTypes.end(), type.text()) == kChannelTypes.end()) {
      type.fail("\"" + printable(type.text()) + "\" is not read; allowed: memory, port");
    }
    return type.text();
  }
  static Buffer buffer_of(const YamlView& type) {
    if (type.text() == "i") return Buffer::input;
    if (type.text() == "o") return Buffer::output;
    if (type.text() == "s") return Buffer::scratch;
    type.fail("\"" + printable(type.text()) + "\" is no buffer; allowed: i, o, s");
  }

  void read_block(const YamlView& block) {
    block_channels_.clear();
    block_buffers_.clear();
    puts_.clear();
    waits_.clear();
    if (draft_->size(rank_, extra_) > 0) waits_.push_back({extra_, 0});
    for (const YamlView& channel : block.at("channels").items()) {
      const std::string type = type_of(channel);
      const auto& known = wiring_.channels[type];
      for (const YamlView& id : channel.at("channel_ids").items()) {
        block_channels_[type].push_back(known[index(id, known.size(), "channel of the gpu")]);
      }
    }
    if (block.has("remote_buffer_refs")) {
      for (const YamlView& refs : block.at("remote_buffer_refs").items()) {
        const std::string type = refs.at("access_channel_type").text();
        for (const YamlView& id : refs.at("remote_buffer_ids").items()) {
          block_buffers_[type].push_back(
              wiring_.buffers[index(id, wiring_.buffers.size(), "remote buffer of the gpu")]);
        }
      }
    }
    for (const YamlView& op : block.at("ops").items()) read_op(op);
    for (const auto& [peer, put] : puts_) {
      source_.fail(put.line, "put", "to gpu " + std::to_string(peer) + " is never signalled");
    }
  }

  static std::size_t index(const YamlView& id, std::size_t count, const std::string& what) {
    const std::int64_t value = id.whole(0, INT32_MAX);
    if (static_cast<std::size_t>(value) >= count) {
      id.fail(std::to_string(value) + " is no " + what + "; there are " + std::to_string(count));
    }
    return static_cast<std::size_t>(value);
  }

  void read_op(const YamlView& op) {
    if (++ops_ > kMaxImportedOperations) {
      source_.pass_limit(op.line(), "ops",
                         "more than " + std::to_string(kMaxImportedOperations) + " operations are not read");
    }
    const std::string& name = op.at("name").text();
    if (name == "nop" || name == "flush") return;
    if (name == "copy" || name == "re") {
      move(op, name == "re");
    } else if (name == "res") {
      move(op, true);
      put(op, true);
    } else if (name == "put" || name == "pws" || name == "pwsf") {
      put(op, false);
      if (name != "put") signal(op);
    } else if (name == "signal" || name == "rlxsignal") {
      signal(op);
    } else if (name == "wait" || name == "rlxwait") {
      wait(op);
    } else if (name == "barrier") {
      barrier(op);
    } else {
      op.at("name").fail("\"" + printable(name) +
                         "\" is not read: only plans of messages are (put, pws, pwsf, signal, wait, copy, re, res, "
                         "barrier, nop, flush)");
    }
  }

  [[nodiscard]] std::vector<ChunkId> range(const YamlView& part, std::uint32_t rank, Buffer buffer) {
    const auto first = static_cast<std::uint64_t>(part.at("index").whole(0, 1'000'000));
    const auto count = static_cast<std::uint64_t>(part.at("size").whole(1, 1'000'000));
    const std::uint32_t size = places_[rank].size(buffer);
    if (first + count > size) {
      part.fail("from " + std::to_string(first) + ", with size " + std::to_string(count) +
                ", leaves the buffer, which has " + std::to_string(size) + " chunks");
    }
    chunks_ += count;
    if (chunks_ > kMaxImportedOperations) {
      source_.pass_limit(part.line(), "size",
                         "the operations touch more than " + std::to_string(kMaxImportedOperations) + " chunks");
    }
    std::vector<ChunkId> list;
    for (std::uint64_t i = 0; i < count; ++i)
      list.push_back(places_[rank].at(buffer, static_cast<std::uint32_t>(first + i)));
    return list;
  }
  [[nodiscard]] std::vector<ChunkId> local(const YamlView& part) {
    return range(part, rank_, buffer_of(part.at("type")));
  }

  std::uint32_t add(StoredStep step, int line) {
    const std::uint32_t at = draft_->add(rank_, lane_, std::move(step), waits_, line);
    waits_.clear();
    return at;
  }

  /// The sum of the sources (of a copy one) to the first destination.
  void move(const YamlView& op, bool adds) {
    const std::vector<YamlView> sources = op.at("src_buff").items(), destinations = op.at("dst_buff").items();
    if (sources.empty() || destinations.empty() || (!adds && sources.size() != 1))
      op.fail("needs a source and a destination");
    const std::vector<ChunkId> to = local(destinations.front());
    std::vector<std::vector<ChunkId>> from;
    for (const YamlView& source : sources) {
      from.push_back(local(source));
      if (from.back().size() != to.size()) source.fail("is not of the size of the destination");
    }
    // What is there already is added to, not copied.
    if (const auto own = std::find(from.begin(), from.end(), to); own != from.end()) std::iter_swap(from.begin(), own);
    StoredStep step;
    for (std::size_t s = 0; s < from.size(); ++s) {
      for (std::size_t i = 0; i < to.size(); ++i) {
        if (s > 0 || from[s][i] != to[i]) step.moves.push_back({from[s][i], to[i], s > 0});
      }
    }
    for (const auto& [peer, put] : puts_) {
      const bool written = std::ranges::any_of(
          to, [&](ChunkId place) { return std::ranges::find(put.payload, place) != put.payload.end(); });
      if (written) op.fail("writes what was put to gpu " + std::to_string(peer) + " and is not signalled yet");
    }
    static_cast<void>(add(std::move(step), op.line()));
  }

  /// `of_sum`: the first destination is local, and is what is put to the others.
  void put(const YamlView& op, bool of_sum) {
    const std::vector<YamlView> destinations = op.at("dst_buff").items();
    const YamlView source = of_sum                              ? destinations.front()
                            : op.at("src_buff").items().empty() ? op
                                                                : op.at("src_buff").items().front();
    const std::vector<ChunkId> payload = local(source);
    const auto& buffers = block_buffers_[type_of(op)];
    for (std::size_t d = of_sum ? 1 : 0; d < destinations.size(); ++d) {
      const Wiring::RemoteBuffer& remote =
          buffers[index(destinations[d].at("buffer_id"), buffers.size(), "remote buffer of the threadblock")];
      if (remote.rank == rank_) destinations[d].fail("is a buffer of the gpu itself");
      const std::vector<ChunkId> landing = range(destinations[d], remote.rank, remote.buffer);
      if (landing.size() != payload.size()) destinations[d].fail("is not of the size of the source");
      Put& put = puts_[remote.rank];
      if (put.payload.empty()) put.line = op.line();
      for (std::size_t i = 0; i < payload.size(); ++i) {
        if (std::ranges::find(put.payload, payload[i]) != put.payload.end())
          op.fail("puts a chunk twice before it signals");
        put.payload.push_back(payload[i]);
        put.landing.push_back(landing[i]);
      }
    }
  }

  std::vector<std::pair<Wiring::Channel, std::uint32_t>> channels_of(const YamlView& op) {
    const std::string type = type_of(op);
    const auto& known = block_channels_[type];
    const std::uint32_t kind = type == "port" ? 1'000'000 : 0;
    std::vector<std::pair<Wiring::Channel, std::uint32_t>> list;
    for (const YamlView& id : op.at("channel_ids").items()) {
      const Wiring::Channel& channel = known[index(id, known.size(), "channel of the threadblock")];
      list.emplace_back(channel, kind + channel.number);
    }
    if (list.empty()) op.fail("names no channel");
    return list;
  }

  void signal(const YamlView& op) {
    for (const auto& [channel, number] : channels_of(op)) {
      StoredStep step;
      std::vector<ChunkId> landing;
      if (const auto put = puts_.find(channel.peer); put != puts_.end()) {
        step.payload = std::move(put->second.payload);
        landing = std::move(put->second.landing);
        puts_.erase(put);
      }
      const std::uint32_t at = add(std::move(step), op.line());
      draft_->sends(rank_, channel.peer, number, lane_, at, op.line(), std::move(landing));
    }
  }

  void wait(const YamlView& op) {
    for (const auto& [channel, number] : channels_of(op)) {
      const std::uint32_t at = add({}, op.line());
      draft_->receives(channel.peer, rank_, number, lane_, at, op.line());
    }
  }

  /// Everyone arrives with one step and goes on with the next, which waits for all that arrived; both exist before
  /// others are known, so that join_barriers() fills in the waits.
  void barrier(const YamlView& op) {
    const auto id = op.at("barrier_id").whole(0, INT32_MAX);
    const auto threadblocks = op.at("num_threadblocks").whole(1, 1024);
    const std::uint32_t arrive = add({}, op.line());
    std::vector<Dependency> room(static_cast<std::size_t>(std::max<std::int64_t>(threadblocks - 1, 0)),
                                 Dependency{lane_, arrive});
    static_cast<void>(draft_->add(rank_, lane_, {}, room, op.line()));
    std::vector<Arrival>& arrivals = barriers_[{id, times_[{id, lane_}]++}];
    arrivals.push_back({lane_, arrive, threadblocks, op.line()});
  }

  void join_barriers() {
    times_.clear();
    for (const auto& [key, arrivals] : barriers_) {
      for (const Arrival& arrival : arrivals) {
        if (static_cast<std::int64_t>(arrivals.size()) != arrival.threadblocks) {
          source_.fail(arrival.line, "barrier",
                       std::to_string(key.first) + " is of " + std::to_string(arrival.threadblocks) +
                           " threadblocks; " + std::to_string(arrivals.size()) + " have it");
        }
        std::uint32_t step = arrival.arrive + 1, slot = 0;
        for (const Arrival& other : arrivals) {
          if (other.lane == arrival.lane) continue;
          Step& joins = draft_->step(rank_, arrival.lane, step).step;
          joins.after[slot] = {other.lane, other.arrive};
          if (++slot == joins.num_after) {
            slot = 0;
            ++step;
          }
        }
      }
    }
  }

  struct Put {
    std::vector<ChunkId> payload, landing;
    int line = 0;
  };
  struct Arrival {
    std::uint32_t lane = 0, arrive = 0;
    std::int64_t threadblocks = 0;
    int line = 0;
  };
  const TextSource& source_;
  ImportNotes& notes_;
  YamlNode root_;
  YamlView view_;
  Plan plan_;
  std::vector<YamlView> gpus_;
  std::vector<BufferPlaces> places_;
  LaneDraft* draft_ = nullptr;
  std::uint32_t extra_ = 0, rank_ = 0, lane_ = 0;  // extra: the lane of copies at the beginning and at the end
  Wiring wiring_;
  std::map<std::string, std::vector<Wiring::Channel>, std::less<>> block_channels_;
  std::map<std::string, std::vector<Wiring::RemoteBuffer>, std::less<>> block_buffers_;
  std::map<std::uint32_t, Put> puts_;  // by gpu: since the last signal to it
  std::vector<Dependency> waits_;
  std::map<std::pair<std::int64_t, std::uint32_t>, std::vector<Arrival>> barriers_;  // by id and how-manieth
  std::map<std::pair<std::int64_t, std::uint32_t>, std::uint32_t> times_;            // by id and lane
  std::uint64_t ops_ = 0, chunks_ = 0, scratch_ = 0;
};

ImportedSchedule read(const ImportInput& input) {
  ImportedSchedule imported;
  const ImportFile& file = input.files.front();
  const TextSource source(file.name, file.bytes);
  Reader reader(source, imported.notes);
  imported.name = reader.plan().name;
  imported.kind = reader.plan().kind;
  imported.ranks = reader.plan().ranks;
  imported.protocol = reader.plan().protocol;
  imported.notes.assume(
      "what is put lands when it is waited for, and a message is delivered before the next operation of its "
      "threadblock");
  const auto steps = std::make_shared<const SizedSteps>(reader.steps(RankId(0)));
  imported.make = [steps, kept = file](const Collective& contract) {
    if (contract.root() == RankId(0)) return steps->make(contract);
    const TextSource again(kept.name, kept.bytes);
    ImportNotes notes;
    return Reader(again, notes).steps(contract.root()).make(contract);
  };
  return imported;
}

const bool kRegistered = [] {
  schedule_importers().add(
      "mscclpp_json", "An execution plan of MSCCL++, as far as it puts: one collective, by threadblocks.",
      {.extensions = {"json"}, .options = {}, .file_options = {}, .file_of_each_rank = "", .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
