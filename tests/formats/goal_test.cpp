// GOAL written by hand, as text and in binary.
#include "collectives/export/exporter.h"
#include "collectives/goal_file.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

/// "kind on stream, what it does, after ...": all operations of an actor.
std::vector<std::string> operations_of(const Program& program, std::uint32_t number) {
  const Actor& actor = program.actors[number];
  std::vector<std::string> texts;
  for (const Operation& operation : actor.operations) {
    std::string text = program.names[operation.name];
    text += (text.empty() ? "" : ": ") + actor.streams[operation.stream].name;
    const auto peer = [](std::uint32_t value) { return value == Operation::kAny ? "any" : std::to_string(value); };
    switch (operation.kind) {
      case Operation::Kind::compute:
        text += " compute " + to_string(operation.duration);
        break;
      case Operation::Kind::send:
        text += " send " + to_string(operation.bytes) + " to " + peer(operation.peer) + " tag " + peer(operation.tag);
        break;
      case Operation::Kind::receive:
        text +=
            " receive " + to_string(operation.bytes) + " from " + peer(operation.peer) + " tag " + peer(operation.tag);
        break;
      default:
        text += " other";
    }
    for (std::uint32_t k = 0; k < operation.num_after; ++k) {
      const After& after = actor.after[operation.first_after + k];
      text += (after.started ? " after start of " : " after ") + std::to_string(after.operation);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> all_operations(const Program& program) {
  std::vector<std::string> all;
  for (std::uint32_t a = 0; a < program.actors.size(); ++a) {
    for (const std::string& text : operations_of(program, a)) all.push_back(program.actors[a].name + " " + text);
  }
  return all;
}

TEST(Goal, ThreeRanks) {
  const ImportedProgram read = program_in("goal", input("goal/three.goal"));
  EXPECT_EQ(read.program.name, "file");
  ASSERT_EQ(read.program.actors.size(), 3U);
  EXPECT_THAT(read.program.actors[2].cards, testing::ElementsAre(2U));
  EXPECT_EQ(read.program.actors[0].streams[0].kind, Stream::Kind::one_at_a_time);
  EXPECT_EQ(read.program.actors[0].streams[1].kind, Stream::Kind::concurrent);
  EXPECT_THAT(operations_of(read.program, 0),
              testing::ElementsAre("c: cpu 1 compute 1.5 us", "s1: nic 0 send 4 KiB to 1 tag 7 after 0",
                                   "s2: nic 1 send 8 B to 2 tag 1 after start of 1",
                                   "r: nic 0 receive 16 B from 2 tag 9 after 2"));
  EXPECT_THAT(
      operations_of(read.program, 2),
      testing::ElementsAre("first: nic 0 receive 8 B from any tag any", "second: nic 0 receive 8 B from any tag any",
                           "work: cpu 0 compute 250 ns after 0 after 1", "back: nic 0 send 16 B to 0 tag 9 after 2"));
  EXPECT_THAT(
      read.notes.assumed(),
      testing::ElementsAre("a send has ended when its last byte is delivered (LogGOPSim: when it has left)",
                           "software costs of messages are those of the stack, not L, o, g, G and O of LogGOPSim"));
}

TEST(Goal, TextAndBinaryComeBackAsTheyWere) {
  const Program program = program_in("goal", input("goal/three.goal")).program;
  const std::string text = export_program("goal", program).front().bytes;
  const Program again = program_in("goal", text).program;
  EXPECT_EQ(export_program("goal", again).front().bytes, text);
  const std::string binary = export_program("goal_binary", program).front().bytes;
  const Program from_binary = program_in("goal_binary", binary).program;
  EXPECT_EQ(export_program("goal_binary", from_binary).front().bytes, binary);
  EXPECT_EQ(export_program("goal", from_binary).front().bytes, text);
  std::vector<std::string> unnamed;
  for (const std::string& line : all_operations(program)) unnamed.push_back(line.substr(line.find(": ") + 2));
  std::vector<std::string> read;
  for (const std::string& line : all_operations(from_binary)) read.push_back(line.substr(7));
  EXPECT_EQ(read, unnamed);
}

/// Two ranks, one message of 5 bytes with tag 3 from rank 0 after a calc of 2 ns: laid out by hand.
///   8 magic, 4 + 2 head, 2 x 16 blocks = 46 bytes; block 0 has 2 nodes, 1 root, 1 index: 8 + 4 + 78 + 4 = 94, block 1
///   has 1 node, 1 root: 8 + 4 + 39 = 51. Counted from byte 8 the blocks are 38 to 132 and 132 to 183.
std::string binary_by_hand() {
  std::string bytes;
  const auto put = [&](std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
  };
  const auto node = [&](std::uint64_t waits, int type, std::uint64_t peer, std::uint64_t size, std::uint64_t tag,
                        std::uint64_t dependants, std::uint64_t first) {
    put(waits, 4), put(static_cast<std::uint64_t>(type), 1), put(peer, 4), put(size, 8), put(tag, 4), put(0, 1),
        put(0, 1);
    put(dependants, 4), put(first, 4), put(0, 4), put(0xffffffff, 4);
  };
  put(4223, 8), put(2, 4), put(0, 1), put(0, 1);
  put(38, 8), put(132, 8), put(132, 8), put(183, 8);
  put(2, 4), put(1, 4), put(0, 4);
  node(0, 3, 0, 2, 0, 1, 0);
  node(1, 1, 1, 5, 3, 0, 999);
  put(1, 4);
  put(1, 4), put(1, 4), put(0, 4);
  node(0, 2, 0, 5, 3, 0, 999);
  return bytes;
}

TEST(GoalBinary, ByHand) {
  const std::string bytes = binary_by_hand();
  ASSERT_EQ(bytes.size(), 191U);
  const Program program = program_in("goal_binary", bytes).program;
  EXPECT_THAT(all_operations(program),
              testing::ElementsAre("rank 0 cpu 0 compute 2 ns", "rank 0 nic 0 send 5 B to 1 tag 3 after 0",
                                   "rank 1 nic 0 receive 5 B from 0 tag 3"));
}

TEST(GoalBinary, WhatIsWrongIsNamed) {
  const std::string bytes = binary_by_hand();
  const auto refused = [](const std::string& text) {
    return refusal([&] { static_cast<void>(program_in("goal_binary", text)); });
  };
  const auto with = [&](std::size_t at, char value) {
    std::string changed = bytes;
    changed[at] = value;
    return changed;
  };
  EXPECT_EQ(refused(""), "file: magic: is cut off: the file ends after 0 bytes");
  EXPECT_EQ(refused(with(0, 0)), "file: magic: is 4096, not 4223: this is no GOAL in binary");
  EXPECT_EQ(refused(std::string("\x26\x09\0\0\0\0\0\0", 8) + bytes.substr(8)),
            "file: magic: is that of a file that a run of LogGOPSim has used up; make it anew from its text");
  EXPECT_EQ(refused(with(8, 0)), "file: number of ranks: is 0");
  EXPECT_EQ(refused(bytes.substr(0, 40)),
            "file: rank 0: block: goes from 38 to 132, but the file has 32 bytes after the magic");
  EXPECT_EQ(refused(bytes.substr(0, 190)),
            "file: rank 1: block: goes from 132 to 183, but the file has 182 bytes after the magic");
  EXPECT_EQ(refused(with(46, 3)), "file: rank 0: block: of 94 bytes cannot hold 3 nodes and 1 roots");
  EXPECT_EQ(refused(with(62, 4)), "file: rank 0: node 0: has type 4; allowed: 1 send, 2 receive, 3 calc");
  EXPECT_EQ(refused(with(136, 2)), "file: rank 0: node 0: has dependant 2; the block has 2 nodes");
  EXPECT_EQ(refused(with(97, 2)), "file: rank 0: node 1: counts 2 dependencies, but is a dependant of 1");
  EXPECT_EQ(refused(with(54, 1)), "file: rank 0: roots: 1 is no node that waits for nothing");
  EXPECT_EQ(refused(with(102, 5)), "file: rank 0: node 1: has peer 5; the file has 2 ranks");
  EXPECT_EQ(refused(with(118, 9)),
            "file: rank 0: node 1: names cpu 9 and nic 0; the largest of the file are said to be 0 and 0");
  EXPECT_EQ(refused(with(85, 9)).substr(0, 30), "file: rank 0: node 0: has 1 de");
  EXPECT_EQ(refused(bytes + "abc"), "file: end: 3 bytes stand after the last rank, which ends at byte 191");
  // The receive has another tag.
  EXPECT_NE(refused(with(169, 4)).find("tag 3"), std::string::npos) << refused(with(169, 4));
}

TEST(Goal, WhatIsWrongIsNamed) {
  const std::string three = input("goal/three.goal");
  const auto refused = [](const std::string& text) {
    return refusal([&] { static_cast<void>(program_in("goal", text)); });
  };
  EXPECT_EQ(refused(""), "file: num_ranks: must come first: num_ranks N");
  EXPECT_EQ(refused("rank 0 {\n}\n"), "file:1: num_ranks: must come first: num_ranks N");
  EXPECT_EQ(refused("num_ranks 0\n"), "file:1: num_ranks: \"0\" is not a whole number from 1 to 2147483647");
  EXPECT_EQ(refused(replaced(three, "num_ranks 3", "num_ranks 4")), "file: rank: 3 is missing; num_ranks is 4");
  EXPECT_EQ(refused(replaced(three, "rank 1", "rank 2")),
            "file:15: rank: 2 stands where rank 1 should: they go from 0 up");
  EXPECT_EQ(refused(replaced(three, "rank 1 {", "ranks 1 {")),
            "file:15: ranks: is out of place; a rank starts with: rank N {");
  EXPECT_EQ(refused(three.substr(0, three.size() - 2)), "file:21: rank: 2 is not ended by }");
  EXPECT_EQ(refused(replaced(three, "*/", "")), "file:11: a comment is not ended");
  EXPECT_EQ(refused(replaced(three, "s1 requires c", "s1 requires cc")),
            "file:8: label: \"cc\" is not one of this rank; did you mean \"c\"?");
  EXPECT_EQ(refused(replaced(three, "s1: send", "c: send")), "file:6: label: \"c\" exists already in this rank");
  EXPECT_EQ(refused(replaced(three, "s1: send", "1s: send")),
            "file:6: label: \"1s\" must be letters, digits and _, a letter first");
  EXPECT_EQ(refused(replaced(three, "4096b to", "4096 to")), "file:6: send: must be: send BYTESb to RANK");
  EXPECT_EQ(refused(replaced(three, "4096b to", "4096b from")), "file:6: send: must be: send BYTESb to RANK");
  EXPECT_EQ(refused(replaced(three, "send 4096b", "sned 4096b")),
            "file:6: statement: unknown word \"sned\"; did you mean \"send\"? Allowed: send, recv, calc, requires, "
            "irequires");
  EXPECT_EQ(refused(replaced(three, "to 1 tag 7", "to 3 tag 7")),
            "file:6: to: \"3\" is not a whole number from 0 to 2");
  EXPECT_EQ(refused(replaced(three, "tag 7", "tag -1")),
            "file:6: tag: \"-1\" is not a whole number from 0 to 4294967294");
  EXPECT_EQ(refused(replaced(three, "tag 7", "tag")), "file:6: tag: has no value");
  EXPECT_EQ(refused(replaced(three, "tag 7", "tag 7 tag 8")), "file:6: tag: is given twice");
  EXPECT_EQ(refused(replaced(three, "calc 1500 cpu 1", "calc 1500 nic 1")), "file:5: calc: has no nic; allowed: cpu");
  EXPECT_EQ(refused(replaced(three, "calc 1500", "calc 1.5")),
            "file:5: calc: \"1.5\" is not a whole number from 0 to 864000000000000");
  EXPECT_EQ(refused(replaced(three, "calc 1500", "calc 1500;")), "file:5: \";\" is not GOAL");
}

TEST(Goal, MessagesWithoutTheirOtherEndAndCirclesAreNamed) {
  const std::string three = input("goal/three.goal");
  const auto refused = [](const std::string& text) {
    return refusal([&] { static_cast<void>(program_in("goal", text)); });
  };
  const std::string unmatched = refused(replaced(three, "a: recv 4096b from 0 tag 7", "a: recv 4096b from 0 tag 8"));
  EXPECT_EQ(unmatched.substr(0, 6), "file: ") << unmatched;
  EXPECT_NE(unmatched.find("tag 7"), std::string::npos) << unmatched;
  const std::string circle = refused(replaced(three, "s1 requires c", "s1 requires c\nc requires r"));
  EXPECT_NE(circle.find("\"s1\""), std::string::npos) << circle;
  EXPECT_NE(circle.find("\"c\""), std::string::npos) << circle;
}

TEST(Goal, WhatItCannotSayIsRefused) {
  Program program;
  program.name = "p";
  Actor& actor = program.actors.emplace_back();
  actor.name = "a";
  actor.cards = {0};
  actor.streams = {{"many", Stream::Kind::concurrent}, {"order", Stream::Kind::in_order}};
  const auto refused = [&] { return refusal([&] { static_cast<void>(export_program("goal", program)); }); };
  static_cast<void>(actor.add({.kind = Operation::Kind::compute, .stream = 0}));
  EXPECT_EQ(refused(),
            "operation 0 of \"a\" (compute) computes beside others of its stream; a cpu of GOAL takes one at a time");
  actor.operations[0] = {.kind = Operation::Kind::collective, .stream = 1};
  EXPECT_EQ(refused(), "operation 0 of \"a\" (collective) is a collective; GOAL has sends and receives only");
  // In order: each requires the one before. Joins are calc 0 on a cpu of their own; 1,499 ps are a nanosecond.
  actor.operations[0] = {.kind = Operation::Kind::compute, .stream = 1, .duration = Duration::from_ps(1499)};
  static_cast<void>(actor.add({.kind = Operation::Kind::join, .stream = 1}));
  EXPECT_EQ(export_program("goal", program).front().bytes,
            "num_ranks 1\n\nrank 0 {\nl0: calc 1\nl1: calc 0 cpu 1\nl1 requires l0\n}\n");
  actor.cards = {0, 1};
  EXPECT_EQ(refused(), "\"a\" is 2 cards; a rank of GOAL is one");
  EXPECT_EQ(refusal([&] { static_cast<void>(export_program("msccl_xml", program)); }),
            "format msccl_xml has schedules of one collective, no programs");
}

}  // namespace
}  // namespace polyplane::collectives
