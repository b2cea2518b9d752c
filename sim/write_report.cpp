#include "sim/write_report.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <cstddef>

#include "base/check.h"
#include "configs/schema/report.pb.h"

namespace polyplane::sim {
namespace {

constexpr const char* kSchema = "polyplane/report/1";

std::string hexadecimal(std::uint64_t fingerprint) { return fmt::format("{:016x}", fingerprint); }

double picoseconds(Duration d) { return static_cast<double>(d.ps()); }

/// What is not UTF-8 in a name from a file would make the document invalid: replaced byte by byte.
std::string utf8(const std::string& text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const unsigned lead = byte(at);
    const std::size_t length = lead < 0x80U ? 1 : (lead >> 5U) == 6U ? 2 : (lead >> 4U) == 14U ? 3 : (lead >> 3U) == 30U ? 4 : 0;
    bool good = length > 0;
    for (std::size_t i = 1; i < length; ++i) good = good && (byte(at + i) >> 6U) == 2U;
    if (good) out.append(text, at, length);
    if (!good) out += "\xef\xbf\xbd";
    at += good ? length : 1;
  }
  return out;
}

void fill(const Attribution& from, v1::Attribution& to) {
  to.set_launch_ps(picoseconds(from.launch));
  to.set_software_ps(picoseconds(from.software));
  to.set_waiting_ps(picoseconds(from.waiting));
  for (const Attribution::TierParts& parts : from.tiers) {
    v1::Attribution::Tier& tier = *to.add_tiers();
    tier.set_tier(utf8(parts.tier));
    tier.set_latency_ps(picoseconds(parts.latency));
    tier.set_serialisation_ps(picoseconds(parts.serialisation));
    tier.set_contention_ps(picoseconds(parts.contention));
  }
  to.set_binding_tier(utf8(from.binding_tier));
}

void fill(const CollectiveResult& from, bool explained, v1::CollectiveResult& to) {
  to.set_job(utf8(from.job));
  to.set_collective(std::string(to_string(from.kind)));
  to.set_algorithm(from.algorithm);
  to.set_protocol(utf8(from.protocol));
  to.set_model(from.model);
  to.set_how(from.how);
  to.set_ranks(from.ranks);
  to.set_groups(from.groups);
  to.set_channels(from.channels);
  to.set_slices(from.slices);
  to.set_size_bytes(static_cast<double>(from.size.count()));
  to.set_count(static_cast<double>(from.count));
  to.set_datatype(from.datatype);
  to.set_reduction(from.reduction);
  to.set_root(from.root);
  to.set_time_us(from.time.microseconds());
  to.set_time_ps(picoseconds(from.time));
  to.set_algbw_gbps(from.algbw_GBps);
  to.set_busbw_gbps(from.busbw_GBps);
  to.set_lower_bound_us(from.lower_bound.microseconds());
  to.set_lower_bound_reason(from.lower_bound_reason);
  to.set_bottleneck(utf8(from.bottleneck));
  to.set_events(static_cast<double>(from.events));
  to.set_proven(from.proven);
  to.set_alternatives(from.alternatives);
  to.set_fingerprint(hexadecimal(from.fingerprint));
  for (const LinkLoad& load : from.top_links) {
    v1::LinkLoad& link = *to.add_top_links();
    link.set_link(utf8(load.name));
    link.set_tier(utf8(load.tier));
    link.set_bytes(load.bytes);
    link.set_utilisation(load.utilisation);
  }
  if (explained) fill(from.attribution, *to.mutable_attribution());
}

/// Quoted where RFC 4180 asks for it.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string to_json(const Report& report, const ReportOrigin& origin) {
  v1::Report message;
  message.set_schema(kSchema);
  message.set_version(origin.version);
  message.set_command(origin.command);
  v1::ReportedCluster& cluster = *message.mutable_cluster();
  cluster.set_name(utf8(report.cluster));
  cluster.set_endpoints(report.endpoints);
  cluster.set_routing(report.routing);
  cluster.set_stack(utf8(report.stack));
  for (const std::string& assumption : report.assumed) cluster.add_assumed(utf8(assumption));
  for (const CollectiveResult& result : report.collectives) fill(result, origin.explained, *message.add_results());
  for (const FlowResult& result : report.flows) {
    v1::FlowResult& flow = *message.add_flows();
    flow.set_name(utf8(result.name));
    flow.set_start_ps(static_cast<double>(result.start.ps()));
    flow.set_end_ps(static_cast<double>(result.end.ps()));
  }
  message.set_fingerprint(hexadecimal(report.fingerprint));

  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  CHECK(status.ok(), "a report does not print as JSON: " + status.ToString());
  return text;
}

std::string csv_header() {
  return "collective,algorithm,model,ranks,size_bytes,time_us,algbw_GBps,busbw_GBps,lower_bound_us,bottleneck,events,"
         "job,protocol,channels,slices,groups,count,datatype,reduction,root,time_ps,proven,how,fingerprint\n";
}

std::string csv_row(const CollectiveResult& result) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", to_string(result.kind),
                     cell(result.algorithm), cell(result.model), result.ranks, result.size.count(),
                     result.time.microseconds(), result.algbw_GBps, result.busbw_GBps, result.lower_bound.microseconds(),
                     cell(result.bottleneck), result.events, cell(result.job), cell(result.protocol), result.channels,
                     result.slices, result.groups, result.count, cell(result.datatype), cell(result.reduction),
                     result.root, result.time.ps(), result.proven ? "true" : "false", cell(result.how),
                     hexadecimal(result.fingerprint));
}

std::string flow_csv_header() { return "name,start_us,end_us,start_ps,end_ps\n"; }

std::string flow_csv_row(const FlowResult& flow) {
  return fmt::format("{},{},{},{},{}\n", cell(flow.name), flow.start.since_start().microseconds(),
                     flow.end.since_start().microseconds(), flow.start.ps(), flow.end.ps());
}

}  // namespace polyplane::sim
