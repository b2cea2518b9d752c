// Traces of small runs, decoded: what stands where and when, by hand; the invariants of the format (decoded_trace.h)
// always.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "collectives/explicit_schedule.h"
#include "sim/experiment_topology.h"
#include "sim/program/run_program.h"
#include "sim/router_pool.h"
#include "sim/trace/perfetto_trace.h"
#include "sim/trace/write_trace.h"
#include "tests/sim/decoded_trace.h"
#include "tests/sim/small_runs.h"
#include "tests/sim/traced_run.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A ring of 8, one channel: 14 steps on each rank. 8 MB: pieces of 1,000,000 bytes, 1 us latency and 6.25 us at 160
// GB/s: a step takes 7.25 us. Rank 0 sends to rank 1 from 0; rank 1 receives from 1 us on.
TEST(PerfettoTrace, RingOfEightIsWholeAndInPlace) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  ASSERT_EQ(traced.report.collectives.at(0).time, 14 * 7250_ns);
  EXPECT_EQ(arrows(traced.trace), 8U * 14);
  EXPECT_EQ(slices_of(traced.trace, "send"), 8U * 14);
  EXPECT_EQ(slices_of(traced.trace, "receive"), 8U * 14);
  EXPECT_EQ(traced.extent.messages, 8U * 14);

  const auto sends = traced.trace.slices_at("test > node0 > gpu0: rank 0 > sends");
  ASSERT_EQ(sends.size(), 14U);
  for (std::size_t k = 0; k < sends.size(); ++k) {
    EXPECT_EQ(sends[k].name, "to 1");
    EXPECT_EQ(sends[k].begin_ns, 7250 * static_cast<std::int64_t>(k));
    EXPECT_EQ(sends[k].end_ns, 7250 * static_cast<std::int64_t>(k + 1));
    EXPECT_EQ(sends[k].annotations.at("begin_ps"), 7'250'000 * static_cast<std::int64_t>(k));
    EXPECT_EQ(sends[k].annotations.at("bytes"), 1'000'000);
    EXPECT_EQ(sends[k].annotations.at("step"), static_cast<std::int64_t>(k));
    EXPECT_EQ(sends[k].annotations.at("latency_ps"), 1'000'000);
  }
  const auto receives = traced.trace.slices_at("test > node0 > gpu1: rank 1 > receives");
  ASSERT_EQ(receives.size(), 14U);
  EXPECT_EQ(receives[0].name, "from 0");
  EXPECT_EQ(receives[0].begin_ns, 1000);
  EXPECT_EQ(receives[0].end_ns, 7250);
  EXPECT_EQ(receives[0].arrows_to, sends[0].arrows_from);
}

// Every link of the ring is full while bytes move, from 1 us on, and empty for the 1 us of latency of each step: a
// value of 0 at the start, then two a step.
TEST(PerfettoTrace, LoadsOfLinksChangeWithTheSteps) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const Traced traced = run_traced(experiment);
  const auto values = traced.trace.values_at("test > links > nvlink > node0/gpu0 -> node0/nvswitch");
  ASSERT_EQ(values.size(), 1 + 2 * 14U);
  EXPECT_EQ(values[0].at_ns, 0);
  EXPECT_EQ(values[0].percent, 0);
  for (std::size_t k = 0; k < 14; ++k) {
    EXPECT_EQ(values[1 + 2 * k].at_ns, 7250 * static_cast<std::int64_t>(k) + 1000);
    EXPECT_EQ(values[1 + 2 * k].percent, 100);
    EXPECT_EQ(values[2 + 2 * k].at_ns, 7250 * static_cast<std::int64_t>(k + 1));
    EXPECT_EQ(values[2 + 2 * k].percent, 0);
  }
}

// Direct alltoall among 3 cards: each sends 2 messages at once over its port; the ports are full until the end.
TEST(PerfettoTrace, LanesOfARankStandSideBySide) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(collective_job(CollectiveKind::alltoall, "direct", Bytes(3'000'000)));
  experiment.collectives.back().ranks = {0, 1, 2};
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_EQ(arrows(traced.trace), 6U);
  std::size_t sends_of_rank_0 = 0;
  for (const auto& [uuid, track] : traced.trace.tracks) {
    if (!track.path.starts_with("test > node0 > gpu0: rank 0 > lane ") || !track.path.ends_with(": sends")) continue;
    const auto slices = traced.trace.slices_at(track.path);
    ASSERT_EQ(slices.size(), 1U);
    EXPECT_EQ(slices[0].end_ns, 13'500);  // 1 us, 2 MB at 160 GB/s
    ++sends_of_rank_0;
  }
  EXPECT_EQ(sends_of_rank_0, 2U);
}

