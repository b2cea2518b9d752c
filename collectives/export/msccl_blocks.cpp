#include "collectives/export/msccl_blocks.h"

#include <algorithm>

namespace polyplane::collectives {

MscclBlocks::MscclBlocks(const Schedule& schedule) {
  const std::uint32_t ranks = schedule.collective().ranks();
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    auto& ends = ends_.emplace_back();
    auto& parts = parts_.emplace_back();
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      const std::uint32_t steps = schedule.num_steps(RankId(rank), lane);
      ends.emplace_back(steps);
      parts.emplace_back(steps);
    }
  }
  connect(schedule);
  blocks_.resize(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) assign(schedule, rank, lane);
  }
}

void MscclBlocks::connect(const Schedule& schedule) {
  /// Of a pair of ranks: how many channels it has. Of a pair of lanes of theirs: its connections.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> channels;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> of_lanes;
  for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
    for (std::uint32_t rank = 0; rank < ends_.size(); ++rank) {
      for (std::uint32_t k = 0; k < ends_[rank][lane].size(); ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        if (!step.send_to.valid()) continue;
        const std::uint32_t to = step.send_to.index();
        std::vector<std::uint32_t>& candidates = of_lanes[{rank, to, lane, step.peer_lane}];
        const auto fits = std::find_if(candidates.begin(), candidates.end(), [&](std::uint32_t connection) {
          return connections_[connection].last_step < step.peer_step;
        });
        std::uint32_t chosen = 0;
        if (fits != candidates.end()) {
          chosen = *fits;
        } else {
          chosen = static_cast<std::uint32_t>(connections_.size());
          candidates.push_back(chosen);
          connections_.push_back({channels[{rank, to}]++, 0});
          channels_ = std::max(channels_, connections_.back().channel + 1);
        }
        connections_[chosen].last_step = step.peer_step;
        ends_[rank][lane][k].send = chosen;
        ends_[to][step.peer_lane][step.peer_step].receive = chosen;
        ends_[to][step.peer_lane][step.peer_step].sender = {lane, k};
      }
    }
  }
}

void MscclBlocks::assign(const Schedule& schedule, std::uint32_t rank, std::uint32_t lane) {
  std::vector<Block>& blocks = blocks_[rank];
  std::map<std::uint32_t, std::uint32_t> sender, receiver;  // block of a connection
  std::uint32_t latest = kNone;
  const auto make = [&](std::uint32_t channel) {
    Block block;
    block.lane = lane;
    block.channel = channel;
    blocks.push_back(block);
    return static_cast<std::uint32_t>(blocks.size() - 1);
  };
  const auto known = [](const std::map<std::uint32_t, std::uint32_t>& blocks_of, std::uint32_t connection) {
    const auto place = blocks_of.find(connection);
    return place == blocks_of.end() ? kNone : place->second;
  };
  for (std::uint32_t k = 0; k < ends_[rank][lane].size(); ++k) {
    const Ends ends = ends_[rank][lane][k];
    const Step step = schedule.step(RankId(rank), lane, k);
    Parts& parts = parts_[rank][lane][k];
    if (ends.send != kNone) parts.send = known(sender, ends.send);
    if (ends.receive != kNone) parts.receive = known(receiver, ends.receive);
    /// The block of the other part, where it has nothing to do in this direction and is of the same channel.
    const auto share = [&](std::uint32_t other, std::uint32_t connection, std::uint32_t Block::* peer) {
      if (other == kNone || blocks[other].*peer != kNone) return kNone;
      return blocks[other].channel == connections_[connection].channel ? other : kNone;
    };
    if (ends.send != kNone && parts.send == kNone) {
      parts.send = share(parts.receive, ends.send, &Block::send);
      if (parts.send == kNone) parts.send = make(connections_[ends.send].channel);
      blocks[parts.send].send = step.send_to.index();
      sender[ends.send] = parts.send;
    }
    if (ends.receive != kNone && parts.receive == kNone) {
      parts.receive = share(parts.send, ends.receive, &Block::receive);
      if (parts.receive == kNone) parts.receive = make(connections_[ends.receive].channel);
      blocks[parts.receive].receive = step.receive_from.index();
      receiver[ends.receive] = parts.receive;
    }
    if (ends.send == kNone && ends.receive == kNone) parts.send = latest == kNone ? make(0) : latest;
    latest = parts.send != kNone ? parts.send : parts.receive;
  }
}

}  // namespace polyplane::collectives
