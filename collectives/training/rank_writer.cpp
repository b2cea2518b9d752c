#include "collectives/training/rank_writer.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

After ended(std::uint32_t operation) { return {.operation = operation, .started = false}; }

/// What a message carries: to a stage, forward or backward.
std::uint32_t tag_of(std::uint32_t stage, bool backward) { return 2 * stage + (backward ? 1 : 0); }

}  // namespace

std::uint32_t NameTable::number(const std::string& name) {
  const auto [found, fresh] = numbers_.emplace(name, static_cast<std::uint32_t>(program_.names.size()));
  if (fresh) program_.names.push_back(name);
  return found->second;
}

RankWriter::RankWriter(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                       const std::vector<ModelStage>& stages, ChunkPieces& pieces, StepCalls& calls, NameTable& names,
                       Actor& actor, std::uint32_t rank)
    : model_(model),
      layout_(layout),
      compute_(compute),
      stages_(stages),
      pieces_(pieces),
      calls_(calls),
      names_(names),
      actor_(actor),
      rank_(rank),
      shape_(layout.pipeline_shape()),
      chunks_(shape_.chunks) {
  for (std::uint32_t c = 0; c < shape_.chunks; ++c) {
    Chunk& chunk = chunks_[c];
    chunk.stage = shape_.stage(rank, c);
    chunk.gathered.resize(stages[chunk.stage].size());
    chunk.weight_done.resize(stages[chunk.stage].size());
    chunk.micro_batches = shape_.kind == PipelineKind::dualpipe ? shape_.micro_batches / 2 : shape_.micro_batches;
  }
}

std::uint32_t RankWriter::add(StepStream stream, StepLabel label, Operation::Kind kind, const std::string& name,
                              const Operations& after, Duration time, std::uint32_t call) {
  Operation operation;
  operation.kind = kind;
  operation.stream = static_cast<std::uint32_t>(stream);
  operation.label = static_cast<std::uint32_t>(label);
  operation.duration = time;
  operation.call = call;
  operation.name = names_.number(name);
  return actor_.add(operation, after);
}

void RankWriter::write() {
  const bool early = layout_.zero == 1 || layout_.zero == 2;
  // By stage: both ranks that hold one in dualpipe meet in the same order.
  std::vector<std::size_t> by_stage(chunks_.size());
  std::iota(by_stage.begin(), by_stage.end(), std::size_t{0});
  std::ranges::sort(by_stage, {}, [&](std::size_t c) { return chunks_[c].stage; });
  for (const std::size_t c : by_stage) {
    if (early) gather_parameters(chunks_[c]);
  }
  for (const Pass& pass : pipeline_passes(shape_, rank_)) run(pass);
  if (!layout_.overlap_gradients && layout_.zero < 2) {
    std::uint32_t last = 0;
    for (const Chunk& chunk : chunks_) last = std::max(last, std::ranges::max(chunk.weight_done));
    for (const std::size_t c : by_stage) reduce_gradients(chunks_[c], {ended(last)});
  }
  tied_embedding();
  optimise();
}

void RankWriter::run(const Pass& pass) {
  switch (pass.kind) {
    case Pass::Kind::forward: {
      Emission forward = begin_forward(pass.chunk, pass.micro_batch);
      emit_all(forward);
      end_forward(forward, pass.micro_batch);
      break;
    }
    case Pass::Kind::backward:
    case Pass::Kind::input_gradient: {
      const bool weights = pass.kind == Pass::Kind::backward;
      Emission backward = begin_backward(pass.chunk, pass.micro_batch, weights);
      emit_all(backward);
      end_backward(backward, pass.micro_batch, weights);
      break;
    }
    case Pass::Kind::weight_gradient:
      write_weight_gradients(pass.chunk, pass.micro_batch);
      break;
    case Pass::Kind::forward_backward: {
      Emission forward = begin_forward(pass.chunk, pass.micro_batch);
      Emission backward = begin_backward(pass.backward_chunk, pass.backward_micro_batch, true);
      for (std::uint32_t segment = 0;
           forward.next < forward.pass->pieces.size() || backward.next < backward.pass->pieces.size(); ++segment) {
        emit_segment(forward, segment);
        emit_segment(backward, segment);
      }
      end_forward(forward, pass.micro_batch);
      end_backward(backward, pass.backward_micro_batch, true);
      break;
    }
  }
}

