#include "collectives/training/inference_step.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "collectives/training/chunk_pieces.h"

namespace polyplane::collectives {
namespace {

std::string number(std::int64_t n) { return std::to_string(n); }

Flops product(std::int64_t tokens, std::int64_t parameters) { return Flops(2 * tokens * parameters); }

/// Queries meet the cache: of latent attention the compressed keys, which are the values too.
Flops decode_core(const AttentionSpec& a, std::int64_t tokens, std::int64_t context) {
  if (!a.latent()) return attention_core(a, tokens, context);
  return Flops(2 * tokens * context * a.heads * (2 * a.kv_rank + a.rotary_dim));
}

class StepWriter {
 public:
  StepWriter(const ModelSpec& model, const InferenceSpec& inference, const ComputeSpec& compute, Program& program)
      : model_(model), inference_(inference), compute_(compute), program_(program) {
    for (std::int64_t i = 0; i < inference.micro_batches; ++i) last_.emplace_back();
  }

  void write() {
    const bool exchanges = model_.experts && inference_.cards > 1;
    if (exchanges) {
      add_call(CollectiveKind::dispatch, model_.precisions.dispatch);
      add_call(CollectiveKind::combine, model_.precisions.combine);
    }
    computations(Part::embedding, "");
    for (std::int64_t layer = 0; layer < model_.layers; ++layer) {
      const std::string where = "layer " + number(layer) + " ";
      computations(Part::attention, where);
      const bool experts = model_.has_experts(layer);
      if (experts && exchanges) exchange(StepLabel::dispatch, 0, where + "dispatch");
      computations(experts ? Part::experts : Part::feed_forward, where);
      if (experts && exchanges) exchange(StepLabel::combine, 1, where + "combine");
    }
    computations(Part::head, "");
  }

 private:
  void add_call(CollectiveKind kind, Precision precision) {
    const ExpertSpec& experts = *model_.experts;
    Call call{.name = std::string(to_string(kind)),
              .kind = kind,
              .groups = {program_.actors.front().cards},
              .size = Bytes(model_.hidden * bytes_of(precision))};
    call.element_bytes = 1;
    TokenRouting routing;
    routing.tokens = static_cast<std::uint32_t>(inference_.tokens());
    routing.experts = static_cast<std::uint32_t>(experts.count + inference_.redundant_experts);
    routing.top_k = static_cast<std::uint32_t>(experts.top_k);
    routing.shared = inference_.remote_shared_experts ? static_cast<std::uint32_t>(experts.shared) : 0;
    call.tokens = routing;
    program_.calls.push_back(std::move(call));
  }

  /// Of all micro-batches, one after the other on the card.
  void computations(Part part, const std::string& where) {
    const Duration time =
        compute_.time(operation_name(part, Direction::forward), inference_work(model_, inference_, part));
    for (std::size_t i = 0; i < last_.size(); ++i) {
      Operation operation;
      operation.kind = Operation::Kind::compute;
      operation.duration = time;
      append(i, StepStream::compute, StepLabel::forward, where + std::string(to_string(part)), operation);
    }
  }

  void exchange(StepLabel label, std::uint32_t call, const std::string& name) {
    for (std::size_t i = 0; i < last_.size(); ++i) {
      Operation operation;
      operation.kind = Operation::Kind::collective;
      operation.call = call;
      append(i, StepStream::expert, label, name, operation);
    }
  }

  void append(std::size_t micro_batch, StepStream stream, StepLabel label, const std::string& name,
              Operation operation) {
    operation.stream = static_cast<std::uint32_t>(stream);
    operation.label = static_cast<std::uint32_t>(label);
    if (program_.names.back() != name) program_.names.push_back(name);
    operation.name = static_cast<std::uint32_t>(program_.names.size() - 1);
    last_[micro_batch] = {{.operation = program_.actors.front().add(operation, last_[micro_batch]), .started = false}};
  }

