#include "collectives/training/training_step.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "collectives/training/rank_writer.h"

namespace polyplane::collectives {
namespace {

/// Before anything is written: passes of all stages, and a message or two for each.
void check_size(const ModelSpec& model, const ParallelLayout& layout, const std::vector<ModelStage>& stages,
                ChunkPieces& pieces) {
  std::uint64_t operations = 0;
  for (const ModelStage& stage : stages) {
    const std::size_t each = pieces.forward(0, stage).pieces.size() + pieces.backward(0, stage, true).pieces.size() + 4;
    operations += each * static_cast<std::uint64_t>(layout.micro_batches());
  }
  if (operations <= kMaxStepOperations) return;
  throw LimitError("the step of " + printable(model.name) + " has over " + std::to_string(kMaxStepOperations) +
                   " operations; fewer micro-batches or fewer layers a stage make it smaller");
}

}  // namespace

Program training_step(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                      std::vector<std::uint32_t> cards) {
  model.check();
  layout.check(model);
  const LayerWork work(model, layout, compute);
  const CardGrid grid(layout, std::move(cards));
  const std::vector<ModelStage> stages = model_stages(model, layout, work);
  Program program;
  program.name = model.name;
  program.labels = step_labels();
  StepCalls calls(model, layout, grid, program);
  ChunkPieces pieces(model, layout, work, calls);
  check_size(model, layout, stages, pieces);
  NameTable names(program);
  program.actors.resize(static_cast<std::size_t>(layout.pipeline));
  for (std::uint32_t rank = 0; rank < layout.pipeline; ++rank) {
    Actor& actor = program.actors[rank];
    actor.name = "stage " + std::to_string(rank);
    actor.cards = grid.of_pipeline_rank(rank);
    actor.streams = step_streams();
    RankWriter(model, layout, compute, stages, pieces, calls, names, actor, rank).write();
  }
  return program;
}

Program unfold(const Program& program) {
  Program single;
  single.name = program.name;
  single.labels = program.labels;
  single.names = program.names;
  std::vector<std::uint32_t> first_actor;  // of each folded one
  std::uint64_t operations = 0;
  for (const Actor& actor : program.actors) {
    first_actor.push_back(static_cast<std::uint32_t>(single.actors.size()));
    operations += actor.cards.size() * actor.operations.size();
    single.actors.resize(single.actors.size() + actor.cards.size());
  }
  if (operations > kMaxStepOperations) {
    throw LimitError("the step of " + program.name + ", card by card, has " + std::to_string(operations) +
                     " operations; the limit is " + std::to_string(kMaxStepOperations));
  }
  std::vector<std::map<std::uint32_t, std::uint32_t>> call_of(program.calls.size());  // by card
  for (std::size_t c = 0; c < program.calls.size(); ++c) {
    for (const std::vector<std::uint32_t>& group : program.calls[c].groups) {
      Call call = program.calls[c];
      call.groups = {group};
      for (const std::uint32_t card : group) call_of[c][card] = static_cast<std::uint32_t>(single.calls.size());
      single.calls.push_back(std::move(call));
    }
  }
  for (std::size_t a = 0; a < program.actors.size(); ++a) {
    const Actor& folded = program.actors[a];
    for (std::uint32_t i = 0; i < folded.cards.size(); ++i) {
      Actor& actor = single.actors[first_actor[a] + i];
      actor = folded;
      actor.name = folded.name + " card " + std::to_string(i);
      actor.cards = {folded.cards[i]};
      for (Operation& operation : actor.operations) {
        const bool message = operation.kind == Operation::Kind::send || operation.kind == Operation::Kind::receive;
        if (message && operation.peer != Operation::kAny) operation.peer = first_actor[operation.peer] + i;
        if (operation.kind == Operation::Kind::collective) {
          operation.call = call_of[operation.call].at(folded.cards[i]);
        }
      }
    }
  }
  return single;
}

}  // namespace polyplane::collectives
