#include "collectives/slice_pattern.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

std::uint32_t most_lanes(const auto& participants) {
  std::size_t most = 0;
  for (const auto& lanes : participants) most = std::max(most, lanes.size());
  return static_cast<std::uint32_t>(most);
}

bool has_one_block(const Collective& collective) {
  return collective.kind() == CollectiveKind::all_reduce || collective.kind() == CollectiveKind::broadcast ||
         collective.kind() == CollectiveKind::reduce;
}

}  // namespace

PartRuns runs_of(std::span<const std::uint32_t> parts) {
  PartRuns runs;
  for (const std::uint32_t part : parts) {
    if (!runs.empty() && runs.back().first + runs.back().count == part) {
      runs.back().count += 1;
    } else {
      runs.push_back({part, 1});
    }
  }
  return runs;
}

PartRuns runs_without(const PartRuns& runs, std::uint32_t begin, std::uint32_t end) {
  PartRuns others;
  std::uint32_t next = begin;
  for (const PartRun& run : runs) {
    if (run.first > next) others.push_back({next, run.first - next});
    next = run.first + run.count;
  }
  if (next < end) others.push_back({next, end - next});
  return others;
}

PatternLane SlicePattern::add_lane(std::uint32_t participant) {
  auto& lanes = lanes_[participant];
  lanes.emplace_back();
  return {participant, static_cast<std::uint32_t>(lanes.size() - 1)};
}

Dependency SlicePattern::transfer(PatternLane from, PatternLane to, const PartRuns& parts, bool reduce,
                                  std::initializer_list<Dependency> after) {
  return transfer(from, to, parts, reduce, std::span(after.begin(), after.size()));
}

Dependency SlicePattern::transfer(PatternLane from, PatternLane to, const PartRuns& parts, bool reduce,
                                  std::span<const Dependency> after) {
  auto& sends = lanes_[from.participant][from.lane];
  auto& receives = lanes_[to.participant][to.lane];
  CHECK(from.participant != to.participant && after.size() <= 4, "a transfer joins two, after four steps at most");
  PatternStep send;
  send.send_to = to.participant;
  send.peer_lane = to.lane;
  send.peer_step = static_cast<std::uint32_t>(receives.size());
  send.first_run = static_cast<std::uint32_t>(runs_.size());
  send.num_runs = static_cast<std::uint32_t>(parts.size());
  for (const PartRun& run : parts) send.parts += run.count;
  runs_.insert(runs_.end(), parts.begin(), parts.end());
  for (const Dependency& dependency : after) send.after[send.num_after++] = dependency;
  sends.push_back(send);
  PatternStep receive;
  receive.receive_from = from.participant;
  receive.reduce = reduce;
  receives.push_back(receive);
  return last(to);
}

Dependency SlicePattern::last(PatternLane lane) const {
  return {lane.lane, static_cast<std::uint32_t>(lanes_[lane.participant][lane.lane].size() - 1)};
}

void SlicePattern::wait(PatternLane lane, Dependency dependency) {
  PatternStep& step = lanes_[lane.participant][lane.lane].back();
  CHECK(step.num_after < step.after.size(), "a step waits for four others at most");
  step.after[step.num_after++] = dependency;
}

SlicedSchedule::SlicedSchedule(const Collective& collective, const SlicePattern& pattern, std::uint32_t agents,
                               std::uint32_t parts, std::uint32_t slices)
    : GeneratedSchedule(collective,
                        checked_pieces(has_one_block(collective) ? parts : parts / collective.ranks(), slices),
                        std::max(most_lanes(pattern.lanes_), 1U), true),
      agents_(agents),
      parts_(parts),
      slices_(slices),
      one_block_(has_one_block(collective)),
      blocks_(static_cast<std::uint32_t>(collective.blocks())),
      stripes_(parts / blocks_),
      sizes_(collective.block_elements(0), pieces(), collective.shape().element_bytes),
      lanes_(pattern.lanes_.size() * num_lanes()),
      runs_(pattern.runs_) {
  CHECK(pattern.lanes_.size() == num_participants(), "a pattern of other participants");
  CHECK(one_block_ || (blocks_ == collective.ranks() && parts % blocks_ == 0), "stripes of a part a block");
  for (std::size_t participant = 0; participant < pattern.lanes_.size(); ++participant) {
    for (std::size_t lane = 0; lane < pattern.lanes_[participant].size(); ++lane) {
      const auto& steps = pattern.lanes_[participant][lane];
      lanes_[participant * num_lanes() + lane] = {static_cast<std::uint32_t>(steps_.size()),
                                                  static_cast<std::uint32_t>(steps.size())};
      steps_.insert(steps_.end(), steps.begin(), steps.end());
    }
  }
}

Bytes SlicedSchedule::bytes_of(const PatternStep& step, std::uint32_t slice) const {
  Bytes sum;
  if (!one_block_) {
    if (step.parts == 0) return sum;
    const std::uint32_t stripe = stripes_ == 1 ? 0 : runs_[step.first_run].first / blocks_;
    return Bytes(sizes_.of(slice * stripes_ + stripe).count() * step.parts);
  }
  for (std::uint32_t run = step.first_run; run < step.first_run + step.num_runs; ++run) {
    sum += sizes_.of(slice * parts_ + runs_[run].first, runs_[run].count);
  }
  return sum;
}

Step SlicedSchedule::step(RankId participant, std::uint32_t lane, std::uint32_t step) const {
  const LaneSteps& steps = at(participant, lane);
  const std::uint32_t slice = step / steps.count;
  const PatternStep& pattern = steps_[steps.first + step - slice * steps.count];
  Step s;
  s.reduce = pattern.reduce;
  if (pattern.receive_from != UINT32_MAX) s.receive_from = RankId(pattern.receive_from);
  if (pattern.send_to != UINT32_MAX) {
    s.send_to = RankId(pattern.send_to);
    s.peer_lane = pattern.peer_lane;
    s.peer_step = slice * at(s.send_to, pattern.peer_lane).count + pattern.peer_step;
    s.send_bytes = bytes_of(pattern, slice);
  }
  s.num_after = pattern.num_after;
  for (std::uint8_t i = 0; i < pattern.num_after; ++i) {
    const Dependency& after = pattern.after[i];
    s.after[i] = {after.lane, slice * at(participant, after.lane).count + after.step};
  }
  return s;
}

void SlicedSchedule::payload(RankId participant, std::uint32_t lane, std::uint32_t step,
                             std::vector<ChunkId>& chunks) const {
  const LaneSteps& steps = at(participant, lane);
  const std::uint32_t slice = step / steps.count;
  const PatternStep& pattern = steps_[steps.first + step - slice * steps.count];
  chunks.clear();
  for (std::uint32_t run = pattern.first_run; run < pattern.first_run + pattern.num_runs; ++run) {
    for (std::uint32_t part = runs_[run].first; part < runs_[run].first + runs_[run].count; ++part) {
      chunks.push_back(one_block_ ? chunk(0, slice * parts_ + part)
                                  : chunk(part % blocks_, slice * stripes_ + part / blocks_));
    }
  }
}

}  // namespace polyplane::collectives
