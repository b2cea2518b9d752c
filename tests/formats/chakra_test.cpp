// Chakra traces written by hand, as records and as JSON.
#include <zlib.h>

#include "collectives/export/exporter.h"
#include "collectives/import/chakra_trace.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kInt32 = 7, kInt64 = 9, kUint32 = 11, kUint64 = 13, kFixed64 = 21, kBool = 27;

/// Protobuf by hand: fields of one message.
class Message {
 public:
  Message& number(std::uint32_t field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }
  Message& fixed(std::uint32_t field, std::uint64_t value) {
    varint(field << 3U | 1U);
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xffU);
    return *this;
  }
  Message& text(std::uint32_t field, const std::string& value) {
    varint(field << 3U | 2U);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& attribute(const std::string& name, std::uint32_t arm, std::uint64_t value) {
    Message attribute = Message().text(1, name);
    return text(10, (arm == kFixed64 ? attribute.fixed(arm, value) : attribute.number(arm, value)).bytes());
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string record() const {
    Message length;
    length.varint(bytes_.size());
    return length.bytes_ + bytes_;
  }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7U) bytes_ += static_cast<char>((value & 127U) | 128U);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

Message node(std::uint64_t id, const std::string& name, std::uint64_t type) {
  return Message().number(1, id).text(2, name).number(3, type);
}
std::string head() { return Message().text(1, "0.0.4").record(); }

/// Four ranks: a process group of even and one of odd ranks in metadata of rank 0, compute, an all-gather in the group,
/// and a message from each rank to the next.
std::vector<ImportFile> four_ranks(std::uint64_t size_of_rank_3 = 512) {
  std::vector<ImportFile> files;
  for (std::uint32_t rank = 0; rank < 4; ++rank) {
    std::string bytes = head();
    if (rank == 0) {
      Message groups = node(1, "process groups", 1);
      groups.text(
          8, Message().text(1, R"([{"pg_name": "0", "ranks": [0, 2]}, {"pg_name": "1", "ranks": [1, 3]}])").bytes());
      bytes += groups.record();
    }
    bytes +=
        node(10, "matmul", 4).number(7, 3).attribute("is_cpu_op", kBool, 0).attribute("num_ops", kInt64, 99).record();
    bytes += node(11, "load", 4).number(7, 2).attribute("is_cpu_op", kInt32, 1).record();
    Message gather = node(12, "gather", 7).number(5, 10).number(5, 11);
    gather.attribute("comm_type", rank < 2 ? kInt64 : kUint64, 2)
        .attribute("comm_size", kFixed64, rank == 3 ? size_of_rank_3 : 512);
    gather.text(10, Message().text(1, "pg_name").text(29, rank % 2 == 0 ? "0" : "1").bytes());
    bytes += gather.record();
    bytes += node(20, "send", 5)
                 .number(4, 12)
                 .attribute("comm_src", kInt32, rank)
                 .attribute("comm_dst", kUint32, (rank + 1) % 4)
                 .attribute("comm_size", kUint64, 100)
                 .record();
    bytes += node(21, "recv", 6)
                 .number(5, 20)
                 .attribute("comm_src", kInt32, (rank + 3) % 4)
                 .attribute("comm_dst", kInt32, rank)
                 .attribute("comm_size", kInt64, 100)
                 .record();
    files.push_back({"t." + std::to_string(rank) + ".et", bytes});
  }
  return files;
}

std::vector<std::string> operations_of(const Program& program, std::uint32_t number) {
  const Actor& actor = program.actors[number];
  std::vector<std::string> texts;
  for (const Operation& operation : actor.operations) {
    std::string text = actor.streams[operation.stream].name + ": " + program.names[operation.name];
    if (operation.kind == Operation::Kind::compute) text += ", " + to_string(operation.duration);
    if (operation.kind == Operation::Kind::send)
      text += ", to " + std::to_string(operation.peer) + " tag " + std::to_string(operation.tag);
    if (operation.kind == Operation::Kind::receive)
      text += ", from " + std::to_string(operation.peer) + " tag " + std::to_string(operation.tag);
    if (operation.kind == Operation::Kind::collective) text += ", " + program.calls[operation.call].name;
    for (std::uint32_t k = 0; k < operation.num_after; ++k) {
      text += " after " + std::to_string(actor.after[operation.first_after + k].operation);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

TEST(Chakra, FourRanksOfRecords) {
  const ImportedProgram read = import_program("chakra", four_ranks());
  ASSERT_EQ(read.program.actors.size(), 4U);
  EXPECT_EQ(read.program.name, "t");
  // ctrl_deps do not gate: the send is free at once; the receive waits for it.
  EXPECT_THAT(
      operations_of(read.program, 1),
      testing::ElementsAre("gpu: node 10 \"matmul\", 3 us", "cpu: node 11 \"load\", 2 us",
                           "group 1: node 12 \"gather\", all_gather of 1 after 0 after 1",
                           "network: node 20 \"send\", to 2 tag 0", "network: node 21 \"recv\", from 0 tag 0 after 3"));
  ASSERT_EQ(read.program.calls.size(), 2U);
  EXPECT_EQ(read.program.calls[1].groups, (std::vector<std::vector<std::uint32_t>>{{1, 3}}));
  EXPECT_EQ(read.program.calls[1].size, Bytes(1024));  // 2 ranks x 512
  EXPECT_THAT(
      read.notes.assumed(),
      testing::ElementsAre("comm_size is what a rank puts in: an all-gather of n ranks ends with n times that"));
  const ImportedProgram gated = import_program("chakra", four_ranks(), {"ctrl_deps=1"});
  EXPECT_EQ(operations_of(gated.program, 1)[3], "network: node 20 \"send\", to 2 tag 0 after 2");
}

TEST(Chakra, ComesBackAsItWas) {
  const Program program = import_program("chakra", four_ranks()).program;
  std::vector<ImportFile> files;
  for (ExportFile& file : export_program("chakra", program))
    files.push_back({"again" + file.suffix, std::move(file.bytes)});
  EXPECT_EQ(files[3].name, "again.3.et");
  const Program again = import_program("chakra", files).program;
  for (std::uint32_t rank = 0; rank < 4; ++rank) {
    ASSERT_EQ(again.actors[rank].operations.size(), program.actors[rank].operations.size() + 1);  // the node of groups
    for (std::size_t i = 0; i < program.actors[rank].operations.size(); ++i) {
      const Operation& a = program.actors[rank].operations[i];
      const Operation& b = again.actors[rank].operations[i];
      EXPECT_EQ(a.kind, b.kind);
      EXPECT_EQ(a.duration, b.duration);
      EXPECT_EQ(a.bytes, b.bytes);
      EXPECT_EQ(a.peer, b.peer);
      EXPECT_EQ(a.num_after, b.num_after);
      if (a.kind == Operation::Kind::collective) {
        EXPECT_EQ(program.calls[a.call].groups, again.calls[b.call].groups);
        EXPECT_EQ(program.calls[a.call].size, again.calls[b.call].size);
        EXPECT_EQ(program.calls[a.call].kind, again.calls[b.call].kind);
      }
    }
  }
}

TEST(Chakra, JsonForm) {
  const std::vector<ImportFile> files = {{"pair.0.json", input("chakra/pair.0.json")},
                                         {"pair.1.json", input("chakra/pair.1.json")}};
  const ImportedProgram read = import_program("chakra", files);
  EXPECT_THAT(operations_of(read.program, 0),
              testing::ElementsAre("gpu: node 1 \"forward\", 2.5 us", "all ranks: node 2 \"sum\", all_reduce after 0",
                                   "network: node 3 \"to the next\", to 1 tag 4 after 0"));
  EXPECT_THAT(operations_of(read.program, 1), testing::ElementsAre("network: node 9 \"from the last\", from 0 tag 4",
                                                                   "all ranks: node 7 \"sum\", all_reduce after 0"));
  EXPECT_THAT(warnings_of(read.notes),
              testing::ElementsAre("3: comm_priority is not read: collectives have no priorities"));
}

std::string packed(std::string plain) {
  std::string bytes(plain.size() + 100, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

TEST(Chakra, GzipIsUnpacked) {
  const std::string bytes = packed(head() + node(1, "a", 4).number(7, 5).record());
  EXPECT_THAT(operations_of(program_in("chakra", bytes).program, 0), testing::ElementsAre("gpu: node 1 \"a\", 5 us"));
  const auto refused = [](const std::string& wrong) {
    return refusal([&] { static_cast<void>(program_in("chakra", wrong)); });
  };
  EXPECT_EQ(refused(bytes.substr(0, bytes.size() - 1)), "file: gzip: is cut off");
  EXPECT_EQ(refused(bytes.substr(0, 10) + "garbage"), "file: gzip: is damaged");
}

/// One rank of nodes.
std::string refused(const std::vector<Message>& nodes, const std::vector<std::string>& options = {}) {
  std::string bytes = head();
  for (const Message& message : nodes) bytes += message.record();
  return refusal([&] { static_cast<void>(program_in("chakra", bytes, options)); });
}

TEST(Chakra, WhatIsWrongIsNamed) {
  EXPECT_EQ(refused({node(1, "a", 9)}), "file: node 1 \"a\": has type 9; allowed: 1 to 7");
  EXPECT_EQ(refused({node(1, "a", 1), node(1, "b", 1)}), "file: node 1 \"b\": has the id of a node before it");
  EXPECT_EQ(refused({node(1, "a", 1).number(5, 2)}),
            "file: node 1 \"a\": data_deps name node 2, which the file does not hold");
  EXPECT_EQ(refused({node(1, "a", 1).number(5, 3), node(2, "b", 1).number(5, 1), node(3, "c", 1).number(5, 2),
                     node(4, "d", 1)}),
            "file: node 1 \"a\": waits for itself through node 3 \"c\", node 2 \"b\"");
  EXPECT_EQ(refused({node(1, "s", 5).attribute("comm_dst", kInt32, 0).attribute("comm_size", kInt32, 5)}, {"ranks=2"})
                .substr(0, 6),
            "file: ");
  EXPECT_EQ(refused({node(1, "s", 5)}), "file: node 1 \"s\": has no comm_dst");
  EXPECT_EQ(refused({node(1, "s", 5).attribute("comm_dst", kInt32, 4)}),
            "file: node 1 \"s\": comm_dst is 4; there are 1 ranks");
  EXPECT_EQ(refused({node(1, "s", 5).attribute("comm_dst", kInt32, 0).attribute("comm_src", kInt32, 1)}),
            "file: node 1 \"s\": comm_src is 1, but it stands in the file of rank 0");
  EXPECT_EQ(refused({node(1, "c", 7)}), "file: node 1 \"c\": has no comm_type");
  EXPECT_EQ(refused({node(1, "c", 7).attribute("comm_type", kInt32, 10)}),
            "file: node 1 \"c\": comm_type is 10; allowed: 0 to 9");
  EXPECT_EQ(refused({node(1, "c", 7).attribute("comm_type", kInt32, 0).attribute("pg_name", kInt32, 5)}),
            "file: node 1 \"c\": is of process group \"5\", but no file says its ranks; give groups=FILE");
  EXPECT_EQ(refused({node(1, "c", 4).attribute("num_ops", kInt64, 5)}),
            "file: node 1 \"c\": has no duration, and what it counts takes ten days or more, or has no rate: "
            "system=FILE must have "
            "peak-perf for num_ops, local-mem-bw for tensor_size");
  EXPECT_EQ(refused({node(1, "c", 4).attribute("num_ops", 3, 5)}),
            "file: node 1 \"c\": has num_ops of a type that is no whole number");
  EXPECT_EQ(refused({node(1, "c", 4).attribute("num_ops", kInt64, ~0ULL)}),
            "file: node 1 \"c\": has num_ops -1, which is not a number from 0 to 2^63 - 1");
  EXPECT_EQ(refused({node(1, "c", 7)}, {"dims=2x2"}), "option dims: 2x2 are not 1 ranks");
  const auto cut = [](std::size_t bytes) {
    return refusal(
        [&] { static_cast<void>(program_in("chakra", (head() + node(1, "a", 1).record()).substr(0, bytes))); });
  };
  EXPECT_EQ(cut(0), "file: is empty");
  EXPECT_EQ(cut(4), "file: record 0 (byte 0): should have 7 bytes, but the file ends after 3");
  EXPECT_EQ(cut(12), "file: record 1 (byte 8): should have 7 bytes, but the file ends after 3");
}

TEST(Chakra, RanksThatDisagreeAreNamed) {
  EXPECT_EQ(refusal([&] { static_cast<void>(import_program("chakra", four_ranks(513))); }),
            "t.3.et: node 12 \"gather\": is collective 0 of process group \"1\", and does all_gather of 513 B; for "
            "rank 1 that is "
            "node 12 \"gather\", all_gather of 512 B");
  std::vector<ImportFile> fewer = four_ranks();
  fewer.pop_back();
  EXPECT_EQ(refusal([&] { static_cast<void>(import_program("chakra", fewer)); }),
            "t.0.et: node 21 \"recv\": comm_src is 3; there are 3 ranks");
  // Rank 2 has no gather: it is said which one it misses.
  std::vector<ImportFile> missing = four_ranks();
  missing[2].bytes = head();
  const std::string text = refusal([&] { static_cast<void>(import_program("chakra", missing)); });
  EXPECT_EQ(text, "t.0.et: node 12 \"gather\" is collective 0 of process group \"0\", but rank 2 has only 0");
}

TEST(Chakra, UnmatchedMessagesAreNamed) {
  std::vector<ImportFile> files = {
      {"a.0.et",
       head() + node(1, "lonely", 5).attribute("comm_dst", kInt32, 1).attribute("comm_size", kInt32, 8).record()},
      {"a.1.et", head() + node(1, "idle", 1).record()}};
  const std::string text = refusal([&] { static_cast<void>(import_program("chakra", files)); });
  EXPECT_NE(text.find("lonely"), std::string::npos) << text;
}

TEST(Chakra, AllToAllOfUnevenParts) {
  const std::string json0 = R"({"workload_graph": [{"Id": 1, "NodeType": 7, "comm_type": 6, "comm_sizes": [0, 30]}]})";
  const std::string json1 = R"({"workload_graph": [{"Id": 1, "NodeType": 7, "comm_type": 6, "comm_sizes": [7, 0]}]})";
  const Program program = import_program("chakra", {{"0", json0}, {"1", json1}}).program;
  EXPECT_EQ(program.calls[0].kind, CollectiveKind::alltoallv);
  EXPECT_THAT(program.calls[0].matrix, testing::ElementsAre(0, 30, 7, 0));
  EXPECT_EQ(refusal([&] {
              static_cast<void>(import_program("chakra", {{"0", json0}, {"1", replaced(json1, "[7, 0]", "[7]")}}));
            }),
            "1:1: node 1: has 1 comm_sizes; its process group has 2 ranks");
}

TEST(Chakra, DimensionsAndSystem) {
  // 2 x 2: dimension 0 innermost. Involved in dimension 1 only: ranks 0 and 2, 1 and 3.
  const std::string json =
      R"({"workload_graph": [{"Id": 1, "NodeType": 7, "comm_type": 0, "comm_size": 64, "involved_dim": [false, true]},
          {"Id": 2, "NodeType": 4, "num_ops": 3000000, "tensor_size": 4000}]})";
  const std::string system = R"({"all-reduce-implementation": ["halvingDoubling"], "peak-perf": 1.5, "local-mem-bw": 2,
                                 "roofline-enabled": 1, "endpoint-delay": 10, "colour": "red"})";
  const ImportedProgram read = import_program("chakra", {{"trace", json}}, {"ranks=4", "dims=2x2", "system=s.json"},
                                              {{"system", {"s.json", system}}});
  EXPECT_EQ(read.program.calls[0].groups, (std::vector<std::vector<std::uint32_t>>{{0, 2}}));
  EXPECT_EQ(read.program.calls[1].groups, (std::vector<std::vector<std::uint32_t>>{{1, 3}}));
  EXPECT_EQ(read.program.calls[0].algorithm, "halving_doubling");
  // 3,000,000 flops at 1.5 TFLOPS are 2 us; 4,000 bytes at 2 GB/s are 2 us too.
  EXPECT_EQ(read.program.actors[0].operations[1].duration, Duration::from_ps(2'000'000));
  EXPECT_THAT(warnings_of(read.notes),
              testing::ElementsAre("2: s.json: endpoint-delay is not read: software costs are those of the stack",
                                   "2: s.json: key \"colour\" is not known and not read"));
}

}  // namespace
}  // namespace polyplane::collectives
