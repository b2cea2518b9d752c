#include "sim/view/check_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "base/error.h"
#include "tests/view/small_view.h"

namespace polyplane::sim {
namespace {

using testing::HasSubstr;

std::string refusal(const v1::View& view) {
  try {
    check_view(view);
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(CheckView, TakesWhatWasRecorded) { EXPECT_EQ(refusal(small_view()), ""); }

TEST(CheckView, RefusesWhatPointsNowhere) {
  const v1::View good = small_view();
  using Change = std::function<void(v1::Recording&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"it has no result", [](v1::Recording& r) { r.clear_report(); }},
      {"fewer numbers",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->mutable_names()->clear_pattern(); }},
      {"kinds of devices",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->mutable_kind()->RemoveLast(); }},
      {"a node that is not there",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->set_node_delta(0, 1'000'000); }},
      {"a part that is not there", [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->clear_parts(); }},
      {"longer or shorter", [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->add_rail_delta(0); }},
      {"failed devices", [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_devices()->add_down(9999); }},
      {"starts at a device", [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_links()->set_from_delta(0, -1); }},
      {"a device that is not there",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_links()->set_to_delta(0, 1'000'000); }},
      {"of a class that is not there",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_links()->set_class_(0, 77); }},
      {"classes of links", [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_links()->add_class_(0); }},
      {"of a tier that is not there", [](v1::Recording& r) { r.mutable_fabrics(0)->clear_tiers(); }},
      {"no number from 0",
       [](v1::Recording& r) { r.mutable_fabrics(0)->mutable_links()->mutable_classes(0)->set_rate_bps(std::nan("")); }},
      {"links that are down",
       [](v1::Recording& r) {
         for (int i = 0; i < 2; ++i) r.mutable_fabrics(0)->mutable_links()->add_down(3);
       }},
      {"too few or too many links", [](v1::Recording& r) { r.mutable_link_maps(0)->add_group(0); }},
      {"map of links is of a cluster", [](v1::Recording& r) { r.mutable_link_maps(0)->set_fabric(1); }},
      {"of a result", [](v1::Recording& r) { r.mutable_runs(0)->add_results(2); }},
      {"of a flow", [](v1::Recording& r) { r.mutable_runs(0)->add_flows(1); }},
      {"of a step", [](v1::Recording& r) { r.mutable_runs(0)->add_steps(0); }},
      {"of a trace", [](v1::Recording& r) { r.mutable_runs(0)->add_programs(0); }},
      {"run is on a cluster", [](v1::Recording& r) { r.mutable_runs(0)->set_fabric(1); }},
      {"takes no number", [](v1::Recording& r) { r.mutable_runs(0)->set_makespan_ps(-1); }},
      {"a map of links that is not there",
       [](v1::Recording& r) { r.mutable_runs(0)->mutable_traffic()->set_link_map(5); }},
      {"a group without bytes", [](v1::Recording& r) { r.mutable_runs(0)->mutable_traffic()->clear_bytes(); }},
      {"bytes of a link", [](v1::Recording& r) { r.mutable_runs(0)->mutable_traffic()->set_bytes(0, INFINITY); }},
      {"have no width", [](v1::Recording& r) { r.mutable_runs(0)->mutable_series()->set_bin_ps(0); }},
      {"load is of a tier",
       [](v1::Recording& r) { r.mutable_runs(0)->mutable_series()->mutable_tracks(0)->set_tier(99); }},
      {"load is of a link",
       [](v1::Recording& r) { r.mutable_runs(0)->mutable_series()->mutable_tracks(0)->set_link(99'999); }},
      {"too few or too many bins", [](v1::Recording& r) { r.mutable_runs(0)->mutable_series()->set_bins(7); }},
      {"of different number",
       [](v1::Recording& r) { r.mutable_runs(0)->mutable_lanes()->mutable_lanes(0)->add_what(0); }},
      {"of a kind that is not there", [](v1::Recording& r) { r.mutable_runs(0)->mutable_lanes()->clear_whats(); }},
      {"a band is of a result", [](v1::Recording& r) { r.add_bands()->set_result(2); }}};
  for (const auto& [sentence, change] : changes) {
    v1::View view = good;
    change(*view.mutable_recordings(0));
    EXPECT_THAT(refusal(view), HasSubstr(sentence));
  }
}

}  // namespace
}  // namespace polyplane::sim
