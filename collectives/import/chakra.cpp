// Chakra execution traces of MLCommons (schema/protobuf/et_def.proto), one file a rank, as protobuf records, gzip of
// them, or the JSON form. Rank r is an actor on card r. Rules of the feeder: mlcommons/chakra, src/feeder.
//
//   COMP             compute on "gpu", or on "cpu" with is_cpu_op, one at a time each, the lowest id first. It takes
//                    duration_ps (our own attribute), else duration_micros, else what `system` makes of num_ops and
//                    tensor_size
//   MEM_LOAD, STORE  the same on "memory", by tensor_size
//   COMM_SEND, RECV  messages between ranks; comm_tag 0 where there is none
//   COMM_COLL        collectives of one process group go one after the other, in the order in which a feeder issues
//                    nodes that take no time: the n-th of one rank meets the n-th of the others, and they must agree
//   METADATA         process groups; nothing else
// data_deps gate a node; ctrl_deps do with ctrl_deps=1. comm_size is what a rank puts in: an all-gather or gather of n
// ranks ends with n times that. comm_sizes, our own attribute, makes an all-to-all one of uneven parts.
// Left out: other attributes; start_time_micros; a BROADCAST, REDUCE, GATHER or SCATTER has its root at comm_src, else
// at the first rank of its group.
#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/import/astra_system.h"
#include "collectives/import/chakra_calls.h"
#include "collectives/import/chakra_trace.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

using Type = ChakraNode::Type;

constexpr std::uint32_t kNone = UINT32_MAX;
enum Label : std::uint32_t { kOther, kCompute, kHost, kMemory, kMessages, kCollectives };

[[noreturn]] void fail(const ChakraTrace& trace, const ChakraNode& node, const std::string& problem) {
  TextSource(trace.file, "").fail(node.line, words_of(node), problem);
}

/// The order in which nodes of one rank are issued when none takes time; dependencies as indices.
class IssueOrder {
 public:
  IssueOrder(const ChakraTrace& trace, bool ctrl_deps) : trace_(trace), deps_(trace.nodes.size()) {
    for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) {
      if (!index_.emplace(trace.nodes[i].id, i).second) fail(trace, trace.nodes[i], "has the id of a node before it");
    }
    for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) {
      for (const std::uint64_t id : trace.nodes[i].data_deps) add(i, id, "data_deps");
      for (const std::uint64_t id : trace.nodes[i].ctrl_deps) {
        if (ctrl_deps) add(i, id, "ctrl_deps");
      }
      std::sort(deps_[i].begin(), deps_[i].end());
      deps_[i].erase(std::unique(deps_[i].begin(), deps_[i].end()), deps_[i].end());
    }
    sort();
  }

  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }
  [[nodiscard]] const std::vector<std::uint32_t>& deps(std::uint32_t node) const { return deps_[node]; }

 private:
  void add(std::uint32_t node, std::uint64_t id, const char* field) {
    const auto place = index_.find(id);
    if (place == index_.end()) {
      fail(trace_, trace_.nodes[node],
           std::string(field) + " name node " + std::to_string(id) + ", which the file does not hold");
    }
    deps_[node].push_back(place->second);
  }

  void sort() {
    std::vector<std::vector<std::uint32_t>> successors(deps_.size());
    std::vector<std::size_t> waits(deps_.size());
    using Ready = std::pair<std::uint64_t, std::uint32_t>;  // id, index
    std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
    for (std::uint32_t i = 0; i < deps_.size(); ++i) {
      waits[i] = deps_[i].size();
      for (const std::uint32_t dep : deps_[i]) successors[dep].push_back(i);
      if (waits[i] == 0) ready.emplace(trace_.nodes[i].id, i);
    }
    while (!ready.empty()) {
      const std::uint32_t node = ready.top().second;
      ready.pop();
      order_.push_back(node);
      for (const std::uint32_t next : successors[node]) {
        if (--waits[next] == 0) ready.emplace(trace_.nodes[next].id, next);
      }
    }
    if (order_.size() < deps_.size()) name_circle(waits);
  }

  /// Each node that still waits has a dependency that does too: following them ends in a circle.
  [[noreturn]] void name_circle(const std::vector<std::size_t>& waits) const {
    auto node = static_cast<std::uint32_t>(
        std::find_if(waits.begin(), waits.end(), [](std::size_t w) { return w > 0; }) - waits.begin());
    std::vector<std::uint32_t> path;
    std::set<std::uint32_t> seen;
    while (seen.insert(node).second) {
      path.push_back(node);
      node = *std::find_if(deps_[node].begin(), deps_[node].end(), [&](std::uint32_t dep) { return waits[dep] > 0; });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), node));
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    constexpr std::size_t kShown = 6;
    std::string text = "waits for itself";
    for (std::size_t i = 1; i < path.size() && i < kShown; ++i) {
      text += (i == 1 ? " through " : ", ") + words_of(trace_.nodes[path[i]]);
    }
    if (path.size() > kShown) text += " and " + std::to_string(path.size() - kShown) + " more";
    fail(trace_, trace_.nodes[path[0]], text);
  }

  const ChakraTrace& trace_;
  std::map<std::uint64_t, std::uint32_t> index_;
  std::vector<std::vector<std::uint32_t>> deps_;
  std::vector<std::uint32_t> order_;
};

