// Sharing of ports, by hand: who goes how fast, piece by piece.
#include "sim/program/shared_ports.h"

#include <gtest/gtest.h>

#include <map>

namespace polyplane::sim {
namespace {

using namespace literals;

/// Plays activities that begin at given times to their ends.
class Player {
 public:
  explicit Player(std::uint32_t actors) : ports_(actors) {}

  void add(TimePoint begin, Activity activity, std::vector<std::uint32_t> actors) {
    activities_.push_back({begin, activity, std::move(actors)});
  }
  std::vector<Duration> ends() {
    std::map<std::uint32_t, TimePoint> due;  // of those that go
    std::vector<Duration> ends(activities_.size());
    std::size_t left = activities_.size();
    for (TimePoint now; left > 0;) {
      for (auto it = due.begin(); it != due.end();) {
        if (it->second > now) {
          ++it;
          continue;
        }
        ports_.end(it->first);
        ends[it->first] = now.since_start();
        it = due.erase(it);
        --left;
      }
      for (std::uint32_t i = 0; i < activities_.size(); ++i) {
        if (activities_[i].begin == now) ports_.begin(i, activities_[i].activity, activities_[i].actors, now);
      }
      for (const SharedPorts::Ending& ending : ports_.settle(now)) due[ending.number] = ending.end;
      TimePoint next = TimePoint::never();
      for (const auto& [number, end] : due) next = std::min(next, end);
      for (const Entry& entry : activities_) {
        if (entry.begin > now) next = std::min(next, entry.begin);
      }
      now = next;
    }
    return ends;
  }

 private:
  struct Entry {
    TimePoint begin;
    Activity activity;
    std::vector<std::uint32_t> actors;
  };
  std::vector<Entry> activities_;
  SharedPorts ports_;
};

/// Keeps the ways out busy by so many millionths.
Activity activity(Duration alone, std::uint32_t scale_up, std::uint32_t scale_out) {
  return {alone, {{scale_up, 0, scale_out, 0}}};
}

TimePoint at(Duration d) { return TimePoint() + d; }

using Times = std::vector<Duration>;

TEST(SharedPorts, AloneTakesItsTime) {
  Player player(1);
  player.add(at(3_ps), activity(Duration::from_ps(1'000'000'007), 1'000'000, 1'000'000), {0});
  EXPECT_EQ(player.ends(), Times{Duration::from_ps(1'000'000'010)});
}

// 0.6 + 0.4 = 1: nobody waits.
TEST(SharedPorts, UpToAWholePortNobodyIsSlowed) {
  Player player(1);
  player.add(at(0_us), activity(10_us, 0, 600'000), {0});
  player.add(at(2_us), activity(10_us, 0, 400'000), {0});
  EXPECT_EQ(player.ends(), (Times{10_us, 12_us}));
}

// 0.8 + 0.7 = 1.5 from 4 us on. The first has 6 us left, which take 9 us: it ends at 13 us. The second did 6 of its 10
// us by then; the other 4 it does alone: 17 us.
TEST(SharedPorts, AboveItAllAreSlowedInProportion) {
  Player player(1);
  player.add(at(0_us), activity(10_us, 0, 800'000), {0});
  player.add(at(4_us), activity(10_us, 0, 700'000), {0});
  EXPECT_EQ(player.ends(), (Times{13_us, 17_us}));
}

TEST(SharedPorts, DifferentPortsAreNotShared) {
  Player player(1);
  player.add(at(0_us), activity(10_us, 1'000'000, 0), {0});
  player.add(at(0_us), activity(10_us, 0, 1'000'000), {0});
  EXPECT_EQ(player.ends(), (Times{10_us, 10_us}));
}

// One that uses both ports goes at the pace of the slower: 2 on the first. The one on the second shares with it, 1.5
// there.
//   0 us: A (both whole) at 1/2, B (first whole) at 1/2, C (second half) at 1/1.5.
//   C ends after 6 us of work: 9 us. A and B go on at 1/2 and end at 20 us.
TEST(SharedPorts, AnActivityGoesAtThePaceOfItsSlowestPort) {
  Player player(1);
  player.add(at(0_us), activity(10_us, 1'000'000, 1'000'000), {0});
  player.add(at(0_us), activity(10_us, 1'000'000, 0), {0});
  player.add(at(0_us), activity(6_us, 0, 500'000), {0});
  EXPECT_EQ(player.ends(), (Times{20_us, 20_us, 9_us}));
}

// The call of actors 0 and 1 is held up by the message on actor 1 alone, and actor 2's is not affected.
TEST(SharedPorts, AnActivityGoesAtThePaceOfItsSlowestActor) {
  Player player(3);
  player.add(at(0_us), activity(10_us, 0, 1'000'000), {0, 1});
  player.add(at(0_us), activity(2_us, 0, 1'000'000), {1, 2});
  // Both at 1/2: the message ends at 4 us, the call did 2 us by then: 12 us.
  EXPECT_EQ(player.ends(), (Times{12_us, 4_us}));
}

// Three at once: 1.5 each: 3 us of work take 4.5 us. Rounded up where it does not come out: 10 ps at 3/2 take 15 ps, 11
// take 17.
TEST(SharedPorts, RoundsUp) {
  Player player(1);
  for (int i = 0; i < 3; ++i) player.add(at(0_us), activity(3_us, 500'000, 0), {0});
  EXPECT_EQ(player.ends(), (Times(3, 4'500_ns)));
  Player odd(1);
  for (int i = 0; i < 3; ++i) odd.add(at(0_us), activity(11_ps, 500'000, 0), {0});
  EXPECT_EQ(odd.ends(), (Times(3, 17_ps)));
}

// A message goes out of actor 0 and into actor 1; another the other way round. Neither is in the way of the other. A
// third goes out of 0, too.
TEST(SharedPorts, EachWayIsByItself) {
  const Demand out{0, 0, 1'000'000, 0}, in{0, 0, 0, 1'000'000};
  Player player(3);
  player.add(at(0_us), {10_us, {out, in}}, {0, 1});
  player.add(at(0_us), {10_us, {out, in}}, {1, 0});
  EXPECT_EQ(player.ends(), (Times{10_us, 10_us}));
  player.add(at(0_us), {10_us, {out, in}}, {0, 2});
  EXPECT_EQ(player.ends(), (Times{20_us, 10_us, 20_us}));
}

TEST(SharedPorts, NoTimeIsLegal) {
  Player player(1);
  player.add(at(1_us), activity(Duration(), 0, 0), {0});
  EXPECT_EQ(player.ends(), Times{1_us});
}

}  // namespace
}  // namespace polyplane::sim
