#include "collectives/training/pipeline_schedule.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::collectives {
namespace {

constexpr std::array kKinds{
    std::pair{"1f1b", PipelineKind::one_f_one_b}, std::pair{"interleaved", PipelineKind::interleaved},
    std::pair{"zero_bubble", PipelineKind::zero_bubble}, std::pair{"dualpipe", PipelineKind::dualpipe}};

using Kind = Pass::Kind;

std::vector<Pass> one_f_one_b(const PipelineShape& shape, std::uint32_t rank) {
  std::vector<Pass> passes;
  const std::uint32_t m = shape.micro_batches, warm_up = std::min(m, shape.ranks - 1 - rank);
  for (std::uint32_t i = 0; i < warm_up; ++i) passes.push_back({Kind::forward, 0, i});
  for (std::uint32_t i = 0; i < m; ++i) {
    if (warm_up + i < m) passes.push_back({Kind::forward, 0, warm_up + i});
    passes.push_back({Kind::backward, 0, i});
  }
  return passes;
}

/// Rank r puts off the weight gradients of r micro-batches, and catches up while the others drain.
std::vector<Pass> zero_bubble(const PipelineShape& shape, std::uint32_t rank) {
  std::vector<Pass> passes;
  const std::uint32_t m = shape.micro_batches, warm_up = std::min(m, shape.ranks - 1 - rank);
  for (std::uint32_t i = 0; i < warm_up; ++i) passes.push_back({Kind::forward, 0, i});
  std::uint32_t weights = 0;
  for (std::uint32_t i = 0; i < m; ++i) {
    if (warm_up + i < m) passes.push_back({Kind::forward, 0, warm_up + i});
    passes.push_back({Kind::input_gradient, 0, i});
    if (i + 1 > weights + rank) passes.push_back({Kind::weight_gradient, 0, weights++});
  }
  while (weights < m) passes.push_back({Kind::weight_gradient, 0, weights++});
  return passes;
}

/// Megatron-LM's order: micro-batches in groups of p, each group through all chunks before the next.
std::vector<Pass> interleaved(const PipelineShape& shape, std::uint32_t rank) {
  const std::uint32_t p = shape.ranks, v = shape.chunks, total = shape.micro_batches * v;
  const auto pass = [&](Kind kind, std::uint32_t i) {
    const std::uint32_t group = i / (p * v), within = i % (p * v);
    const std::uint32_t chunk = kind == Kind::forward ? within / p : v - 1 - within / p;
    return Pass{kind, chunk, group * p + within % p};
  };
  const std::uint32_t warm_up = shape.micro_batches == p ? total : std::min(total, (p - 1 - rank) * 2 + (v - 1) * p);
  std::vector<Pass> passes;
  for (std::uint32_t i = 0; i < warm_up; ++i) passes.push_back(pass(Kind::forward, i));
  for (std::uint32_t i = 0; i < total; ++i) {
    if (warm_up + i < total) passes.push_back(pass(Kind::forward, warm_up + i));
    passes.push_back(pass(Kind::backward, i));
  }
  return passes;
}

/// The steps of DualPipe.step(), github.com/deepseek-ai/DualPipe, dualpipe/dualpipe.py at 3da1bbe. A phase is a
/// direction as this rank sees it: 0 enters at the nearer end.
class DualPipe {
 public:
  DualPipe(const PipelineShape& shape, std::uint32_t rank)
      : half_(shape.micro_batches / 2), flipped_(rank >= shape.ranks / 2) {
    const std::uint32_t half_ranks = shape.ranks / 2, half_rank = std::min(rank, shape.ranks - 1 - rank);
    const std::uint32_t outside = half_ranks - half_rank - 1;
    const bool middle = outside == 0;
    for (std::uint32_t i = 0; i < 2 * outside; ++i) forward(0);
    for (std::uint32_t i = 0; i <= half_rank; ++i) {
      forward(0);
      forward(1);
    }
    for (std::uint32_t i = 0; i < outside; ++i) {
      input_gradient(1);
      weight_gradient();
      forward(1);
    }
    const std::uint32_t main = half_ - shape.ranks + half_rank + 1;
    for (std::uint32_t i = 0; i < main; ++i) {
      if (i == 0 && middle) {
        forward(0);
        backward(1);
      } else {
        both(0, 1);
      }
      both(1, 0);
    }
    for (std::uint32_t i = 0; i < outside; ++i) {
      backward(1);
      both(1, 0);
    }
    drain(half_rank + 1, half_rank % 2 == 1);
    for (std::uint32_t i = 0; i < outside; ++i) {
      weight_gradient();
      input_gradient(0);
    }
    for (std::uint32_t i = 0; i <= half_rank; ++i) weight_gradient();
    CHECK(first_put_off_ == put_off_.size(), "weight gradients were left over");
  }
  [[nodiscard]] std::vector<Pass> take() { return std::move(passes_); }

