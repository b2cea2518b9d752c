#include "cli/program_text.h"

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/nccl_table.h"
#include "cli/text_table.h"
#include "sim/fingerprint.h"

namespace polyplane::cli {
namespace {

using Align = TextTable::Align;

std::string microseconds(Duration d) { return fmt::format("{}.{:06}", d.ps() / 1'000'000, d.ps() % 1'000'000); }

std::string share(Duration part, Duration whole) {
  if (whole == Duration()) return "";
  return fmt::format("{:.1f}%", 100 * static_cast<double>(part.ps()) / static_cast<double>(whole.ps()));
}

std::string labels_table(const sim::ProgramResult& program) {
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right, Align::left});
  table.add({"# label", "path: compute (us)", "path: communication (us)", "exposed: moving (us)",
             "exposed: waiting (us)", "most exposed (us)", "of"});
  for (const sim::ProgramLabel& label : program.labels) {
    table.add({printable(label.label), microseconds(label.compute), microseconds(label.communication),
               microseconds(label.moving), microseconds(label.waiting), microseconds(label.most_exposed),
               label.most_exposed_actor.empty() ? "-" : printable(label.most_exposed_actor)});
  }
  return table.text();
}

std::string calls_table(const sim::ProgramResult& program) {
  TextTable table({Align::left, Align::left, Align::left, Align::left, Align::right, Align::right, Align::right,
                   Align::right, Align::right});
  table.add({"# call", "collective", "algorithm", "protocol", "size (B)", "groups", "ranks", "times", "alone (us)"});
  for (const sim::ProgramCall& call : program.calls) {
    table.add({printable(call.name), call.kind, call.algorithm, call.protocol, std::to_string(call.size.count()),
               std::to_string(call.groups), std::to_string(call.ranks), std::to_string(call.instances),
               program.mode == sim::ProgramMode::timed ? microseconds(call.alone) : "-"});
  }
  return table.text();
}

std::string parts_table(const sim::ProgramResult& program) {
  const sim::Attribution& parts = program.communication;
  Duration whole;
  for (const sim::ProgramLabel& label : program.labels) whole += label.communication;
  TextTable table({Align::left, Align::right, Align::right});
  table.add({"# communication on the critical path", "(us)", ""});
  const auto add = [&](const std::string& name, Duration part) {
    if (part != Duration()) table.add({name, microseconds(part), share(part, whole)});
  };
  add("launch", parts.launch);
  add("software, per step and message", parts.software);
  for (const sim::Attribution::TierParts& tier : parts.tiers) {
    add(printable(tier.tier) + ": latency", tier.latency);
    add(printable(tier.tier) + ": serialisation", tier.serialisation);
    add(printable(tier.tier) + ": contention", tier.contention);
  }
  add("waiting", parts.waiting);
  add("sharing ports with other calls and messages", program.overlap);
  table.add({"total", microseconds(whole), ""});
  return table.text();
}

std::string block(const sim::ProgramResult& program, const sim::Report& report, bool verbose, bool explain) {
  Duration compute, communication, exposed;
  for (const sim::ProgramLabel& label : program.labels) {
    compute += label.compute;
    communication += label.communication;
    exposed += label.moving + label.waiting;
  }
  std::string text =
      fmt::format("# {}: {} of {} ranks on {} cards of cluster {}; simulated, no device was used\n",
                  printable(program.name), program.format, program.actors, program.cards, printable(report.cluster));
  text += fmt::format("# model {}, mode {}, stack {}, routing {}, {} operations, {} messages of {} in all\n",
                      program.model, to_string(program.mode), printable(report.stack), report.routing,
                      program.operations, program.messages, to_string(program.sent));
  for (const std::string& note : program.notes) text += "# " + printable(note) + "\n";
  for (const std::string& remark : model_remarks(program.model_facts)) text += "# " + remark + "\n";
  for (const std::string& assumption : report.assumed) text += "# assumed: " + printable(assumption) + "\n";
  text += fmt::format("time               {:>18} us\n", microseconds(program.time));
  text += fmt::format("critical path      {:>18} us compute ({}), {} us communication ({})\n", microseconds(compute),
                      share(compute, program.time), microseconds(communication), share(communication, program.time));
  text += fmt::format("mean rank          {:>18} us compute ({}), {} us exposed communication ({}), {} us done ({})\n",
                      microseconds(program.busy), share(program.busy, program.time), microseconds(exposed),
                      share(exposed, program.time), microseconds(program.idle), share(program.idle, program.time));
  text += labels_table(program);
  if (verbose && !program.calls.empty()) text += calls_table(program);
  if (explain && communication > Duration()) text += parts_table(program);
  return text + "# fingerprint " + sim::fingerprint_text(program.fingerprint) + "\n";
}

}  // namespace

std::string program_text(const sim::Report& report, bool verbose, bool explain) {
  std::string text;
  for (const sim::ProgramResult& program : report.programs) text += block(program, report, verbose, explain);
  return text;
}

}  // namespace polyplane::cli
