#include "sim/trace/trace_scene.h"

#include <algorithm>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/processor_work.h"

namespace polyplane::sim {

namespace {

// Of each, begin and end together; measured on traces of rings, trees, pairwise and direct exchanges, and of a training
// step.
constexpr double kBytesOfSend = 106, kBytesOfReceive = 73, kBytesOfOperation = 68, kBytesOfWork = 90,
                 kBytesOfValue = 27, kBytesOfTrack = 40;

bool contains(const std::vector<RankRange>& ranges, std::uint32_t number) {
  return ranges.empty() || std::ranges::any_of(ranges, [&](const RankRange& range) {
           return number >= range.from && number <= range.to && (number - range.from) % range.stride == 0;
         });
}

std::uint32_t ranks_of(const Job& job) { return job.schedule->collective().ranks(); }

void refuse_unknown(std::uint32_t most, const std::vector<RankRange>& ranges) {
  for (const RankRange& range : ranges) {
    if (range.to < most) continue;
    throw InputError("rank " + std::to_string(range.to) + " is to be traced, but there are ranks 0 to " +
                     std::to_string(std::max(most, 1U) - 1) + " only");
  }
}

double utilisation(const TraceScene& scene, TrunkId trunk) {
  return scene.trunk_bytes[trunk.index()] / static_cast<double>(scene.router.trunks()[trunk.index()].capacity.bps());
}

std::vector<TrunkId> used_trunks(const TraceScene& scene) {
  std::vector<TrunkId> trunks;
  for (std::uint32_t t = 0; t < scene.trunk_bytes.size(); ++t) {
    if (scene.trunk_bytes[t] > 0) trunks.emplace_back(t);
  }
  return trunks;
}

double work_on(const TraceScene& scene, TrunkId trunk) {
  if (scene.trunk_work.empty()) return 0;
  return load_of_work(scene.trunk_work[trunk.index()], scene.router.trunks()[trunk.index()]);
}

bool is_named(const topology::Topology& topology, const topology::Link& link, const std::string& name) {
  const std::string& from = topology.device(link.from).name;
  const std::string& to = topology.device(link.to).name;
  return name == from + "." + to || name == from + " -> " + to || name == link.name ||
         name == topology.tier_names()[link.tier];
}

std::vector<TrunkId> named_trunks(const topology::Topology& topology, const topology::Router& router,
                                  const std::vector<std::string>& names) {
  std::vector<TrunkId> chosen;
  std::vector<bool> found(names.size());
  for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
    bool is_chosen = false;
    for (const topology::TrunkMember& member : router.members(TrunkId(t))) {
      const topology::Link& link = topology.link(member.link);
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_named(topology, link, names[i])) continue;
        found[i] = true;
        is_chosen = true;
      }
    }
    if (is_chosen) chosen.emplace_back(t);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (found[i]) continue;
    const auto tiers = topology.tier_names();
    std::vector<std::string> known(tiers.begin(), tiers.end());
    for (const topology::Link& link : topology.links()) {
      known.push_back(topology.device(link.from).name + "." + topology.device(link.to).name);
    }
    throw InputError(unknown_name("link or tier", names[i], known));
  }
  return chosen;
}

/// Messages, their bytes on the wire and what is done within ranks, of all of them; sends, receives, such work and tracks for
/// them of those that are shown.
struct Counts {
  std::uint64_t messages = 0, works = 0, shown_sends = 0, shown_receives = 0, shown_works = 0, tracks = 0;
  double wire_bytes = 0;
};

void count(const Job& job, const std::vector<bool>& shown, Counts& counts) {
  const collectives::Schedule& schedule = *job.schedule;
  for (std::uint32_t r = 0; r < job.devices.size(); ++r) {
    const bool is_shown = shown[job.devices[r].index()];
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      const std::uint32_t steps = schedule.num_steps(RankId(r), lane);
      if (is_shown && steps > 0) counts.tracks += 2;
      const std::uint32_t works = working_steps(job, RankId(r), lane);
      counts.works += works;
      if (is_shown && works > 0) {
        counts.shown_works += works;
        ++counts.tracks;
      }
      for (std::uint32_t k = 0; k < steps; ++k) {
        const collectives::Step step = schedule.step(RankId(r), lane, k);
        if (is_shown && step.receive_from.valid()) ++counts.shown_receives;
        if (!step.send_to.valid()) continue;
        ++counts.messages;
        if (is_shown) ++counts.shown_sends;
        counts.wire_bytes += static_cast<double>(wire_bytes(step.send_bytes, job.efficiency).count());
      }
    }
  }
}

}  // namespace

std::uint32_t working_steps(const Job& job, RankId rank, std::uint32_t lane) {
  if (job.is_agent(rank) || !works_within_ranks(job.costs, *job.schedule)) return 0;
  std::uint32_t working = 0;
  std::vector<collectives::LocalWork> work;
  for (std::uint32_t step = 0; step < job.schedule->num_steps(rank, lane); ++step) {
    job.schedule->local_work(rank, lane, step, work);
    if (local_cost(job.costs, work) > Duration()) ++working;
  }
  return working;
}

