#include "collectives/training/chunk_pieces.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace polyplane::collectives {

const std::vector<std::string>& step_labels() {
  static const std::vector<std::string> labels{
      "other",      "forward", "backward",     "recompute",     "optimiser",     "tp", "cp", "ep dispatch",
      "ep combine", "pp",      "dp gradients", "dp parameters", "tied embedding"};
  return labels;
}

std::vector<Stream> step_streams() {
  std::vector<Stream> streams;
  for (const char* name : {"compute", "tp", "cp", "ep", "parameters", "gradients", "pp up", "pp down"}) {
    streams.push_back({name, Stream::Kind::in_order});
  }
  streams.push_back({"pp receive", Stream::Kind::concurrent});
  return streams;
}

/// Appends pieces; most follow the one before.
class ChunkPieces::Writer {
 public:
  explicit Writer(PassPieces& pass) : pass_(pass) {}

  std::size_t chain(Piece piece) {
    if (last_) piece.after.push_back(*last_);
    piece.after.insert(piece.after.end(), extra_.begin(), extra_.end());
    extra_.clear();
    last_ = add(std::move(piece));
    pass_.tail = *last_;
    return *last_;
  }
  /// Beside the chain.
  std::size_t side(Piece piece, std::vector<std::size_t> after) {
    piece.after = std::move(after);
    return add(std::move(piece));
  }
  /// The next piece of the chain waits for this one too.
  void also_after(std::size_t piece) { extra_.push_back(piece); }
  /// Nothing happens where the segment has no piece of a layer yet: embedding and head join the turn of their
  /// neighbour.
  void next_segment() {
    if (!layer_in_segment_) return;
    ++segment_;
    layer_in_segment_ = false;
  }
  [[nodiscard]] std::vector<std::size_t> last() const {
    return last_ ? std::vector<std::size_t>{*last_} : std::vector<std::size_t>{};
  }
  [[nodiscard]] std::size_t size() const { return pass_.pieces.size(); }
  [[nodiscard]] Piece& piece(std::size_t index) { return pass_.pieces[index]; }

  std::size_t compute(StepLabel label, Duration time, std::string name) {
    return chain({.label = label, .duration = time, .name = std::move(name)});
  }
  std::size_t collective(StepStream stream, StepLabel label, std::uint32_t call, std::string name) {
    return chain({.stream = stream, .label = label, .call = call, .name = std::move(name)});
  }

  std::uint32_t pipeline_rank = 0;
  bool in_layer = false;
  std::optional<std::size_t> last_weight_gradient;

 private:
  std::size_t add(Piece piece) {
    // Whatever comes before the first layer has segment 0, so that the layers of both passes of a pair begin together.
    if (in_layer && segment_ == 0) segment_ = 1;
    piece.segment = segment_;
    layer_in_segment_ = layer_in_segment_ || in_layer;
    pass_.pieces.push_back(std::move(piece));
    return pass_.pieces.size() - 1;
  }

  PassPieces& pass_;
  std::optional<std::size_t> last_;
  std::vector<std::size_t> extra_;
  std::uint32_t segment_ = 0;
  bool layer_in_segment_ = false;
};

Bytes ChunkPieces::activation() const {
  return Bytes(bytes_of(model_.precisions.activations) * model_.hidden * layout_.tokens(model_));
}

Bytes ChunkPieces::keys_and_values() const {
  const AttentionSpec& a = model_.attention;
  const std::int64_t width =
      a.latent() ? a.cache_width() : 2 * std::max<std::int64_t>(1, a.kv_heads / layout_.tensor) * a.head_dim;
  return Bytes(bytes_of(model_.precisions.activations) * width * layout_.tokens(model_) * layout_.context);
}

void ChunkPieces::attention_core(Writer& writer, Direction direction, Duration time, const std::string& where) {
  const bool backward = direction == Direction::input_gradient;
  const StepLabel label = backward                            ? StepLabel::backward
                          : direction == Direction::recompute ? StepLabel::recompute
                                                              : StepLabel::forward;
  const std::string name = where + operation_name(Part::attention, direction);
  const std::int64_t cards = layout_.context;
  if (cards == 1) {
    writer.compute(label, time, name);
    return;
  }
  const Bytes all = keys_and_values();
  if (layout_.context_exchange == ContextExchange::all_gather) {
    writer.collective(
        StepStream::context, StepLabel::context,
        calls_.call(writer.pipeline_rank, Meeting::context, CollectiveKind::all_gather, all, "keys and values"),
        where + "keys and values");
    writer.compute(label, time, name);
    if (backward) {
      writer.collective(StepStream::context, StepLabel::context,
                        calls_.call(writer.pipeline_rank, Meeting::context, CollectiveKind::reduce_scatter, all,
                                    "gradients of keys and values"),
                        where + "gradients of keys and values");
    }
    return;
  }
  // Around the ring: the time of the part in equal shares, each but the first for keys and values that came meanwhile;
  // backward their gradients travel with them.
  const Bytes one = Bytes(all.count() / cards * (backward ? 2 : 1));
  const std::uint32_t call =
      calls_.call(writer.pipeline_rank, Meeting::context, CollectiveKind::sendrecv, one, "ring of keys and values");
  std::vector<std::size_t> passed = writer.last();
  const Duration share = Duration::from_ps(time.ps() / cards);
  for (std::int64_t round = 0; round < cards; ++round) {
    const Duration rest = round + 1 < cards ? share : time - share * (cards - 1);
    if (round + 1 < cards) {
      Piece exchange{.stream = StepStream::context, .label = StepLabel::context, .call = call, .name = where + "ring"};
      passed = {writer.side(std::move(exchange), passed)};
    }
    writer.compute(label, rest, name);
    if (round + 1 < cards) writer.also_after(passed.front());
  }
}

