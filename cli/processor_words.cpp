#include "cli/processor_words.h"

#include <algorithm>

#include "base/suggest.h"
#include "cli/wording.h"

namespace polyplane::cli {

std::string processor_words(std::span<const sim::CollectiveResult* const> results, const std::string& tier) {
  std::vector<double> shares;
  for (const sim::CollectiveResult* const result : results) {
    for (const sim::ProcessorTier& processors : result->processors) {
      if (processors.tier == tier) shares.push_back(processors.work);
    }
  }
  if (shares.empty()) return "";
  const std::string least = percent(std::ranges::min(shares)), most = percent(std::ranges::max(shares));
  return "links of " + printable(tier) + " stand for processors of ranks: " + least +
         (least == most ? "" : " to " + most) + " of their load is work for messages, copies and sums, the rest bytes";
}

std::string processor_words(const sim::CollectiveResult& result, const std::string& tier) {
  const sim::CollectiveResult* const one = &result;
  return processor_words({&one, 1}, tier);
}

std::vector<std::string> processor_remarks(std::span<const sim::CollectiveResult* const> results) {
  std::vector<std::string> tiers, remarks;
  for (const sim::CollectiveResult* const result : results) {
    if (std::ranges::find(tiers, result->bottleneck) == tiers.end()) tiers.push_back(result->bottleneck);
  }
  for (const std::string& tier : tiers) remarks.push_back(processor_words(results, tier));
  std::erase(remarks, "");
  return remarks;
}

}  // namespace polyplane::cli
