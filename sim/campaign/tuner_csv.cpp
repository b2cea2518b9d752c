#include "sim/campaign/tuner_csv.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace polyplane::sim {
namespace {

constexpr std::size_t kLongestLine = 250;  // the plug-in reads lines of 255 characters

std::string collective_type(collectives::CollectiveKind kind) {
  using enum collectives::CollectiveKind;
  if (kind == all_gather) return "allgather";
  if (kind == reduce_scatter) return "reducescatter";
  if (kind == all_reduce) return "allreduce";
  return std::string(to_string(kind));
}

std::string_view algorithm_name(nccl::Algorithm algorithm) {
  switch (algorithm) {
    case nccl::Algorithm::tree:
      return "tree";
    case nccl::Algorithm::ring:
      return "ring";
    case nccl::Algorithm::collnet_direct:
      return "collnet_direct";
    case nccl::Algorithm::collnet_chain:
      return "collnet_chain";
    case nccl::Algorithm::nvls:
      return "nvls";
    case nccl::Algorithm::nvls_tree:
      return "nvls_tree";
    case nccl::Algorithm::pat:
      return "pat";
  }
  return "";
}

std::string_view protocol_name(nccl::Protocol protocol) {
  if (protocol == nccl::Protocol::ll) return "ll";
  return protocol == nccl::Protocol::ll128 ? "ll128" : "simple";
}

/// Comment lines, cut where they would be too long for the plug-in.
void comment(std::string& text, std::string line) {
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  while (line.size() > kLongestLine - 2) {
    std::size_t cut = line.rfind(' ', kLongestLine - 2);
    if (cut == std::string::npos || cut == 0) cut = kLongestLine - 2;
    text += "# " + line.substr(0, cut) + "\n";
    line.erase(0, line[cut] == ' ' ? cut + 1 : cut);
  }
  text += "# " + line + "\n";
}

struct Range {
  std::uint64_t from = 0, to = 0;
  nccl::Algorithm algorithm = nccl::Algorithm::ring;
  nccl::Protocol protocol = nccl::Protocol::simple;
};

/// Of the rows [begin, end), which are of one collective.
std::vector<Range> ranges_of(const std::vector<TuneRow>& rows, std::size_t begin, std::size_t end) {
  std::vector<Range> ranges;
  for (std::size_t i = begin; i < end; ++i) {
    if (!rows[i].best) continue;
    const TuneCandidate& best = rows[i].candidates[*rows[i].best];
    Range range;
    range.from = static_cast<std::uint64_t>(rows[i].size.count());
    range.to = i + 1 == end ? range.from : static_cast<std::uint64_t>(rows[i + 1].size.count()) - 1;
    range.algorithm = best.algorithm;
    range.protocol = best.protocol;
    const bool joins = !ranges.empty() && ranges.back().to + 1 == range.from &&
                       ranges.back().algorithm == range.algorithm && ranges.back().protocol == range.protocol;
    if (joins) {
      ranges.back().to = range.to;
    } else {
      ranges.push_back(range);
    }
  }
  return ranges;
}

/// Each of Tuned::between after the last row of its collective that is smaller.
std::vector<TuneRow> all_rows(const Tuned& tuned) {
  std::vector<TuneRow> rows;
  auto between = tuned.between.begin();
  for (const TuneRow& row : tuned.rows) {
    const auto earlier = [&](const TuneRow& other) {
      const bool last_of_kind = !rows.empty() && rows.back().collective != row.collective;
      return other.collective != row.collective ? last_of_kind : other.size < row.size;
    };
    while (between != tuned.between.end() && earlier(*between)) rows.push_back(*between++);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::string to_tuner_csv(const Tuned& tuned, const std::string& version) {
  std::string text;
  comment(text, "Best of the simulated on cluster " + tuned.cluster + ", " + std::to_string(tuned.nodes) +
                    (tuned.nodes == 1 ? " node, " : " nodes, ") + std::to_string(tuned.ranks) +
                    " ranks; written by polyplane " + version + " tune");
  comment(text, "For NCCL's example tuner plug-in: NCCL_TUNER_CONFIG_FILE. Simulated, no device was used.");
  comment(text, "Considered: what NCCL " + tuned.nccl_release + " itself would.");
  for (const std::string& line : tuned.assumed) comment(text, "assumed: " + line);
  comment(
      text,
      "Between two simulated sizes, at most a factor of four apart, holds the best of the smaller one; where the best "
      "changes, they are within 1/16 of each other. Smaller and larger ones have no line: NCCL chooses by itself.");
  comment(text, "collective_type,min_bytes,max_bytes,algorithm,protocol,channels,nNodes,nRanks,numPipeOps,regBuff");
  const std::vector<TuneRow> rows = all_rows(tuned);
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    while (end < rows.size() && rows[end].collective == rows[begin].collective) ++end;
    for (const Range& range : ranges_of(rows, begin, end)) {
      text += collective_type(rows[begin].collective) + "," + std::to_string(range.from) + "," +
              std::to_string(range.to) + "," + std::string(algorithm_name(range.algorithm)) + "," +
              std::string(protocol_name(range.protocol)) + ",-1," + std::to_string(tuned.nodes) + "," +
              std::to_string(tuned.ranks) + ",-1,-1\n";
    }
    begin = end;
  }
  return text;
}

}  // namespace polyplane::sim
