// The collectives of a training or inference step: which cards meet, over how many bytes. Each is made once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "collectives/program.h"
#include "collectives/training/parallel_layout.h"

namespace polyplane::collectives {

/// Who meets. data: all that hold the same parameters outside experts; expert_data: the same experts.
enum class Meeting : std::uint8_t { tensor, context, expert, data, expert_data };

class StepCalls {
 public:
  /// Keeps references to all of them; calls are appended to `program`.
  StepCalls(const ModelSpec& model, const ParallelLayout& layout, const CardGrid& grid, Program& program)
      : model_(model), layout_(layout), grid_(grid), program_(program) {}

  /// Cards that meet: 1 where there is nothing to do.
  [[nodiscard]] std::int64_t members(Meeting meeting) const;

  /// `size` as nccl-tests counts it: all_gather what a card ends with, reduce_scatter what it starts with. Of dualpipe
  /// the gradients and parameters of a stage meet on both ranks that hold it. REQUIRES: members(meeting) > 1.
  std::uint32_t call(std::uint32_t pipeline_rank, Meeting meeting, CollectiveKind kind, Bytes size,
                     const std::string& name);
  /// Tokens to their experts (dispatch) or back (combine): `tokens` of each card, `token` bytes each.
  std::uint32_t experts_call(std::uint32_t pipeline_rank, CollectiveKind kind, std::int64_t tokens, Bytes token);
  /// Between the i-th cards of two ranks of the pipeline.
  std::uint32_t between(std::uint32_t one, std::uint32_t other, CollectiveKind kind, Bytes size,
                        const std::string& name);

 private:
  using Key = std::tuple<std::uint32_t, int, int, std::int64_t, std::string>;
  std::uint32_t add(const Key& key, Call call);

  const ModelSpec& model_;
  const ParallelLayout& layout_;
  const CardGrid& grid_;
  Program& program_;
  std::map<Key, std::uint32_t> known_;
};

}  // namespace polyplane::collectives