void ChunkPieces::forward_part(Writer& writer, Part part, Direction direction, const std::string& where) {
  const bool tensor = layout_.tensor > 1, sequence = layout_.sequence_parallel;
  const StepLabel label = direction == Direction::recompute ? StepLabel::recompute : StepLabel::forward;
  const std::string name = where + operation_name(part, direction);
  const std::uint32_t rank = writer.pipeline_rank;
  const auto over_tensor = [&](CollectiveKind kind, Bytes size) {
    writer.collective(StepStream::tensor, StepLabel::tensor,
                      calls_.call(rank, Meeting::tensor, kind, size, std::string(to_string(part)) + " activations"),
                      where + std::string(to_string(kind)));
  };
  if (part == Part::experts && layout_.expert > 1) {
    const std::int64_t tokens = layout_.tokens(model_) / (sequence ? layout_.tensor : 1);
    const Bytes there = Bytes(model_.hidden * bytes_of(model_.precisions.dispatch));
    const Bytes back = Bytes(model_.hidden * bytes_of(model_.precisions.combine));
    writer.next_segment();
    writer.collective(StepStream::expert, StepLabel::dispatch,
                      calls_.experts_call(rank, CollectiveKind::dispatch, tokens, there), where + "dispatch");
    if (tensor) over_tensor(CollectiveKind::all_gather, there * (tokens * layout_.tensor * model_.experts->top_k));
    writer.compute(label, work_.time(part, direction), name);
    if (tensor) over_tensor(CollectiveKind::reduce_scatter, back * (tokens * layout_.tensor * model_.experts->top_k));
    writer.next_segment();
    writer.collective(StepStream::expert, StepLabel::combine,
                      calls_.experts_call(rank, CollectiveKind::combine, tokens, back), where + "combine");
    return;
  }
  // Layers without experts take turns as those with them do.
  const bool inner = part == Part::feed_forward || part == Part::experts;
  if (inner) writer.next_segment();
  const bool enters = part != Part::embedding, leaves = part != Part::head;
  if (tensor && sequence && enters) over_tensor(CollectiveKind::all_gather, activation());
  if (part == Part::attention) {
    attention_core(writer, direction, work_.time(part, direction), where);
  } else {
    writer.compute(label, work_.time(part, direction), name);
  }
  if (tensor && leaves)
    over_tensor(sequence ? CollectiveKind::reduce_scatter : CollectiveKind::all_reduce, activation());
  if (inner) writer.next_segment();
}

