#include "sim/stack_variants.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

using collectives::Algorithm;
using collectives::AlgorithmRequest;

/// Longest message that rank 0 sends when nothing is cut.
Bytes longest_message(const Algorithm& algorithm, AlgorithmRequest request) {
  request.slices = 1;
  const auto schedule = collectives::make_schedule(algorithm, request);
  Bytes longest;
  for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
    for (std::uint32_t k = 0; k < schedule->num_steps(RankId(0), lane); ++k) {
      const collectives::Step step = schedule->step(RankId(0), lane, k);
      if (step.send_to.valid()) longest = std::max(longest, step.send_bytes);
    }
  }
  return longest;
}

std::uint32_t slices_of(const Algorithm& algorithm, const AlgorithmRequest& request, Bytes chunk) {
  const std::int64_t longest = longest_message(algorithm, request).count();
  const std::int64_t slices = (longest + chunk.count() - 1) / chunk.count();
  return static_cast<std::uint32_t>(std::clamp(slices, std::int64_t{1}, std::int64_t{kMostStackSlices}));
}

}  // namespace

std::vector<StackVariant> stack_variants(const Stack& stack, const std::string& protocol, const Algorithm& algorithm,
                                         const AlgorithmRequest& request, std::string& left_out) {
  std::vector<StackVariant> variants;
  std::vector<std::string> names;
  for (const Protocol& candidate : stack.protocols) {
    names.push_back(candidate.name);
    if (protocol != "auto" && protocol != candidate.name) continue;
    const std::string why = why_not_offered(candidate, algorithm.cost_family, request.collective.size());
    if (!why.empty()) {
      left_out += "  " + algorithm.name + "/" + candidate.name + ": protocol " + candidate.name + " of stack " +
                  stack.name + " " + why + "\n";
      continue;
    }
    const ProtocolCosts& costs = costs_of(candidate, algorithm.cost_family);
    AlgorithmRequest wanted = request;
    if (wanted.channels == 0 && algorithm.honours_channels) wanted.channels = costs.channels;
    if (wanted.slices == 0 && algorithm.honours_slices && costs.chunk > Bytes(0) && algorithm.cannot(wanted).empty()) {
      wanted.slices = slices_of(algorithm, wanted, costs.chunk);
    }
    const auto same = std::ranges::find_if(variants, [&](const StackVariant& variant) {
      return variant.channels == wanted.channels && variant.slices == wanted.slices;
    });
    if (same != variants.end()) {
      same->protocols.push_back(&candidate);
    } else {
      variants.push_back({wanted.channels, wanted.slices, {&candidate}});
    }
  }
  if (variants.empty() && std::ranges::find(names, protocol) == names.end() && protocol != "auto") {
    throw InputError(unknown_name("protocol of stack " + stack.name, protocol, names));
  }
  return variants;
}

}  // namespace polyplane::sim