  const ModelSpec& model_;
  const InferenceSpec& inference_;
  const ComputeSpec& compute_;
  Program& program_;
  std::vector<std::vector<After>> last_;  // by micro-batch
};

}  // namespace

std::int64_t InferenceSpec::held_experts(const ModelSpec& model) const {
  const ExpertSpec& experts = *model.experts;
  return (experts.count + redundant_experts) / cards;
}

void InferenceSpec::check(const ModelSpec& model) const {
  const auto refuse = [](const std::string& sentence) { throw InputError(sentence); };
  if (batch % micro_batches != 0) {
    refuse("batch, " + number(batch) + ", does not divide into " + number(micro_batches) + " micro_batches");
  }
  if (!model.experts) {
    if (redundant_experts > 0)
      refuse("redundant_experts are of a model with experts; " + printable(model.name) + " has none");
    if (remote_shared_experts)
      refuse("remote_shared_experts is of a model with experts; " + printable(model.name) + " has none");
    return;
  }
  const std::int64_t all = model.experts->count + redundant_experts;
  if (all % cards != 0) {
    refuse(number(all) + " experts, redundant ones included, do not divide over " + number(cards) + " cards");
  }
  if (remote_shared_experts && model.experts->shared == 0) {
    refuse("remote_shared_experts: " + printable(model.name) + " has no shared experts");
  }
}

Work inference_work(const ModelSpec& model, const InferenceSpec& inference, Part part) {
  const std::int64_t t = inference.tokens(), context = inference.context, a = bytes_of(model.precisions.activations);
  const std::int64_t weight = bytes_of(model.precisions.products);
  Work work;
  switch (part) {
    case Part::embedding:
      work.traffic = Bytes(2 * a * model.hidden * t);
      return work;
    case Part::attention:
      work.products = product(t, model.attention_parameters());
      work.operands = Bytes(weight * model.attention_parameters());
      if (inference.prefill) {
        work.attention = Flops(attention_core(model.attention, t, context).count() / 2);
      } else {
        work.attention = decode_core(model.attention, t, context);
        work.cache = Bytes(t * context * model.attention.cache_width() * bytes_of(inference.cache));
      }
      work.traffic = Bytes(5 * a * model.hidden * t);
      return work;
    case Part::feed_forward:
      work.products = product(t, model.dense_parameters());
      work.operands = Bytes(weight * model.dense_parameters());
      work.traffic = Bytes((5 * model.hidden + (model.gated ? 3 : 2) * model.ffn) * a * t);
      return work;
    case Part::experts: {
      const ExpertSpec& experts = *model.experts;
      const std::int64_t met = experts.top_k + experts.shared;
      const std::int64_t held = inference.held_experts(model);
      // Few tokens do not meet all experts of a card.
      const std::int64_t touched = std::min(held, t * experts.top_k) + experts.shared;
      work.products = product(t, met * model.expert_parameters() + model.router_parameters());
      work.operands = Bytes(weight * (touched * model.expert_parameters() + model.router_parameters()));
      work.traffic = Bytes((5 * model.hidden + (model.gated ? 3 : 2) * met * experts.width) * a * t +
                           t * experts.top_k * model.hidden * (2 * bytes_of(model.precisions.dispatch) + a));
      return work;
    }
    case Part::head: {
      // Of a prompt the last token alone is asked for.
      const std::int64_t asked = inference.prefill ? inference.batch / inference.micro_batches : t;
      work.head_products = product(asked, model.hidden * model.vocabulary);
      work.head_operands = Bytes(bytes_of(model.precisions.head) * model.hidden * model.vocabulary);
      return work;
    }
    case Part::prediction_join:
      break;
  }
  check_failed("part", "a part that is not served");
}

Program inference_step(const ModelSpec& model, const InferenceSpec& inference, const ComputeSpec& compute,
                       std::vector<std::uint32_t> cards) {
  model.check();
  inference.check(model);
  CHECK(static_cast<std::int64_t>(cards.size()) == inference.cards, "a step on another number of cards");
  Program program;
  program.name = model.name;
  program.labels = step_labels();
  program.actors.resize(1);
  program.actors.front().name = "cards";
  program.actors.front().cards = std::move(cards);
  program.actors.front().streams = step_streams();
  StepWriter(model, inference, compute, program).write();
  return program;
}

InferenceMemory inference_memory(const ModelSpec& model, const InferenceSpec& inference) {
  const std::int64_t embedding = model.embedding_parameters();
  const std::int64_t head = model.tied_embeddings ? 0 : model.hidden * model.vocabulary;
  std::int64_t layers = model.parameters() - embedding - head;
  if (model.experts) {
    const std::int64_t elsewhere = model.experts->count - inference.held_experts(model);
    layers -= (model.layers - model.dense_layers) * elsewhere * model.expert_parameters();
  }
  const Precisions& precisions = model.precisions;
  const std::int64_t tokens = inference.batch * inference.context;
  return {.weights = Bytes(bytes_of(precisions.products) * layers + bytes_of(precisions.activations) * embedding +
                           bytes_of(precisions.head) * head),
          .cache = Bytes(tokens * model.layers * model.attention.cache_width() * bytes_of(inference.cache))};
}

}  // namespace polyplane::collectives