 private:
  /// In the second half of it weight gradients are put off; `odd`: from the backward pass of phase 1 on.
  void drain(std::uint32_t count, bool odd) {
    bool splits = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i == count / 2 && odd) splits = true;
      splits ? input_gradient(1) : backward(1);
      if (i == count / 2 && !odd) splits = true;
      splits ? input_gradient(0) : backward(0);
    }
  }

  [[nodiscard]] std::uint32_t chunk(std::uint32_t phase) const { return phase ^ (flipped_ ? 1U : 0U); }
  [[nodiscard]] std::uint32_t micro_batch(std::uint32_t phase, std::uint32_t index) const {
    return chunk(phase) * half_ + index;
  }
  void forward(std::uint32_t phase) {
    passes_.push_back({Kind::forward, chunk(phase), micro_batch(phase, forwards_[phase]++)});
  }
  void backward(std::uint32_t phase) {
    passes_.push_back({Kind::backward, chunk(phase), micro_batch(phase, backwards_[phase]++)});
  }
  void input_gradient(std::uint32_t phase) {
    passes_.push_back({Kind::input_gradient, chunk(phase), micro_batch(phase, backwards_[phase]++)});
    put_off_.push_back(passes_.back());
  }
  void weight_gradient() {
    CHECK(first_put_off_ < put_off_.size(), "a weight gradient was taken before it was put off");
    Pass pass = put_off_[first_put_off_++];
    pass.kind = Kind::weight_gradient;
    passes_.push_back(pass);
  }
  void both(std::uint32_t forward_phase, std::uint32_t backward_phase) {
    passes_.push_back({Kind::forward_backward, chunk(forward_phase),
                       micro_batch(forward_phase, forwards_[forward_phase]++), chunk(backward_phase),
                       micro_batch(backward_phase, backwards_[backward_phase]++)});
  }

  std::uint32_t half_;
  bool flipped_;
  std::array<std::uint32_t, 2> forwards_{}, backwards_{};  // by phase: done so far
  std::vector<Pass> put_off_;
  std::size_t first_put_off_ = 0;
  std::vector<Pass> passes_;
};

}  // namespace

std::string_view to_string(PipelineKind kind) { return kKinds[static_cast<std::size_t>(kind)].first; }

PipelineKind parse_pipeline(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [text, kind] : kKinds) {
    if (name == text) return kind;
    known.emplace_back(text);
  }
  throw InputError(unknown_name("pipeline schedule", name, known));
}

std::uint32_t PipelineShape::stage(std::uint32_t rank, std::uint32_t chunk) const {
  if (kind == PipelineKind::dualpipe) return chunk == 0 ? rank : ranks - 1 - rank;
  return chunk * ranks + rank;
}

std::uint32_t PipelineShape::rank_of(std::uint32_t stage, std::uint32_t direction) const {
  if (kind == PipelineKind::dualpipe) return direction == 0 ? stage : ranks - 1 - stage;
  return stage % ranks;
}

std::uint32_t PipelineShape::direction(std::uint32_t micro_batch) const {
  return kind == PipelineKind::dualpipe && micro_batch >= micro_batches / 2 ? 1 : 0;
}

std::uint32_t PipelineShape::chunk_of(std::uint32_t stage, std::uint32_t direction) const {
  return kind == PipelineKind::dualpipe ? direction : stage / ranks;
}

void PipelineShape::check() const {
  const auto refuse = [&](const std::string& sentence) {
    throw InputError("schedule " + std::string(to_string(kind)) + " " + sentence);
  };
  const std::string m = std::to_string(micro_batches), p = std::to_string(ranks);
  const std::uint32_t needed = kind == PipelineKind::dualpipe ? 2 : 1;
  if (kind != PipelineKind::interleaved && chunks != needed) refuse("has no virtual_stages");
  if (kind == PipelineKind::interleaved && ranks > 1 && micro_batches % ranks != 0) {
    refuse("needs micro-batches in multiples of the " + p + " pipeline stages; there are " + m);
  }
  if (kind != PipelineKind::dualpipe) return;
  if (ranks % 2 != 0) refuse("needs an even number of pipeline stages; there are " + p);
  if (micro_batches % 2 != 0 || micro_batches < 2 * ranks) {
    refuse("needs an even number of micro-batches, at least twice the " + p + " pipeline stages; there are " + m);
  }
}

std::vector<Pass> pipeline_passes(const PipelineShape& shape, std::uint32_t rank) {
  switch (shape.kind) {
    case PipelineKind::one_f_one_b:
      return one_f_one_b(shape, rank);
    case PipelineKind::interleaved:
      return interleaved(shape, rank);
    case PipelineKind::zero_bubble:
      return zero_bubble(shape, rank);
    case PipelineKind::dualpipe:
      return DualPipe(shape, rank).take();
  }
  check_failed("kind", "an unknown pipeline schedule");
}

}  // namespace polyplane::collectives
