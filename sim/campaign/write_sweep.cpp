#include <algorithm>

#include "base/utf8.h"
#include "configs/schema/write_json.h"
#include "sim/campaign/canonical_text.h"
#include "sim/campaign/fill_sweep.h"
#include "sim/campaign/sweep_table.h"
#include "sim/csv_line.h"

namespace polyplane::sim {
namespace {

using google::protobuf::Value;

void set(Value& value, const std::optional<double>& number) {
  if (number) {
    value.set_number_value(*number);
  } else {
    value.set_null_value(google::protobuf::NULL_VALUE);
  }
}

std::string state_of(const SweptPoint& point) {
  if (!point.result) return "open";
  return point.result->done() ? "done" : "failed";
}

/// The numbers of a point in their order in reports; none where it has none.
struct Figures {
  std::optional<double> endpoints, time_us, time_ps, algbw_GBps, busbw_GBps, lower_bound_us;
  std::optional<double> network_cost_usd, system_cost_usd, network_power_w, system_power_w;
};

double microseconds(Duration duration) { return static_cast<double>(duration.ps()) / 1e6; }

Figures figures_of(const SweptPoint& point) {
  Figures figures;
  if (!point.result || !point.result->done()) return figures;
  const SweepResult& result = *point.result;
  figures.endpoints = static_cast<double>(result.endpoints);
  figures.time_us = microseconds(result.time);
  figures.time_ps = static_cast<double>(result.time.ps());
  figures.algbw_GBps = result.algbw_GBps;
  figures.busbw_GBps = result.busbw_GBps;
  if (result.lower_bound) figures.lower_bound_us = microseconds(*result.lower_bound);
  const ClusterFigures& cluster = result.figures;
  if (cluster.network_cost) figures.network_cost_usd = cluster.network_cost->dollars();
  if (cluster.system_cost) figures.system_cost_usd = cluster.system_cost->dollars();
  if (cluster.network_power) figures.network_power_w = cluster.network_power->watts();
  if (cluster.system_power) figures.system_power_w = cluster.system_power->watts();
  return figures;
}

void fill(const SweepDescription& description, const SweptPoint& from, v1::SweepReport::Point& to) {
  to.set_position(static_cast<double>(from.position));
  for (const std::size_t index : indices_of(description, from.position)) to.add_values(static_cast<double>(index));
  to.set_key(description.keys[from.position]);
  to.set_state(state_of(from));
  if (from.result) {
    to.set_error(valid_utf8(from.result->error));
    to.set_cluster(valid_utf8(from.result->cluster));
    to.set_algorithm(valid_utf8(from.result->algorithm));
    to.set_fingerprint(from.result->fingerprint);
  }
  const Figures figures = figures_of(from);
  set(*to.mutable_endpoints(), figures.endpoints);
  set(*to.mutable_time_us(), figures.time_us);
  set(*to.mutable_time_ps(), figures.time_ps);
  set(*to.mutable_algbw_gbps(), figures.algbw_GBps);
  set(*to.mutable_busbw_gbps(), figures.busbw_GBps);
  set(*to.mutable_lower_bound_us(), figures.lower_bound_us);
  set(*to.mutable_network_cost_usd(), figures.network_cost_usd);
  set(*to.mutable_system_cost_usd(), figures.system_cost_usd);
  set(*to.mutable_network_power_w(), figures.network_power_w);
  set(*to.mutable_system_power_w(), figures.system_power_w);
}

std::string fingerprint_of(const SweepTable& table) {
  std::string text;
  for (const SweptPoint& point : table.points) {
    text += std::to_string(point.position) + " " + table.description.keys[point.position] + " " + state_of(point) +
            " " + point.result->fingerprint + "\n";
  }
  return hash_text(text).substr(0, 16);
}

CsvLine& cell(CsvLine& line, const std::optional<double>& number) {
  return number ? line.number(*number) : line.text("");
}

}  // namespace

void fill(const SweepDescription& from, v1::SweepReport& to) {
  to.set_schema("polyplane/sweep/1");
  to.set_version(from.version);
  to.set_command("sweep");
  to.set_experiment(valid_utf8(from.experiment));
  to.set_prices(valid_utf8(from.prices));
  for (const SweepDescription::Variable& variable : from.variables) {
    v1::SweepReport::Variable& into = *to.add_variables();
    into.set_key(variable.key);
    into.set_unit(variable.unit);
    for (const SweepDescription::Value& value : variable.values) {
      v1::SweepReport::Value& one = *into.add_values();
      one.set_text(valid_utf8(value.text));
      set(*one.mutable_number(), value.number);
    }
  }
  if (from.search) {
    to.mutable_search()->set_minimise(from.search->minimise);
    to.mutable_search()->set_budget(static_cast<double>(from.search->budget));
    to.mutable_search()->set_seed(static_cast<double>(from.search->seed));
    set(*to.mutable_search()->mutable_best(), std::nullopt);
  }
  to.set_shard(static_cast<double>(from.shard));
  to.set_shards(static_cast<double>(from.shards));
}

void fill(const SweepTable& table, v1::SweepReport& message) {
  fill(table.description, message);
  for (const SweptPoint& point : table.points) fill(table.description, point, *message.add_points());
  if (table.best) set(*message.mutable_search()->mutable_best(), static_cast<double>(*table.best));
  message.set_complete(table.complete);
  if (table.complete) message.set_fingerprint(fingerprint_of(table));
}

void settle(SweepStore& store) {
  const SweepTable table = table_of(store);
  v1::SweepReport message;
  fill(table.description, message);
  v1::SweepReport::Outcome& outcome = *message.mutable_outcome();
  if (table.description.search) {
    for (const SweptPoint& point : table.points) outcome.add_tried(static_cast<double>(point.position));
  }
  set(*outcome.mutable_best(), table.best ? std::optional(static_cast<double>(*table.best)) : std::nullopt);
  outcome.set_complete(table.complete);
  if (table.complete) outcome.set_fingerprint(fingerprint_of(table));
  store.settle(configs::to_json(message));
}

std::string to_json(const SweepTable& table) {
  v1::SweepReport message;
  fill(table, message);
  return configs::to_json(message);
}

std::string to_csv(const SweepTable& table) {
  const SweepDescription& description = table.description;
  CsvLine header;
  for (const SweepDescription::Variable& variable : description.variables) {
    header.text(variable.key);
    if (!variable.unit.empty()) header.text(variable.key + "_" + variable.unit);
  }
  for (const char* name : {"state", "error", "cluster", "algorithm", "endpoints", "time_us", "time_ps", "algbw_GBps",
                           "busbw_GBps", "lower_bound_us", "network_cost_usd", "system_cost_usd", "network_power_w",
                           "system_power_w", "key", "fingerprint"}) {
    header.text(name);
  }
  std::string text = header.finish();
  for (const SweptPoint& point : table.points) {
    CsvLine line;
    const std::vector<std::size_t> of = indices_of(description, point.position);
    for (std::size_t i = 0; i < of.size(); ++i) {
      const SweepDescription::Value& value = description.variables[i].values[of[i]];
      line.text(value.text);
      if (!description.variables[i].unit.empty()) cell(line, value.number);
    }
    const SweepResult none;
    const SweepResult& result = point.result ? *point.result : none;
    line.text(state_of(point)).text(result.error).text(result.cluster).text(result.algorithm);
    const Figures figures = figures_of(point);
    for (const auto& figure : {figures.endpoints, figures.time_us, figures.time_ps, figures.algbw_GBps,
                               figures.busbw_GBps, figures.lower_bound_us, figures.network_cost_usd,
                               figures.system_cost_usd, figures.network_power_w, figures.system_power_w}) {
      cell(line, figure);
    }
    text += line.text(description.keys[point.position]).text(result.fingerprint).finish();
  }
  return text;
}

}  // namespace polyplane::sim
