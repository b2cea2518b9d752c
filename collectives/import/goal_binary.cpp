// GOAL in binary (spcl/LogGOPSim, src/LogGOPSim/Parser.hpp), little endian, nothing aligned:
//   u64 magic 4223; u32 ranks; u8, u8 largest cpu and nic; (u64 start, u64 end) of each rank's block, counted from byte
//          8
//   block: u32 nodes; u32 roots; u32 x roots; 39 bytes x nodes; u32 indices of dependants up to the end of the block
//   node:  u32 dependencies; i8 type; u32 peer; u64 bytes or ns; u32 tag; u8 cpu; u8 nic; u32 dependants, u32 first of
//          them; u32 dependants of the start, u32 first of them
// The lists of dependants are the edges; counts of dependencies, roots, largest cpu and nic must agree with them.
// What the Program is: goal_file.h.
#include <algorithm>
#include <utility>

#include "base/text_source.h"
#include "collectives/goal_file.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint64_t kMagic = 4223, kConsumed = 2342;
constexpr std::uint64_t kMagicBytes = 8, kNodeBytes = 39;

class Reader {
 public:
  explicit Reader(const TextSource& source) : source_(source), bytes_(source.text()) {}

  GoalFile read() {
    const std::uint64_t magic = number(0, 8, "magic");
    if (magic == kConsumed)
      fail("magic", "is that of a file that a run of LogGOPSim has used up; make it anew from its text");
    if (magic != kMagic) fail("magic", "is " + std::to_string(magic) + ", not 4223: this is no GOAL in binary");
    const std::uint64_t ranks = number(8, 4, "number of ranks");
    if (ranks == 0) fail("number of ranks", "is 0");
    if (ranks > kMaxImportedRanks) {
      source_.pass_limit(0, "number of ranks",
                         "is " + std::to_string(ranks) + "; the limit is " + std::to_string(kMaxImportedRanks));
    }
    most_cpu_ = number(12, 1, "largest cpu");
    most_nic_ = number(13, 1, "largest nic");
    std::uint64_t last = 14 + 16 * ranks;
    for (std::uint64_t rank = 0; rank < ranks; ++rank) {
      where_ = "rank " + std::to_string(rank) + ": ";
      const std::uint64_t start = number(14 + 16 * rank, 8, "start"), end = number(22 + 16 * rank, 8, "end");
      const std::uint64_t room = bytes_.size() - kMagicBytes;
      if (start > end || end > room) {
        fail("block", "goes from " + std::to_string(start) + " to " + std::to_string(end) + ", but the file has " +
                          std::to_string(room) + " bytes after the magic");
      }
      file_.ranks.push_back(read_block(start + kMagicBytes, end + kMagicBytes, ranks));
      last = std::max(last, end + kMagicBytes);
    }
    if (last < bytes_.size()) {
      where_.clear();
      fail("end", std::to_string(bytes_.size() - last) + " bytes stand after the last rank, which ends at byte " +
                      std::to_string(last));
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& field, const std::string& problem) const {
    source_.fail(0, where_ + field, problem);
  }

  std::uint64_t number(std::uint64_t at, std::uint64_t size, const std::string& field) const {
    if (at + size > bytes_.size()) {
      fail(field, "is cut off: the file ends after " + std::to_string(bytes_.size()) + " bytes");
    }
    std::uint64_t value = 0;
    for (std::uint64_t i = size; i > 0; --i) value = value << 8U | static_cast<std::uint8_t>(bytes_[at + i - 1]);
    return value;
  }

  GoalRank read_block(std::uint64_t start, std::uint64_t end, std::uint64_t ranks) {
    GoalRank rank;
    if (end - start < 8)
      fail("block", "of " + std::to_string(end - start) + " bytes is too short to say what it holds");
    const std::uint64_t nodes = number(start, 4, "nodes"), roots = number(start + 4, 4, "roots");
    const std::uint64_t first_node = start + 8 + 4 * roots, first_index = first_node + kNodeBytes * nodes;
    if (first_index > end || (end - first_index) % 4 != 0) {
      fail("block", "of " + std::to_string(end - start) + " bytes cannot hold " + std::to_string(nodes) +
                        " nodes and " + std::to_string(roots) + " roots");
    }
    const std::uint64_t indices = (end - first_index) / 4;
    count_ += nodes + indices;
    if (count_ > kMaxImportedOperations) {
      source_.pass_limit(0, where_ + "nodes",
                         "more than " + std::to_string(kMaxImportedOperations) + " operations are not read");
    }
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t i = 0; i < nodes; ++i) {
      const std::uint64_t at = first_node + kNodeBytes * i;
      rank.operations.push_back(read_operation(at, i, ranks));
      wanted.push_back(number(at, 4, "dependencies"));
      add_edges(i, number(at + 23, 4, "dependants"), number(at + 27, 4, "first"), false, first_index, indices, nodes,
                rank);
      add_edges(i, number(at + 31, 4, "dependants"), number(at + 35, 4, "first"), true, first_index, indices, nodes,
                rank);
    }
    check_counts(rank, wanted, start + 8, roots);
    return rank;
  }

