// Every algorithm, written as MSCCL XML and read again: proven, and the same messages.
#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "collectives/export/exporter.h"
#include "collectives/verify.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

bool has_msccl(CollectiveKind kind) {
  return kind == CollectiveKind::all_reduce || kind == CollectiveKind::all_gather ||
         kind == CollectiveKind::reduce_scatter || kind == CollectiveKind::alltoall ||
         kind == CollectiveKind::broadcast;
}

/// Messages of a schedule, in no order: "from to bytes".
std::multiset<std::string> messages_of(const Schedule& schedule) {
  std::multiset<std::string> messages;
  for (std::uint32_t rank = 0; rank < schedule.collective().ranks(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        if (!step.send_to.valid()) continue;
        messages.insert(std::to_string(rank) + " " + std::to_string(step.send_to.index()) + " " +
                        std::to_string(step.send_bytes.count()));
      }
    }
  }
  return messages;
}

struct Case {
  std::uint32_t ranks, per_domain, elements, channels, slices;
};

TEST(MscclRoundTrip, EveryAlgorithmComesBackProvenAndWithItsMessages) {
  int seen = 0;
  for (const std::string& full : algorithms().names()) {
    const Algorithm& algorithm = algorithms().at(full);
    if (!has_msccl(algorithm.collective)) continue;
    for (const Case& c : {Case{2, 1, 7, 1, 1}, Case{4, 4, 64, 2, 1}, Case{5, 5, 23, 1, 2}, Case{6, 2, 13, 2, 2},
                          Case{8, 4, 1000, 1, 3}, Case{9, 3, 5, 1, 1}}) {
      SCOPED_TRACE(full + " " + std::to_string(c.ranks) + " ranks");
      const Collective contract({.kind = algorithm.collective,
                                 .ranks = c.ranks,
                                 .elements_per_block = c.elements,
                                 .root = RankId(algorithm.collective == CollectiveKind::broadcast ? c.ranks / 2 : 0),
                                 .matrix = {}});
      const AlgorithmRequest request{.collective = contract,
                                     .layout = RankLayout::regular(c.ranks, c.per_domain),
                                     .channels = algorithm.honours_channels ? c.channels : 0U,
                                     .slices = algorithm.honours_slices ? c.slices : 0U};
      if (algorithm.cannot && !algorithm.cannot(request).empty()) continue;
      const auto schedule = make_schedule(algorithm, request);
      if (schedule->num_agents() > 0) continue;
      const std::string xml = export_schedule("msccl_xml", *schedule, full).front().bytes;
      const ImportedSchedule read = schedule_of("msccl_xml", xml);
      EXPECT_EQ(read.name, full);
      EXPECT_EQ(read.ranks, c.ranks);
      EXPECT_EQ(read.kind, algorithm.collective);
      EXPECT_TRUE(read.notes.warnings().empty());
      const auto again = read.make(contract);
      EXPECT_EQ(verify(*again).problem, "") << xml;
      EXPECT_EQ(messages_of(*again), messages_of(*schedule));
      // And once more: what is read is written alike.
      const ImportedSchedule twice = schedule_of("msccl_xml", export_schedule("msccl_xml", *again, full).front().bytes);
      EXPECT_EQ(verify(*twice.make(contract)).problem, "");
      ++seen;
    }
  }
  EXPECT_GT(seen, 60);
}

TEST(ExportLimit, IsOfTheBytesThatWouldBeWritten) {
  const Collective contract({.kind = CollectiveKind::all_reduce, .ranks = 4, .elements_per_block = 13, .matrix = {}});
  const auto ring =
      make_schedule(find_algorithm(CollectiveKind::all_reduce, "ring"),
                    {.collective = contract, .layout = RankLayout::regular(4, 4), .channels = 2, .slices = 1});
  for (const char* const format : {"goal", "goal_binary", "msccl_xml"}) {
    SCOPED_TRACE(format);
    const std::uint64_t bytes = export_schedule(format, *ring, "ring").front().bytes.size();
    EXPECT_EQ(export_schedule(format, *ring, "ring", {.file = bytes}).front().bytes.size(), bytes);
    EXPECT_EQ(
        refusal<LimitError>([&] { static_cast<void>(export_schedule(format, *ring, "ring", {.file = bytes - 1})); }),
        "the file would have " + std::to_string(bytes) + " bytes; import reads at most " + std::to_string(bytes - 1) +
            " (--any-size writes them all the same)");
  }
  std::uint64_t most = 0, all = 0;
  for (const ExportFile& file : export_schedule("chakra", *ring, "ring")) {
    most = std::max<std::uint64_t>(most, file.bytes.size());
    all += file.bytes.size();
  }
  EXPECT_EQ(export_schedule("chakra", *ring, "ring", {.file = most, .all = all}).size(), 4U);
  EXPECT_THAT(
      refusal<LimitError>([&] { static_cast<void>(export_schedule("chakra", *ring, "ring", {.file = most - 1})); }),
      testing::HasSubstr(" would have at least "));
  EXPECT_THAT(
      refusal<LimitError>([&] { static_cast<void>(export_schedule("chakra", *ring, "ring", {.all = all - 1})); }),
      testing::HasSubstr("the files up to rank 3 would have " + std::to_string(all) + " bytes"));
}

