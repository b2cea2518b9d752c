#include "sim/write_report.h"

#include <algorithm>

#include "base/utf8.h"
#include "configs/schema/report.pb.h"
#include "configs/schema/write_json.h"
#include "sim/csv_line.h"
#include "sim/fill_report.h"
#include "sim/fingerprint.h"
#include "sim/write_exchanges.h"
#include "sim/write_programs.h"
#include "sim/write_steps.h"

namespace polyplane::sim {
namespace {

constexpr const char* kSchema = "polyplane/report/1";

/// Correctly rounded: 43'210'000 ps are 43.21 us, not 43.209999999999994.
double microseconds(Duration d) { return static_cast<double>(d.ps()) / 1e6; }

double picoseconds(Duration d) { return static_cast<double>(d.ps()); }

}  // namespace

void fill(const Attribution& from, v1::Attribution& to) {
  to.set_launch_ps(picoseconds(from.launch));
  to.set_software_ps(picoseconds(from.software));
  to.set_waiting_ps(picoseconds(from.waiting));
  for (const Attribution::TierParts& parts : from.tiers) {
    v1::Attribution::Tier& tier = *to.add_tiers();
    tier.set_tier(valid_utf8(parts.tier));
    tier.set_latency_ps(picoseconds(parts.latency));
    tier.set_serialisation_ps(picoseconds(parts.serialisation));
    tier.set_contention_ps(picoseconds(parts.contention));
  }
  to.set_binding_tier(valid_utf8(from.binding_tier));
}

namespace {

void fill(const Report& from, v1::ReportedCluster& to) {
  to.set_name(valid_utf8(from.cluster));
  to.set_endpoints(from.endpoints);
  to.set_routing(from.routing);
  to.set_hash(from.hash);
  for (const std::string& fault : from.faults) to.add_faults(valid_utf8(fault));
  to.set_seed(static_cast<double>(from.seed));
  to.set_stack(valid_utf8(from.stack));
  for (const std::string& tier : from.processor_tiers) to.add_processor_tiers(valid_utf8(tier));
  for (const std::string& assumption : from.assumed) to.add_assumed(valid_utf8(assumption));
}

void fill_results(const Report& report, bool explained, v1::Report& message) {
  fill_exchanges(report, message);
  for (const ProgramResult& result : report.programs) write_program(result, report.cluster, *message.add_programs());
  for (const CollectiveResult& result : report.collectives) {
    v1::CollectiveResult& to = *message.add_results();
    fill(result, explained, to);
    to.set_cluster(valid_utf8(report.cluster));
  }
  for (const FlowResult& result : report.flows) {
    v1::FlowResult& flow = *message.add_flows();
    flow.set_name(valid_utf8(result.name));
    flow.set_cluster(valid_utf8(report.cluster));
    flow.set_start_ps(static_cast<double>(result.start.ps()));
    flow.set_end_ps(static_cast<double>(result.end.ps()));
  }
  for (const StepResult& result : report.steps) write_step(result, report.cluster, *message.add_steps());
}

/// Of the flows of all reports.
void fill_flow_facts(std::span<const Report> reports, v1::Report& message) {
  ModelFacts all;
  for (const Report& report : reports) {
    if (report.flows.empty()) continue;
    all.certified += report.flow_facts.certified;
    all.put_off += report.flow_facts.put_off;
    all.most_put_off = std::max(all.most_put_off, report.flow_facts.most_put_off);
    all.drained += report.flow_facts.drained;
  }
  message.set_certified_solves(static_cast<double>(all.certified));
  message.set_put_off_mean(all.mean_put_off());
  message.set_put_off_most_ps(picoseconds(all.most_put_off));
}

}  // namespace

void fill(const CollectiveResult& from, bool explained, v1::CollectiveResult& to) {
  to.set_job(valid_utf8(from.job));
  to.set_placement(valid_utf8(from.placement));
  to.set_tokens(from.tokens);
  to.set_collective(std::string(to_string(from.kind)));
  to.set_algorithm(from.algorithm);
  to.set_protocol(valid_utf8(from.protocol));
  to.set_model(from.model);
  to.set_how(from.way.text);
  to.set_rank_classes(static_cast<double>(from.way.rank_classes));
  to.set_flow_classes(static_cast<double>(from.way.flow_classes));
  to.set_link_classes(static_cast<double>(from.way.link_classes));
  to.set_certified_solves(static_cast<double>(from.model_facts.certified));
  to.set_put_off_mean(from.model_facts.mean_put_off());
  to.set_put_off_most_ps(picoseconds(from.model_facts.most_put_off));
  to.set_ranks(from.ranks);
  to.set_groups(from.groups);
  to.set_channels(from.channels);
  to.set_slices(from.slices);
  to.set_size_bytes(static_cast<double>(from.size.count()));
  to.set_count(static_cast<double>(from.count));
  to.set_datatype(from.datatype);
  to.set_reduction(from.reduction);
  to.set_root(from.root);
  to.set_time_us(microseconds(from.time));
  to.set_time_ps(picoseconds(from.time));
  to.set_algbw_gbps(from.algbw_GBps);
  to.set_busbw_gbps(from.busbw_GBps);
  to.set_lower_bound_us(microseconds(from.lower_bound));
  to.set_lower_bound_reason(from.lower_bound_reason);
  to.set_bottleneck(valid_utf8(from.bottleneck));
  to.set_events(static_cast<double>(from.events));
  to.set_proven(from.proven);
  to.set_alternatives(from.alternatives);
  for (const std::string& left_out : from.not_run) to.add_not_run(left_out);
  to.set_fingerprint(fingerprint_text(from.fingerprint));
  for (const LinkLoad& load : from.top_links) {
    v1::LinkLoad& link = *to.add_top_links();
    link.set_link(valid_utf8(load.name));
    link.set_tier(valid_utf8(load.tier));
    link.set_bytes(load.bytes);
    link.set_utilisation(load.utilisation);
  }
  for (const ProcessorTier& processors : from.processors) {
    v1::ProcessorTier& tier = *to.add_processors();
    tier.set_tier(valid_utf8(processors.tier));
    tier.set_work(processors.work);
  }
  if (explained) fill(from.attribution, *to.mutable_attribution());
  fill(from.sensitivities, from.time, *to.mutable_sensitivities());
}

void fill(const std::vector<Sensitivity>& from, Duration time,
          google::protobuf::RepeatedPtrField<v1::Sensitivity>& to) {
  for (const Sensitivity& answer : from) {
    v1::Sensitivity& sensitivity = *to.Add();
    sensitivity.set_what(valid_utf8(answer.what));
    sensitivity.set_time_ps(picoseconds(answer.time));
    sensitivity.set_change(time == Duration() ? 0 : picoseconds(answer.time - time) / picoseconds(time));
  }
}

void fill(const TimeSpread& from, v1::Spread& to) {
  to.set_fastest_ps(picoseconds(from.fastest));
  to.set_slowest_ps(picoseconds(from.slowest));
}

std::string to_json(const Report& report, const ReportOrigin& origin) { return to_json(std::span(&report, 1), origin); }

void fill(std::span<const Report> reports, const ReportOrigin& origin, v1::Report& message) {
  message.set_schema(kSchema);
  message.set_version(origin.version);
  message.set_command(origin.command);
  for (const Report& report : reports) {
    fill(report, reports.size() == 1 ? *message.mutable_cluster() : *message.add_clusters());
    fill_results(report, origin.explained, message);
  }
  fill_flow_facts(reports, message);
  if (origin.complete) message.set_fingerprint(fingerprint_text(fingerprint(reports)));
}

std::string to_json(std::span<const Report> reports, const ReportOrigin& origin) {
  v1::Report message;
  fill(reports, origin, message);
  return configs::to_json(message);
}

std::string csv_header() {
  return "collective,algorithm,model,ranks,size_bytes,time_us,algbw_GBps,busbw_GBps,lower_bound_us,bottleneck,events,"
         "job,protocol,channels,slices,groups,count,datatype,reduction,root,time_ps,proven,how,fingerprint\n";
}

std::string csv_row(const CollectiveResult& result) {
  CsvLine line;
  line.text(to_string(result.kind)).text(result.algorithm).text(result.model).number(result.ranks);
  line.number(result.size.count()).number(microseconds(result.time));
  line.number(result.algbw_GBps).number(result.busbw_GBps).number(microseconds(result.lower_bound));
  line.text(result.bottleneck).number(result.events).text(result.job).text(result.protocol);
  line.number(result.channels).number(result.slices).number(result.groups).number(result.count);
  line.text(result.datatype).text(result.reduction).number(result.root).number(result.time.ps());
  line.text(result.proven ? "true" : "false").text(result.way.text).text(fingerprint_text(result.fingerprint));
  return line.finish();
}

std::string flow_csv_header() { return "name,start_us,end_us,start_ps,end_ps\n"; }

std::string flow_csv_row(const FlowResult& flow) {
  CsvLine line;
  line.text(flow.name).number(microseconds(flow.start.since_start())).number(microseconds(flow.end.since_start()));
  line.number(flow.start.ps()).number(flow.end.ps());
  return line.finish();
}

}  // namespace polyplane::sim