RankWriter::Emission RankWriter::begin_forward(std::uint32_t c, std::uint32_t micro_batch) {
  Chunk& chunk = chunks_[c];
  if (!chunk.made) {
    chunk.forward = pieces_.forward(rank_, stages_[chunk.stage]);
    chunk.backward = pieces_.backward(rank_, stages_[chunk.stage], true);
    chunk.made = true;
  }
  Emission emission{&chunk.forward, &chunk, holds_, {}, false, 0, {}};
  holds_.clear();
  if (chunk.stage == 0) return emission;
  const std::uint32_t direction = shape_.direction(micro_batch);
  const std::uint32_t from = shape_.rank_of(chunk.stage - 1, direction);
  if (from == rank_) {
    Chunk& before = chunks_[shape_.chunk_of(chunk.stage - 1, direction)];
    emission.start.push_back(ended(before.forward_tail.at(micro_batch)));
  } else if (const auto received = receive(from, tag_of(chunk.stage, false))) {
    emission.start.push_back(ended(*received));
  }
  return emission;
}

RankWriter::Emission RankWriter::begin_backward(std::uint32_t c, std::uint32_t micro_batch, bool weights) {
  Chunk& chunk = chunks_[c];
  if (!weights && !chunk.made_split) {
    chunk.input_gradient = pieces_.backward(rank_, stages_[chunk.stage], false);
    chunk.weight_gradient = pieces_.weight_gradients(stages_[chunk.stage]);
    chunk.made_split = true;
  }
  Emission emission{weights ? &chunk.backward : &chunk.input_gradient, &chunk, holds_, {}, true, 0, {}};
  holds_.clear();
  const std::uint32_t direction = shape_.direction(micro_batch);
  if (chunk.stage + 1 == shape_.stages()) {
    emission.start.push_back(ended(chunk.forward_tail.at(micro_batch)));
    return emission;
  }
  const std::uint32_t from = shape_.rank_of(chunk.stage + 1, direction);
  if (from == rank_) {
    Chunk& behind = chunks_[shape_.chunk_of(chunk.stage + 1, direction)];
    emission.start.push_back(ended(behind.input_done.at(micro_batch)));
  } else if (const auto received = receive(from, tag_of(chunk.stage, true))) {
    emission.start.push_back(ended(*received));
  }
  return emission;
}

void RankWriter::emit_segment(Emission& emission, std::uint32_t segment) {
  const std::vector<Piece>& pieces = emission.pass->pieces;
  for (; emission.next < pieces.size() && pieces[emission.next].segment <= segment; ++emission.next) {
    const Piece& piece = pieces[emission.next];
    Operations after;
    for (const std::size_t p : piece.after) after.push_back(ended(emission.operations[p]));
    if (after.empty()) after = emission.start;
    if (piece.opens >= 0) {
      const auto block = static_cast<std::size_t>(piece.opens);
      if (emission.chunk->gathered[block]) after.push_back(ended(*emission.chunk->gathered[block]));
      const bool looked_up = stages_[emission.chunk->stage][block].parts.front() == Part::embedding;
      if (layout_.zero == 3 && !(emission.backward && looked_up)) {
        for (const After gathered : gather_again(emission, block)) after.push_back(gathered);
      }
    }
    const bool computes = piece.stream == StepStream::compute;
    const std::uint32_t operation =
        add(piece.stream, piece.label, computes ? Operation::Kind::compute : Operation::Kind::collective, piece.name,
            after, piece.duration, piece.call);
    emission.operations.push_back(operation);
    if (computes) last_computation_ = operation;
    if (piece.opens >= 0) emission.opened = operation;
    if (piece.closes >= 0) emission.chunk->weight_done[static_cast<std::size_t>(piece.closes)] = operation;
  }
}

void RankWriter::emit_all(Emission& emission) { emit_segment(emission, UINT32_MAX); }

void RankWriter::end_forward(Emission& emission, std::uint32_t micro_batch) {
  Chunk& chunk = *emission.chunk;
  const std::uint32_t tail = emission.operations[emission.pass->tail];
  chunk.forward_tail[micro_batch] = tail;
  // Gathered parameters are there from the first micro-batch on.
  if (chunk.forwards++ == 0) std::ranges::fill(chunk.gathered, std::nullopt);
  if (chunk.stage + 1 == shape_.stages()) return;
  const std::uint32_t to = shape_.rank_of(chunk.stage + 1, shape_.direction(micro_batch));
  if (to != rank_) send(to, tag_of(chunk.stage + 1, false), {ended(tail), ended(last_computation_)});
}

void RankWriter::end_backward(Emission& emission, std::uint32_t micro_batch, bool weights) {
  Chunk& chunk = *emission.chunk;
  const std::uint32_t tail = emission.operations[emission.pass->tail];
  chunk.input_done[micro_batch] = tail;
  if (chunk.stage > 0) {
    const std::uint32_t to = shape_.rank_of(chunk.stage - 1, shape_.direction(micro_batch));
    if (to != rank_) send(to, tag_of(chunk.stage - 1, true), {ended(tail), ended(last_computation_)});
  }
  if (weights) weights_done(chunk);
}

