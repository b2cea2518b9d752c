// Classes of flows and links: the coarsest equitable partition (sim/at_once.h), found by colour refinement in which the flows
// are never listed.
//
// Links start with a colour for their rate. In each round every flow gets a signature, sum over its links of weight x
// H(colour), H a random function into the field of 2^61 - 1 elements and splits being divisions in that field; flows with
// the same signature, bytes and start are one class. Every link gets, from the flows that cross it, the sum of weight x
// H'(class); links of one colour whose sums differ part. When the number of colours stays, the classes of that round are
// equitable. A linear form sees the total weight on each class and no more, which is all that max-min fairness needs. Two
// different totals give the same sum with a chance of 2^-61, and two keys of 64 bits are equal with one of 2^-64.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sim/at_once_keys.h"
#include "sim/at_once_problem.h"

namespace polyplane::sim {

struct FlowClass {
  std::uint64_t flows = 0;
  Bytes size;
  Duration software, latency;
  std::uint32_t source = 0, destination = 0;  // accelerators: one of its flows
};

class AtOnceClasses {
 public:
  static constexpr std::uint32_t kMostFlowClasses = 1U << 20U;

  /// Nothing when there are more than kMostFlowClasses. Throws InputError when a pair that has something to send is cut off,
  /// Interrupted when stopped; `stop` may be empty. The answer does not depend on `seed`, but with the chances above.
  [[nodiscard]] static std::optional<AtOnceClasses> find(AtOnceProblem& problem, std::uint64_t seed,
                                                         const std::function<bool()>& stop);

  [[nodiscard]] std::span<const FlowClass> flows() const { return flows_; }
  /// By slot of `islands`.
  [[nodiscard]] std::uint32_t link_class(std::uint32_t slot) const { return link_class_[slot]; }
  /// Links in each class.
  [[nodiscard]] std::span<const std::uint64_t> links() const { return links_; }
  [[nodiscard]] std::uint32_t rounds() const { return rounds_; }
  /// That one link of each slot carries. Exact where they add up to less than 2^53 and nothing splits.
  [[nodiscard]] const std::vector<double>& link_bytes() const { return link_bytes_; }

  /// For further sweeps over the same flows: traces of links, and the class of a flow by its trace.
  [[nodiscard]] std::vector<Signature> link_traces(const Islands& islands) const;
  [[nodiscard]] std::uint32_t flow_class(const FlowGroup& group, const Signature& signature,
                                         const Sending& sending) const;

 private:
  std::uint64_t seed_ = 0;
  std::vector<FlowClass> flows_;
  KeyTable keys_;  // of flows_
  std::vector<std::uint32_t> link_class_;
  std::vector<std::uint64_t> links_;
  std::uint32_t rounds_ = 0;
  std::vector<double> link_bytes_;
};

}  // namespace polyplane::sim
