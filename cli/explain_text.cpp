#include "cli/explain_text.h"

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/processor_words.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

using Align = TextTable::Align;

std::string exact_microseconds(Duration d) {
  return fmt::format("{}.{:06} us", d.ps() / 1'000'000, d.ps() % 1'000'000);
}

std::string share_text(Duration part, Duration total) {
  if (total == Duration()) return "";
  return fmt::format("{:.1f}%", 100.0 * static_cast<double>(part.ps()) / static_cast<double>(total.ps()));
}

/// Parts that are zero are left out.
class PartTable {
 public:
  explicit PartTable(Duration total) : total_(total) {}
  void add(const std::string& name, Duration part) {
    sum_ += part;
    if (part != Duration()) table_.add({name, exact_microseconds(part), share_text(part, total_)});
  }
  std::string text() {
    table_.add({"total", exact_microseconds(sum_), share_text(sum_, total_)});
    return table_.text(2);
  }

 private:
  Duration total_, sum_;
  TextTable table_{{Align::left, Align::right, Align::right}};
};

std::string with_prefix(const std::string& text, const std::string& prefix) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    out += prefix + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string explain_text(const sim::CollectiveResult& result, const std::string& prefix) {
  const sim::Attribution& where = result.attribution;
  std::string text =
      fmt::format("{} of {} by {}, {}, {} ranks: where {} go ({})\n", to_string(result.kind), to_string(result.size),
                  result.algorithm, result.protocol, result.ranks, exact_microseconds(result.time), result.way.text);
  PartTable parts(result.time);
  parts.add("launch", where.launch);
  parts.add("software, per step and message", where.software);
  for (const sim::Attribution::TierParts& tier : where.tiers) {
    parts.add(printable(tier.tier) + ": latency", tier.latency);
    parts.add(printable(tier.tier) + ": serialisation", tier.serialisation);
    parts.add(printable(tier.tier) + ": contention", tier.contention);
  }
  parts.add("waiting", where.waiting);
  text += parts.text();
  if (!where.binding_tier.empty()) {
    text += "binding tier: " + printable(where.binding_tier) + " (most bytes and sharing on the critical path)\n";
    const std::string processors = processor_words(result, where.binding_tier);
    if (!processors.empty()) text += "  " + processors + "\n";
  }
  if (result.lower_bound > Duration()) {
    text += fmt::format("lower bound: {} ({}); the result is {:.3f} x the bound\n",
                        exact_microseconds(result.lower_bound), printable(result.lower_bound_reason),
                        static_cast<double>(result.time.ps()) / static_cast<double>(result.lower_bound.ps()));
  }
  if (!result.top_links.empty()) {
    TextTable links({Align::left, Align::left, Align::right, Align::right});
    for (const sim::LinkLoad& link : result.top_links) {
      links.add({printable(link.name), printable(link.tier), fmt::format("{:.1f}%", 100 * link.utilisation),
                 fmt::format("{:.0f} bytes", link.bytes)});
    }
    text += result.model == "analytic" ? "most loaded links of the run (bytes over what fits into the time; this model "
                                         "lets links carry more than that):\n"
                                       : "most loaded links of the run (share of the time they are busy):\n";
    text += links.text(2);
  }
  return with_prefix(text, prefix);
}

}  // namespace polyplane::cli
