#include "base/utf8.h"
#include "configs/schema/validate_report.pb.h"
#include "configs/schema/write_json.h"
#include "sim/fit/validate.h"

namespace polyplane::sim {
namespace {

void fill(const std::optional<double>& from, google::protobuf::Value& to) {
  if (from) {
    to.set_number_value(*from);
  } else {
    to.set_null_value(google::protobuf::NULL_VALUE);
  }
}

void fill(const std::array<std::optional<double>, kSizeClasses>& from, v1::ValidateReport::Medians& to) {
  fill(from[0], *to.mutable_small());
  fill(from[1], *to.mutable_medium());
  fill(from[2], *to.mutable_large());
}

std::array<std::optional<double>, kSizeClasses> medians_of(const ValidatedSystem& validated) {
  std::array<std::optional<double>, kSizeClasses> medians;
  for (std::size_t i = 0; i < kSizeClasses; ++i) {
    if (validated.by_size[i].records > 0) medians[i] = validated.by_size[i].median_abs;
  }
  return medians;
}

void fill(const ValidatedSystem& from, v1::ValidateReport::System& to) {
  to.set_system(valid_utf8(from.system.name));
  to.set_part(from.system.fitted ? "fit" : "test");
  to.set_records(static_cast<double>(from.all.records));
  fill(medians_of(from), *to.mutable_median_abs_log_error());
  to.set_bias(from.all.bias);
  to.set_worst(from.all.worst);
  to.set_cluster(valid_utf8(from.system.cluster));
  to.set_stack(valid_utf8(from.stack));
  to.set_source(valid_utf8(from.system.source));
  for (const ValidatedRow& row : from.rows) {
    v1::ValidateReport::Row& result = *to.add_results();
    const MeasurementSeries& series = from.system.series[row.series].series;
    result.set_collective(std::string(to_string(series.collective)));
    result.set_ranks(series.ranks);
    result.set_size_bytes(static_cast<double>(row.measured.size.count()));
    result.set_measured_us(row.measured.time.microseconds());
    result.set_simulated_us(row.simulated.microseconds());
    result.set_log_error(row.error());
    result.set_algorithm(row.algorithm);
    result.set_protocol(valid_utf8(row.protocol));
  }
  for (const std::string& line : from.assumed) to.add_assumed(valid_utf8(line));
}

}  // namespace

std::string to_json(const std::vector<ValidatedSystem>& systems, const std::string& model, const std::string& version) {
  v1::ValidateReport message;
  message.set_schema("polyplane/validate/1");
  message.set_version(version);
  message.set_command("validate");
  message.set_model(model);
  for (const ValidatedSystem& validated : systems) fill(validated, *message.add_systems());
  const ValidationTotal total = total_of(systems);
  v1::ValidateReport::Total& to = *message.mutable_total();
  to.set_systems(static_cast<double>(total.systems));
  to.set_records(static_cast<double>(total.records));
  fill(total.median_abs, *to.mutable_median_abs_log_error());
  to.set_bias(total.bias);
  to.set_worst(total.worst);
  to.set_fit_systems(static_cast<double>(total.fitted));
  to.set_test_systems(static_cast<double>(total.systems - total.fitted));
  return configs::to_json(message);
}

}  // namespace polyplane::sim