class Maker {
 public:
  Maker(const ImportInput& input, ImportNotes& notes)
      : notes_(notes), ctrl_deps_(input.options.integer("ctrl_deps") == 1) {
    if (input.beside.contains("system")) system_ = read_astra_system(input.beside.at("system"), notes);
    for (const ImportFile& file : input.files) traces_.push_back(read_chakra(file, notes));
    ranks_ = static_cast<std::uint32_t>(traces_.size());
    const std::int64_t copies = input.options.integer("ranks");
    if (copies > 0 && traces_.size() > 1) {
      throw InputError("option ranks is for one file that stands for all ranks; there are " + std::to_string(ranks_));
    }
    if (copies > 0) {
      notes.assume("one file stands for " + std::to_string(copies) + " ranks that all do the same");
      ranks_ = static_cast<std::uint32_t>(copies);
    }
    ChakraGroups groups;
    if (input.beside.contains("groups")) {
      groups = read_chakra_groups(input.beside.at("groups").name, input.beside.at("groups").bytes);
    }
    calls_.emplace(ranks_, std::move(groups), input.options.text("dims"), system_.algorithms, notes);
    program_.name = name_of_file(input.files.front().name);
    program_.labels = {"other", "compute", "host", "memory", "messages", "collectives"};
  }

  Program make() {
    for (const ChakraTrace& trace : traces_) calls_->add_groups(trace);
    std::uint64_t nodes = 0;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      nodes += trace(rank).nodes.size();
      if (nodes > kMaxImportedOperations) {
        throw LimitError(trace(rank).file + ": more than " + std::to_string(kMaxImportedOperations) +
                         " nodes of all ranks are not read");
      }
      add_rank(rank);
    }
    calls_->finish(program_);
    if (collectives_ > 0) {
      notes_.assume("comm_size is what a rank puts in: an all-gather of n ranks ends with n times that");
    }
    return std::move(program_);
  }

 private:
  [[nodiscard]] const ChakraTrace& trace(std::uint32_t rank) const {
    return traces_.size() == 1 ? traces_.front() : traces_[rank];
  }

  std::uint32_t stream(Actor& actor, const std::string& name, Stream::Kind kind) {
    const auto place = std::find_if(actor.streams.begin(), actor.streams.end(),
                                    [&](const Stream& stream) { return stream.name == name; });
    if (place != actor.streams.end()) return static_cast<std::uint32_t>(place - actor.streams.begin());
    actor.streams.push_back({name, kind});
    return static_cast<std::uint32_t>(actor.streams.size() - 1);
  }

  std::uint32_t name(const ChakraNode& node) {
    const auto [place, fresh] = names_.emplace(words_of(node), program_.names.size());
    if (fresh) program_.names.push_back(place->first);
    return static_cast<std::uint32_t>(place->second);
  }

  void add_rank(std::uint32_t rank) {
    const ChakraTrace& trace = this->trace(rank);
    const IssueOrder order(trace, ctrl_deps_);
    Actor actor;
    actor.name = "rank " + std::to_string(rank);
    actor.cards = {rank};
    std::vector<std::uint32_t> operation_of(trace.nodes.size());
    for (const std::uint32_t index : order.order()) {
      const ChakraNode& node = trace.nodes[index];
      std::vector<After> after;
      for (const std::uint32_t dep : order.deps(index)) after.push_back({operation_of[dep], false});
      Operation operation = operation_for(actor, rank, trace, node);
      operation.name = name(node);
      operation_of[index] = actor.add(operation, after);
    }
    program_.actors.push_back(std::move(actor));
  }

  Operation operation_for(Actor& actor, std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node) {
    Operation operation;
    switch (node.type) {
      case Type::comp:
        operation.kind = Operation::Kind::compute;
        operation.stream = stream(actor, node.on_cpu ? "cpu" : "gpu", Stream::Kind::one_at_a_time);
        operation.label = node.on_cpu ? kHost : kCompute;
        operation.duration = time_of(trace, node, node.num_ops);
        break;
      case Type::mem_load:
      case Type::mem_store:
        operation.kind = Operation::Kind::compute;
        operation.stream = stream(actor, "memory", Stream::Kind::one_at_a_time);
        operation.label = kMemory;
        operation.duration = time_of(trace, node, std::nullopt);
        break;
      case Type::send:
      case Type::recv:
        read_message(rank, trace, node, operation);
        operation.stream = stream(actor, "network", Stream::Kind::concurrent);
        operation.label = kMessages;
        break;
      case Type::coll: {
        ++collectives_;
        const std::string group = calls_->enter(rank, trace, node, operation);
        if (operation.kind == Operation::Kind::join) {
          operation.stream = stream(actor, "network", Stream::Kind::concurrent);  // alone in its group: nothing moves
        } else {
          operation.stream = stream(actor, group.empty() ? "all ranks" : "group " + group, Stream::Kind::in_order);
          operation.label = kCollectives;
        }
        break;
      }
      default:
        operation.stream = stream(actor, "network", Stream::Kind::concurrent);
    }
    return operation;
  }

  Duration time_of(const ChakraTrace& trace, const ChakraNode& node, std::optional<std::int64_t> flops) {
    const bool counted = flops.has_value() || node.tensor_size.has_value();
    if (node.duration && !(system_.roofline && counted)) return *node.duration;
    if (!counted) {
      notes_.warn(node.line, trace.file + ": " + std::string(node.type == Type::comp ? "compute" : "memory") +
                                 " nodes without a duration and without num_ops or tensor_size take no time");
      return {};
    }
    const std::optional<Duration> time = system_.time_of(flops, node.tensor_size);
    if (time) return *time;
    fail(trace, node,
         "has no duration, and what it counts takes ten days or more, or has no rate: system=FILE must have peak-perf "
         "for "
         "num_ops, local-mem-bw for tensor_size");
  }

  void read_message(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, Operation& operation) const {
    const bool sends = node.type == Type::send;
    operation.kind = sends ? Operation::Kind::send : Operation::Kind::receive;
    const auto own = sends ? node.comm_src : node.comm_dst, peer = sends ? node.comm_dst : node.comm_src;
    const char* const peer_field = sends ? "comm_dst" : "comm_src";
    if (!peer) fail(trace, node, std::string("has no ") + peer_field);
    if (*peer >= ranks_) {
      fail(trace, node,
           std::string(peer_field) + " is " + std::to_string(*peer) + "; there are " + std::to_string(ranks_) +
               " ranks");
    }
    if (own && *own != rank) {
      fail(trace, node,
           std::string(sends ? "comm_src" : "comm_dst") + " is " + std::to_string(*own) +
               ", but it stands in the file of rank " + std::to_string(rank));
    }
    if (!node.comm_size) fail(trace, node, "has no comm_size");
    if (*node.comm_size > kMaxImportedBytes) fail(trace, node, "comm_size is more than 2^50 bytes");
    if (node.comm_tag.value_or(0) >= kNone) fail(trace, node, "comm_tag is 2^32 - 1 or more");
    operation.peer = static_cast<std::uint32_t>(*peer);
    operation.bytes = Bytes(*node.comm_size);
    operation.tag = static_cast<std::uint32_t>(node.comm_tag.value_or(0));
  }

  ImportNotes& notes_;
  bool ctrl_deps_;
  AstraSystem system_;
  std::vector<ChakraTrace> traces_;
  std::uint32_t ranks_ = 0;
  std::optional<ChakraCalls> calls_;
  std::map<std::string, std::size_t> names_;
  std::uint64_t collectives_ = 0;
  Program program_;
};

