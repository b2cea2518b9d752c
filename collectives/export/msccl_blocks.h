// Lanes of a schedule as thread blocks of MSCCL: which connection (peer and channel) every message takes, and which
// block does which part of which step.
//
// A connection belongs to one lane of its sender and one of its receiver, where messages keep their order at both ends;
// it gets the lowest channel that its pair has free. A block has at most one connection each way, of one channel, and
// is of one lane. A lane that sends to one peer and receives from one is one block; others become several that wait for
// each other.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "collectives/schedule.h"

namespace polyplane::collectives {

class MscclBlocks {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Block {
    std::uint32_t send = kNone, receive = kNone, channel = 0;  // peers
    std::uint32_t lane = 0;
  };
  /// Blocks of the parts of a step; a step with neither message has `send` for its block.
  struct Parts {
    std::uint32_t send = kNone, receive = kNone;
  };

  explicit MscclBlocks(const Schedule& schedule);

  [[nodiscard]] const std::vector<Block>& blocks(std::uint32_t rank) const { return blocks_[rank]; }
  [[nodiscard]] Parts parts(std::uint32_t rank, std::uint32_t lane, std::uint32_t step) const {
    return parts_[rank][lane][step];
  }
  /// Lane and step of the sender of what a step receives. REQUIRES: it receives.
  struct Sender {
    std::uint32_t lane = 0, step = 0;
  };
  [[nodiscard]] Sender sender(std::uint32_t rank, std::uint32_t lane, std::uint32_t step) const {
    return ends_[rank][lane][step].sender;
  }
  /// Channels in use.
  [[nodiscard]] std::uint32_t channels() const { return channels_; }

 private:
  void connect(const Schedule& schedule);
  void assign(const Schedule& schedule, std::uint32_t rank, std::uint32_t lane);

  /// Connection of the send and of the receive of each step, [rank][lane][step].
  struct Ends {
    std::uint32_t send = kNone, receive = kNone;
    Sender sender;
  };
  struct Connection {
    std::uint32_t channel = 0, last_step = 0;  // step of the receiver that takes the last message
  };
  std::vector<Connection> connections_;
  std::vector<std::vector<std::vector<Ends>>> ends_;
  std::vector<std::vector<Block>> blocks_;
  std::vector<std::vector<std::vector<Parts>>> parts_;
  std::uint32_t channels_ = 1;
};

}  // namespace polyplane::collectives