TEST(PerfettoTrace, OnlyChosenRanksAreShownAndArrowsBetweenThem) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  TraceOptions options;
  options.ranks = {{2, 3, 1}};
  const Traced traced = run_traced(experiment, options);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_EQ(slices_of(traced.trace, "send"), 2U * 14);
  EXPECT_EQ(slices_of(traced.trace, "receive"), 2U * 14);
  EXPECT_EQ(arrows(traced.trace), 14U);  // from 2 to 3
  EXPECT_EQ(traced.extent.messages, 2U * 14);
  EXPECT_TRUE(std::ranges::none_of(traced.trace.tracks,
                                   [](const auto& track) { return track.second.name.starts_with("gpu0"); }));
}

// Steps of 7.25 us: the third, 14.5 to 21.75 us, alone overlaps the window. Links: full as the window opens at 16 us.
TEST(PerfettoTrace, AWindowHoldsWhatOverlapsIt) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  TraceOptions options;
  options.from = TimePoint() + 16_us;
  options.to = TimePoint() + 21_us;
  const Traced traced = run_traced(experiment, options);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_EQ(slices_of(traced.trace, "send"), 8U);
  EXPECT_EQ(arrows(traced.trace), 8U);
  const auto values = traced.trace.values_at("test > links > nvlink > node0/gpu0 -> node0/nvswitch");
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].at_ns, 16'000);
  EXPECT_EQ(values[0].percent, 100);
}

TEST(PerfettoTrace, StretchedTimeShowsPicoseconds) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8)));  // of int8: 1 byte a piece
  experiment.collectives.back().datatype = "int8";
  TraceOptions options;
  options.time_scale = 1000;
  const Traced traced = run_traced(experiment, options);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  // 8 bits at 1.28 Tb/s: 6.25 ps, up to 7; and 1 us.
  EXPECT_EQ(traced.trace.slices_at("test > node0 > gpu0: rank 0 > sends").at(0).end_ns, 1'000'007);
}

TEST(PerfettoTrace, CompressedByName) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const Traced traced = run_traced(experiment, {}, ".pftrace.gz");
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_EQ(arrows(traced.trace), 8U * 14);
}

TEST(PerfettoTrace, ChosenLinks) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const auto counters = [&](TracedLinks links) {
    TraceOptions options;
    options.links = std::move(links);
    const Traced traced = run_traced(experiment, options);
    EXPECT_THAT(traced.trace.defects, IsEmpty());
    std::vector<std::string> names;
    for (const auto& [uuid, track] : traced.trace.tracks) {
      if (track.is_percentage) names.push_back(track.name);
    }
    return names;
  };
  using Kind = TracedLinks::Kind;
  EXPECT_THAT(counters({Kind::none, 0, {}}), IsEmpty());
  EXPECT_EQ(counters({Kind::all, 0, {}}).size(), 16U);
  EXPECT_EQ(counters({Kind::top, 3, {}}).size(), 3U);
  EXPECT_EQ(counters({Kind::named, 0, {"nvlink"}}).size(), 16U);
  EXPECT_THAT(counters({Kind::named, 0, {"node0/gpu5.node0/nvswitch"}}), ElementsAre("node0/gpu5 -> node0/nvswitch"));
}

/// What is added takes 4 us for 1.6 MB, at NVLinks as processors of ranks; so does a copy, or nothing.
Stack adding_stack(bool copies = false) {
  Stack stack = ideal_stack();
  for (ProtocolCosts& costs : stack.protocols.front().costs) {
    costs.processor_tier = "nvlink";
    costs.reduction_rate = 400_GBps;
    if (copies) costs.copy_rate = 400_GBps;
  }
  return stack;
}

