#include "mpi/check_run.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include "mpi/reference.h"
#include "mpi/test_data.h"
#include "mpi/user_buffers.h"

namespace polyplane::mpi {
namespace {

using Buffer = std::vector<std::byte>;

constexpr std::byte kUnwritten{0x5A};

Buffer buffer_of(std::int64_t bytes) { return Buffer(static_cast<std::size_t>(bytes), kUnwritten); }

void fill(const TestData& data, const UserBuffers& buffers, std::uint32_t rank, Buffer& in, Buffer& out) {
  for (const BlockPlace& place : buffers.held) {
    Buffer& target = place.where.memory == Memory::in ? in : out;
    data.fill(std::span(target).subspan(static_cast<std::size_t>(place.where.offset),
                                        static_cast<std::size_t>(place.where.bytes)),
              rank, place.block);
  }
}

/// What one rank found, told to all; the lowest rank with something to say wins.
std::string agree(const Communicator& ranks, const std::string& problem) {
  const auto me = static_cast<std::int64_t>(ranks.rank());
  const std::int64_t first = -ranks.max(problem.empty() ? -std::int64_t{ranks.size()} : -me);
  if (first == ranks.size()) return "";
  return ranks.broadcast(me == first ? "rank " + std::to_string(me) + " " + problem : "", static_cast<int>(first));
}

std::string check_barrier(MessageSpace& space, const collectives::Schedule& schedule, const RunnerOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [] { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); };
  const Communicator& ranks = space.ranks();
  ScheduleRunner runner(space, schedule, options);
  std::this_thread::sleep_for(std::chrono::microseconds(200) * ((ranks.rank() * 5 + 3) % ranks.size()));
  const double entered = seconds();
  runner.run(nullptr, nullptr);
  const double left = seconds();
  const double last_entered = ranks.max(entered);
  const bool one_clock = ranks.split_nodes().size() == ranks.size();
  std::string problem;
  if (one_clock && left < last_entered) {
    problem = "left the barrier " + std::to_string((last_entered - left) * 1e6) + " us before the last rank entered";
  }
  return agree(ranks, problem);
}

}  // namespace

std::string check_run(MessageSpace& space, const collectives::Schedule& schedule, const RunnerOptions& options,
                      std::uint64_t seed) {
  const collectives::Collective& contract = schedule.collective();
  if (contract.kind() == collectives::CollectiveKind::barrier) return check_barrier(space, schedule, options);
  const Communicator& ranks = space.ranks();
  const auto me = static_cast<std::uint32_t>(ranks.rank());
  const TestData data(options.kind, options.reduction, seed);

  const UserBuffers plain = user_buffers(contract, RankId(me), false);
  Buffer given = buffer_of(plain.in_bytes), expected = buffer_of(plain.out_bytes);
  fill(data, plain, me, given, expected);
  Reference reference(ranks, contract, options.kind, options.reduction, false);
  reference.run(given.data(), expected.data());

  const UserBuffers buffers = options.in_place ? user_buffers(contract, RankId(me), true) : plain;
  Buffer in = buffer_of(buffers.in_bytes), out = buffer_of(buffers.out_bytes);
  fill(data, buffers, me, in, out);
  ScheduleRunner runner(space, schedule, options);
  runner.run(in.data(), out.data());

  std::string problem;
  for (std::size_t i = 0; i < buffers.required.size() && problem.empty(); ++i) {
    const BlockPlace& place = buffers.required[i];
    problem = first_difference(data, options.kind, contract, place, out.data() + place.where.offset,
                               expected.data() + plain.required[i].where.offset, reference.name())
                  .value_or("");
  }
  if (problem.empty() && in != given && !options.in_place) {
    const auto at = std::ranges::mismatch(in, given).in1 - in.begin();
    problem = "offset " + std::to_string(at) + " of what it put in was written to, and out of place that is only read";
  }
  return agree(ranks, problem);
}

}  // namespace polyplane::mpi
