#include "sim/view/load_series.h"

#include <algorithm>
#include <utility>

namespace polyplane::sim {

LoadSeries::LoadSeries(const topology::Topology& topology, const topology::Router& router, TimePoint makespan,
                       std::vector<double> link_bytes)
    : topology_(topology),
      router_(router),
      link_bytes_(std::move(link_bytes)),
      makespan_ps_(static_cast<double>(makespan.ps())),
      bin_ps_(makespan_ps_ / kSeriesBins),
      tracks_(link_tracks(topology, router, link_bytes_, nullptr)),
      trunks_(router.trunks().size()),
      used_(tracks_.tracks.size(), std::vector<double>(kSeriesBins)) {}

void LoadSeries::folded(const Folding& folding) {
  tracks_ = link_tracks(topology_, router_, link_bytes_, &folding);
  used_.assign(tracks_.tracks.size(), std::vector<double>(kSeriesBins));
}

void LoadSeries::load(TrunkId trunk, double used, TimePoint now) {
  if (trunk.index() >= trunks_.size()) return;
  is_told_ = true;
  flush(trunk.index(), now);
  trunks_[trunk.index()] = {used, now};
}

void LoadSeries::flush(std::uint32_t trunk, TimePoint until) {
  const Trunk& state = trunks_[trunk];
  if (state.used <= 0 || until <= state.since || bin_ps_ <= 0) return;
  const auto begin = static_cast<double>(state.since.ps());
  const double end = std::min(static_cast<double>(until.ps()), makespan_ps_);
  auto bin = std::min(static_cast<std::uint32_t>(begin / bin_ps_), kSeriesBins - 1);
  for (double from = begin; from < end && bin < kSeriesBins; ++bin) {
    const double to = bin + 1 == kSeriesBins ? end : std::min(end, (bin + 1) * bin_ps_);
    if (to <= from) continue;
    for (const TrackWeight& part : tracks_.of_trunk[trunk]) {
      used_[part.track][bin] += state.used * part.weight * (to - from);
    }
    from = to;
  }
}

void LoadSeries::write(v1::Series& series) {
  if (!is_told_) return;
  for (std::uint32_t t = 0; t < trunks_.size(); ++t)
    flush(t, TimePoint::from_ps(static_cast<std::int64_t>(makespan_ps_)));
  series.set_bin_ps(bin_ps_);
  series.set_bins(kSeriesBins);
  for (std::size_t t = 0; t < tracks_.tracks.size(); ++t) {
    const LinkTrack& from = tracks_.tracks[t];
    v1::Series::Track& to = *series.add_tracks();
    to.set_tier(from.tier);
    to.set_plane(from.plane);
    to.set_link(from.link.valid() ? static_cast<std::int32_t>(from.link.index()) : -1);
    to.set_alike(from.alike);
    for (const double used : used_[t]) to.add_used(static_cast<float>(used / bin_ps_));
  }
}

}  // namespace polyplane::sim