// Recursive multiplying of 4 cards by 4: 3 messages of 1.6 MB at once out of each port, 1 us and 30 us at 160 GB/s; then three
// sums of 1.6 MB, 12 us. The analytic model shares nothing: 1 us, 10 us and 12 us.
TEST(PerfettoTrace, SumsWithinARankStandOnATrackOfTheirOwn) {
  for (const std::string model : {"flow", "analytic"}) {
    Experiment experiment = eight_cards();
    experiment.model = model;
    experiment.stack = adding_stack();
    experiment.collectives.push_back(
        collective_job(CollectiveKind::all_reduce, "recursive_multiplying", Bytes(1'600'000)));
    experiment.collectives.back().ranks = {0, 1, 2, 3};
    const Traced traced = run_traced(experiment);
    EXPECT_THAT(traced.trace.defects, IsEmpty());
    EXPECT_EQ(slices_of(traced.trace, "work"), 4U);
    const auto work = traced.trace.slices_at("test > node0 > gpu2: rank 2 > lane 0: copies and sums");
    ASSERT_EQ(work.size(), 1U);
    const std::int64_t begin = model == "flow" ? 31'000 : 11'000;
    EXPECT_EQ(work[0].name, "sum 4.8 MB");
    EXPECT_EQ(work[0].begin_ns, begin);
    EXPECT_EQ(work[0].end_ns, begin + 12'000);
    EXPECT_EQ(work[0].annotations.at("begin_ps"), begin * 1000);
    EXPECT_EQ(work[0].annotations.at("end_ps"), traced.report.collectives.at(0).time.ps());
    EXPECT_EQ(work[0].annotations.at("copied_bytes"), 0);
    EXPECT_EQ(work[0].annotations.at("added_bytes"), 4'800'000);
    EXPECT_EQ(work[0].annotations.at("step"), 0);
    const auto events = 2 * traced.trace.slices.size() + traced.trace.values.size();
    EXPECT_GE(traced.extent.events, events) << model;
    EXPECT_LE(traced.extent.events, 2 * events) << model;
    TraceOptions options;
    options.ranks = {{1, 1, 1}};
    EXPECT_EQ(slices_of(run_traced(experiment, options).trace, "work"), 1U);
  }
}

// A rank that copies 1.6 MB twice and adds 1.6 MB, one after the other: 12 us from the start, with a link for its processor and
// without.
TEST(PerfettoTrace, CopiesAndSumsOfAStepAreOneSlice) {
  using collectives::ExplicitSchedule;
  const Experiment experiment = eight_cards();
  const topology::Topology topology = build_topology(experiment);
  RouterPool routers(topology, experiment.routing);
  RouterPool::Lease router = routers.take();
  ExplicitSchedule::Steps steps(2, std::vector<std::vector<collectives::StoredStep>>(1));
  steps[1][0].resize(1);
  steps[1][0][0].moves = {{.from = ChunkId(1), .to = ChunkId(2)},
                          {.from = ChunkId(1), .to = ChunkId(3)},
                          {.from = ChunkId(2), .to = ChunkId(1), .add = true}};
  const ExplicitSchedule schedule(
      collectives::Collective::sized(CollectiveKind::all_gather, 2, Bytes(3'200'000), 1, RankId(0)), 1, steps, 2);
  for (const std::string tier : {"nvlink", ""}) {
    Job job;
    job.schedule = &schedule;
    job.devices = {topology.accelerators()[0], topology.accelerators()[1]};
    job.costs = adding_stack(true).protocols.front().costs.front();
    job.costs.processor_tier = tier;
    RunInput input{.topology = topology, .router = *router, .model = "flow", .jobs = {job}};
    const TraceFileName file;
    TraceOptions options;
    options.path = file.path();
    write_trace(input, run_once(input), options);
    const DecodedTrace trace = decode_trace(trace_bytes(file.path()));
    EXPECT_THAT(trace.defects, IsEmpty());
    const auto work = trace.slices_at("test > node0 > gpu1: rank 1 > copies and sums");
    ASSERT_EQ(work.size(), 1U);
    EXPECT_EQ(work[0].name, "copy 3.2 MB, sum 1.6 MB");
    EXPECT_EQ(work[0].begin_ns, 0);
    EXPECT_EQ(work[0].end_ns, 12'000);
    EXPECT_EQ(slices_of(trace, "work"), 1U);
  }
}

// Two jobs and a flow on one network of 4 cards behind a switch.
TEST(PerfettoTrace, JobsAndFlowsSideBySide) {
  Experiment experiment = on_cluster(topology::plain_cluster(4, 4, "single_switch", {}), "ecmp");
  for (const std::uint32_t first : {0U, 2U}) {
    CollectiveJob job = collective_job(CollectiveKind::sendrecv, "direct", Bytes(1'000'000));
    job.name = first == 0 ? "even" : "odd";
    job.ranks = {first, first + 1};
    experiment.collectives.push_back(job);
  }
  experiment.flows.push_back(flow_job("node0/gpu0", "node3/gpu0", Bytes(1'000'000), TimePoint() + 5_us));
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  const auto flow = traced.trace.slices_at("test > flows > node0/gpu0 to node3/gpu0");
  ASSERT_EQ(flow.size(), 1U);
  EXPECT_EQ(flow[0].begin_ns, 5000);
  EXPECT_EQ(flow[0].annotations.at("end_ps"), traced.report.flows.at(0).end.ps());
  EXPECT_EQ(traced.trace.slices_at("test > node2 > gpu0: odd rank 0 > odd sends").size(), 1U);
  EXPECT_EQ(arrows(traced.trace), 4U);
}

TEST(PerfettoTrace, GroupsSideBySide) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(4'000'000)));
  experiment.collectives.back().groups = {{0, 2, 4, 6}, {1, 3, 5, 7}};
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_EQ(arrows(traced.trace), 2U * 4 * 6);
}