  GoalOperation read_operation(std::uint64_t at, std::uint64_t index, std::uint64_t ranks) {
    GoalOperation operation;
    const std::string node = "node " + std::to_string(index);
    const std::uint64_t type = number(at + 4, 1, node);
    if (type < 1 || type > 3) fail(node, "has type " + std::to_string(type) + "; allowed: 1 send, 2 receive, 3 calc");
    operation.type = static_cast<GoalOperation::Type>(type);
    const bool calc = operation.type == GoalOperation::Type::calc;
    const bool receives = operation.type == GoalOperation::Type::receive;
    const std::uint64_t size = number(at + 9, 8, node);
    if (size > static_cast<std::uint64_t>(calc ? kMaxGoalNs : kMaxImportedBytes)) {
      fail(node, (calc ? "calculates for " : "moves ") + std::to_string(size) + (calc ? " ns" : " bytes") +
                     "; the limit is " + std::to_string(calc ? kMaxGoalNs : kMaxImportedBytes));
    }
    operation.size = static_cast<std::int64_t>(size);
    operation.cpu = static_cast<std::uint8_t>(number(at + 21, 1, node));
    operation.nic = static_cast<std::uint8_t>(number(at + 22, 1, node));
    if (operation.cpu > most_cpu_ || operation.nic > most_nic_) {
      fail(node, "names cpu " + std::to_string(operation.cpu) + " and nic " + std::to_string(operation.nic) +
                     "; the largest of the file are said to be " + std::to_string(most_cpu_) + " and " +
                     std::to_string(most_nic_));
    }
    if (calc) return operation;
    operation.peer = static_cast<std::uint32_t>(number(at + 5, 4, node));
    operation.tag = static_cast<std::uint32_t>(number(at + 17, 4, node));
    const bool any = receives && operation.peer == GoalOperation::kAny;
    if (!any && operation.peer >= ranks) {
      fail(node, "has peer " + std::to_string(operation.peer) + "; the file has " + std::to_string(ranks) + " ranks");
    }
    if (!receives && operation.tag == GoalOperation::kAny) fail(node, "sends with any tag; only a receive can do that");
    return operation;
  }

  void add_edges(std::uint64_t node, std::uint64_t count, std::uint64_t first, bool started, std::uint64_t first_index,
                 std::uint64_t indices, std::uint64_t nodes, GoalRank& rank) {
    if (count == 0) return;
    if (first > indices || count > indices - first) {
      fail("node " + std::to_string(node), "has " + std::to_string(count) + " dependants from " +
                                               std::to_string(first) + " on; the block lists " +
                                               std::to_string(indices));
    }
    edges_ += count;  // lists of several nodes may overlap
    if (edges_ > kMaxImportedOperations) {
      source_.pass_limit(0, where_ + "dependants",
                         "more than " + std::to_string(kMaxImportedOperations) + " dependencies are not read");
    }
    for (std::uint64_t k = 0; k < count; ++k) {
      const std::uint64_t dependant = number(first_index + 4 * (first + k), 4, "dependant");
      if (dependant >= nodes) {
        fail("node " + std::to_string(node),
             "has dependant " + std::to_string(dependant) + "; the block has " + std::to_string(nodes) + " nodes");
      }
      rank.edges.push_back({static_cast<std::uint32_t>(dependant), static_cast<std::uint32_t>(node), started});
    }
  }

  void check_counts(const GoalRank& rank, const std::vector<std::uint64_t>& wanted, std::uint64_t first_root,
                    std::uint64_t roots) const {
    std::vector<std::uint64_t> found(wanted.size());
    for (const GoalEdge& edge : rank.edges) ++found[edge.operation];
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (found[i] == wanted[i]) continue;
      fail("node " + std::to_string(i),
           "counts " + std::to_string(wanted[i]) + " dependencies, but is a dependant of " + std::to_string(found[i]));
    }
    const auto free = static_cast<std::uint64_t>(std::count(found.begin(), found.end(), 0U));
    if (free != roots) {
      fail("roots", "are " + std::to_string(roots) + ", but " + std::to_string(free) + " nodes wait for nothing");
    }
    for (std::uint64_t i = 0; i < roots; ++i) {
      const std::uint64_t root = number(first_root + 4 * i, 4, "root");
      if (root >= found.size() || found[root] != 0)
        fail("roots", std::to_string(root) + " is no node that waits for nothing");
    }
  }

  const TextSource& source_;
  std::string_view bytes_;
  std::string where_;
  std::uint64_t most_cpu_ = 0, most_nic_ = 0, count_ = 0, edges_ = 0;
  GoalFile file_;
};

ImportedProgram read(const ImportInput& input) {
  const TextSource source(input.files.front().name, input.files.front().bytes);
  return import_goal(Reader(source).read(), name_of_file(source.file()));
}

const bool kRegistered = [] {
  program_importers().add(
      "goal_binary", "GOAL of LogGOPSim and ATLAHS in its binary form, which its txt2bin makes.",
      {.extensions = {"bin"}, .options = {}, .file_options = {}, .file_of_each_rank = "", .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
