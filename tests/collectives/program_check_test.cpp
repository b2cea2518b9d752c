// What is wrong with a program is said in its own words.
#include "collectives/program_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "tests/base/error_of.h"

namespace polyplane::collectives {
namespace {

using Kind = Operation::Kind;

Operation operation(Kind kind, std::uint32_t stream = 0) {
  Operation of;
  of.kind = kind;
  of.stream = stream;
  return of;
}

Operation message(Kind kind, std::uint32_t peer, std::int64_t bytes = 8, std::uint32_t tag = 1) {
  Operation of = operation(kind);
  of.peer = peer;
  of.bytes = Bytes(bytes);
  of.tag = tag;
  return of;
}

/// Three actors of one card and one stream in order each; the first sends to the second; all enter an all_reduce.
Program sound() {
  Program program;
  program.labels = {"other", "tp"};
  program.names = {"", "F1", "F2"};
  for (std::uint32_t a = 0; a < 3; ++a) {
    Actor& actor = program.actors.emplace_back();
    actor.name = "rank " + std::to_string(a);
    actor.cards = {a};
    actor.streams = {{"compute", Stream::Kind::in_order}, {"nic", Stream::Kind::concurrent}};
  }
  Call call;
  call.name = "gradients";
  call.groups = {{0, 1, 2}};
  call.size = Bytes(64);
  program.calls.push_back(call);
  program.actors[0].add(message(Kind::send, 1));
  program.actors[1].add(message(Kind::receive, 0));
  for (Actor& actor : program.actors) actor.add(operation(Kind::collective));
  return program;
}

std::string error_after(const std::function<void(Program&)>& spoil) {
  Program program = sound();
  spoil(program);
  return error_of([&] { check_program(program, 4); });
}

TEST(ProgramCheck, ASoundProgramPasses) { EXPECT_NO_THROW(check_program(sound(), 4)); }

TEST(ProgramCheck, NoActors) {
  EXPECT_EQ(error_of([] { check_program(Program(), 4); }), "it has no actor");
}

TEST(ProgramCheck, CircleByNames) {
  const auto spoil = [](Program& program) {
    Actor& actor = program.actors[2];
    Operation first = operation(Kind::compute, 1), second = operation(Kind::compute, 1);
    first.name = 1;
    second.name = 2;
    actor.add(first, {{2}});
    actor.add(second, {{1, true}});
  };
  EXPECT_EQ(error_after(spoil),
            "\"F2\" (operation 2 of \"rank 2\") comes after itself: \"F2\" is after \"F1\", \"F1\" is after \"F2\"");
}

TEST(ProgramCheck, CircleOverAStream) {
  const auto spoil = [](Program& program) {
    Actor& actor = program.actors[2];
    actor.operations[0].num_after = 1;  // the call, first on its stream
    actor.operations[0].first_after = 0;
    actor.after = {{1}};
    actor.operations.push_back(operation(Kind::compute));
  };
  EXPECT_EQ(error_after(spoil),
            "operation 0 of \"rank 2\" (collective) comes after itself: operation 0 is after operation 1, operation 1 "
            "follows "
            "operation 0 on stream \"compute\"");
}

TEST(ProgramCheck, AfterItself) {
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].add(operation(Kind::join, 1), {{1}}); }),
            "operation 1 of \"rank 2\" (join) comes after itself: operation 1 is after operation 1");
}

TEST(ProgramCheck, LongCirclesAreCut) {
  const auto spoil = [](Program& program) {
    for (std::uint32_t i = 0; i < 20; ++i) program.actors[2].add(operation(Kind::join, 1), {{1 + (i + 1) % 20}});
  };
  const std::string text = error_after(spoil);
  EXPECT_NE(text.find("and so on over 12 more"), std::string::npos) << text;
}

TEST(ProgramCheck, SendWithoutReceive) {
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].add(message(Kind::send, 1)); }),
            "message 2 from \"rank 0\" to \"rank 1\" with tag 1 is sent by operation 2 of \"rank 0\" (send), but "
            "\"rank 1\" has "
            "no receive for it");
}

TEST(ProgramCheck, ReceiveWithoutSend) {
  EXPECT_EQ(
      error_after([](Program& program) { program.actors[1].add(message(Kind::receive, 2, 8, 7)); }),
      "message 1 from \"rank 2\" to \"rank 1\" with tag 7 is received by operation 2 of \"rank 1\" (receive), but "
      "\"rank 2\" does not send it");
}

TEST(ProgramCheck, AReceiveInTheMiddleThatNobodySends) {
  const auto spoil = [](Program& program) {
    program.actors[1].add(message(Kind::receive, 0, 8, 0));  // before the one of tag 1
  };
  EXPECT_NE(error_after(spoil).find("message 1 from \"rank 0\" to \"rank 1\" with tag 0 is received"),
            std::string::npos);
}

TEST(ProgramCheck, SizesThatDiffer) {
  EXPECT_EQ(
      error_after([](Program& program) { program.actors[1].operations[0].bytes = Bytes(9); }),
      "message 1 from \"rank 0\" to \"rank 1\" with tag 1 is 8 bytes in operation 0 of \"rank 0\" (send), but 9 in "
      "operation 0 of \"rank 1\" (receive)");
}

