// How runs without contention end before their time: by a stall, at the limit of times, when asked to stop.
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"
#include "collectives/explicit_schedule.h"
#include "sim/simulation.h"
#include "tests/sim/uncontended_scenes.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using collectives::CollectiveKind;
using collectives::Step;

std::string stall(const std::function<void()>& run) {
  try {
    run();
  } catch (const RunError& error) { return error.what(); }
  return "";
}

/// Eight ranks of two lanes: lane 0 waits for a message that nobody sends, lane 1 for lane 0 and for itself.
collectives::ExplicitSchedule stalling_schedule() {
  collectives::Collective::Shape shape;
  shape.kind = CollectiveKind::barrier;
  shape.ranks = 8;
  collectives::ExplicitSchedule::Steps steps(8);
  for (std::uint32_t rank = 0; rank < 8; ++rank) {
    Step send, receive, knot;
    send.send_to = RankId((rank + 1) % 8);
    send.receive_from = RankId((rank + 7) % 8);
    receive.receive_from = RankId((rank + 7) % 8);
    knot.num_after = 2;
    knot.after[0] = {0, 0};
    knot.after[1] = {0, 1};
    steps[rank] = {{{send, {}}, {receive, {}}}, {{knot, {}}}};
  }
  return {collectives::Collective(shape), 1, std::move(steps)};
}

TEST(Uncontended, AStallIsReportedAsTheExecutorDoes) {
  const collectives::ExplicitSchedule schedule = stalling_schedule();
  StarScene scene(CollectiveKind::barrier, "dissemination", 8, Bytes());
  scene.job.schedule = &schedule;
  const auto expect_same_stall = [&](const Folding* folding, UncontendedWay way) {
    scene.job.folding = folding;
    const std::string expected = stall([&] { by_flows(scene.topology, scene.router, scene.job, "analytic"); });
    const std::string actual =
        stall([&] { static_cast<void>(run_uncontended(scene.router, scene.job, folding, true, way, {})); });
    EXPECT_EQ(actual, expected);
    EXPECT_NE(actual.find("star: rank 0 lane 0 step 1 waits for a message from rank 7"), std::string::npos) << actual;
    EXPECT_NE(actual.find("rank 0 lane 1 step 0 waits for lane 0 step 0 and lane 0 step 1"), std::string::npos);
  };
  const Folding folding = scene.rotation_by(2);
  for (const UncontendedWay way : kWays) {
    expect_same_stall(nullptr, way);
    expect_same_stall(&folding, way);
  }
}

// 8,388,608 bit at 3 bit/s: 32 days a step, six steps.
TEST(Uncontended, TimesHaveALimit) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 4, 4_MiB);
  for (std::uint32_t t = 0; t < 8; ++t) scene.router.set_rate(TrunkId(t), BitRate::from_bps(3));
  for (const UncontendedWay way : kWays) {
    EXPECT_THROW(static_cast<void>(run_uncontended(scene.router, scene.job, nullptr, true, way, {})), LimitError);
  }
  EXPECT_THROW(by_flows(scene.topology, scene.router, scene.job, "flow"), LimitError);
}

TEST(Uncontended, StopsWhenAsked) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 200, 4_MiB);
  StarScene uneven(CollectiveKind::all_reduce, "ring", 200, Bytes(100));
  const auto stop = [] { return true; };
  for (const UncontendedWay way : {UncontendedWay::dataflow, UncontendedWay::events}) {
    EXPECT_THROW(static_cast<void>(run_uncontended(scene.router, scene.job, nullptr, false, way, stop)), Interrupted);
  }
  EXPECT_THROW(
      static_cast<void>(run_uncontended(uneven.router, uneven.job, nullptr, false, UncontendedWay::whole_steps, stop)),
      Interrupted);
}

}  // namespace
}  // namespace polyplane::sim
