#include "sim/at_once_certificate.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "base/check.h"
#include "sim/network/allocation.h"
#include "sim/simulation.h"

namespace polyplane::sim {

namespace {

constexpr double kRelative = 1e-9;

struct Change {
  TimePoint time;
  bool starts;  // after the ends of the same instant
  std::uint32_t flow_class;
};

std::vector<Change> changes_of(const AtOnceClasses& classes, const ClassNetwork& network, const ClassEnds& ends,
                               TimePoint launched) {
  std::vector<Change> changes;
  for (std::uint32_t c = 0; c < classes.flows().size(); ++c) {
    const FlowClass& flow = classes.flows()[c];
    if (flow.size.count() == 0 || network.hops_of(c).empty()) continue;
    changes.push_back({launched + flow.software + flow.latency, true, c});
    changes.push_back({ends.end[c], false, c});
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.time, a.starts, a.flow_class) < std::tie(b.time, b.starts, b.flow_class);
  });
  return changes;
}

/// Rates of one instant after another, put on all links. A sweep finds the loads of an instant and, from the loads of the
/// one before, whether that one's flows are held back.
class Instants {
 public:
  Instants(AtOnceProblem& problem, const AtOnceClasses& classes)
      : problem_(problem),
        classes_(classes),
        slots_(problem.islands().slots()),
        sweep_(problem.sweep<HeldSignature, Pressure>()) {
    for (const Signature& signature : classes.link_traces(problem.islands())) traces_.push_back({signature});
  }

  /// bit/s by class of flows; 0: does not drain.
  void next(std::vector<double> rates) {
    const std::vector<Pressure> pressures = sweep_.run(
        traces_, [] { return false; },
        [&](const FlowGroup& group, const HeldSignature& trace) {
          const std::uint32_t c = classes_.flow_class(group, trace.signature, problem_.sending());
          CHECK(before_.empty() || before_[c] == 0 || trace.held <= before_[c] * (1 + kRelative),
                "class " + std::to_string(c) + " of flows has no full link on which it is among the fastest");
          return Pressure{rates[c], rates[c]};
        });
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      const auto capacity = static_cast<double>(slots_[s].rate.bps());
      CHECK(pressures[s].load <= capacity * (1 + kRelative),
            "a link of " + to_string(slots_[s].rate) + " carries " + std::to_string(pressures[s].load) + " bit/s");
      const bool full = pressures[s].load >= capacity * (1 - kRelative);
      traces_[s].held = full ? pressures[s].fastest : std::numeric_limits<double>::infinity();
    }
    before_ = std::move(rates);
  }

 private:
  AtOnceProblem& problem_;
  const AtOnceClasses& classes_;
  std::span<const LinkSlot> slots_;
  Sweep<HeldSignature, Pressure> sweep_;
  std::vector<HeldSignature> traces_;
  std::vector<double> before_;
};

}  // namespace

std::uint64_t certify_classes(AtOnceProblem& problem, const AtOnceClasses& classes, const ClassNetwork& network,
                              const ClassEnds& ends, TimePoint launched, const std::function<bool()>& stop) {
  const auto flows = static_cast<std::uint32_t>(classes.flows().size());
  Allocation allocation(network.capacities, flows);
  for (std::uint32_t c = 0; c < flows; ++c) allocation.set_route(c, network.hops_of(c), {}, 1);
  const std::vector<Change> changes = changes_of(classes, network, ends, launched);
  Instants instants(problem, classes);
  std::uint64_t count = 0;
  std::vector<double> rates(flows, 0.0), drained(flows, 0.0), fastest(flows, 0.0);
  std::vector<char> drains(flows, 0);
  for (std::size_t i = 0; i < changes.size();) {
    const TimePoint now = changes[i].time;
    for (; i < changes.size() && changes[i].time == now; ++i) {
      const std::uint32_t c = changes[i].flow_class;
      drains[c] = changes[i].starts ? 1 : 0;
      changes[i].starts ? allocation.add(c) : allocation.remove(c);
    }
    static_cast<void>(allocation.settle());
    const double seconds = i < changes.size() ? (changes[i].time - now).seconds() : 0;
    for (std::uint32_t c = 0; c < flows; ++c) {
      rates[c] = drains[c] != 0 ? allocation.rate(c) : 0;
      drained[c] += rates[c] * seconds;
      fastest[c] = std::max(fastest[c], rates[c]);
    }
    if (stop && stop()) throw Interrupted{};
    instants.next(rates);
    count += 1;
  }
  for (std::uint32_t c = 0; c < flows; ++c) {
    if (network.hops_of(c).empty()) continue;
    const double bits = static_cast<double>(classes.flows()[c].size.count()) * 8;
    // Each end is rounded up to a picosecond.
    const double slack = bits * kRelative + fastest[c] * 1e-12 * static_cast<double>(count);
    CHECK(std::abs(drained[c] - bits) <= slack, "class " + std::to_string(c) + " of flows drains " +
                                                    std::to_string(drained[c]) + " of " + std::to_string(bits) +
                                                    " bits");
  }
  return count;
}

}  // namespace polyplane::sim