/// What each step does, its payload, where it lands and what is moved within the rank included.
std::vector<std::string> steps_of(const Schedule& schedule) {
  std::vector<std::string> texts;
  std::vector<ChunkId> chunks;
  std::vector<LocalMove> moves;
  for (std::uint32_t rank = 0; rank < schedule.collective().ranks(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        std::string text = std::to_string(rank) + "/" + std::to_string(lane) + ":";
        if (step.send_to.valid()) {
          text += " to " + std::to_string(step.send_to.index()) + "/" + std::to_string(step.peer_lane) + "." +
                  std::to_string(step.peer_step) + " " + to_string(step.send_bytes) + " of";
          schedule.payload(RankId(rank), lane, k, chunks);
          for (const ChunkId chunk : chunks) text += " " + std::to_string(chunk.index());
        }
        if (step.receive_from.valid()) {
          text += (step.reduce ? " adds from " : " from ") + std::to_string(step.receive_from.index()) + " into";
          schedule.landing(RankId(rank), lane, k, chunks);
          for (const ChunkId chunk : chunks) text += " " + std::to_string(chunk.index());
        }
        schedule.local_moves(RankId(rank), lane, k, moves);
        for (const LocalMove& move : moves) {
          text += (move.add ? " add " : " copy ") + std::to_string(move.from.index()) + " " +
                  std::to_string(move.to.index());
        }
        for (std::uint32_t i = 0; i < step.num_after; ++i) {
          text += " after " + std::to_string(step.after[i].lane) + "." + std::to_string(step.after[i].step);
        }
        texts.push_back(std::move(text));
      }
    }
  }
  return texts;
}

// A file by hand may say one thing in several ways: it comes back with the same messages, and proven. Once written by us it
// comes back to the step, but for the swap in place, whose copies before and after it are thread blocks of their own.
TEST(MscclRoundTrip, FilesByHandComeBack) {
  for (const std::string name : {"all-pairs", "chain", "ring-all-reduce", "ring-reduce-scatter", "swap"}) {
    SCOPED_TRACE(name);
    const ImportedSchedule by_hand = schedule_of("msccl_xml", input("msccl_xml/" + name + ".xml"));
    const Collective contract({.kind = by_hand.kind, .ranks = by_hand.ranks, .elements_per_block = 24});
    const auto first = by_hand.make(contract);
    const std::string text = export_schedule("msccl_xml", *first, by_hand.name).front().bytes;
    const ImportedSchedule read = schedule_of("msccl_xml", text);
    EXPECT_EQ(read.kind, by_hand.kind);
    EXPECT_EQ(read.ranks, by_hand.ranks);
    EXPECT_EQ(read.name, by_hand.name);
    const auto second = read.make(contract);
    EXPECT_EQ(messages_of(*second), messages_of(*first));
    EXPECT_EQ(verify(*first).problem, "");
    EXPECT_EQ(verify(*second).problem, "");
    const std::string again = export_schedule("msccl_xml", *second, by_hand.name).front().bytes;
    const auto third = schedule_of("msccl_xml", again).make(contract);
    EXPECT_EQ(messages_of(*third), messages_of(*first));
    EXPECT_EQ(verify(*third).problem, "");
    if (name == "swap") continue;
    EXPECT_EQ(steps_of(*third), steps_of(*second)) << text << again;
  }
}

TEST(MscclRoundTrip, ARingComesBackStepByStep) {
  const Collective contract({.kind = CollectiveKind::all_reduce, .ranks = 4, .elements_per_block = 13, .matrix = {}});
  const auto ring =
      make_schedule(find_algorithm(CollectiveKind::all_reduce, "ring"),
                    {.collective = contract, .layout = RankLayout::regular(4, 4), .channels = 2, .slices = 1});
  const auto again = schedule_of("msccl_xml", export_schedule("msccl_xml", *ring, "ring").front().bytes).make(contract);
  ASSERT_EQ(again->num_lanes(), ring->num_lanes() + 1);  // one for copies within the rank, of which there are none
  for (std::uint32_t rank = 0; rank < 4; ++rank) {
    EXPECT_EQ(again->num_steps(RankId(rank), 2), 0U);
    for (std::uint32_t lane = 0; lane < 2; ++lane) {
      ASSERT_EQ(again->num_steps(RankId(rank), lane), ring->num_steps(RankId(rank), lane));
      for (std::uint32_t k = 0; k < ring->num_steps(RankId(rank), lane); ++k) {
        const Step a = ring->step(RankId(rank), lane, k), b = again->step(RankId(rank), lane, k);
        EXPECT_EQ(a.send_to, b.send_to);
        EXPECT_EQ(a.peer_lane, b.peer_lane);
        EXPECT_EQ(a.peer_step, b.peer_step);
        EXPECT_EQ(a.send_bytes, b.send_bytes);
        EXPECT_EQ(a.receive_from, b.receive_from);
        EXPECT_EQ(a.reduce, b.reduce);
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::collectives
