// Puts an ImportedFabric together: names made unique and legal, limits kept, warnings of one kind counted once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/text_source.h"
#include "topology/import/fabric.h"

namespace polyplane::topology {

class FabricBuilder {
 public:
  /// `source` must outlive the builder.
  explicit FabricBuilder(const TextSource& source);

  /// Index of the new device; `line` is where it stands. A '.' in its name becomes '_', with a warning. `forwards` is
  /// set by kind: accelerators do not. Throws InputError when the name exists, LimitError.
  std::uint32_t add_device(Device device, int line);
  /// A cable, both directions alike until told otherwise. Throws InputError (from = to, a rate that no
  /// cluster file may have), LimitError.
  ImportedFabric::Edge& add_edge(std::uint32_t from, std::uint32_t to, BitRate rate, LinkKind kind, int line);

  /// The device with that name as the file writes it.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
  [[nodiscard]] Device& device(std::uint32_t index) { return fabric_.devices[index]; }
  [[nodiscard]] std::size_t num_devices() const { return fabric_.devices.size(); }
  [[nodiscard]] ImportedFabric& fabric() { return fabric_; }

  /// The same text again is counted, not repeated.
  void warn(int line, const std::string& text) { notes_.warn(line, text); }
  void assume(const std::string& sentence) { notes_.assume(sentence); }

  /// Throws InputError when there is no device.
  [[nodiscard]] ImportedFabric finish() &&;

 private:
  const TextSource& source_;
  ImportedFabric fabric_;
  std::map<std::string, std::pair<std::uint32_t, int>, std::less<>> names_;  // index and line
  ImportNotes notes_;
};

/// Scale-out switches: tier 1 where a card or a NIC hangs, 2 above those, and so on, for switches without a tier yet.
/// Planes: the parts of the scale-out fabric that no switch joins, numbered by their first device; on the edges, and on
/// the switches. Throws LimitError above kMaxImportedPlanes. Tiers of scale-out edges are named after those of their ends: gpu-leaf, leaf-spine, spine-core.
void number_switches(ImportedFabric& fabric);

}  // namespace polyplane::topology
