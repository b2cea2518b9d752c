// What networks of alike switches share, each with endpoints of its own: where ports go, and options for sizes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "topology/generator.h"

namespace polyplane::topology {

/// Ports over the switches of a direct network, in order: `per_switch` to each until none is left, or in equal shares.
struct Seating {
  std::int64_t ports = 1, switches = 1;
  std::int64_t per_switch = 0;  // 0: equal shares

  [[nodiscard]] std::int64_t switch_of(std::int64_t port) const {
    return per_switch > 0 ? port / per_switch : port * switches / ports;
  }
  /// Most ports of one switch.
  [[nodiscard]] std::int64_t most() const;
};

/// The option "p", the concentration; 0, its default, means `otherwise`.
[[nodiscard]] OptionSpec concentration_option(std::string_view otherwise);
/// A count from 0 to kMaxRadix whose default 0 means what `sentence` says.
[[nodiscard]] OptionSpec count_option(std::string_view name, std::string_view sentence);

/// Throws InputError, with what would fit, when `p` (0: equal shares) has too few places for the ports, or when a switch
/// would need more than `radix` ports beside its `network_ports`.
[[nodiscard]] Seating seat_ports(std::string_view generator, std::int64_t ports, std::int64_t switches, std::int64_t p,
                                 std::int64_t network_ports, std::int64_t radix);

/// Attaches all ports of the plane to `switches` and gives each endpoint the pod of its switch.
void attach_seated(PlaneContext& plane, const Seating& seating, const std::vector<DeviceId>& switches);

/// One switch for each point of a grid, numbered with the last dimension fastest, with its coordinates.
[[nodiscard]] std::vector<DeviceId> add_grid(PlaneContext& plane, const std::vector<std::int64_t>& dims);

/// "4x4x8" or "16": 1 to 16 sizes of at least 1. Throws InputError that names the option, LimitError when their product
/// is over kMaxDevices.
[[nodiscard]] std::vector<std::int64_t> parse_dims(std::string_view generator, std::string_view option,
                                                   std::string_view text);
[[nodiscard]] std::int64_t product(const std::vector<std::int64_t>& dims);

}  // namespace polyplane::topology
