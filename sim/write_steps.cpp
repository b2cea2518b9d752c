#include "sim/write_steps.h"

#include "base/utf8.h"
#include "sim/csv_line.h"
#include "sim/fill_report.h"
#include "sim/fingerprint.h"
#include "sim/write_report.h"

namespace polyplane::sim {
namespace {

double picoseconds(Duration d) { return static_cast<double>(d.ps()); }
double bytes(Bytes b) { return static_cast<double>(b.count()); }

void set(google::protobuf::Value& to, const std::optional<double>& number) {
  if (number) {
    to.set_number_value(*number);
  } else {
    to.set_null_value(google::protobuf::NULL_VALUE);
  }
}

void write_training(const StepResult& from, v1::StepResult::Training& to) {
  to.set_tflops_causal(from.tflops_causal);
  to.set_tflops_full(from.tflops_full);
  to.set_tflops_hardware(from.tflops_hardware);
  to.set_mfu_causal(from.mfu_causal);
  to.set_mfu_full(from.mfu_full);
  to.set_bubble_ps(picoseconds(from.bubble));
  to.set_tokens_per_day(from.tokens_per_second() * 86400);
  set(*to.mutable_token_budget(), from.token_budget);
  set(*to.mutable_train_days(), from.train_days);
  set(*to.mutable_train_joules(), from.train_joules);
  set(*to.mutable_train_usd(), from.train_dollars);
  for (const std::string& missing : from.missing) to.add_missing(valid_utf8(missing));
}

}  // namespace

void write_step(const StepResult& from, const std::string& cluster, v1::StepResult& to) {
  to.set_name(valid_utf8(from.name));
  to.set_cluster(valid_utf8(cluster));
  to.set_phase(from.phase);
  to.set_model(valid_utf8(from.model));
  to.set_card(valid_utf8(from.card));
  to.set_mode(from.mode);
  to.set_network_model(from.network_model);
  to.set_parameters(static_cast<double>(from.parameters));
  to.set_active_parameters(static_cast<double>(from.active_parameters));
  to.set_cards(from.cards);
  to.set_time_ps(picoseconds(from.time));
  to.set_tokens(from.tokens);
  to.set_tokens_per_second(from.tokens_per_second());
  to.set_busy_ps(picoseconds(from.busy));
  to.set_idle_ps(picoseconds(from.idle));
  for (const StepExposure& one : from.exposed) {
    v1::StepResult::Exposed& exposed = *to.add_exposed();
    exposed.set_label(one.label);
    exposed.set_moving_ps(picoseconds(one.moving));
    exposed.set_waiting_ps(picoseconds(one.waiting));
  }
  for (const StepPathPart& one : from.path) {
    v1::StepResult::PathPart& part = *to.add_critical_path();
    part.set_label(one.label);
    part.set_compute_ps(picoseconds(one.compute));
    part.set_communication_ps(picoseconds(one.communication));
  }
  for (const StepCall& one : from.calls) {
    v1::StepResult::Call& call = *to.add_calls();
    call.set_name(valid_utf8(one.name));
    call.set_collective(one.kind);
    call.set_algorithm(one.algorithm);
    call.set_protocol(valid_utf8(one.protocol));
    call.set_instances(static_cast<double>(one.instances));
    call.set_groups(one.groups);
    call.set_ranks(one.ranks);
    call.set_alone_ps(picoseconds(one.alone));
  }
  v1::StepResult::Memory& memory = *to.mutable_memory();
  memory.set_weights_bytes(bytes(from.memory.weights));
  memory.set_gradients_bytes(bytes(from.memory.gradients));
  memory.set_optimiser_bytes(bytes(from.memory.optimiser));
  memory.set_activations_bytes(bytes(from.memory.activations));
  memory.set_total_bytes(bytes(from.memory.total()));
  set(*memory.mutable_card_bytes(),
      from.memory_limit ? std::optional(bytes(*from.memory_limit)) : std::optional<double>());
  to.set_operations(static_cast<double>(from.operations));
  to.set_messages(static_cast<double>(from.messages));
  to.set_put_off_mean(from.model_facts.mean_put_off());
  to.set_put_off_most_ps(picoseconds(from.model_facts.most_put_off));
  for (const std::string& note : from.notes) to.add_notes(valid_utf8(note));
  to.set_fingerprint(fingerprint_text(from.fingerprint));
  fill(from.communication, *to.mutable_communication());
  to.set_overlap_ps(picoseconds(from.overlap));
  fill(from.sensitivities, from.time, *to.mutable_sensitivities());
  if (from.spread) fill(*from.spread, *to.mutable_spread());
  if (from.phase == "training") {
    write_training(from, *to.mutable_training());
    return;
  }
  to.mutable_inference()->set_tokens_per_second_card(from.tokens_per_second_card);
  to.mutable_inference()->set_tokens_per_second_user(from.tokens_per_second_user);
}

std::string step_csv_header() {
  return "name,phase,model,card,mode,network_model,cards,time_ps,tokens,tokens_per_second,busy_ps,idle_ps,bubble_ps,"
         "tflops_causal,tflops_full,mfu_causal,mfu_full,memory_bytes,fingerprint\n";
}

std::string step_csv_row(const StepResult& step) {
  CsvLine line;
  line.text(step.name).text(step.phase).text(step.model).text(step.card).text(step.mode).text(step.network_model);
  line.number(step.cards).number(step.time.ps()).number(step.tokens).number(step.tokens_per_second());
  line.number(step.busy.ps()).number(step.idle.ps()).number(step.bubble.ps());
  line.number(step.tflops_causal).number(step.tflops_full).number(step.mfu_causal).number(step.mfu_full);
  line.number(step.memory.total().count()).text(fingerprint_text(step.fingerprint));
  return line.finish();
}

}  // namespace polyplane::sim
