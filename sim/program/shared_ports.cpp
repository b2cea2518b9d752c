#include "sim/program/shared_ports.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::sim {

namespace {
constexpr unsigned kFraction = 20;  // bits
}

void SharedPorts::touch(std::uint32_t number) {
  if (std::exchange(activities_[number].touched, true)) return;
  touched_.push_back(number);
}

void SharedPorts::touch_users(const ActorPorts& ports, std::size_t port) {
  for (const User& user : ports.users) {
    if (user.demand[port] > 0) touch(user.number);
  }
}

void SharedPorts::begin(std::uint32_t number, const Activity& activity, std::span<const std::uint32_t> actors,
                        TimePoint now) {
  if (number >= activities_.size()) activities_.resize(std::size_t{number} + 1);
  Running& running = activities_[number];
  CHECK(running.activity == nullptr, "an activity begins twice");
  const bool touched = running.touched;
  running = {&activity, actors, static_cast<uint128>(activity.alone.ps()) << kFraction, now.ps(), 0, touched};
  touch(number);
  for (std::size_t i = 0; i < actors.size(); ++i) {
    ActorPorts& ports = actors_[actors[i]];
    const Demand& demand = activity.demand(i);
    for (std::size_t port = 0; port < kPorts; ++port) {
      ports.load[port] += demand[port];
      if (demand[port] > 0 && ports.load[port] > kWholePort) touch_users(ports, port);
    }
    ports.users.push_back({number, demand});
  }
}

void SharedPorts::end(std::uint32_t number) {
  Running& ended = activities_[number];
  for (std::size_t i = 0; i < ended.actors.size(); ++i) {
    ActorPorts& ports = actors_[ended.actors[i]];
    const Demand& demand = ended.activity->demand(i);
    ports.users.erase(std::ranges::find(ports.users, number, &User::number));
    for (std::size_t port = 0; port < kPorts; ++port) {
      const bool was_short = ports.load[port] > kWholePort;
      ports.load[port] -= demand[port];
      if (demand[port] > 0 && was_short) touch_users(ports, port);
    }
  }
  ended.activity = nullptr;
}

std::uint64_t SharedPorts::load_of(const Running& running) const {
  std::uint64_t load = kWholePort;
  for (std::size_t i = 0; i < running.actors.size(); ++i) {
    const Demand& demand = running.activity->demand(i);
    const ActorPorts& ports = actors_[running.actors[i]];
    for (std::size_t port = 0; port < kPorts; ++port) {
      if (demand[port] > 0) load = std::max(load, ports.load[port]);
    }
  }
  return load;
}

std::vector<SharedPorts::Ending> SharedPorts::settle(TimePoint now) {
  std::vector<Ending> endings;
  std::ranges::sort(touched_);
  for (const std::uint32_t number : std::exchange(touched_, {})) {
    Running& running = activities_[number];
    running.touched = false;
    if (running.activity == nullptr) continue;
    const std::uint64_t load = load_of(running);
    if (load == running.load) continue;
    if (running.load > 0) {
      const auto elapsed = static_cast<uint128>(now.ps() - running.since_ps) << kFraction;
      running.left -= std::min(running.left, elapsed * kWholePort / running.load);
    }
    running.since_ps = now.ps();
    running.load = load;
    const uint128 whole = static_cast<uint128>(kWholePort) << kFraction;
    const uint128 takes = (running.left * load + whole - 1) / whole;
    if (takes > INT64_MAX / 2) throw LimitError("simulated time passes 53 days");
    endings.push_back({number, now + Duration::from_ps(static_cast<std::int64_t>(takes))});
  }
  return endings;
}

}  // namespace polyplane::sim
