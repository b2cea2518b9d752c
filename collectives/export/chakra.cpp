// Writes Chakra execution traces (mlcommons/chakra, schema/protobuf/et_def.proto), one file of records a rank,
// PREFIX.RANK.et; collectives/import/chakra.cpp reads them.
//
// Operation i is node i; after the last one stands a METADATA node with the process groups, when there are collectives.
// Streams in order become data_deps. A duration is in duration_micros, rounded up, and exact in our own attribute
// duration_ps. Compute is of the GPU, but for a stream "cpu".
// Refused, since a trace cannot say it: actors of several cards, an operation after the start of another, receives from
// any rank or with any tag, compute on several streams beside "cpu", collectives of a kind that Chakra does not have.
#include "collectives/import/chakra.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/error.h"
#include "collectives/export/exporter.h"
#include "collectives/operation_words.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kPsPerMicro = 1'000'000;
constexpr std::uint32_t kNone = UINT32_MAX;
enum NodeType : std::uint32_t { kMetadata = 1, kComp = 4, kSend = 5, kReceive = 6, kCollective = 7 };

/// CollectiveCommType.
std::int64_t comm_type_of(const Call& call) {
  constexpr std::array<std::pair<CollectiveKind, std::int64_t>, 10> types = {{{CollectiveKind::all_reduce, 0},
                                                                              {CollectiveKind::reduce, 1},
                                                                              {CollectiveKind::all_gather, 2},
                                                                              {CollectiveKind::gather, 3},
                                                                              {CollectiveKind::scatter, 4},
                                                                              {CollectiveKind::broadcast, 5},
                                                                              {CollectiveKind::alltoall, 6},
                                                                              {CollectiveKind::alltoallv, 6},
                                                                              {CollectiveKind::reduce_scatter, 7},
                                                                              {CollectiveKind::barrier, 9}}};
  const auto* const type =
      std::find_if(types.begin(), types.end(), [&](const auto& entry) { return entry.first == call.kind; });
  const bool of_tokens = call.tokens.has_value() || (call.kind == CollectiveKind::alltoallv && call.matrix.empty());
  if (type == types.end() || of_tokens) {
    throw InputError("call \"" + call.name + "\" is an " + std::string(to_string(call.kind)) +
                     (of_tokens ? " without a matrix" : "") + ", which Chakra does not have");
  }
  return type->second;
}

/// A record: its length, and the message.
template <class Message>
void put(std::string& bytes, const Message& message) {
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  coded.WriteVarint32(static_cast<std::uint32_t>(message.ByteSizeLong()));
  message.SerializeToCodedStream(&coded);
}

class RankWriter {
 public:
  RankWriter(const Program& program, std::uint32_t rank,
             const std::map<std::vector<std::uint32_t>, std::string>& groups, const ExportLimit& limit)
      : program_(program), rank_(rank), actor_(program.actors[rank]), groups_(groups), limit_(limit) {}

  std::string write() {
    if (actor_.cards.size() > 1) {
      throw InputError(words_of(program_, rank_) + " is " + std::to_string(actor_.cards.size()) +
                       " cards; a rank of Chakra is one");
    }
    chakra::GlobalMetadata metadata;
    metadata.set_version("1.0.0");
    std::string bytes;
    put(bytes, metadata);
    std::vector<std::uint32_t> last(actor_.streams.size(), kNone);
    for (std::uint32_t i = 0; i < actor_.operations.size(); ++i) {
      const Operation& operation = actor_.operations[i];
      chakra::Node node = node_of(operation, i);
      for (std::uint32_t k = 0; k < operation.num_after; ++k) {
        const After& after = actor_.after[operation.first_after + k];
        if (after.started) refuse(i, "starts with another operation; nodes of Chakra wait for the end of others");
        node.add_data_deps(after.operation);
      }
      std::uint32_t& before = last[operation.stream];
      if (actor_.streams[operation.stream].kind == Stream::Kind::in_order && before != kNone)
        node.add_data_deps(before);
      before = i;
      put(bytes, node);
      check_size(bytes);
    }
    if (!groups_.empty()) put(bytes, groups_node());
    check_size(bytes);
    return bytes;
  }

 private:
  void check_size(const std::string& bytes) const {
    if (bytes.size() > limit_.file)
      limit_.check_file("the file of rank " + std::to_string(rank_) + " would have at least", bytes.size());
  }

  [[noreturn]] void refuse(std::uint32_t operation, const std::string& why) const {
    throw InputError(words_of(program_, rank_, operation) + " " + why);
  }

  static chakra::AttributeProto& attribute(chakra::Node& node, const char* name) {
    chakra::AttributeProto& added = *node.add_attr();
    added.set_name(name);
    return added;
  }

  chakra::Node node_of(const Operation& operation, std::uint32_t index) {
    chakra::Node node;
    node.set_id(index);
    node.set_name(operation.name == 0 ? "operation " + std::to_string(index) : program_.names[operation.name]);
    node.set_type(kMetadata);
    switch (operation.kind) {
      case Operation::Kind::compute:
        write_compute(operation, index, node);
        break;
      case Operation::Kind::send:
      case Operation::Kind::receive:
        write_message(operation, index, node);
        break;
      case Operation::Kind::collective:
        write_collective(program_.calls[operation.call], node);
        break;
      case Operation::Kind::join:
        break;
    }
    return node;
  }