ImportedProgram read(const ImportInput& input) {
  ImportedProgram imported;
  imported.program = Maker(input, imported.notes).make();
  return imported;
}

const bool kRegistered = [] {
  using Kind = OptionSpec::Kind;
  program_importers().add("chakra",
                          "Execution traces of Chakra and ASTRA-sim: compute, messages and collectives of every rank.",
                          {.extensions = {"et", "json"},
                           .options = {{.name = "ctrl_deps",
                                        .kind = Kind::integer,
                                        .default_text = "0",
                                        .sentence = "1: ctrl_deps gate nodes as data_deps do",
                                        .min = 0,
                                        .max = 1,
                                        .words = {}},
                                       {.name = "groups",
                                        .kind = Kind::text,
                                        .default_text = "none",
                                        .sentence = "JSON file of process groups, {\"NAME\": [rank, ...]}",
                                        .words = {}},
                                       {.name = "system",
                                        .kind = Kind::text,
                                        .default_text = "none",
                                        .sentence = "system.json of ASTRA-sim",
                                        .words = {}},
                                       {.name = "dims",
                                        .kind = Kind::text,
                                        .default_text = "none",
                                        .sentence = "logical dimensions for involved_dim, innermost first: 8x4",
                                        .words = {}},
                                       {.name = "ranks",
                                        .kind = Kind::integer,
                                        .default_text = "0",
                                        .sentence = "one file stands for so many ranks that do the same",
                                        .min = 0,
                                        .max = static_cast<std::int64_t>(kMaxImportedRanks),
                                        .words = {}}},
                           .file_options = {"groups", "system"},
                           .file_of_each_rank = ".et",
                           .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
