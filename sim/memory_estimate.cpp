#include "sim/memory_estimate.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "sim/proofs.h"

namespace polyplane::sim {

namespace {

constexpr std::uint64_t kProcess = 11'600'000;  // the program, its libraries, the catalogue

/// Per directed link, with its share of devices and switches.
constexpr std::uint64_t kLinkSprayed = 260, kLinkHashed = 300, kLinkRouter = 100;
constexpr std::uint64_t kLinkRotation = 95, kLinkExclusiveOr = 150, kLinkClasses = 140;

constexpr std::uint64_t kRun = 2'600'000;  // code and buffers that a first run touches
constexpr std::uint64_t kLaneSchedule = 8;
constexpr std::uint64_t kLaneFlow = 90;       // of the executor and its flow
constexpr std::uint64_t kLaneInFlight = 200;  // its events, its place in a full solve
constexpr std::uint64_t kHopFlow = 44;
constexpr std::uint64_t kTrunkFlow = 95, kTrunkSolve = 80;
constexpr std::uint64_t kLaneDataflow = 400, kLaneRing = 60, kTrunkUncontended = 40;
constexpr std::uint64_t kLaneEvents = 128 + 40, kHopEvents = 16;
constexpr std::uint64_t kSprayedPath = 80, kSprayedHop = 16, kMostSprayed = std::uint64_t{64} << 20U;
constexpr std::uint64_t kClassFlow = 400, kClassHop = 102;
constexpr std::uint64_t kStepProof = 430;
constexpr std::uint64_t kLaneForwarding = 64;  // tokens that are handed on: what waits for what
constexpr std::uint64_t kPlaceProof = 32;      // a chunk at a rank
constexpr std::uint64_t kLaneExplained = 414;  // moments, traces, who held it
constexpr std::uint64_t kPartExplained = 8;    // per part of an attribution, of the lane and of each of its messages
constexpr std::uint64_t kMessageWaiting = 16, kMessageDelivered = 8;

constexpr std::uint32_t kMostChannels = 64;

std::uint64_t lanes_of(const Job& job) {
  const std::uint64_t ranks = job.folding == nullptr ? job.devices.size() : job.folding->stride();
  return ranks * job.schedule->num_lanes();
}

std::uint64_t links_of(const topology::Topology& topology) { return topology.links().size(); }

std::uint64_t foretell_links(std::uint64_t links, const std::string& routing) {
  return kProcess + links * (routing == "spray" ? kLinkSprayed : kLinkHashed);
}

/// Of a few routes between ranks near and far. A pair that is cut off has none, and the schedule may never need it.
std::uint64_t most_hops(topology::Router& router, const Job& job) {
  topology::Route route;
  std::size_t most = 0;
  const std::size_t ranks = job.schedule->collective().ranks();
  for (const std::size_t peer : {std::size_t{1}, ranks / 4, ranks / 2, ranks / 2 + 1, ranks - 1}) {
    if (peer == 0 || peer >= ranks) continue;
    try {
      router.route({job.devices[0], job.devices[peer], 0}, route);
    } catch (const InputError&) { continue; }
    most = std::max(most, route.hops.size());
  }
  return most;
}

/// What a spraying router keeps of the paths between leaves, or of cards that forward, that the sends of a job take; `hops`
/// of the longest.
std::uint64_t sprayed_paths(const topology::Topology& topology, const topology::Router& router, const Job& job,
                            std::uint64_t hops) {
  if (!router.follows_shape()) return 0;
  std::uint64_t leaves = 0, sends = 0;
  for (const topology::Device& device : topology.devices()) leaves += device.tier == 1 ? 1U : 0U;
  const auto planes = static_cast<std::uint64_t>(std::max(topology.num_planes(), 1));
  const std::uint64_t cards = topology.accelerators().size();
  const std::uint64_t path = leaves > 0 ? kSprayedPath : kSprayedPath + hops * kSprayedHop;
  const std::uint64_t pairs = std::min(leaves > 0 ? leaves / planes * leaves : cards * cards, kMostSprayed / path);
  const std::uint64_t ranks = job.folding == nullptr ? job.devices.size() : job.folding->stride();
  for (std::uint32_t rank = 0; rank < ranks && sends < pairs; ++rank) {
    for (std::uint32_t lane = 0; lane < job.schedule->num_lanes() && sends < pairs; ++lane) {
      sends += job.schedule->num_steps(RankId(rank), lane);
    }
  }
  return std::min(pairs, sends) * path;
}

}  // namespace

std::uint64_t foretell_topology(const topology::ClusterSize& size, const std::string& routing) {
  return foretell_links(static_cast<std::uint64_t>(size.links), routing);
}

std::uint64_t foretell_topology(const topology::Topology& topology, const std::string& routing) {
  return foretell_links(links_of(topology), routing);
}

std::uint64_t foretell_router(const topology::Topology& topology) { return links_of(topology) * kLinkRouter; }

std::uint64_t foretell_schedule(const collectives::Schedule& schedule) {
  // Rings and trees keep an order for each channel; where there is a lane for every peer nothing is kept.
  const std::uint64_t lanes = std::min(schedule.num_lanes(), kMostChannels);
  const std::uint64_t ranks = schedule.collective().ranks();
  if (schedule.collective().tokens() != nullptr) {
    const std::uint64_t waits =
        schedule.has_cross_lane_dependencies() ? schedule.num_lanes() * ranks * kLaneForwarding : 0;
    return ranks * ranks * (schedule.pieces() + 2) * sizeof(std::int64_t) + waits;  // sizes of all messages by slice
  }
  return lanes * ranks * kLaneSchedule;
}

std::uint64_t foretell_folding(const topology::Topology& topology, const collectives::Schedule& schedule) {
  std::uint64_t link = schedule.channel_symmetry() ? kLinkRotation : 0;
  for (const collectives::RankSymmetry& symmetry : schedule.symmetries()) {
    const bool rotates = symmetry.kind == collectives::RankSymmetry::Kind::rotation;
    link = std::max(link, rotates ? kLinkRotation : kLinkExclusiveOr);
  }
  return links_of(topology) * link;
}

std::uint64_t foretell_flows(const topology::Topology& topology, topology::Router& router, const Job& job,
                             bool explain) {
  const std::uint64_t hops = most_hops(router, job), trunks = router.trunks().size(), lanes = lanes_of(job);
  std::uint64_t lane = kLaneFlow + std::bit_ceil(std::max<std::uint64_t>(hops, 1)) * kHopFlow;
  if (!job.schedule->has_cross_lane_dependencies()) lane += kLaneInFlight;  // else most lanes wait for others
  const std::uint64_t slots = job.costs.messages_under_way;
  lane += (slots - 1) * kMessageWaiting;
  if (explain) lane += kLaneExplained + (1 + slots) * kPartExplained * (3 + 3 * topology.tier_names().size());
  return kRun + lanes * lane + trunks * kTrunkFlow + std::min(trunks, lanes * hops) * kTrunkSolve +
         sprayed_paths(topology, router, job, hops);
}

std::uint64_t foretell_uncontended(const topology::Topology& topology, topology::Router& router, const Job& job,
                                   UncontendedWay way) {
  const std::uint64_t lanes = lanes_of(job), trunks = router.trunks().size() * kTrunkUncontended;
  const std::uint64_t hops = most_hops(router, job);
  const std::uint64_t slots = job.costs.messages_under_way;
  const std::uint64_t tails = slots == 1 ? 0 : 16;
  if (way == UncontendedWay::events) {
    const std::uint64_t lane = kLaneEvents + tails + (slots - 1) * kMessageWaiting +
                               std::bit_ceil(std::max<std::uint64_t>(hops, 1)) * kHopEvents;
    return kRun + lanes * lane + trunks + sprayed_paths(topology, router, job, hops);
  }
  const bool in_steps = way == UncontendedWay::whole_steps && lanes > 0 && job.schedule->ring_lane(0).has_value();
  if (in_steps) return kRun + lanes * kLaneRing + trunks;
  const std::uint64_t lane = kLaneDataflow + tails + (slots == 1 ? 0 : slots * kMessageDelivered);
  return kRun + lanes * lane + trunks + sprayed_paths(topology, router, job, hops);
}

std::uint64_t foretell_proof(const collectives::Schedule& schedule) {
  const std::uint64_t steps = proof_steps(schedule);
  if (steps > kMaxProvenSteps) return 0;
  const collectives::Collective& contract = schedule.collective();
  if (contract.tokens() == nullptr) return steps * kStepProof;
  // Many lanes, and chunks of a few blocks of each rank at every rank.
  const std::uint64_t clocks = steps * schedule.num_lanes() * 2 * sizeof(std::uint32_t);
  const std::uint64_t places = std::uint64_t{contract.ranks()} * contract.ranks() * kProvenBlocks * schedule.pieces();
  return steps * kStepProof + clocks + places * kPlaceProof;
}

std::uint64_t foretell_classes(const topology::Topology& topology) { return kRun + links_of(topology) * kLinkClasses; }

std::uint64_t foretell_class_flows(std::uint64_t flows, std::uint64_t hops) {
  return flows * kClassFlow + hops * kClassHop;
}

std::uint64_t foretold_peak(const MemoryBudget& budget, std::uint64_t bytes, const std::string& what) {
  const std::uint64_t peak = budget.resident + budget.rows_at_once * bytes;
  if (!budget.most || peak <= static_cast<std::uint64_t>(budget.most->count())) return peak;
  const auto text_of = [](std::uint64_t amount) { return to_string(Bytes(static_cast<std::int64_t>(amount))); };
  std::string text = what + " is foretold to need " + text_of(peak) + " of memory";
  if (bytes > 0) text += ", " + text_of(budget.resident) + " of it before the first row";
  if (budget.rows_at_once > 1) text += ", " + std::to_string(budget.rows_at_once) + " rows at once (--threads)";
  throw MemoryError(text + "; allowed are " + to_string(*budget.most) +
                    " (--max-memory; by default what the machine has)");
}

}  // namespace polyplane::sim
