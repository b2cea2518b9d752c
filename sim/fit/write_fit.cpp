#include "sim/fit/write_fit.h"

#include <google/protobuf/text_format.h>

#include "base/utf8.h"
#include "configs/schema/fit_report.pb.h"
#include "configs/schema/stack.pb.h"
#include "configs/schema/write_json.h"
#include "sim/fit/exact_text.h"
#include "sim/nccl/constants.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

double microseconds(Duration d) { return static_cast<double>(d.ps()) / 1e6; }

void fill(const ProtocolCosts& from, v1::ProtocolCosts& to) {
  to.set_family(from.family);
  to.set_launch(exact_text(from.launch));
  to.set_step_scale_up(exact_text(from.step_scale_up));
  to.set_step_scale_out(exact_text(from.step_scale_out));
  to.set_message(exact_text(from.message));
  if (from.efficiency) {
    to.set_payload_bytes(from.efficiency->numerator);
    to.set_wire_bytes(from.efficiency->denominator);
  }
  if (from.channels > 0) to.set_channels(static_cast<std::int32_t>(from.channels));
  if (from.chunk > Bytes(0)) to.set_chunk(exact_text(from.chunk));
  for (const MessageCost& point : from.by_size) {
    v1::MessageCost& cost = *to.add_by_size();
    cost.set_size(exact_text(point.size));
    cost.set_cost(exact_text(point.cost));
    if (point.work > Duration()) cost.set_work(exact_text(point.work));
    if (from.copy_rate == BitRate() && has_copy_cost(from)) cost.set_copy(exact_text(point.copy));
    if (from.reduction_rate == BitRate() && has_reduction_cost(from)) cost.set_reduction(exact_text(point.reduction));
  }
  if (from.reduction_rate > BitRate()) to.set_reduction_rate(exact_text(from.reduction_rate));
  if (from.copy_rate > BitRate()) to.set_copy_rate(exact_text(from.copy_rate));
  if (!from.processor_tier.empty()) to.set_processor_tier(from.processor_tier);
  if (from.messages_under_way > 1) to.set_messages_under_way(static_cast<std::int32_t>(from.messages_under_way));
}

void fill(const Protocol& from, v1::Protocol& to) {
  to.set_name(from.name);
  to.set_payload_bytes(from.efficiency.numerator);
  to.set_wire_bytes(from.efficiency.denominator);
  for (const ProtocolCosts& costs : from.costs) fill(costs, *to.add_costs());
  if (from.min_size > Bytes(0)) to.set_min_size(exact_text(from.min_size));
  if (from.max_size) to.set_max_size(exact_text(*from.max_size));
}

void fill(const ErrorSummary& from, v1::FitReport::Errors& to) {
  to.set_records(static_cast<double>(from.records));
  to.set_median_abs_log_error(from.median_abs);
  to.set_rms_log_error(from.rms);
  to.set_bias(from.bias);
  to.set_worst(from.worst);
}

void fill(const std::optional<double>& from, double scale, google::protobuf::Value& to) {
  if (from) {
    to.set_number_value(*from * scale);
  } else {
    to.set_null_value(google::protobuf::NULL_VALUE);
  }
}

void fill(const FittedParameter& from, v1::FitReport::Parameter& to) {
  const bool is_time = from.parameter.kind != FitParameter::Kind::efficiency;
  const double scale = is_time ? 1e-6 : 1;
  to.set_name(valid_utf8(from.parameter.name()));
  to.set_unit(is_time ? "us" : "1");
  to.set_base(from.base * scale);
  to.set_value(from.value * scale);
  to.set_factor(from.factor);
  to.set_determined(from.determined);
  fill(from.low, scale, *to.mutable_low());
  fill(from.high, scale, *to.mutable_high());
}

}  // namespace

std::string stack_text(const Stack& stack, const StackOrigin& origin) {
  v1::Stack message;
  message.set_name(valid_utf8(stack.name));
  message.set_description(valid_utf8(origin.description));
  v1::Provenance& provenance = *message.mutable_provenance();
  provenance.set_source(valid_utf8(origin.source));
  provenance.set_as_of(origin.as_of);
  provenance.set_confidence(v1::medium);
  for (const std::string& line : stack.assumed) message.add_assumed(valid_utf8(line));
  if (stack.nccl) message.set_nccl_tuning(valid_utf8(stack.nccl->name));
  for (const Protocol& protocol : stack.protocols) fill(protocol, *message.add_protocols());
  std::string body;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintToString(message, &body);
  std::string text;
  for (const std::string& comment : origin.comments) {
    std::string line = valid_utf8(comment);
    for (char& c : line) c = c == '\n' || c == '\r' ? ' ' : c;
    text += line.empty() ? "#\n" : "# " + line + "\n";
  }
  return text + body;
}

std::string to_json(const FitRequest& request, const Fitted& fitted, const std::string& version) {
  v1::FitReport message;
  message.set_schema("polyplane/fit/1");
  message.set_version(version);
  message.set_command("fit");
  message.set_cluster(valid_utf8(request.experiment.cluster.spec.name));
  message.set_model(request.experiment.model);
  message.set_base_stack(valid_utf8(request.experiment.stack.name));
  for (const PlacedSeries& placed : request.series) {
    v1::FitReport::Series& series = *message.add_measurements();
    series.set_file(valid_utf8(placed.series.file));
    series.set_tool(placed.series.tool);
    series.set_collective(std::string(to_string(placed.series.collective)));
    series.set_ranks(placed.series.ranks);
  }
  for (const FittedParameter& parameter : fitted.parameters) fill(parameter, *message.add_parameters());
  v1::FitReport::Part& fit = *message.add_parts();
  fit.set_part("fit");
  fill(fitted.fit_before, *fit.mutable_base());
  fill(fitted.fit, *fit.mutable_fitted());
  v1::FitReport::Part& test = *message.add_parts();
  test.set_part("test");
  fill(fitted.test_before, *test.mutable_base());
  fill(fitted.test, *test.mutable_fitted());
  for (const FitRow& row : fitted.rows) {
    v1::FitReport::Row& to = *message.add_results();
    to.set_series(static_cast<double>(row.series));
    to.set_collective(std::string(to_string(request.series[row.series].series.collective)));
    to.set_size_bytes(static_cast<double>(row.measured.size.count()));
    to.set_part(row.held_out ? "test" : "fit");
    to.set_measured_us(microseconds(row.measured.time));
    to.set_base_us(microseconds(row.before));
    to.set_fitted_us(microseconds(row.after));
    to.set_log_error(row.error());
    to.set_algorithm(row.algorithm);
    to.set_protocol(valid_utf8(row.protocol));
  }
  for (const std::string& line : assumptions_of(request.experiment)) message.add_assumed(valid_utf8(line));
  return configs::to_json(message);
}

}  // namespace polyplane::sim
