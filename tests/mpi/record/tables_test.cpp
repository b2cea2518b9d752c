// The recorder's tables against plain ones.
#include <gtest/gtest.h>

#include <cstring>
#include <list>
#include <map>

#include "base/random.h"
#include "mpi/record/handle_map.h"
#include "mpi/record/polls.h"
#include "mpi/record/request_table.h"

namespace polyplane::record {
namespace {

TEST(HandleMap, HoldsWhatAMapHolds) {
  RandomStream random(3, 0);
  HandleMap<std::uint64_t> map;
  std::map<std::uint64_t, std::uint64_t> plain;
  EXPECT_EQ(map.find(7), nullptr);
  map.erase(7);
  // Few keys while it is small, so that they collide and come again; then thousands, so that it grows.
  for (std::uint64_t step = 0; step < 60'000; ++step) {
    const std::uint64_t key = 1 + random.below(step < 30'000 ? 700 : 9000) * 4096;
    if (random.below(3) == 0) {
      map.erase(key);
      plain.erase(key);
    } else {
      std::uint64_t* value = map.insert(key);
      ASSERT_NE(value, nullptr);
      ASSERT_EQ(*value, plain.contains(key) ? plain[key] : 0) << step;
      *value = plain[key] = step;
    }
    const std::uint64_t other = 1 + random.below(9000) * 4096;
    const std::uint64_t* found = map.find(other);
    ASSERT_EQ(found != nullptr, plain.contains(other)) << step;
    if (found != nullptr) { ASSERT_EQ(*found, plain[other]); }
  }
}

/// Some handle, as MPIs have them.
MPI_Request handle(std::uint64_t number) {
  MPI_Request request;
  const std::uint64_t value = 64 * (number + 1);
  std::memcpy(&request, &value, sizeof(request));
  return request;
}

// Handles come again, and some stand for many requests at a time: then that of the same variable is meant, else the oldest.
TEST(RequestTable, FindsWhatAListFinds) {
  struct Entry {
    std::uint64_t handle;
    const MPI_Request* variable;
    std::uint32_t id;
  };
  RandomStream random(4, 0);
  RequestTable table;
  std::list<Entry> plain;
  std::vector<MPI_Request> variables(40);
  for (int step = 0; step < 40'000; ++step) {
    const std::uint64_t number = random.below(12);
    const MPI_Request* variable = &variables[random.below(variables.size())];
    if (random.below(2) == 0 && plain.size() < 200) {
      plain.push_back({number, variable, table.add(handle(number), variable, false)});
      continue;
    }
    auto meant = plain.end();
    for (auto entry = plain.begin(); entry != plain.end(); ++entry) {
      if (entry->handle != number) continue;
      if (meant == plain.end()) meant = entry;
      if (entry->variable != variable) continue;
      meant = entry;
      break;
    }
    const Request* found = table.find(handle(number), variable);
    ASSERT_EQ(found != nullptr, meant != plain.end()) << step;
    if (found == nullptr) continue;
    ASSERT_EQ(found->id, meant->id) << step;
    table.erase(handle(number), variable);
    plain.erase(meant);
  }
}

// 100 to 150, 160 to 200 (10 between: spinning), 5000 to 5100 (4800 between: work), then a call at 5400 (300: spinning).
TEST(Polls, WaitWhenTheyFollowEachOther) {
  Polls polls;
  polls.add(100, 150);
  polls.add(160, 200);
  polls.add(5000, 5100);
  polls.wait_until(5400);
  EXPECT_EQ(polls.count, 3U);
  EXPECT_EQ(polls.first, 100U);
  EXPECT_EQ(polls.last, 5400U);
  EXPECT_EQ(polls.waited, 50U + 10 + 40 + 100 + 300);
}

}  // namespace
}  // namespace polyplane::record