TEST(ProgramCheck, AnyReceivesAreCounted) {
  const auto spoil = [](Program& program) { program.actors[1].add(message(Kind::receive, Operation::kAny)); };
  EXPECT_EQ(error_after(spoil), "\"rank 1\" is sent 1 fewer messages than it has receives");
  const auto more = [](Program& program) {
    program.actors[1].operations[0].tag = Operation::kAny;
    program.actors[0].add(message(Kind::send, 1));
    program.actors[2].add(message(Kind::send, 1));
  };
  EXPECT_EQ(error_after(more), "\"rank 1\" is sent 2 more messages than it has receives");
}

TEST(ProgramCheck, SendsToSomebodyInParticular) {
  EXPECT_NE(error_after([](Program& program) {
              program.actors[0].operations[0].peer = Operation::kAny;
            }).find("sends to any actor or with any tag"),
            std::string::npos);
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].operations[0].peer = 0; }),
            "operation 0 of \"rank 0\" (send) sends to itself");
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].operations[0].peer = 3; }),
            "operation 0 of \"rank 0\" (send) names actor 3, but there are 3");
}

TEST(ProgramCheck, ActorsOfDifferentSizesDoNotTalk) {
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].cards = {0, 3}; }),
            "operation 0 of \"rank 0\" (send) is between actors of 2 and 1 cards; messages go from the i-th card to "
            "the i-th");
}

TEST(ProgramCheck, IndicesExist) {
  const auto first = [](auto change) {
    return error_after([&](Program& program) { change(program.actors[0].operations[0]); });
  };
  EXPECT_EQ(first([](Operation& of) { of.stream = 2; }),
            "operation 0 of \"rank 0\" (send) names stream 2, but there are 2");
  EXPECT_EQ(first([](Operation& of) { of.label = 5; }),
            "operation 0 of \"rank 0\" (send) names label 5, but there are 2");
  EXPECT_EQ(first([](Operation& of) { of.name = 9; }),
            "operation 0 of \"rank 0\" (send) names name 9, but there are 3");
  EXPECT_EQ(first([](Operation& of) { of.num_after = 1; }),
            "operation 0 of \"rank 0\" (send) has more dependencies than its actor lists");
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].operations[1].call = 1; }),
            "operation 1 of \"rank 0\" (collective) names call 1, but there is one only");
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].add(operation(Kind::join, 1), {{8}}); }),
            "operation 2 of \"rank 0\" (join) names operation 8, but there are 3");
}

TEST(ProgramCheck, NothingIsNegative) {
  EXPECT_EQ(error_after([](Program& program) {
              Operation of = operation(Kind::compute);
              of.duration = Duration::from_ps(-1);
              program.actors[0].add(of);
            }),
            "operation 2 of \"rank 0\" (compute) takes less than no time");
  EXPECT_EQ(error_after([](Program& program) { program.actors[0].operations[0].bytes = Bytes(-1); }),
            "operation 0 of \"rank 0\" (send) moves less than no bytes");
  EXPECT_EQ(error_after([](Program& program) { program.calls[0].size = Bytes(-1); }),
            "call \"gradients\" moves less than no bytes");
}

TEST(ProgramCheck, CardsBelongToOneActor) {
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].cards = {4}; }),
            "\"rank 2\" is on card 4, but the cluster has 4 (0 to 3)");
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].cards = {1}; }),
            "card 1 is in \"rank 1\" and in \"rank 2\"");
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].cards = {2, 2}; }),
            "card 2 is in \"rank 2\" and there again");
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].cards = {}; }), "\"rank 2\" has no card");
}

TEST(ProgramCheck, GroupsOfCalls) {
  const auto groups = [](std::vector<std::vector<std::uint32_t>> of) {
    return error_after([&](Program& program) { program.calls[0].groups = of; });
  };
  EXPECT_EQ(groups({}), "call \"gradients\" has no cards");
  EXPECT_EQ(groups({{0, 1}, {2}}), "call \"gradients\" has groups of 2 and 1 cards; all must be of equal size");
  EXPECT_EQ(groups({{0, 1, 1}}), "call \"gradients\" has card 1 twice");
  EXPECT_EQ(groups({{0, 1, 3}}), "call \"gradients\" has card 3, which is in no actor");
  EXPECT_EQ(groups({{0, 1, 4}}), "call \"gradients\" names card 4, but there are 4");
  EXPECT_EQ(
      error_after([](Program& program) { program.actors[2].cards = {2, 3}; }),
      "call \"gradients\" has 1 of the 2 cards of \"rank 2\"; an actor is in a call with all its cards or with none");
}

TEST(ProgramCheck, EntriesIntoCalls) {
  EXPECT_EQ(error_after([](Program& program) { program.actors[1].add(operation(Kind::collective)); }),
            "\"rank 0\" enters call \"gradients\" once, \"rank 1\" 2 times");
  EXPECT_EQ(error_after([](Program& program) { program.actors[2].operations.clear(); }),
            "\"rank 0\" enters call \"gradients\" once, \"rank 2\" never");
  EXPECT_EQ(error_after([](Program& program) { program.calls[0].groups = {{0, 1}}; }),
            "\"rank 2\" enters call \"gradients\", but none of its cards is in it");
}

TEST(ProgramCheck, Matrices) {
  EXPECT_EQ(error_after([](Program& program) { program.calls[0].matrix = {1}; }),
            "call \"gradients\" has a matrix, which is of alltoallv");
  EXPECT_EQ(error_after([](Program& program) {
              program.calls[0].kind = CollectiveKind::alltoallv;
              program.calls[0].matrix = {1, 2};
            }),
            "call \"gradients\" has a matrix of 2 entries; 3 ranks need 9");
}

}  // namespace
}  // namespace polyplane::collectives
