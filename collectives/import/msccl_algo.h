// An MSCCL algorithm as its XML says it; msccl_xml.cpp makes a schedule of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/import_notes.h"
#include "base/text_source.h"
#include "collectives/collective.h"
#include "collectives/import/buffer_places.h"

namespace polyplane::collectives {

struct MscclStep {
  enum class Type : std::uint8_t { s, r, rcs, rrs, rrc, rrcs, cpy, re, nop };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  Type type = Type::nop;
  Buffer from = Buffer::input, to = Buffer::input;
  std::uint32_t from_offset = 0, to_offset = 0, count = 0;  // chunks; kNone: -1 in the file
  std::uint32_t wait_tb = kNone, wait_step = 0;             // of the same gpu; exists
  bool waited_for = false;
  int line = 0;

  [[nodiscard]] bool receives() const {
    return type == Type::r || type == Type::rcs || type == Type::rrs || type == Type::rrc || type == Type::rrcs;
  }
  [[nodiscard]] bool sends() const {
    return type == Type::s || type == Type::rcs || type == Type::rrs || type == Type::rrcs;
  }
};

struct MscclThreadBlock {
  std::uint32_t send = MscclStep::kNone, receive = MscclStep::kNone, channel = 0;
  std::vector<MscclStep> steps;
  int line = 0;
};

struct MscclGpu {
  std::uint32_t scratch = 0;  // chunks
  std::vector<MscclThreadBlock> blocks;
};

struct MscclAlgo {
  std::string file, name, protocol;
  CollectiveKind kind = CollectiveKind::all_reduce;
  std::uint32_t ranks = 0, pieces = 0, channels = 0;
  bool in_place = false;
  std::optional<Bytes> smallest, most;
  std::vector<MscclGpu> gpus;
};

/// Throws InputError and LimitError as importer.h says. Connections belong to one tb each, a tb sends and receives only
/// where it has a gpu to.
[[nodiscard]] MscclAlgo read_msccl(const TextSource& source, ImportNotes& notes);

}  // namespace polyplane::collectives
