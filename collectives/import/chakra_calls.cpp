#include "collectives/import/chakra_calls.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/kind_traits.h"

namespace polyplane::collectives {
namespace {

[[noreturn]] void fail(const ChakraTrace& trace, const ChakraNode& node, const std::string& problem) {
  TextSource(trace.file, "").fail(node.line, words_of(node), problem);
}

/// By CollectiveCommType.
constexpr std::array kKinds = {CollectiveKind::all_reduce,     CollectiveKind::reduce,
                               CollectiveKind::all_gather,     CollectiveKind::gather,
                               CollectiveKind::scatter,        CollectiveKind::broadcast,
                               CollectiveKind::alltoall,       CollectiveKind::reduce_scatter,
                               CollectiveKind::reduce_scatter, CollectiveKind::barrier};

/// Bytes as Collective::sized() takes them.
std::int64_t size_of(CollectiveKind kind, std::int64_t comm_size, std::size_t ranks) {
  const bool grows = kind == CollectiveKind::all_gather || kind == CollectiveKind::gather;
  return grows ? comm_size * static_cast<std::int64_t>(ranks) : comm_size;
}

std::vector<std::uint32_t> read_dims(const std::string& text, std::uint32_t ranks) {
  std::vector<std::uint32_t> dims;
  if (text == "none") return dims;
  std::uint64_t product = 1;
  const TextSource source("option dims", "");
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('x', at), text.size());
    dims.push_back(static_cast<std::uint32_t>(source.whole(0, "", text.substr(at, end - at), 1, 1'000'000)));
    product *= dims.back();
    at = end + 1;
    if (product > ranks) break;
  }
  if (product != ranks)
    throw InputError("option dims: " + printable(text) + " are not " + std::to_string(ranks) + " ranks");
  return dims;
}

std::string words_of_entry(CollectiveKind kind, std::int64_t size, std::uint32_t root) {
  return std::string(to_string(kind)) + " of " + to_string(Bytes(size)) +
         (has_root(kind) ? " with root " + std::to_string(root) : "");
}

}  // namespace

ChakraCalls::ChakraCalls(std::uint32_t ranks, ChakraGroups groups, const std::string& dims,
                         std::map<CollectiveKind, std::string> algorithms, ImportNotes& notes)
    : ranks_(ranks),
      known_(std::move(groups)),
      dims_(read_dims(dims, ranks)),
      algorithms_(std::move(algorithms)),
      notes_(notes) {}

void ChakraCalls::add_groups(const ChakraTrace& trace) {
  for (const auto& [name, ranks] : trace.groups) {
    const auto [place, fresh] = known_.emplace(name, ranks);
    if (!fresh && place->second != ranks) {
      throw InputError(printable(trace.file) + ": process group \"" + printable(name) +
                       "\" has other ranks than elsewhere");
    }
  }
}

/// Ranks that differ from `rank` in involved dimensions only.
std::string ChakraCalls::slice_name(std::uint32_t rank, const std::vector<bool>& involved,
                                    std::vector<std::uint32_t>& ranks) const {
  std::uint32_t base = 0, stride = 1;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> free;  // stride, size
  for (std::size_t d = 0; d < dims_.size(); ++d) {
    if (involved[d]) {
      free.emplace_back(stride, dims_[d]);
    } else {
      base += rank / stride % dims_[d] * stride;
    }
    stride *= dims_[d];
  }
  ranks = {base};
  for (const auto& [step, size] : free) {
    const std::vector<std::uint32_t> before = ranks;
    for (std::uint32_t i = 1; i < size; ++i) {
      for (const std::uint32_t r : before) ranks.push_back(r + i * step);
    }
  }
  std::string name = "dims ";
  for (const bool in : involved) name += in ? '1' : '0';
  return name + " of rank " + std::to_string(base);
}