// Traced runs go flow by flow, whatever way the untraced went, and come to the same time: write_trace() checks it. Here
// the untraced one is folded, and by sizes; the trace is of the largest.
TEST(PerfettoTrace, SameTimesAsUntraced) {
  Experiment experiment = on_cluster(topology::nvlink_cluster(4, "fat_tree", {"tiers=2"}), "spray");
  experiment.collectives.push_back(collective_job(CollectiveKind::all_reduce, "auto", Bytes(1'000'000)));
  experiment.collectives.back().sizes = {Bytes(1'000'000), Bytes(64'000'000)};
  const Report untraced = run(experiment, {});
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  ASSERT_EQ(traced.report.collectives.size(), 2U);
  EXPECT_EQ(traced.report.fingerprint, untraced.fingerprint);
  std::int64_t last = 0;
  for (const DecodedSlice& slice : traced.trace.slices) last = std::max(last, slice.annotations.at("end_ps"));
  EXPECT_EQ(last, untraced.collectives.back().time.ps());
}

/// Two ranks on cards 0 and 1: each computes 10 us, 0 sends 1 MB to 1, then both join an all-reduce of 1 MB.
collectives::Program two_ranks(const std::string& algorithm = "ring") {
  using collectives::Operation;
  collectives::Program program;
  program.name = "two";
  program.labels = {"other", "forward", "pp", "dp"};
  program.names = {"", "F0"};
  program.calls.push_back({.name = "gradients", .groups = {{0, 1}}, .size = Bytes(1'000'000), .algorithm = algorithm});
  for (std::uint32_t card = 0; card < 2; ++card) {
    collectives::Actor& actor = program.actors.emplace_back();
    actor.name = "rank " + std::to_string(card);
    actor.cards = {card};
    actor.streams = {{"compute"}, {"communication"}};
    const std::uint32_t forward =
        actor.add({.kind = Operation::Kind::compute, .label = 1, .duration = 10_us, .name = 1});
    const auto kind = card == 0 ? Operation::Kind::send : Operation::Kind::receive;
    Operation message{.kind = kind, .stream = 1, .label = 2, .bytes = Bytes(1'000'000), .peer = 1 - card, .tag = 7};
    const std::uint32_t sent = card == 0 ? actor.add(message, {{forward}}) : actor.add(message);
    actor.add({.kind = Operation::Kind::collective, .stream = 1, .label = 3, .call = 0}, {{sent}});
  }
  return program;
}

/// `mode` of `program` on eight cards.
DecodedTrace program_trace(ProgramMode mode, const std::vector<RankRange>& ranks = {},
                           const collectives::Program& program = two_ranks(), const Stack& stack = ideal_stack()) {
  const Experiment experiment = eight_cards();
  const topology::Topology topology = build_topology(experiment);
  RouterPool routers(topology, experiment.routing);
  const TraceFileName file;
  TraceOptions options;
  options.path = file.path();
  options.ranks = ranks;
  ProgramInput input{.topology = topology, .routers = routers, .stack = stack, .mode = mode};
  const ProgramOutcome untraced = run_program(program, input);
  input.trace_options = &options;
  EXPECT_EQ(run_program(program, input).fingerprint, untraced.fingerprint);
  return decode_trace(trace_bytes(file.path()));
}

