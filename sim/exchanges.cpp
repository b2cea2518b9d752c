#include "sim/exchanges.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "sim/fingerprint.h"
#include "sim/placed_error.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;

/// One half of an exchange and nothing else.
Report run_half(const Experiment& experiment, const ExchangeJob& exchange, CollectiveKind kind,
                const RunOptions& options) {
  const bool dispatch = kind == CollectiveKind::dispatch;
  CollectiveJob job;
  job.name = exchange.name + " " + std::string(to_string(kind));
  job.kind = kind;
  job.tokens = exchange.tokens;
  job.sizes = {dispatch ? exchange.dispatch_token : exchange.combine_token};
  job.datatype = "int8";
  job.algorithm = dispatch ? exchange.dispatch_algorithm : exchange.combine_algorithm;
  job.protocol = exchange.protocol;
  job.ranks = exchange.ranks;
  Experiment half = experiment;
  half.exchanges.clear();
  half.collectives = {std::move(job)};
  half.flows.clear();
  half.training.clear();
  half.inference.clear();
  half.traces.clear();
  return run(half, options);
}

/// Both halves; what is wrong with one of them is of the exchange.
std::pair<Report, Report> run_halves(const Experiment& experiment, const ExchangeJob& exchange,
                                     const RunOptions& options) {
  try {
    Report dispatch = run_half(experiment, exchange, CollectiveKind::dispatch, options);
    return {std::move(dispatch), run_half(experiment, exchange, CollectiveKind::combine, options)};
  } catch (const PlacedError& error) {
    if (error.field() != "collectives") throw;
    throw PlacedError(error.what(), "exchanges", static_cast<int>(&exchange - experiment.exchanges.data()));
  }
}

Duration times(Duration time, std::uint32_t count) {
  if (time.ps() > INT64_MAX / count) throw LimitError("All layers of an exchange take more than 106 days.");
  return Duration::from_ps(time.ps() * count);
}

/// The parts of both, one after the other.
Attribution sum(const Attribution& a, const Attribution& b) {
  if (a.tiers.empty() || b.tiers.empty()) return {};
  CHECK(a.tiers.size() == b.tiers.size(), "dispatch and combine are on clusters of other tiers");
  Attribution both = a;
  both.launch += b.launch;
  both.software += b.software;
  both.waiting += b.waiting;
  both.binding_tier.clear();
  Duration most;
  for (std::size_t i = 0; i < both.tiers.size(); ++i) {
    Attribution::TierParts& parts = both.tiers[i];
    parts.latency += b.tiers[i].latency;
    parts.serialisation += b.tiers[i].serialisation;
    parts.contention += b.tiers[i].contention;
    if (parts.serialisation + parts.contention <= most) continue;
    most = parts.serialisation + parts.contention;
    both.binding_tier = parts.tier;
  }
  return both;
}

ExchangeResult result_of(const ExchangeJob& exchange, const CollectiveResult& dispatch,
                         const CollectiveResult& combine) {
  ExchangeResult result;
  result.name = exchange.name;
  result.tokens = dispatch.tokens;
  result.ranks = dispatch.ranks;
  result.tokens_per_rank = exchange.tokens.tokens;
  result.layers = exchange.layers;
  result.micro_batches = exchange.micro_batches;
  result.dispatch_token = exchange.dispatch_token;
  result.combine_token = exchange.combine_token;
  result.figures = dispatch.token_figures;
  result.dispatch_algorithm = dispatch.algorithm;
  result.combine_algorithm = combine.algorithm;
  result.events = dispatch.events + combine.events;
  result.communication = sum(dispatch.attribution, combine.attribution);
  result.dispatch = dispatch.time;
  result.combine = combine.time;
  if (dispatch.time.ps() > INT64_MAX - combine.time.ps()) throw LimitError("An exchange takes more than 106 days.");
  result.layer = times(dispatch.time + combine.time, exchange.micro_batches);
  result.time_per_token = times(result.layer, exchange.layers);
  if (result.time_per_token.ps() > 0) {
    result.tokens_per_second = 1e12 / static_cast<double>(result.time_per_token.ps());
    result.tokens_per_second_and_card =
        result.tokens_per_second * static_cast<double>(exchange.tokens.tokens) * exchange.micro_batches;
  }
  return result;
}

}  // namespace

Report run_with_exchanges(const Experiment& experiment, const RunOptions& options) {
  CHECK(!experiment.exchanges.empty(), "no exchange");
  if (options.trace)
    throw InputError("--trace takes collectives and flows, not exchanges; state the dispatch by itself");
  Experiment rest = experiment;
  rest.exchanges.clear();
  Report report;
  std::vector<std::uint64_t> fingerprints;
  const bool more = has_work(rest);
  if (more) {
    report = run(rest, options);
    fingerprints.push_back(report.fingerprint);
  }
  for (const ExchangeJob& exchange : experiment.exchanges) {
    auto [dispatch, combine] = run_halves(experiment, exchange, options);
    fingerprints.push_back(dispatch.fingerprint);
    fingerprints.push_back(combine.fingerprint);
    const ExchangeResult result = result_of(exchange, dispatch.collectives.at(0), combine.collectives.at(0));
    if (!more && report.exchanges.empty()) {
      report = std::move(dispatch);
    } else {
      report.collectives.push_back(std::move(dispatch.collectives.at(0)));
    }
    report.collectives.push_back(std::move(combine.collectives.at(0)));
    report.exchanges.push_back(result);
  }
  report.fingerprint = sim::combine(fingerprints);
  return report;
}

}  // namespace polyplane::sim
