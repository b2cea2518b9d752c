// Software costs as data: what NCCL, RCCL, HCCL or an MPI adds to the wire. No constant of any library stands in code.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

namespace nccl {
struct Constants;
}

/// wire bytes = ceil(bytes * denominator / numerator): LL sends 8 bytes for each 4, efficiency 1/2.
struct Efficiency {
  std::int64_t numerator = 1, denominator = 1;
};

/// What a message, or a copy or a sum, of `size` costs: a point of a line.
struct MessageCost {
  Bytes size;
  Duration cost;    // before each send
  Duration work{};  // of the processor of either end, beside what the bytes take there
  Duration copy{};  // of so many bytes within a rank
  Duration reduction{};
  friend bool operator==(const MessageCost&, const MessageCost&) = default;
};

/// Costs of one protocol for one family of algorithms (Algorithm::cost_family).
struct ProtocolCosts {
  std::string family;
  Duration launch;                         // once per collective and rank, before the first step
  Duration step_scale_up;                  // before each send that stays in its scale-up domain
  Duration step_scale_out;                 // before each send that leaves it
  Duration message;                        // before each send of either kind (posting, proxy)
  std::optional<Efficiency> efficiency{};  // instead of the protocol's
  std::uint32_t channels = 0;              // of algorithms that have some; 0: their own choice
  Bytes chunk{};                           // longest message of algorithms that cut their share; 0: their own choice
  std::vector<MessageCost> by_size{};      // beside `message`, by rising size: see size_cost()
  BitRate reduction_rate{};                // of what is added up; zero: as by_size says
  BitRate copy_rate{};                     // of what is copied within a rank; zero: as by_size says
  std::string processor_tier{};            // links that stand for processors of ranks (sim/processor_work.h); "": none
  /// Messages of one lane that may have been sent and not be delivered, 1 to kMostUnderWay. They drain one after the other;
  /// what a step costs (step_scale_up, step_scale_out) and the latency of the path pass while those before drain, other costs
  /// begin when the one before is through. A step is complete for its sender once the lane has a slot for one more, its last
  /// when all are delivered.
  std::uint32_t messages_under_way = 1;
};

struct Protocol {
  std::string name;  // "Simple", "LL", "LL128"
  Efficiency efficiency;
  std::vector<ProtocolCosts> costs;  // of the families that it offers
  Bytes min_size{};                  // of arrays that it serves
  std::optional<Bytes> max_size{};   // none: any
};

struct Stack {
  std::string name;
  std::string description;
  std::vector<Protocol> protocols;     // at least one
  std::vector<std::string> assumed{};  // what no public source states; every report that uses the stack repeats it
  std::shared_ptr<const nccl::Constants> nccl{};  // for --algorithm nccl; null: the stack has no such table
};

inline constexpr std::uint32_t kMostUnderWay = 64;

/// The families that stacks may list and algorithms may name.
[[nodiscard]] const std::vector<std::string>& cost_families();

/// Bytes that travel for `payload`.
[[nodiscard]] Bytes wire_bytes(Bytes payload, Efficiency efficiency);
/// "" when `protocol` serves algorithms of `family` on an array of `size`; else why not, to stand after its name.
[[nodiscard]] std::string why_not_offered(const Protocol& protocol, const std::string& family, Bytes size);
/// What a message of `payload` costs by its size: on the line between the two points around it, below the first and above
/// the last what they cost; zero without points. Rounded down to a picosecond.
[[nodiscard]] Duration size_cost(const ProtocolCosts& costs, Bytes payload);
/// `work` in the same way, but above the last point in proportion.
[[nodiscard]] Duration work_cost(const ProtocolCosts& costs, Bytes payload);
/// Of what is added up, and of what is copied within a rank: by its rate, rounded up, or by its points, above the last in
/// proportion; zero where the stack states neither.
[[nodiscard]] Duration reduction_cost(const ProtocolCosts& costs, Bytes bytes);
[[nodiscard]] Duration copy_cost(const ProtocolCosts& costs, Bytes bytes);
/// Does the stack state any of it?
[[nodiscard]] bool has_work_cost(const ProtocolCosts& costs);
[[nodiscard]] bool has_reduction_cost(const ProtocolCosts& costs);
[[nodiscard]] bool has_copy_cost(const ProtocolCosts& costs);
/// REQUIRES: the protocol lists the family.
[[nodiscard]] const ProtocolCosts& costs_of(const Protocol& protocol, const std::string& family);
/// The family's own, or the protocol's. REQUIRES: the protocol lists the family.
[[nodiscard]] Efficiency efficiency_of(const Protocol& protocol, const std::string& family);

}  // namespace polyplane::sim