void RankWriter::write_weight_gradients(std::uint32_t c, std::uint32_t micro_batch) {
  Chunk& chunk = chunks_[c];
  const Piece& piece = chunk.weight_gradient.pieces.front();
  const std::uint32_t operation = add(StepStream::compute, piece.label, Operation::Kind::compute, piece.name,
                                      {ended(chunk.input_done.at(micro_batch))}, piece.duration);
  std::ranges::fill(chunk.weight_done, operation);
  weights_done(chunk);
}

void RankWriter::weights_done(Chunk& chunk) {
  const bool last = ++chunk.weight_passes == chunk.micro_batches;
  if (layout_.zero < 2 && !(last && layout_.overlap_gradients)) return;
  const std::size_t before = gradients_.size();
  reduce_gradients(chunk, {});
  if (layout_.overlap_gradients) return;
  holds_.insert(holds_.end(), gradients_.begin() + static_cast<std::ptrdiff_t>(before), gradients_.end());
}

std::optional<std::uint32_t> RankWriter::receive(std::uint32_t from, std::uint32_t tag) {
  const std::uint32_t operation =
      add(StepStream::receive, StepLabel::pipeline, Operation::Kind::receive, "receive", {});
  const Bytes whole = Bytes(bytes_of(model_.precisions.activations) * model_.hidden * layout_.tokens(model_));
  const bool split = layout_.sequence_parallel || layout_.scatter_gather;
  Operation& received = actor_.operations[operation];
  received.peer = from;
  received.tag = tag;
  received.bytes = Bytes(split ? whole.count() / layout_.tensor : whole.count());
  if (!layout_.scatter_gather) return operation;
  return add(StepStream::tensor, StepLabel::pipeline, Operation::Kind::collective, "gather of stage input",
             {ended(operation)}, {},
             calls_.call(rank_, Meeting::tensor, CollectiveKind::all_gather, whole, "stage input"));
}

void RankWriter::send(std::uint32_t to, std::uint32_t tag, const Operations& after) {
  const StepStream stream = to > rank_ ? StepStream::send_up : StepStream::send_down;
  const std::uint32_t operation = add(stream, StepLabel::pipeline, Operation::Kind::send, "send", after);
  const std::int64_t whole = bytes_of(model_.precisions.activations) * model_.hidden * layout_.tokens(model_);
  const bool split = layout_.sequence_parallel || layout_.scatter_gather;
  Operation& sent = actor_.operations[operation];
  sent.peer = to;
  sent.tag = tag;
  sent.bytes = Bytes(split ? whole / layout_.tensor : whole);
  if (!layout_.overlap_pipeline) holds_.push_back(ended(operation));
}

RankWriter::Operations RankWriter::over_data(const Chunk& chunk, ParameterCount count, CollectiveKind kind,
                                             Precision precision, const std::string& name, const Operations& after) {
  const bool gathers = kind == CollectiveKind::all_gather;
  const StepStream stream = gathers ? StepStream::gather : StepStream::reduce;
  const StepLabel label = gathers ? StepLabel::parameters : StepLabel::gradients;
  Operations made;
  for (const Meeting meeting : {Meeting::data, Meeting::expert_data}) {
    const std::int64_t parameters = meeting == Meeting::data ? count.shared : count.expert;
    if (parameters == 0 || calls_.members(meeting) == 1) continue;
    const std::string what =
        "stage " + std::to_string(chunk.stage) + " " + name + (meeting == Meeting::expert_data ? " of experts" : "");
    const std::uint32_t call = calls_.call(rank_, meeting, kind, Bytes(parameters * bytes_of(precision)), what);
    made.push_back(ended(add(stream, label, Operation::Kind::collective, what, after, {}, call)));
  }
  return made;
}

RankWriter::Operations RankWriter::gather_again(Emission& emission, std::size_t block) {
  Operations after = emission.start;
  if (emission.opened && layout_.overlap_parameters) {
    after = {{.operation = *emission.opened, .started = true}};
  } else if (!emission.operations.empty()) {
    after = {ended(emission.operations.back())};
  }
  return over_data(*emission.chunk, parameters_of(model_, layout_, stages_[emission.chunk->stage][block]),
                   CollectiveKind::all_gather, model_.precisions.parameters, "parameters", after);
}