// The message: 1 us and 6.25 us for 1 MB at 160 GB/s, after 10 us of compute; the receive waits for it from 0 on. The
// ring of two: each rank sends 500,000 bytes twice.
TEST(PerfettoTrace, ProgramFlowByFlow) {
  const DecodedTrace trace = program_trace(ProgramMode::flows);
  EXPECT_THAT(trace.defects, IsEmpty());
  const auto compute = trace.slices_at("test > node0 > gpu0: rank 0 > compute");
  ASSERT_EQ(compute.size(), 1U);
  EXPECT_EQ(compute[0].name, "F0");
  EXPECT_EQ(compute[0].category, "forward");
  EXPECT_EQ(compute[0].end_ns, 10'000);
  const auto sent = trace.slices_at("test > node0 > gpu0: rank 0 > communication");
  const auto received = trace.slices_at("test > node0 > gpu1: rank 1 > communication");
  ASSERT_EQ(sent.size(), 2U);
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(sent[0].name, "send to rank 1");
  EXPECT_EQ(sent[0].begin_ns, 10'000);
  EXPECT_EQ(sent[0].end_ns, 17'250);
  EXPECT_EQ(received[0].begin_ns, 0);
  EXPECT_EQ(received[0].end_ns, 17'250);
  EXPECT_EQ(received[0].arrows_to, sent[0].arrows_from);
  EXPECT_EQ(sent[1].name, "gradients");
  EXPECT_EQ(slices_of(trace, "send"), 4U);
  EXPECT_EQ(arrows(trace), 1U + 4);
  EXPECT_FALSE(trace.values_at("test > links > nvlink > node0/gpu0 -> node0/nvswitch").empty());
}

// The all-reduce begins at 17.25 us, as above: 1 us and 6.25 us for 1 MB, and 2.5 us for its sum.
TEST(PerfettoTrace, ProgramWhoseCollectivesAdd) {
  const auto program = two_ranks("recursive_multiplying_2");
  const DecodedTrace trace = program_trace(ProgramMode::flows, {}, program, adding_stack());
  EXPECT_THAT(trace.defects, IsEmpty());
  EXPECT_EQ(slices_of(trace, "work"), 2U);
  const auto work = trace.slices_at("test > node0 > gpu1: rank 1 > copies and sums of collectives");
  ASSERT_EQ(work.size(), 1U);
  EXPECT_EQ(work[0].name, "sum 1 MB");
  EXPECT_EQ(work[0].begin_ns, 24'500);
  EXPECT_EQ(work[0].end_ns, 27'000);
}

TEST(PerfettoTrace, ProgramTimedAndOneRankOfIt) {
  const DecodedTrace timed = program_trace(ProgramMode::timed);
  EXPECT_THAT(timed.defects, IsEmpty());
  EXPECT_EQ(timed.slices.size(), 6U);  // operations alone
  EXPECT_EQ(arrows(timed), 1U);
  const DecodedTrace one = program_trace(ProgramMode::timed, {{1, 1, 1}});
  EXPECT_THAT(one.defects, IsEmpty());
  EXPECT_EQ(one.slices.size(), 3U);
  EXPECT_EQ(arrows(one), 0U);
}

TEST(PerfettoTrace, AnalyticModelHasNoLoads) {
  Experiment experiment = eight_cards();
  experiment.model = "analytic";
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const Traced traced = run_traced(experiment);
  EXPECT_THAT(traced.trace.defects, IsEmpty());
  EXPECT_THAT(traced.trace.values, IsEmpty());
  EXPECT_EQ(arrows(traced.trace), 8U * 14);
}

TEST(PerfettoTrace, ADefectiveTraceIsFound) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  const TraceFileName file;
  RunOptions options;
  options.trace.emplace();
  options.trace->path = file.path();
  static_cast<void>(run(experiment, options));
  perfetto::Trace whole;
  ASSERT_TRUE(whole.ParseFromString(trace_bytes(file.path())));
  const auto defects_without = [&](auto is_dropped) {
    perfetto::Trace damaged;
    bool dropped = false;
    for (const perfetto::TracePacket& packet : whole.packet()) {
      if (!dropped && is_dropped(packet)) {
        dropped = true;
        continue;
      }
      *damaged.add_packet() = packet;
    }
    return decode_trace(damaged.SerializeAsString()).defects.size();
  };
  using Event = perfetto::TrackEvent;
  EXPECT_GT(defects_without([](const auto& packet) { return packet.has_track_descriptor(); }), 0U);
  EXPECT_GT(defects_without([](const auto& packet) { return packet.has_interned_data(); }), 0U);
  EXPECT_GT(defects_without([](const auto& packet) { return packet.track_event().type() == Event::TYPE_SLICE_BEGIN; }),
            0U);
  EXPECT_GT(defects_without([](const auto& packet) { return packet.track_event().type() == Event::TYPE_SLICE_END; }),
            0U);
}

}  // namespace
}  // namespace polyplane::sim
