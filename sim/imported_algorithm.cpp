#include "sim/imported_algorithm.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/verify.h"
#include "sim/proofs.h"
#include "sim/read_imports.h"

namespace polyplane::sim {
namespace {

using collectives::AlgorithmRequest;
using collectives::ImportedSchedule;

/// "msccl:ring" for a schedule of MSCCL named ring; a '/' would look like a kind of collective.
std::string name_of(const ImportedSchedule& schedule, const std::string& path) {
  std::string name = schedule.name;
  std::replace(name.begin(), name.end(), '/', '-');
  return (path.ends_with(".json") ? "mscclpp:" : "msccl:") + name;
}

}  // namespace

ImportedAlgorithm read_algorithm(const std::string& path, collectives::CollectiveKind kind, std::uint32_t ranks,
                                 const std::vector<Bytes>& sizes, const Stack& stack) {
  auto schedule = std::make_shared<const ImportedSchedule>(read_schedule(path));
  if (schedule->kind != kind) {
    throw InputError(printable(path) + ": holds the collective " + std::string(to_string(schedule->kind)) + ", not " +
                     std::string(to_string(kind)));
  }
  if (schedule->ranks != ranks) {
    throw InputError(printable(path) + ": is for " + std::to_string(schedule->ranks) + " ranks, not for " +
                     std::to_string(ranks));
  }
  ImportedAlgorithm imported;
  imported.remarks = words_of(schedule->notes, path);
  const bool offered = std::ranges::any_of(
      stack.protocols, [&](const Protocol& protocol) { return protocol.name == schedule->protocol; });
  imported.protocol = offered ? schedule->protocol : "auto";
  if (!offered && !schedule->protocol.empty()) {
    imported.remarks.push_back(printable(path) + ": asks for protocol " + printable(schedule->protocol) +
                               ", which stack " + stack.name + " does not have");
  }
  const auto outside = std::ranges::count_if(sizes, [&](Bytes size) {
    return (schedule->smallest && size < *schedule->smallest) || (schedule->most && size > *schedule->most);
  });
  if (outside > 0) {
    imported.remarks.push_back(printable(path) + ": is meant for sizes" +
                               (schedule->smallest ? " from " + to_string(*schedule->smallest) : "") +
                               (schedule->most ? " to " + to_string(*schedule->most) : "") + "; " +
                               std::to_string(outside) + " of the sizes run with it all the same");
  }
  collectives::Algorithm algorithm;
  algorithm.collective = kind;
  algorithm.copies_itself = true;
  algorithm.name = name_of(*schedule, path);
  algorithm.sentence = "The schedule of " + path + ".";
  algorithm.cannot = [schedule](const AlgorithmRequest& request) {
    return request.collective.ranks() == schedule->ranks ? "" : "is for " + std::to_string(schedule->ranks) + " ranks";
  };
  algorithm.make = [schedule](const AlgorithmRequest& request) { return schedule->make(request.collective); };
  imported.algorithm = std::make_shared<const collectives::Algorithm>(std::move(algorithm));
  return imported;
}

void set_schedule(CollectiveJob& job, const std::string& path, std::uint32_t ranks, const Stack& stack) {
  const auto refuse = [](const std::string& what) {
    throw InputError("a schedule from a file contradicts " + what + "; state one of the two");
  };
  if (job.algorithm != "auto") refuse("algorithm " + printable(job.algorithm));
  if (job.channels > 0) refuse("channels");
  if (job.slices > 0) refuse("slices");
  ImportedAlgorithm imported = read_algorithm(path, job.kind, ranks, job.sizes, stack);
  job.algorithm = imported.algorithm->name;
  job.schedule = std::move(imported.algorithm);
  job.assumed = std::move(imported.remarks);
  if (job.protocol == "auto") job.protocol = imported.protocol;
}

void prove_imported(const collectives::Algorithm& algorithm, const AlgorithmRequest& request) {
  const auto schedule = collectives::make_schedule(algorithm, request);
  std::uint64_t steps = 0;
  for (std::uint32_t rank = 0; rank < schedule->num_participants(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) steps += schedule->num_steps(RankId(rank), lane);
  }
  if (steps > kMaxProvenSteps) {
    throw LimitError(printable(algorithm.name) + ": " + std::to_string(steps) +
                     " steps are too many to be proven; the limit is " + std::to_string(kMaxProvenSteps));
  }
  const collectives::Verdict verdict = collectives::verify(*schedule);
  if (verdict.proven) return;
  throw InputError(printable(algorithm.name) + " does no " + std::string(to_string(algorithm.collective)) + ": " +
                   verdict.problem);
}

}  // namespace polyplane::sim
