#include "collectives/algorithm.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kMostChannels = 64;
constexpr std::uint32_t kMostSlices = 4096;

std::string key(CollectiveKind kind, std::string_view name) {
  return std::string(to_string(kind)).append("/").append(name);
}

std::string algorithm_is_weighed(const AlgorithmRequest&) { return ""; }
SwitchUse ranks_alone(const AlgorithmRequest&) { return {}; }

std::string why_not(const std::string& algorithm, std::uint32_t asked, bool honoured, std::uint32_t most) {
  if (asked <= 1 || (honoured && asked <= most)) return "";
  const std::string allowed = honoured ? "1 to " + std::to_string(most) : "1";
  return std::to_string(asked) + " asked for, but " + algorithm + " allows " + allowed + ", or 0 for its own choice.";
}

void check_copies(const char* what, const std::string& why_not) {
  if (!why_not.empty()) throw InputError(std::string(what) + ": " + why_not);
}

std::string why_not(CollectiveKind kind, std::string_view name, std::uint32_t asked, bool Algorithm::* honoured,
                    std::uint32_t most) {
  if (name != "auto" && name != "nccl")
    return why_not(key(kind, name), asked, find_algorithm(kind, name).*honoured, most);
  const bool any = std::ranges::any_of(algorithm_names(kind),
                                       [&](const std::string& each) { return find_algorithm(kind, each).*honoured; });
  return why_not("every algorithm of " + std::string(to_string(kind)), asked, any, most);
}

}  // namespace

Registry<Algorithm>& algorithms() {
  static Registry<Algorithm> registry("algorithm");
  return registry;
}

std::vector<std::string> algorithm_names(CollectiveKind kind) {
  const std::string prefix = key(kind, "");
  std::vector<std::string> names;
  for (const std::string& full : algorithms().names()) {
    if (full.starts_with(prefix)) names.push_back(full.substr(prefix.size()));
  }
  return names;
}

const Algorithm& find_algorithm(CollectiveKind kind, std::string_view name) {
  const std::string full = key(kind, name);
  if (algorithms().contains(full)) return algorithms().at(full);
  throw InputError(unknown_name(std::string(to_string(kind)) + " algorithm", name, algorithm_names(kind)));
}

const Algorithm& find_algorithm(CollectiveKind kind, std::string_view name, const Algorithm* given) {
  return given != nullptr && given->name == name ? *given : find_algorithm(kind, name);
}

std::unique_ptr<Schedule> make_schedule(const Algorithm& algorithm, const AlgorithmRequest& request) {
  CHECK(request.collective.kind() == algorithm.collective, "an algorithm for another collective");
  CHECK(request.collective.ranks() == request.layout.num_ranks(), "collective and layout differ in ranks");
  const std::string full = key(algorithm.collective, algorithm.name);
  check_copies("channels", why_not(full, request.channels, algorithm.honours_channels, kMostChannels));
  check_copies("slices", why_not(full, request.slices, algorithm.honours_slices, kMostSlices));
  if (const std::string why = algorithm.cannot(request); !why.empty()) throw InputError(full + " " + why + ".");
  return algorithm.make(request);
}

std::string why_not_channels(CollectiveKind kind, std::string_view name, std::uint32_t asked) {
  return why_not(kind, name, asked, &Algorithm::honours_channels, kMostChannels);
}

std::string why_not_slices(CollectiveKind kind, std::string_view name, std::uint32_t asked) {
  return why_not(kind, name, asked, &Algorithm::honours_slices, kMostSlices);
}

SwitchUse usable_switches(const AlgorithmRequest& request) {
  SwitchUse all;
  const Reducers& reducers = request.layout.reducers();
  if (reducers.num_agents == 0) return all;
  const std::string prefix = key(request.collective.kind(), "");
  for (const std::string& full : algorithms().names()) {
    if (!full.starts_with(prefix)) continue;
    const Algorithm& algorithm = algorithms().at(full);
    if (!algorithm.cannot(request).empty()) continue;
    const SwitchUse use = algorithm.switches(request);
    all.in_domains = all.in_domains || use.in_domains;
    all.in_fabric = all.in_fabric || use.in_fabric;
  }
  return all;
}

bool register_algorithm(Algorithm algorithm) {
  CHECK(algorithm.make && !algorithm.name.empty() && !algorithm.sentence.empty(), "an algorithm lacks a field");
  if (!algorithm.cannot) {
    algorithm.cannot = [](const AlgorithmRequest&) { return std::string(); };
  }
  if (!algorithm.not_by_auto) algorithm.not_by_auto = algorithm_is_weighed;
  if (!algorithm.switches) algorithm.switches = ranks_alone;
  const std::string full = key(algorithm.collective, algorithm.name);
  const std::string sentence = algorithm.sentence;
  algorithms().add(full, sentence, std::move(algorithm));
  return true;
}

}  // namespace polyplane::collectives