ChakraCalls::Group& ChakraCalls::group_of(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node,
                                          std::string& name) {
  std::vector<std::uint32_t> ranks;
  const bool all_dims = std::ranges::find(node.involved_dim, false) == node.involved_dim.end();
  if (!node.pg_name.empty()) {
    name = node.pg_name;
    const auto place = known_.find(name);
    if (place == known_.end()) {
      std::vector<std::string> names;
      for (const auto& [known, list] : known_) names.push_back(known);
      fail(trace, node,
           names.empty()
               ? "is of process group \"" + printable(name) + "\", but no file says its ranks; give groups=FILE"
               : unknown_name("process group", name, names));
    }
    ranks = place->second;
  } else if (!all_dims) {
    if (dims_.empty()) fail(trace, node, "has involved_dim; the option dims must say what the dimensions are");
    if (node.involved_dim.size() != dims_.size()) {
      fail(trace, node,
           "has involved_dim of " + std::to_string(node.involved_dim.size()) + " dimensions; the option dims has " +
               std::to_string(dims_.size()));
    }
    name = slice_name(rank, node.involved_dim, ranks);
  }
  const auto [place, fresh] = groups_.emplace(name, Group{});
  Group& group = place->second;
  if (fresh) {
    group.ranks = std::move(ranks);
    if (group.ranks.empty()) {
      group.ranks.resize(ranks_);
      std::iota(group.ranks.begin(), group.ranks.end(), 0U);
    }
    for (const std::uint32_t member : group.ranks) {
      if (member >= ranks_) {
        fail(trace, node,
             "is of process group \"" + printable(name) + "\", which has rank " + std::to_string(member) +
                 "; there are " + std::to_string(ranks_) + " ranks");
      }
      group.entered[member] = 0;
    }
  }
  if (!group.entered.contains(rank)) {
    fail(trace, node,
         "is of process group \"" + printable(name) + "\", which rank " + std::to_string(rank) + " is not in");
  }
  return group;
}

ChakraCalls::Entry ChakraCalls::entry_of(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node,
                                         const Group& group) const {
  if (!node.comm_type) fail(trace, node, "has no comm_type");
  if (*node.comm_type >= static_cast<std::int64_t>(kKinds.size())) {
    fail(trace, node, "comm_type is " + std::to_string(*node.comm_type) + "; allowed: 0 to 9");
  }
  Entry entry;
  entry.kind = kKinds[static_cast<std::size_t>(*node.comm_type)];
  if (!node.comm_sizes.empty()) {
    if (entry.kind != CollectiveKind::alltoall) fail(trace, node, "has comm_sizes, which are of an all-to-all");
    entry.kind = CollectiveKind::alltoallv;
  } else if (entry.kind != CollectiveKind::barrier) {
    if (!node.comm_size) fail(trace, node, "has no comm_size");
    if (*node.comm_size > kMaxImportedBytes / static_cast<std::int64_t>(group.ranks.size())) {
      fail(trace, node,
           "comm_size is too large for " + std::to_string(group.ranks.size()) +
               " ranks: the limit is 2^50 bytes in all");
    }
    entry.size = *node.comm_size;
  }
  if (has_root(entry.kind)) {
    entry.root =
        static_cast<std::uint32_t>(std::min<std::int64_t>(node.comm_src.value_or(group.ranks.front()), UINT32_MAX));
    if (!group.entered.contains(entry.root)) {
      fail(trace, node, "has root " + std::to_string(entry.root) + " (comm_src), which is not in its process group");
    }
  }
  entry.file = trace.file;
  entry.node = words_of(node);
  entry.rank = rank;
  return entry;
}

