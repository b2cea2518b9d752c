#include "sim/view/program_lanes.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include "base/utf8.h"

namespace polyplane::sim {
namespace {

using collectives::Actor;
using collectives::Operation;
using collectives::Program;

v1::Lanes::Kind kind_of(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::send:
      return v1::Lanes::send;
    case Operation::Kind::receive:
      return v1::Lanes::receive;
    case Operation::Kind::collective:
      return v1::Lanes::collective;
    case Operation::Kind::compute:
    case Operation::Kind::join:
      break;
  }
  return v1::Lanes::compute;
}

bool is_shown(const Operation& operation, const OperationTime& time) {
  return operation.kind != Operation::Kind::join && time.end > time.begin;
}

/// Actors at even distances, at most so many.
std::vector<std::size_t> spread(std::size_t actors, std::size_t most) {
  const std::size_t count = std::min(actors, most);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(i * actors / count);
  return chosen;
}

/// As many actors as have few enough operations together.
std::vector<std::size_t> choose(const ProgramOutcome& outcome) {
  for (std::size_t most = std::min(kMostLaneActors, outcome.times.size()); most > 0; --most) {
    std::vector<std::size_t> chosen = spread(outcome.times.size(), most);
    std::size_t intervals = 0;
    for (const std::size_t actor : chosen) intervals += outcome.times[actor].size();
    if (intervals <= kMostLaneIntervals) return chosen;
  }
  return {};
}

class LaneWriter {
 public:
  LaneWriter(const Program& program, const ProgramOutcome& outcome, v1::Lanes& lanes)
      : program_(program), outcome_(outcome), lanes_(lanes) {}

  void write(std::size_t actor) {
    const Actor& from = program_.actors[actor];
    std::vector<std::vector<std::uint32_t>> by_stream(from.streams.size());
    for (std::uint32_t i = 0; i < from.operations.size(); ++i) {
      if (is_shown(from.operations[i], outcome_.times[actor][i])) by_stream[from.operations[i].stream].push_back(i);
    }
    for (std::size_t stream = 0; stream < by_stream.size(); ++stream) {
      if (!by_stream[stream].empty()) write(actor, stream, std::move(by_stream[stream]));
    }
  }

 private:
  void write(std::size_t actor, std::size_t stream, std::vector<std::uint32_t> operations) {
    const Actor& from = program_.actors[actor];
    const std::vector<OperationTime>& times = outcome_.times[actor];
    std::ranges::stable_sort(operations, {}, [&](std::uint32_t i) { return times[i].begin; });
    v1::Lanes::Lane& lane = *lanes_.add_lanes();
    lane.set_actor(valid_utf8(from.name));
    lane.set_stream(valid_utf8(from.streams[stream].name));
    lane.set_cards(static_cast<std::uint32_t>(from.cards.size()));
    for (const std::uint32_t i : operations) {
      lane.add_begin_ps(static_cast<double>(times[i].begin.ps()));
      lane.add_duration_ps(static_cast<double>((times[i].end - times[i].begin).ps()));
      lane.add_what(what(from.operations[i]));
    }
  }

  std::uint32_t what(const Operation& operation) {
    const auto next = static_cast<std::uint32_t>(whats_.size());
    const auto [known, is_new] = whats_.emplace(std::tuple(operation.kind, operation.label, operation.name), next);
    if (is_new) {
      v1::Lanes::What& added = *lanes_.add_whats();
      added.set_kind(kind_of(operation.kind));
      added.set_label(valid_utf8(program_.labels[operation.label]));
      added.set_name(valid_utf8(program_.names[operation.name]));
    }
    return known->second;
  }

  const Program& program_;
  const ProgramOutcome& outcome_;
  v1::Lanes& lanes_;
  std::map<std::tuple<Operation::Kind, std::uint32_t, std::uint32_t>, std::uint32_t> whats_;
};

}  // namespace

bool write_lanes(const Program& program, const ProgramOutcome& outcome, v1::Lanes& lanes) {
  const std::vector<std::size_t> chosen = choose(outcome);
  if (chosen.empty()) return false;
  lanes.set_actors(static_cast<std::uint32_t>(program.actors.size()));
  LaneWriter writer(program, outcome, lanes);
  for (const std::size_t actor : chosen) writer.write(actor);
  return true;
}

}  // namespace polyplane::sim