std::vector<bool> shown_cards(const TraceScene& scene, const std::vector<RankRange>& ranks) {
  std::uint32_t most = scene.program == nullptr ? 0 : static_cast<std::uint32_t>(scene.program->actors.size());
  for (const Job& job : scene.jobs) most = std::max(most, ranks_of(job));
  refuse_unknown(most, ranks);
  std::vector<bool> shown(scene.topology.devices().size(), ranks.empty());
  for (const Job& job : scene.jobs) {
    for (std::uint32_t r = 0; r < ranks_of(job); ++r) {
      if (contains(ranks, r)) shown[job.devices[r].index()] = true;
    }
  }
  if (scene.program == nullptr) return shown;
  const std::vector<bool> actors = shown_actors(*scene.program, ranks);
  for (std::size_t a = 0; a < actors.size(); ++a) {
    for (const std::uint32_t card : scene.program->actors[a].cards) {
      shown[scene.topology.accelerators()[card].index()] = actors[a];
    }
  }
  return shown;
}

void check_trace(const topology::Topology& topology, const topology::Router& router, std::uint32_t ranks,
                 const TraceOptions& options) {
  if (ranks > 0) refuse_unknown(ranks, options.ranks);
  if (options.links.kind == TracedLinks::Kind::named) {
    static_cast<void>(named_trunks(topology, router, options.links.names));
  }
}

std::vector<bool> shown_actors(const collectives::Program& program, const std::vector<RankRange>& ranks) {
  std::vector<bool> shown;
  for (std::uint32_t a = 0; a < program.actors.size(); ++a) shown.push_back(contains(ranks, a));
  return shown;
}

std::vector<TrunkId> shown_trunks(const TraceScene& scene, const TracedLinks& links) {
  using Kind = TracedLinks::Kind;
  if (links.kind == Kind::none || scene.trunk_bytes.empty()) return {};
  if (links.kind == Kind::named) return named_trunks(scene.topology, scene.router, links.names);
  std::vector<TrunkId> trunks = used_trunks(scene);
  std::ranges::stable_sort(trunks, std::greater<>(), [&](TrunkId trunk) { return utilisation(scene, trunk); });
  if (links.kind == Kind::top && trunks.size() > links.count) trunks.resize(links.count);
  return trunks;
}

std::string trunk_name(const topology::Topology& topology, const topology::Router& router, TrunkId trunk) {
  const auto members = router.members(trunk);
  const topology::Link& link = topology.link(members.front().link);
  std::string name = topology.device(link.from).name + " -> " + topology.device(link.to).name;
  if (!link.name.empty()) name = link.name + ": " + name;
  if (members.size() > 1) name += " and " + std::to_string(members.size() - 1) + " that share alike";
  return name;
}

// A flow changes the loads of the trunks on its route when it starts and when it ends; of messages alike in size, as
// many cross a trunk as their bytes are contained in those that it carried beside the work of processors.
TraceExtent extent_of(const TraceScene& scene, const TraceOptions& options, const std::vector<bool>& shown,
                      std::span<const TrunkId> trunks) {
  Counts counts;
  for (const Job& job : scene.jobs) count(job, shown, counts);
  for (const PlainFlow& flow : scene.flows) counts.wire_bytes += static_cast<double>(flow.size.count());
  const std::uint64_t flows = scene.flows.size();
  std::uint64_t operations = flows, messages = 0;
  if (scene.program != nullptr) {
    const std::vector<bool> actors = shown_actors(*scene.program, options.ranks);
    for (std::size_t a = 0; a < actors.size(); ++a) {
      if (!actors[a]) continue;
      const std::vector<collectives::Operation>& of_actor = scene.program->actors[a].operations;
      operations += of_actor.size();
      messages += static_cast<std::uint64_t>(
          std::ranges::count(of_actor, collectives::Operation::Kind::send, &collectives::Operation::kind));
    }
    const auto cards = static_cast<std::uint64_t>(std::ranges::count(actors, true));
    const auto shown_of = [&](std::uint64_t number) {
      return number * cards / std::max<std::uint64_t>(actors.size(), 1);
    };
    counts.shown_sends += shown_of(scene.messages_in_calls);
    counts.shown_receives += shown_of(scene.messages_in_calls);
    counts.shown_works += shown_of(scene.works_in_calls);
    counts.messages += scene.messages_in_calls;
    counts.works += scene.works_in_calls;
  }
  double carried = 0, values = 0;
  for (const TrunkId trunk : trunks) carried += scene.trunk_bytes[trunk.index()] - work_on(scene, trunk);
  if (counts.wire_bytes > 0) values = 2 * static_cast<double>(counts.messages + flows) * carried / counts.wire_bytes;
  if (!trunks.empty()) values += 2 * static_cast<double>(counts.works);
  double share = 1;
  if (scene.makespan > TimePoint{}) {
    const TimePoint end = std::min(options.to, scene.makespan);
    const double window = options.from < end ? static_cast<double>((end - options.from).ps()) : 0;
    share = window / static_cast<double>(scene.makespan.ps());
  }
  const auto scaled = [&](double number) { return static_cast<std::uint64_t>(number * share + 0.5); };
  const auto sends = static_cast<double>(counts.shown_sends), receives = static_cast<double>(counts.shown_receives);
  const auto boxes = static_cast<double>(operations), works = static_cast<double>(counts.shown_works);
  TraceExtent extent;
  extent.end = scene.makespan;
  extent.messages = scaled(sends + static_cast<double>(messages));
  extent.events = scaled(2 * (sends + receives + works + boxes) + values);
  extent.bytes = scaled(sends * kBytesOfSend + receives * kBytesOfReceive + works * kBytesOfWork +
                        boxes * kBytesOfOperation + values * kBytesOfValue) +
                 static_cast<std::uint64_t>(static_cast<double>(counts.tracks) * kBytesOfTrack);
  return extent;
}

}  // namespace polyplane::sim