std::uint32_t ChakraCalls::call_for(const std::string& name, const Group& group, const Entry& entry) {
  const auto next = static_cast<std::uint32_t>(calls_.size());
  if (entry.kind != CollectiveKind::alltoallv) {
    const auto [place, fresh] = calls_of_.emplace(CallKey{name, entry.kind, entry.size, entry.root}, next);
    if (!fresh) return place->second;
  }
  Call call;
  call.name = std::string(to_string(entry.kind)) + (name.empty() ? "" : " of " + name);
  call.kind = entry.kind;
  call.groups = {group.ranks};
  // A call has its root first.
  if (has_root(entry.kind))
    std::ranges::stable_partition(call.groups[0], [&](std::uint32_t r) { return r == entry.root; });
  call.size = Bytes(size_of(entry.kind, entry.size, group.ranks.size()));
  call.element_bytes = 1;
  if (algorithms_.contains(entry.kind)) call.algorithm = algorithms_.at(entry.kind);
  if (entry.kind != CollectiveKind::alltoallv) {
    const auto ranks = static_cast<std::uint32_t>(group.ranks.size());
    if (Collective::sized(call.kind, ranks, call.size, 1, RankId(0)).size() != call.size) {
      notes_.warn(0,
                  entry.file +
                      ": shares of ranks that are no multiple of 16 bytes are rounded down to one, as nccl-tests does");
    }
  }
  calls_.push_back(std::move(call));
  return next;
}

void ChakraCalls::take_parts(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, const Group& group,
                             Entry& entry) const {
  const std::size_t ranks = group.ranks.size();
  if (node.comm_sizes.size() != ranks) {
    fail(trace, node,
         "has " + std::to_string(node.comm_sizes.size()) + " comm_sizes; its process group has " +
             std::to_string(ranks) + " ranks");
  }
  if (ranks * ranks > kMaxImportedOperations) {
    TextSource(trace.file, "")
        .pass_limit(node.line, words_of(node),
                    "an all-to-all of uneven parts of " + std::to_string(ranks) + " ranks is not read");
  }
  entry.matrix.resize(ranks * ranks);
  const auto row = static_cast<std::size_t>(std::ranges::find(group.ranks, rank) - group.ranks.begin());
  std::ranges::copy(node.comm_sizes, entry.matrix.begin() + static_cast<std::ptrdiff_t>(row * ranks));
}

std::string ChakraCalls::enter(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node,
                               Operation& operation) {
  std::string name;
  Group& group = group_of(rank, trace, node, name);
  Entry entry = entry_of(rank, trace, node, group);
  const std::uint32_t number = group.entered[rank]++;
  if (group.ranks.size() == 1) {
    operation.kind = Operation::Kind::join;
    return name;
  }
  operation.kind = Operation::Kind::collective;
  if (number == group.entries.size()) {
    entry.call = call_for(name, group, entry);
    group.entries.push_back(std::move(entry));
  } else {
    const Entry& first = group.entries[number];
    if (first.kind != entry.kind || first.size != entry.size || first.root != entry.root) {
      fail(trace, node,
           "is collective " + std::to_string(number) +
               (name.empty() ? " of all ranks" : " of process group \"" + printable(name) + "\"") + ", and does " +
               words_of_entry(entry.kind, entry.size, entry.root) + "; for rank " + std::to_string(first.rank) +
               " that is " + first.node + ", " + words_of_entry(first.kind, first.size, first.root));
    }
  }
  Entry& met = group.entries[number];
  if (met.kind == CollectiveKind::alltoallv) take_parts(rank, trace, node, group, met);
  operation.call = met.call;
  return name;
}

void ChakraCalls::finish(Program& program) {
  for (auto& [name, group] : groups_) {
    const std::string words = name.empty() ? "all ranks" : "process group \"" + printable(name) + "\"";
    for (const auto& [rank, times] : group.entered) {
      if (group.ranks.size() == 1 || times == group.entries.size()) continue;
      const Entry& missed = group.entries[times];
      throw InputError(printable(missed.file) + ": " + missed.node + " is collective " + std::to_string(times) +
                       " of " + words + ", but rank " + std::to_string(rank) + " has only " + std::to_string(times));
    }
    for (Entry& entry : group.entries) {
      if (entry.kind == CollectiveKind::alltoallv) calls_[entry.call].matrix = std::move(entry.matrix);
    }
  }
  program.calls = std::move(calls_);
}

}  // namespace polyplane::collectives