void ChunkPieces::backward_part(Writer& writer, Part part, bool weights, const std::string& where) {
  const bool tensor = layout_.tensor > 1, sequence = layout_.sequence_parallel;
  const std::string name = where + operation_name(part, Direction::input_gradient);
  const std::uint32_t rank = writer.pipeline_rank;
  const auto tensor_call = [&](CollectiveKind kind, Bytes size) {
    return calls_.call(rank, Meeting::tensor, kind, size, std::string(to_string(part)) + " activations");
  };
  const auto over_tensor = [&](CollectiveKind kind, Bytes size) {
    writer.collective(StepStream::tensor, StepLabel::tensor, tensor_call(kind, size),
                      where + std::string(to_string(kind)));
  };
  const Duration input = work_.time(part, Direction::input_gradient);
  const Duration weight = work_.time(part, Direction::weight_gradient);
  std::vector<std::size_t> for_weights;
  const auto weight_gradient = [&] {
    if (!weights) return;
    Piece piece{.label = StepLabel::backward,
                .duration = weight,
                .name = where + operation_name(part, Direction::weight_gradient)};
    writer.last_weight_gradient = writer.side(std::move(piece), for_weights);
  };
  if (part == Part::experts && layout_.expert > 1) {
    const std::int64_t tokens = layout_.tokens(model_) / (sequence ? layout_.tensor : 1);
    const Bytes there = Bytes(model_.hidden * bytes_of(model_.precisions.dispatch));
    const Bytes back = Bytes(model_.hidden * bytes_of(model_.precisions.combine));
    const std::int64_t copies = tokens * layout_.tensor * model_.experts->top_k;
    writer.next_segment();
    writer.collective(StepStream::expert, StepLabel::dispatch,
                      calls_.experts_call(rank, CollectiveKind::dispatch, tokens, there),
                      where + "dispatch of gradients");
    if (tensor) over_tensor(CollectiveKind::all_gather, there * copies);
    for_weights = {writer.compute(StepLabel::backward, input, name)};
    weight_gradient();
    if (tensor) over_tensor(CollectiveKind::reduce_scatter, back * copies);
    writer.next_segment();
    writer.collective(StepStream::expert, StepLabel::combine,
                      calls_.experts_call(rank, CollectiveKind::combine, tokens, back), where + "combine of gradients");
    return;
  }
  const bool inner = part == Part::feed_forward || part == Part::experts;
  if (inner) writer.next_segment();
  const bool enters = part != Part::head, leaves = part != Part::embedding;
  if (tensor && sequence && enters) over_tensor(CollectiveKind::all_gather, activation());
  std::optional<std::size_t> input_again;
  if (tensor && sequence && leaves && weights) {
    Piece again{.stream = StepStream::tensor,
                .label = StepLabel::tensor,
                .call = tensor_call(CollectiveKind::all_gather, activation()),
                .name = where + "input for weight gradients"};
    input_again = writer.side(std::move(again), writer.last());
  }
  if (part == Part::attention) {
    attention_core(writer, Direction::input_gradient, input, where);
  } else if (input > Duration() || writer.last().empty()) {
    writer.compute(StepLabel::backward, input, name);
  }
  for_weights = writer.last();
  if (input_again) for_weights.push_back(*input_again);
  // Emitted before the weight gradients, so that they run beside it.
  if (tensor && leaves)
    over_tensor(sequence ? CollectiveKind::reduce_scatter : CollectiveKind::all_reduce, activation());
  weight_gradient();
  if (inner) writer.next_segment();
}

PassPieces ChunkPieces::forward(std::uint32_t pipeline_rank, const ModelStage& stage) {
  PassPieces pass;
  Writer writer(pass);
  writer.pipeline_rank = pipeline_rank;
  for (std::size_t b = 0; b < stage.size(); ++b) {
    const std::string where = stage[b].layer < 0 ? "" : "layer " + std::to_string(stage[b].layer) + " ";
    const std::size_t first = writer.size();
    writer.in_layer = stage[b].parts.size() > 1;
    for (const Part part : stage[b].parts) forward_part(writer, part, Direction::forward, where);
    writer.piece(first).opens = static_cast<std::int32_t>(b);
  }
  return pass;
}

PassPieces ChunkPieces::backward(std::uint32_t pipeline_rank, const ModelStage& stage, bool weights) {
  PassPieces pass;
  Writer writer(pass);
  writer.pipeline_rank = pipeline_rank;
  for (std::size_t b = stage.size(); b-- > 0;) {
    const std::string where = stage[b].layer < 0 ? "" : "layer " + std::to_string(stage[b].layer) + " ";
    const bool layer = stage[b].parts.size() > 1;
    const std::size_t first = writer.size();
    writer.last_weight_gradient.reset();
    writer.in_layer = layer;
    if (layer && layout_.recompute == Recompute::full) {
      for (const Part part : stage[b].parts) forward_part(writer, part, Direction::recompute, where);
    }
    for (std::size_t p = stage[b].parts.size(); p-- > 0;) {
      const Part part = stage[b].parts[p];
      const Duration again = work_.time(part, Direction::recompute);
      if (layer && layout_.recompute == Recompute::selective && again > Duration()) {
        // Needs nothing from the stage after.
        writer.side({.label = StepLabel::recompute,
                     .duration = again,
                     .name = where + operation_name(part, Direction::recompute)},
                    {});
      }
      backward_part(writer, part, weights, where);
    }
    if (writer.last_weight_gradient) writer.piece(*writer.last_weight_gradient).closes = static_cast<std::int32_t>(b);
    if (writer.size() > first) writer.piece(first).opens = static_cast<std::int32_t>(b);
  }
  return pass;
}

PassPieces ChunkPieces::weight_gradients(const ModelStage& stage) const {
  Duration time;
  for (const ModelBlock& block : stage) {
    for (const Part part : block.parts) time += work_.time(part, Direction::weight_gradient);
  }
  return {.pieces = {{.label = StepLabel::backward, .duration = time, .name = "weight gradients"}}, .tail = 0};
}

}  // namespace polyplane::collectives
