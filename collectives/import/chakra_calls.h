// Collectives of Chakra traces as calls of a program: process groups, and which entry of one rank meets which of
// another.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "collectives/import/chakra_trace.h"
#include "collectives/program.h"

namespace polyplane::collectives {

class ChakraCalls {
 public:
  /// `groups` of an external file; `dims` of involved_dim, "8x4" or "none"; `algorithms` by kind, else auto. `notes`
  /// must outlive it.
  ChakraCalls(std::uint32_t ranks, ChakraGroups groups, const std::string& dims,
              std::map<CollectiveKind, std::string> algorithms, ImportNotes& notes);

  /// Process groups of a trace; a group that several files have must be the same in all.
  void add_groups(const ChakraTrace& trace);

  /// The next collective of `rank`, to be asked in the order of issue: makes `operation` one of kind collective, or a
  /// join when its group has one rank. Returns the name of the group.
  std::string enter(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, Operation& operation);

  /// Moves the calls to `program`, once all ranks have entered. Throws InputError for a rank that entered less often
  /// than others of its group.
  void finish(Program& program);

 private:
  /// The k-th collective of a group, as its first rank to be read has it.
  struct Entry {
    CollectiveKind kind = CollectiveKind::all_reduce;
    std::int64_t size = 0;  // as Chakra says it
    std::uint32_t root = 0;
    std::uint32_t call = 0;
    std::string file, node;  // of that rank
    std::uint32_t rank = 0;
    std::vector<std::int64_t> matrix;
  };
  struct Group {
    std::vector<std::uint32_t> ranks;
    std::vector<Entry> entries;
    std::map<std::uint32_t, std::uint32_t> entered;  // by rank
  };
  using CallKey = std::tuple<std::string, CollectiveKind, std::int64_t, std::uint32_t>;

  Group& group_of(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, std::string& name);
  [[nodiscard]] std::string slice_name(std::uint32_t rank, const std::vector<bool>& involved,
                                       std::vector<std::uint32_t>& ranks) const;
  Entry entry_of(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, const Group& group) const;
  std::uint32_t call_for(const std::string& name, const Group& group, const Entry& entry);
  void take_parts(std::uint32_t rank, const ChakraTrace& trace, const ChakraNode& node, const Group& group,
                  Entry& entry) const;

  std::uint32_t ranks_;
  ChakraGroups known_;
  std::vector<std::uint32_t> dims_;
  std::map<CollectiveKind, std::string> algorithms_;
  ImportNotes& notes_;
  std::map<std::string, Group> groups_;  // those in use
  std::map<CallKey, std::uint32_t> calls_of_;
  std::vector<Call> calls_;
};

}  // namespace polyplane::collectives
