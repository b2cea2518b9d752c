// A Chakra execution trace of one rank, out of its protobuf or its JSON form; chakra.cpp makes a program of those of
// all ranks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/import_notes.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {

struct ChakraNode {
  enum class Type : std::uint8_t { invalid, metadata, mem_load, mem_store, comp, send, recv, coll };
  std::uint64_t id = 0;
  std::string name;
  Type type = Type::invalid;
  std::vector<std::uint64_t> data_deps, ctrl_deps;
  std::optional<Duration> duration;                          // duration_micros above zero, or our own duration_ps
  bool on_cpu = false;                                       // is_cpu_op
  std::optional<std::int64_t> num_ops, tensor_size;          // flops; bytes
  std::optional<std::int64_t> comm_type, comm_size;          // CollectiveCommType; bytes
  std::optional<std::int64_t> comm_src, comm_dst, comm_tag;  // global ranks
  std::string pg_name;                                       // "" none
  std::vector<bool> involved_dim;                            // empty: all
  std::vector<std::int64_t> comm_sizes;  // our own: bytes to each rank of the group, of an all-to-all
  int line = 0;                          // of the JSON form, else 0
};

/// Ranks of a process group by name; none: all.
using ChakraGroups = std::map<std::string, std::vector<std::uint32_t>>;

struct ChakraTrace {
  std::string file;
  std::vector<ChakraNode> nodes;
  ChakraGroups groups;
};

/// "node 5 \"name\"".
[[nodiscard]] std::string words_of(const ChakraNode& node);

/// By its first byte: '{' or a blank is JSON, 1F 8B gzip, anything else protobuf. Throws as importer.h says.
[[nodiscard]] ChakraTrace read_chakra(const ImportFile& file, ImportNotes& notes);

/// Files of records: a varint length and so many bytes of a message, the first a GlobalMetadata, the others Nodes.
[[nodiscard]] ChakraTrace read_chakra_records(const std::string& name, std::string_view bytes);
/// The JSON form: {"workload_graph": [{"Id": ..., "Name": ..., "NodeType": ...}, ...]}.
[[nodiscard]] ChakraTrace read_chakra_json(const std::string& name, std::string_view bytes, ImportNotes& notes);
/// {"NAME": [rank, ...], ...}, the external file of process groups of ASTRA-sim; or a list of {"pg_name", "ranks"}, as
/// metadata nodes have it. `where` stands before what is wrong.
[[nodiscard]] ChakraGroups read_chakra_groups(const std::string& where, std::string_view bytes);

}  // namespace polyplane::collectives
