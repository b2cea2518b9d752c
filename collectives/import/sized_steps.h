// Steps of a file, which say which places a message carries, made into schedules of any size: the bytes of a message
// are those of the chunks that are at these places when it is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "collectives/explicit_schedule.h"

namespace polyplane::collectives {

class SizedSteps {
 public:
  /// `steps` without bytes; `shape` of any size. Where the steps are wrong (unmatched, circles, nothing there) what is
  /// in scratch counts as empty, and verify() says why.
  SizedSteps(Collective::Shape shape, std::uint32_t pieces, ExplicitSchedule::Steps steps, std::uint32_t scratch);

  /// REQUIRES: kind, ranks and root are those of `shape`.
  [[nodiscard]] std::unique_ptr<Schedule> make(const Collective& contract) const;

 private:
  void find_contents(const Schedule& empty);

  Collective::Shape shape_;
  std::uint32_t pieces_, scratch_;
  ExplicitSchedule::Steps steps_;
  /// [rank][lane][step]: chunks of the payload; kNone where nothing is known.
  std::vector<std::vector<std::vector<std::vector<std::uint32_t>>>> contents_;
};

}  // namespace polyplane::collectives