void RankWriter::gather_parameters(Chunk& chunk) {
  const ModelStage& stage = stages_[chunk.stage];
  const std::int64_t each = bytes_of(model_.precisions.parameters);
  Operations all;
  ParameterCount bucket;
  std::size_t first = 0;
  const auto join = [&](const Operations& made) {
    return made.size() == 1
               ? made.front().operation
               : add(StepStream::gather, StepLabel::parameters, Operation::Kind::join, "parameters are there", made);
  };
  for (std::size_t b = 0; b < stage.size(); ++b) {
    bucket = bucket + parameters_of(model_, layout_, stage[b]);
    if (b + 1 < stage.size() && (bucket.shared + bucket.expert) * each < layout_.bucket.count()) continue;
    const Operations made =
        over_data(chunk, bucket, CollectiveKind::all_gather, model_.precisions.parameters, "parameters", {});
    all.insert(all.end(), made.begin(), made.end());
    if (!made.empty() && layout_.overlap_parameters) {
      const std::uint32_t gathered = join(made);
      for (std::size_t i = first; i <= b; ++i) chunk.gathered[i] = gathered;
    }
    first = b + 1;
    bucket = {};
  }
  if (!layout_.overlap_parameters && !all.empty()) std::ranges::fill(chunk.gathered, join(all));
}

void RankWriter::reduce_gradients(Chunk& chunk, const Operations& also_after) {
  const ModelStage& stage = stages_[chunk.stage];
  const CollectiveKind kind = shards() ? CollectiveKind::reduce_scatter : CollectiveKind::all_reduce;
  ParameterCount bucket;
  for (std::size_t b = stage.size(); b-- > 0;) {
    bucket = bucket + parameters_of(model_, layout_, stage[b]);
    const std::int64_t held = (bucket.shared + bucket.expert) * bytes_of(model_.precisions.reduced);
    if (b > 0 && held < std::max<std::int64_t>(1, layout_.bucket.count())) continue;
    Operations after = also_after;
    after.push_back(ended(chunk.weight_done[b]));
    const Operations made = over_data(chunk, bucket, kind, model_.precisions.reduced, "gradients", after);
    gradients_.insert(gradients_.end(), made.begin(), made.end());
    bucket = {};
  }
}

void RankWriter::tied_embedding() {
  const std::uint32_t last = static_cast<std::uint32_t>(layout_.pipeline) - 1;
  // In dualpipe the first and last stage are on the same cards.
  if (!model_.tied_embeddings || last == 0 || shape_.kind == PipelineKind::dualpipe) return;
  if (rank_ != 0 && rank_ != last) return;
  const Bytes size = Bytes(model_.hidden * (model_.vocabulary / layout_.tensor) * bytes_of(model_.precisions.reduced));
  const std::uint32_t call = calls_.between(0, last, CollectiveKind::all_reduce, size, "tied embedding");
  Operations after;
  for (Chunk& chunk : chunks_) {
    if (chunk.stage == 0) after.push_back(ended(chunk.weight_done.front()));
    if (chunk.stage + 1 == shape_.stages()) after.push_back(ended(chunk.weight_done.back()));
  }
  gradients_.push_back(ended(
      add(StepStream::reduce, StepLabel::embedding, Operation::Kind::collective, "tied embedding", after, {}, call)));
}

void RankWriter::optimise() {
  ParameterCount held;
  Operations after = gradients_;
  for (const Chunk& chunk : chunks_) {
    for (const ModelBlock& block : stages_[chunk.stage]) held = held + parameters_of(model_, layout_, block);
    for (const std::uint32_t operation : chunk.weight_done) after.push_back(ended(operation));
  }
  std::ranges::sort(after, {}, &After::operation);
  const auto repeated = std::ranges::unique(after, {}, &After::operation);
  after.erase(repeated.begin(), repeated.end());
  const auto share = [&](std::int64_t parameters, Meeting meeting) {
    return shards() ? (parameters + calls_.members(meeting) - 1) / calls_.members(meeting) : parameters;
  };
  // Adam reads the gradient, reads and writes its own copy and two moments, and writes the parameter.
  const Precisions& precisions = model_.precisions;
  const std::int64_t each = bytes_of(precisions.gradients) + 2 * bytes_of(precisions.master) +
                            4 * bytes_of(precisions.moments) + bytes_of(precisions.parameters);
  const Work work{.traffic =
                      Bytes(each * (share(held.shared, Meeting::data) + share(held.expert, Meeting::expert_data)))};
  add(StepStream::compute, StepLabel::optimiser, Operation::Kind::compute, "optimiser", after,
      compute_.time("optimiser", work));
}

}  // namespace polyplane::collectives
