// Activities of actors that share ports (run_program.h, mode timed): processor sharing, piece by piece, in whole
// numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/program/activity.h"

namespace polyplane::sim {

/// Work that is left is kept in 2^-20 picoseconds of the time that the activity takes alone. An activity that is never
/// slowed ends after exactly that time.
class SharedPorts {
 public:
  explicit SharedPorts(std::uint32_t actors) : actors_(actors) {}

  /// `number`: of the activity, not in use. `actors`: those whose ports it uses, each once. Both are kept by reference
  /// until end().
  void begin(std::uint32_t number, const Activity& activity, std::span<const std::uint32_t> actors, TimePoint now);
  void end(std::uint32_t number);

  /// An activity whose end is not what it was, or is new.
  struct Ending {
    std::uint32_t number = 0;
    TimePoint end;
  };
  /// Of all begun or slowed or sped up since the last call, ascending. To be called once at every instant at which any
  /// began or ended, after all of them. Throws LimitError for an end past 53 days.
  [[nodiscard]] std::vector<Ending> settle(TimePoint now);

 private:
  struct Running {
    const Activity* activity = nullptr;  // null: it is over
    std::span<const std::uint32_t> actors;
    uint128 left = 0;  // at `since`
    std::int64_t since_ps = 0;
    std::uint64_t load = 0;  // it goes by kWholePort / load; 0: not yet going
    bool touched = false;
  };
  struct User {
    std::uint32_t number = 0;
    Demand demand{};
  };
  struct ActorPorts {
    std::array<std::uint64_t, kPorts> load{};  // sum of demands
    std::vector<User> users;
  };
  void touch(std::uint32_t number);
  void touch_users(const ActorPorts& ports, std::size_t port);
  [[nodiscard]] std::uint64_t load_of(const Running& running) const;

  std::vector<ActorPorts> actors_;
  std::vector<Running> activities_;
  std::vector<std::uint32_t> touched_;
};

}  // namespace polyplane::sim
