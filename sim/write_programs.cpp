#include "sim/write_programs.h"

#include "base/utf8.h"
#include "sim/csv_line.h"
#include "sim/fill_report.h"
#include "sim/fingerprint.h"
#include "sim/write_report.h"

namespace polyplane::sim {
namespace {

double picoseconds(Duration d) { return static_cast<double>(d.ps()); }

void write_label(const ProgramLabel& from, v1::ProgramResult::Label& to) {
  to.set_label(valid_utf8(from.label));
  to.set_compute_ps(picoseconds(from.compute));
  to.set_communication_ps(picoseconds(from.communication));
  to.set_moving_ps(picoseconds(from.moving));
  to.set_waiting_ps(picoseconds(from.waiting));
  to.set_most_exposed_ps(picoseconds(from.most_exposed));
  to.set_most_exposed_actor(valid_utf8(from.most_exposed_actor));
}

void write_call(const ProgramCall& from, v1::ProgramResult::Call& to) {
  to.set_name(valid_utf8(from.name));
  to.set_collective(from.kind);
  to.set_algorithm(from.algorithm);
  to.set_protocol(valid_utf8(from.protocol));
  to.set_instances(static_cast<double>(from.instances));
  to.set_groups(from.groups);
  to.set_ranks(from.ranks);
  to.set_size_bytes(static_cast<double>(from.size.count()));
  to.set_alone_ps(picoseconds(from.alone));
}

}  // namespace

void write_program(const ProgramResult& from, const std::string& cluster, v1::ProgramResult& to) {
  to.set_name(valid_utf8(from.name));
  to.set_cluster(valid_utf8(cluster));
  to.set_format(from.format);
  to.set_mode(std::string(to_string(from.mode)));
  to.set_network_model(from.model);
  to.set_actors(from.actors);
  to.set_cards(from.cards);
  to.set_operations(static_cast<double>(from.operations));
  to.set_messages(static_cast<double>(from.messages));
  to.set_sent_bytes(static_cast<double>(from.sent.count()));
  to.set_events(static_cast<double>(from.events));
  to.set_time_ps(picoseconds(from.time));
  to.set_busy_ps(picoseconds(from.busy));
  to.set_idle_ps(picoseconds(from.idle));
  for (const ProgramLabel& label : from.labels) write_label(label, *to.add_labels());
  fill(from.communication, *to.mutable_communication());
  to.set_overlap_ps(picoseconds(from.overlap));
  for (const ProgramCall& call : from.calls) write_call(call, *to.add_calls());
  to.set_put_off_mean(from.model_facts.mean_put_off());
  to.set_put_off_most_ps(picoseconds(from.model_facts.most_put_off));
  for (const std::string& note : from.notes) to.add_notes(valid_utf8(note));
  to.set_fingerprint(fingerprint_text(from.fingerprint));
  fill(from.sensitivities, from.time, *to.mutable_sensitivities());
  if (from.spread) fill(*from.spread, *to.mutable_spread());
}

std::string program_csv_header() {
  return "name,format,mode,network_model,actors,cards,operations,messages,sent_bytes,time_ps,busy_ps,idle_ps,events,"
         "fingerprint\n";
}

std::string program_csv_row(const ProgramResult& program) {
  CsvLine line;
  line.text(program.name).text(program.format).text(to_string(program.mode)).text(program.model);
  line.number(program.actors).number(program.cards).number(program.operations).number(program.messages);
  line.number(program.sent.count()).number(program.time.ps()).number(program.busy.ps()).number(program.idle.ps());
  line.number(program.events).text(fingerprint_text(program.fingerprint));
  return line.finish();
}

}  // namespace polyplane::sim
