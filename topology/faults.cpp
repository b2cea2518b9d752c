#include "topology/faults.h"

#include <algorithm>

#include "base/suggest.h"
#include "topology/fault_matcher.h"
#include "topology/fault_selector.h"

namespace polyplane::topology {

namespace {

bool has_fault(const Link& link) { return !link.up || link.rate != link.nominal_rate; }

/// Applies selectors one after another to a copy.
class FaultApplier {
 public:
  explicit FaultApplier(const Topology& topology) : topology_(topology), builder_(TopologyBuilder::copy_of(topology)) {
    for (const Link& link : topology.links()) touched_.push_back(has_fault(link));
  }

  /// Returns what was hit.
  std::string apply(std::string_view text, RandomStream random) {
    const FaultSelector fault = parse_fault_selector(text);
    const FaultHits hits = match_fault(topology_, text, fault, touched_, random);
    for (const LinkId cable : hits.cables) {
      strike(cable, text, fault);
      if (topology_.link(cable).reverse.valid()) strike(topology_.link(cable).reverse, text, fault);
    }
    if (!fault.at) {
      for (const DeviceId device : hits.devices) builder_.device(device).up = false;
    }
    const std::string devices = hits.devices.empty() ? "" : plural(hits.devices.size(), "device") + " and ";
    return std::string(text) + ": " + devices + plural(hits.cables.size(), "cable") +
           (fault.at ? " degraded" : " down");
  }

  Topology build() && { return std::move(builder_).build(); }

 private:
  void strike(LinkId id, std::string_view text, const FaultSelector& fault) {
    touched_[id.index()] = true;
    Link& link = builder_.link(id);
    if (!fault.at) {
      link.up = false;
      return;
    }
    const BitRate left = remaining_rate(*fault.at, link.nominal_rate);
    if (left.bps() == 0) fail_fault(text, "less than 1 bps would be left; leave \" at\" out to take links down");
    if (left > link.nominal_rate) {
      fail_fault(text, to_string(left) + " is more than the nominal " + to_string(link.nominal_rate) + " of " +
                           printable(topology_.device(link.from).name) + " -> " +
                           printable(topology_.device(link.to).name));
    }
    link.rate = std::min(link.rate, left);
  }

  static BitRate remaining_rate(const Remains& remains, BitRate nominal) {
    if (remains.rate) return *remains.rate;
    const int128 bps = static_cast<int128>(nominal.bps()) * remains.millionths / 1'000'000;
    return BitRate::from_bps(static_cast<std::int64_t>(bps));
  }

  const Topology& topology_;
  TopologyBuilder builder_;
  std::vector<bool> touched_;  // by link: has a fault so far
};

}  // namespace

Topology apply_faults(const Topology& topology, const std::vector<std::string>& selectors, std::uint64_t seed,
                      std::vector<std::string>* what) {
  FaultApplier applier(topology);
  for (std::size_t i = 0; i < selectors.size(); ++i) {
    std::string hit = applier.apply(selectors[i], RandomStream(seed, i));
    if (what != nullptr) what->push_back(std::move(hit));
  }
  return std::move(applier).build();
}

}  // namespace polyplane::topology
