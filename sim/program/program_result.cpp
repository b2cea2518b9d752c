#include "sim/program/program_result.h"

#include <algorithm>

#include "sim/program/run_program.h"

namespace polyplane::sim {

namespace {

std::vector<ProgramLabel> labels_of(const collectives::Program& program, const ProgramOutcome& outcome) {
  std::vector<ProgramLabel> labels(program.labels.size());
  for (std::size_t l = 0; l < labels.size(); ++l) labels[l].label = program.labels[l];
  for (const PathLabel& path : outcome.path_labels) {
    labels[path.label].compute = path.compute;
    labels[path.label].communication = path.communication;
  }
  std::vector<int128> moving_ps(labels.size(), 0), waiting_ps(labels.size(), 0);
  for (std::size_t a = 0; a < outcome.actors.size(); ++a) {
    for (const Exposed& exposed : outcome.actors[a].exposed) {
      moving_ps[exposed.label] += exposed.moving.ps();
      waiting_ps[exposed.label] += exposed.waiting.ps();
      ProgramLabel& label = labels[exposed.label];
      if (exposed.moving + exposed.waiting <= label.most_exposed) continue;
      label.most_exposed = exposed.moving + exposed.waiting;
      label.most_exposed_actor = program.actors[a].name;
    }
  }
  const auto actors = static_cast<std::int64_t>(outcome.actors.size());
  for (std::size_t l = 0; l < labels.size(); ++l) {
    labels[l].moving = Duration::from_ps(static_cast<std::int64_t>(moving_ps[l] / actors));
    labels[l].waiting = Duration::from_ps(static_cast<std::int64_t>(waiting_ps[l] / actors));
  }
  std::erase_if(labels, [](const ProgramLabel& label) {
    return label.compute + label.communication + label.most_exposed == Duration();
  });
  return labels;
}

}  // namespace

ProgramResult summarise(const collectives::Program& program, const ProgramOutcome& outcome) {
  ProgramResult result;
  result.name = program.name;
  result.actors = static_cast<std::uint32_t>(program.actors.size());
  for (const collectives::Actor& actor : program.actors) {
    result.cards += static_cast<std::uint32_t>(actor.cards.size());
  }
  result.operations = outcome.operations;
  result.messages = outcome.messages;
  result.events = outcome.events;
  result.sent = outcome.sent;
  result.time = outcome.makespan.since_start();
  int128 busy_ps = 0, idle_ps = 0;
  for (const ActorTime& actor : outcome.actors) {
    busy_ps += actor.busy.ps();
    idle_ps += actor.idle.ps();
  }
  result.busy = Duration::from_ps(static_cast<std::int64_t>(busy_ps / result.actors));
  result.idle = Duration::from_ps(static_cast<std::int64_t>(idle_ps / result.actors));
  result.labels = labels_of(program, outcome);
  result.communication = outcome.communication;
  result.overlap = outcome.overlap;
  result.model_facts = outcome.model_facts;
  for (std::size_t c = 0; c < program.calls.size(); ++c) {
    const CallOutcome& of = outcome.calls[c];
    if (of.instances == 0) continue;
    const collectives::Call& call = program.calls[c];
    result.calls.push_back({call.name, std::string(to_string(call.kind)), of.algorithm, of.protocol, of.instances,
                            static_cast<std::uint32_t>(call.groups.size()),
                            static_cast<std::uint32_t>(call.groups.front().size()), call.size, of.alone});
  }
  result.foretold_bytes = outcome.foretold_bytes;
  result.fingerprint = outcome.fingerprint;
  return result;
}

}  // namespace polyplane::sim
