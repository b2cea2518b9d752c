#include "sim/campaign/write_compare.h"

#include "base/utf8.h"
#include "configs/schema/report.pb.h"
#include "configs/schema/write_json.h"
#include "sim/csv_line.h"
#include "sim/fill_report.h"
#include "sim/fingerprint.h"

namespace polyplane::sim {
namespace {

using google::protobuf::Value;

double microseconds(Duration d) { return static_cast<double>(d.ps()) / 1e6; }

void set(Value& value, const std::optional<double>& number) {
  if (number) {
    value.set_number_value(*number);
  } else {
    value.set_null_value(google::protobuf::NULL_VALUE);
  }
}

template <class Unit, class Number>
std::optional<double> number_of(const std::optional<Spread<Unit>>& spread, Unit Spread<Unit>::* which, Number number) {
  if (!spread) return std::nullopt;
  return ((*spread).*which.*number)();
}

void fill(const BillOfMaterials& bill, const BillTotal<Money>& cost, const BillTotal<Power>& power,
          const BillTotal<Power>& power_max, v1::CompareReport::Bill& to) {
  set(*to.mutable_cost_usd(), number_of(cost.sum, &Spread<Money>::used, &Money::dollars));
  set(*to.mutable_cost_low_usd(), number_of(cost.sum, &Spread<Money>::low, &Money::dollars));
  set(*to.mutable_cost_high_usd(), number_of(cost.sum, &Spread<Money>::high, &Money::dollars));
  set(*to.mutable_cost_per_endpoint_usd(), number_of(bill.per_endpoint(cost), &Spread<Money>::used, &Money::dollars));
  set(*to.mutable_power_w(), number_of(power.sum, &Spread<Power>::used, &Power::watts));
  set(*to.mutable_power_max_w(), number_of(power_max.sum, &Spread<Power>::used, &Power::watts));
  for (const std::string& missing : cost.missing) to.add_missing(valid_utf8(missing));
  for (const std::string& missing : power.missing) to.add_missing(valid_utf8(missing));
}

/// Money and energy of one execution.
struct RunCosts {
  std::optional<double> network_usd, network_joules, system_usd, system_joules;
};

RunCosts costs(const Comparison& comparison, const ComparedRow& row, const ComparedCluster& on) {
  return {row.dollars(on.bill.network_cost.sum, on, comparison.amortisation_years),
          row.joules(on.bill.network_power.sum, on),
          row.dollars(on.bill.system_cost.sum, on, comparison.amortisation_years),
          row.joules(on.bill.system_power.sum, on)};
}

CsvLine& cell(CsvLine& line, const std::optional<double>& number) {
  return number ? line.number(*number) : line.text("");
}

}  // namespace

void fill(const Comparison& comparison, const Compared& compared, const std::string& version,
          v1::CompareReport& message) {
  message.set_schema("polyplane/compare/1");
  message.set_version(version);
  message.set_command("compare");
  message.set_model(comparison.model);
  message.set_stack(valid_utf8(comparison.stack.name));
  message.set_prices(valid_utf8(comparison.prices.name));
  message.set_amortisation_years(comparison.amortisation_years);
  message.set_seed(static_cast<double>(comparison.seed));
  message.set_time_quantum_ps(static_cast<double>(comparison.quantum.ps()));
  for (const ComparedCluster& from : compared.clusters) {
    v1::CompareReport::Cluster& to = *message.add_clusters();
    to.set_name(valid_utf8(from.name));
    to.set_endpoints(from.endpoints);
    const BillOfMaterials& bill = from.bill;
    fill(bill, bill.network_cost, bill.network_power, bill.network_power_max, *to.mutable_network());
    fill(bill, bill.system_cost, bill.system_power, bill.system_power_max, *to.mutable_system());
    for (const std::string& assumed : from.assumed) to.add_assumed(valid_utf8(assumed));
    for (const std::string& note : bill.notes) to.add_notes(valid_utf8(note));
  }
  for (const ComparedRow& row : compared.rows) {
    v1::CompareReport::Row& to = *message.add_results();
    const ComparedCluster& on = compared.clusters[row.cluster];
    to.set_cluster(valid_utf8(on.name));
    to.set_workload(comparison.workloads[row.workload].text);
    to.set_ranks(row.ranks);
    to.set_time_us(microseconds(row.time));
    to.set_slowest_time_us(microseconds(row.slowest));
    to.set_fastest_time_us(microseconds(row.fastest));
    to.set_lower_bound_us(microseconds(row.lower_bound));
    const RunCosts run = costs(comparison, row, on);
    set(*to.mutable_network_usd(), run.network_usd);
    set(*to.mutable_network_joules(), run.network_joules);
    set(*to.mutable_system_usd(), run.system_usd);
    set(*to.mutable_system_joules(), run.system_joules);
    for (const CollectiveResult& part : row.parts) fill(part, false, *to.add_collectives());
  }
  if (compared.complete) message.set_fingerprint(fingerprint_text(compared.fingerprint));
}

std::string to_json(const Comparison& comparison, const Compared& compared, const std::string& version) {
  v1::CompareReport message;
  fill(comparison, compared, version, message);
  return configs::to_json(message);
}

std::string to_csv(const Comparison& comparison, const Compared& compared) {
  std::string text =
      "cluster,ranks,workload,workload_time_us,slowest_time_us,fastest_time_us,collective,algorithm,model,size_bytes,"
      "time_us,algbw_GBps,busbw_GBps,lower_bound_us,bottleneck,events,how,network_cost_usd,network_power_w,"
      "system_cost_usd,system_power_w,network_usd_per_run,network_joules_per_run,system_usd_per_run,"
      "system_joules_per_run,fingerprint\n";
  for (const ComparedRow& row : compared.rows) {
    const ComparedCluster& on = compared.clusters[row.cluster];
    const RunCosts run = costs(comparison, row, on);
    for (const CollectiveResult& part : row.parts) {
      CsvLine line;
      line.text(on.name).number(row.ranks).text(comparison.workloads[row.workload].text);
      line.number(microseconds(row.time)).number(microseconds(row.slowest)).number(microseconds(row.fastest));
      line.text(to_string(part.kind)).text(part.algorithm).text(part.model).number(part.size.count());
      line.number(microseconds(part.time)).number(part.algbw_GBps).number(part.busbw_GBps);
      line.number(microseconds(part.lower_bound)).text(part.bottleneck).number(part.events).text(part.way.text);
      cell(line, number_of(on.bill.network_cost.sum, &Spread<Money>::used, &Money::dollars));
      cell(line, number_of(on.bill.network_power.sum, &Spread<Power>::used, &Power::watts));
      cell(line, number_of(on.bill.system_cost.sum, &Spread<Money>::used, &Money::dollars));
      cell(line, number_of(on.bill.system_power.sum, &Spread<Power>::used, &Power::watts));
      cell(cell(cell(cell(line, run.network_usd), run.network_joules), run.system_usd), run.system_joules);
      text += line.text(fingerprint_text(part.fingerprint)).finish();
    }
  }
  return text;
}

}  // namespace polyplane::sim
