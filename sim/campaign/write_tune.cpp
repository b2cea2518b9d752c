#include "sim/campaign/write_tune.h"

#include "base/utf8.h"
#include "configs/schema/tune_report.pb.h"
#include "configs/schema/write_json.h"

namespace polyplane::sim {
namespace {

double microseconds(Duration d) { return static_cast<double>(d.ps()) / 1e6; }

void fill(const TuneCandidate& from, v1::TuneReport::Candidate& to) {
  to.set_algorithm(std::string(to_string(from.algorithm)));
  to.set_protocol(std::string(to_string(from.protocol)));
  to.set_table_us(from.table_us);
  to.set_why_not(valid_utf8(from.why_not));
  if (from.time) {
    to.mutable_time_us()->set_number_value(microseconds(*from.time));
  } else {
    to.mutable_time_us()->set_null_value(google::protobuf::NULL_VALUE);
  }
}

void fill(const TuneRow& from, v1::TuneReport::Row& to) {
  to.set_collective(std::string(to_string(from.collective)));
  to.set_size_bytes(static_cast<double>(from.size.count()));
  const TuneCandidate& chosen = from.candidates[from.chosen];
  fill(chosen, *to.mutable_nccl());
  if (from.best) fill(from.candidates[*from.best], *to.mutable_best());
  const std::optional<Duration> best = from.best ? from.candidates[*from.best].time : std::nullopt;
  if (best && chosen.time && best->ps() > 0) {
    to.mutable_gain()->set_number_value(static_cast<double>(chosen.time->ps()) / static_cast<double>(best->ps()));
  } else {
    to.mutable_gain()->set_null_value(google::protobuf::NULL_VALUE);
  }
  for (const TuneCandidate& candidate : from.candidates) fill(candidate, *to.add_candidates());
}

}  // namespace

std::string to_json(const TuneRequest& request, const Tuned& tuned, const std::string& version) {
  v1::TuneReport message;
  message.set_schema("polyplane/tune/1");
  message.set_version(version);
  message.set_command("tune");
  message.set_cluster(valid_utf8(tuned.cluster));
  message.set_model(request.experiment.model);
  message.set_stack(valid_utf8(request.experiment.stack.name));
  message.set_nccl_release(valid_utf8(tuned.nccl_release));
  message.set_nodes(tuned.nodes);
  message.set_ranks(tuned.ranks);
  for (const TuneRow& row : tuned.rows) fill(row, *message.add_results());
  for (const std::string& line : tuned.assumed) message.add_assumed(valid_utf8(line));
  message.set_complete(tuned.complete);
  return configs::to_json(message);
}

}  // namespace polyplane::sim
