#include "cli/nccl_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/suggest.h"
#include "cli/version.h"

namespace polyplane::cli {

std::string table_number(double value, int width) {
  for (int decimals = 2; decimals >= 0; --decimals) {
    std::string text = fmt::format("{:{}.{}f}", value, width, decimals);
    if (text.size() <= static_cast<std::size_t>(width)) return text;
  }
  return fmt::format("{:{}.{}e}", value, width, width >= 7 ? 1 : 0);
}

std::vector<std::string> model_remarks(const sim::ModelFacts& facts) {
  std::vector<std::string> remarks;
  if (facts.most_put_off > Duration()) {
    remarks.push_back(fmt::format("time quantum: flows last {:.3g} % longer on average, at most by {}",
                                  100 * facts.mean_put_off(), to_string(facts.most_put_off)));
  }
  if (facts.certified > 0) {
    remarks.push_back(fmt::format("certified: {} of {} allocations of rates are max-min fair by their bottlenecks",
                                  facts.certified, facts.solves));
  }
  return remarks;
}

std::string NcclTable::header() const {
  std::string text = fmt::format("# polyplane version {} (a simulation, in the format of nccl-tests)\n", kVersion);
  text += fmt::format("# Collective test starting: {}\n", header_.program);
  text += fmt::format(
      "# nThread 1 nGpus 1 minBytes {} maxBytes {} step: {}({}) warmup iters: 0 iters: 1 agg iters: 1 validation: {} "
      "graph: 0 unalign: 0\n#\n# Using devices\n",
      header_.min.count(), header_.max.count(), header_.step, header_.step_is_factor ? "factor" : "bytes",
      header_.check ? 1 : 0);
  for (const std::string& fact : header_.facts) text += "#  " + printable(fact) + "\n";
  text += "#\n";
  text += fmt::format(
      "# {:>10}  {:>12}  {:>8}  {:>6}  {:>6}           out-of-place                       in-place          \n", "", "",
      "", "", "");
  const auto titles = [](std::string_view size, std::string_view count, std::string_view type, std::string_view redop,
                         std::string_view root, std::string_view time, std::string_view bandwidth_a,
                         std::string_view bandwidth_b, std::string_view wrong) {
    return fmt::format("# {:>10}  {:>12}  {:>8}  {:>6}  {:>6}  {:>7}  {:>6}  {:>6}  {:>6}  {:>7}  {:>6}  {:>6}  {:>6} ",
                       size, count, type, redop, root, time, bandwidth_a, bandwidth_b, wrong, time, bandwidth_a,
                       bandwidth_b, wrong);
  };
  text += titles("size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong");
  if (verbose_)
    text +=
        fmt::format(" {:<20}  {:<8}  {:>8}  {:>8}  {}", "algorithm", "protocol", "channels", "bound", "fullest link");
  text += "\n";
  text += titles("(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", "");
  if (verbose_) text += fmt::format(" {:<20}  {:<8}  {:>8}  {:>8}  {}", "", "", "", "(us)", "");
  text += "\n";
  return text;
}

std::string NcclTable::row(const sim::CollectiveResult& result) {
  busbw_sum_ += result.busbw_GBps;
  ++rows_;
  for (const std::string& left_out : result.not_run) {
    if (std::ranges::find(not_run_, left_out) == not_run_.end()) not_run_.push_back(left_out);
  }
  const std::string side =
      fmt::format("  {}  {}  {}{}", table_number(result.time.microseconds(), 7), table_number(result.algbw_GBps, 6),
                  table_number(result.busbw_GBps, 6), header_.check && result.proven ? "       0" : "    N/A");
  std::string text = fmt::format("{:>12}  {:>12}  {:>8}  {:>6}  {:>6}{}{}", result.size.count(), result.count,
                                 result.datatype, result.reduction, result.root, side, side);
  if (verbose_) {
    text += fmt::format("  {:<20}  {:<8}  {:>8}  {:>8}  {}", result.algorithm, result.protocol,
                        result.channels == 0 ? "auto" : std::to_string(result.channels),
                        table_number(result.lower_bound.microseconds(), 8), result.bottleneck);
    text += fmt::format("\n#   computed: {}; {} classes of ranks, {} of links", result.way.text,
                        result.way.rank_classes, result.way.link_classes);
    if (result.way.flow_classes > 0) text += fmt::format(", {} of flows", result.way.flow_classes);
    std::istringstream alternatives(result.alternatives);
    for (std::string line; std::getline(alternatives, line);) {
      if (!line.empty()) text += "\n#   weighed: " + printable(line);
    }
  }
  for (const std::string& remark : model_remarks(result.model_facts)) text += "\n#   " + remark;
  return text + "\n";
}

std::string NcclTable::footer(std::uint64_t fingerprint, const std::vector<std::string>& remarks) const {
  std::string text = fmt::format("# {:<20} : 0 OK\n", "Out of bounds values");
  const double average = rows_ == 0 ? 0.0 : busbw_sum_ / static_cast<double>(rows_);
  text += fmt::format("# {:<20} : {:g} \n", "Avg bus bandwidth", average);
  for (const std::string& left_out : not_run_) text += "# auto left out " + printable(left_out) + "\n";
  for (const std::string& remark : remarks) text += "# " + printable(remark) + "\n";
  text += fmt::format("# {:<20} : {:016x}\n#\n# Collective test concluded: {}\n#\n", "Fingerprint", fingerprint,
                      header_.program);
  return text;
}

}  // namespace polyplane::cli