  void write_compute(const Operation& operation, std::uint32_t index, chakra::Node& node) {
    const Stream& stream = actor_.streams[operation.stream];
    const bool cpu = stream.name == "cpu";
    if (stream.kind == Stream::Kind::concurrent)
      refuse(index, "computes beside others of its stream; a GPU of Chakra does not");
    if (!cpu && computes_ == kNone) computes_ = operation.stream;
    if (!cpu && computes_ != operation.stream) {
      refuse(index, "computes on stream \"" + stream.name + "\", others on \"" + actor_.streams[computes_].name +
                        "\"; a rank of Chakra has one GPU");
    }
    node.set_type(kComp);
    node.set_duration_micros(static_cast<std::uint64_t>((operation.duration.ps() + kPsPerMicro - 1) / kPsPerMicro));
    attribute(node, "is_cpu_op").set_bool_val(cpu);
    attribute(node, "duration_ps").set_uint64_val(static_cast<std::uint64_t>(operation.duration.ps()));
  }

  void write_message(const Operation& operation, std::uint32_t index, chakra::Node& node) const {
    if (operation.peer == Operation::kAny || operation.tag == Operation::kAny) {
      refuse(index, "receives from any rank or with any tag; Chakra names both");
    }
    const bool sends = operation.kind == Operation::Kind::send;
    node.set_type(sends ? kSend : kReceive);
    attribute(node, "is_cpu_op").set_bool_val(false);
    attribute(node, "comm_src").set_uint32_val(sends ? rank_ : operation.peer);
    attribute(node, "comm_dst").set_uint32_val(sends ? operation.peer : rank_);
    attribute(node, "comm_tag").set_uint32_val(operation.tag);
    attribute(node, "comm_size").set_uint64_val(static_cast<std::uint64_t>(operation.bytes.count()));
  }

  void write_collective(const Call& call, chakra::Node& node) const {
    const std::uint32_t card = actor_.cards.front();
    const auto group = std::ranges::find_if(call.groups, [&](const std::vector<std::uint32_t>& cards) {
      return std::ranges::find(cards, card) != cards.end();
    });
    node.set_type(kCollective);
    attribute(node, "is_cpu_op").set_bool_val(false);
    attribute(node, "comm_type").set_int64_val(comm_type_of(call));
    attribute(node, "pg_name").set_string_val(groups_.at(*group));
    const auto ranks = static_cast<std::int64_t>(group->size());
    const bool grows = call.kind == CollectiveKind::all_gather || call.kind == CollectiveKind::gather;
    std::int64_t size = grows ? call.size.count() / ranks : call.size.count();
    if (!call.matrix.empty()) {
      const auto row = static_cast<std::size_t>(std::ranges::find(*group, card) - group->begin()) * group->size();
      auto& sizes = *attribute(node, "comm_sizes").mutable_int64_list();
      size = 0;
      for (std::size_t i = 0; i < group->size(); ++i) {
        sizes.add_values(call.matrix[row + i] * call.element_bytes);
        size += sizes.values(static_cast<int>(i));
      }
    }
    attribute(node, "comm_size").set_uint64_val(static_cast<std::uint64_t>(size));
  }

  chakra::Node groups_node() const {
    chakra::Node node;
    node.set_id(actor_.operations.size());
    node.set_name("process groups");
    node.set_type(kMetadata);
    std::string text = "[";
    for (const auto& [cards, name] : groups_) {
      text += (text.size() == 1 ? "" : ", ") + std::string("{\"pg_name\": \"") + name + "\", \"ranks\": [";
      for (std::size_t i = 0; i < cards.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(cards[i]);
      text += "]}";
    }
    node.mutable_inputs()->set_values(text + "]");
    return node;
  }

  const Program& program_;
  std::uint32_t rank_;
  const Actor& actor_;
  const std::map<std::vector<std::uint32_t>, std::string>& groups_;
  const ExportLimit& limit_;
  std::uint32_t computes_ = kNone;  // stream that computes
};

std::vector<ExportFile> write(const Program& program, const ExportLimit& limit) {
  for (std::uint32_t rank = 0; rank < program.actors.size(); ++rank) {
    const bool alike = program.actors[rank].cards.size() != 1 || program.actors[rank].cards.front() == rank;
    if (!alike && !program.calls.empty()) {
      throw InputError(words_of(program, rank) + " is on card " + std::to_string(program.actors[rank].cards.front()) +
                       "; ranks of Chakra are the cards of their numbers");
    }
  }
  std::map<std::vector<std::uint32_t>, std::string> groups;
  for (const Call& call : program.calls) {
    for (const std::vector<std::uint32_t>& group : call.groups) groups.emplace(group, std::to_string(groups.size()));
  }
  std::vector<ExportFile> files;
  std::uint64_t bytes = 0;
  for (std::uint32_t rank = 0; rank < program.actors.size(); ++rank) {
    files.push_back({"." + std::to_string(rank) + ".et", RankWriter(program, rank, groups, limit).write()});
    bytes += files.back().bytes.size();
    limit.check_all("the files up to rank " + std::to_string(rank) + " would have", bytes);
  }
  return files;
}

const bool kRegistered = [] {
  exporters().add("chakra", "Execution traces of Chakra, a file a rank.",
                  {.extensions = {"et"}, .schedule = {}, .program = write});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
