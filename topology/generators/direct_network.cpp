#include "topology/generators/direct_network.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::topology {

namespace {

constexpr std::size_t kMaxDims = 16;

std::string text_of(std::int64_t n) { return std::to_string(n); }

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

}  // namespace

std::int64_t Seating::most() const { return per_switch > 0 ? std::min(ports, per_switch) : ceil_div(ports, switches); }

OptionSpec concentration_option(std::string_view otherwise) {
  return count_option("p", "endpoints (ports of NICs) of a switch, filled in node order; 0 " + std::string(otherwise));
}

OptionSpec count_option(std::string_view name, std::string_view sentence) {
  return {.name = std::string(name),
          .kind = OptionSpec::Kind::integer,
          .default_text = "0",
          .sentence = std::string(sentence),
          .min = 0,
          .max = kMaxRadix,
          .words = {}};
}

Seating seat_ports(std::string_view generator, std::int64_t ports, std::int64_t switches, std::int64_t p,
                   std::int64_t network_ports, std::int64_t radix) {
  const std::string owner = std::string(generator) + ": ";
  const std::int64_t needed = ceil_div(ports, switches);
  const std::int64_t free = radix - network_ports;
  if (p > 0 && p < needed) {
    throw InputError(owner + text_of(switches) + " switches with p=" + text_of(p) + " hold at most " +
                     text_of(switches * p) + " ports a plane, and " + text_of(ports) +
                     " are needed; use p=" + text_of(needed) + ", more switches or more planes");
  }
  const std::int64_t most = p > 0 ? p : needed;
  if (most > free) {
    throw InputError(owner + "a switch of radix " + text_of(radix) + " cannot take " + text_of(most) +
                     " endpoints beside " + text_of(network_ports) + " ports to other switches; " +
                     (free >= 1 ? "at most " + text_of(free) + " fit" : "none fits") + ", a radix of " +
                     text_of(network_ports + most) + " would do");
  }
  return {.ports = ports, .switches = switches, .per_switch = p};
}

void attach_seated(PlaneContext& plane, const Seating& seating, const std::vector<DeviceId>& switches) {
  for (std::size_t i = 0; i < plane.ports.size(); ++i) {
    const auto seat = static_cast<std::size_t>(seating.switch_of(static_cast<std::int64_t>(i)));
    attach_port(plane, plane.ports[i], switches[seat]);
    plane.builder.device(plane.ports[i].device).pod = plane.builder.device(switches[seat]).pod;
  }
}

std::vector<DeviceId> add_grid(PlaneContext& plane, const std::vector<std::int64_t>& dims) {
  std::vector<DeviceId> switches;
  std::vector<std::int32_t> coordinates(dims.size(), 0);
  for (std::int64_t i = 0; i < product(dims); ++i) {
    switches.push_back(add_switch(plane, "switch", i, 1));
    plane.builder.set_coordinates(switches.back(), coordinates);
    for (std::size_t dim = dims.size(); dim-- > 0;) {
      if (++coordinates[dim] < dims[dim]) break;
      coordinates[dim] = 0;
    }
  }
  return switches;
}

std::vector<std::int64_t> parse_dims(std::string_view generator, std::string_view option, std::string_view text) {
  const std::string owner = std::string(generator) + ": " + std::string(option) + "=" + printable(text);
  const auto refuse = [&] {
    throw InputError(owner + " is no list of sizes; write for example 4x4x8, 1 to " + std::to_string(kMaxDims) +
                     " whole numbers from 1 to " + text_of(kMaxRadix));
  };
  std::vector<std::int64_t> dims;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('x', from), text.size());
    std::int64_t size = 0;
    const auto [stop, error] = std::from_chars(text.data() + from, text.data() + end, size);
    if (error != std::errc{} || stop != text.data() + end || size < 1 || size > kMaxRadix) refuse();
    dims.push_back(size);
    from = end + 1;
  }
  if (dims.size() > kMaxDims) refuse();
  std::int64_t switches = 1;
  for (const std::int64_t size : dims) {
    switches *= size;
    if (switches > kMaxDevices) {
      throw LimitError(owner + " has more than the " + text_of(kMaxDevices) + " devices that a cluster may have");
    }
  }
  return dims;
}

std::int64_t product(const std::vector<std::int64_t>& dims) {
  std::int64_t n = 1;
  for (const std::int64_t size : dims) n *= size;
  return n;
}

}  // namespace polyplane::topology
