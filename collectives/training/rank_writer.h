// Writes the operations of one pipeline rank: passes in the order of its schedule, messages to its neighbours, sums of
// gradients and the optimiser. A pass, or two that overlap, sends when all of it is computed, as frameworks do that
// call one function for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectives/training/chunk_pieces.h"

namespace polyplane::collectives {

/// Names of a program, each once.
class NameTable {
 public:
  explicit NameTable(Program& program) : program_(program) {}
  std::uint32_t number(const std::string& name);

 private:
  Program& program_;
  std::map<std::string, std::uint32_t> numbers_;
};

class RankWriter {
 public:
  /// Keeps references to all but `rank`. `stages`: of the model. The actor must not move while it is written.
  RankWriter(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
             const std::vector<ModelStage>& stages, ChunkPieces& pieces, StepCalls& calls, NameTable& names,
             Actor& actor, std::uint32_t rank);

  void write();

 private:
  using Operations = std::vector<After>;
  struct Chunk {
    std::uint32_t stage = 0;
    PassPieces forward, backward, input_gradient, weight_gradient;  // made at first use
    bool made = false, made_split = false;
    std::uint32_t forwards = 0, weight_passes = 0, micro_batches = 0;
    std::vector<std::optional<std::uint32_t>> gathered;   // by block: the operation that gathers its parameters
    std::vector<std::uint32_t> weight_done;               // by block: the operation of its last weight gradient
    std::map<std::uint32_t, std::uint32_t> forward_tail;  // by micro-batch
    std::map<std::uint32_t, std::uint32_t> input_done;    // by micro-batch, where the weight gradient is still to come
  };
  /// A pass on its way into the actor: where each of its pieces went.
  struct Emission {
    const PassPieces* pass = nullptr;
    Chunk* chunk = nullptr;
    Operations start;
    std::vector<std::uint32_t> operations;
    bool backward = false;
    std::size_t next = 0;
    std::optional<std::uint32_t> opened;  // the first operation of the block before
  };

  void run(const Pass& pass);
  Emission begin_forward(std::uint32_t chunk, std::uint32_t micro_batch);
  Emission begin_backward(std::uint32_t chunk, std::uint32_t micro_batch, bool weights);
  void emit_segment(Emission& emission, std::uint32_t segment);
  void emit_all(Emission& emission);
  void end_forward(Emission& emission, std::uint32_t micro_batch);
  void end_backward(Emission& emission, std::uint32_t micro_batch, bool weights);
  void write_weight_gradients(std::uint32_t chunk, std::uint32_t micro_batch);
  void weights_done(Chunk& chunk);
  std::optional<std::uint32_t> receive(std::uint32_t from, std::uint32_t tag);
  void send(std::uint32_t to, std::uint32_t tag, const Operations& after);
  std::uint32_t add(StepStream stream, StepLabel label, Operation::Kind kind, const std::string& name,
                    const Operations& after, Duration time = {}, std::uint32_t call = 0);
  void gather_parameters(Chunk& chunk);
  /// Of ZeRO-3: what a block that `emission` is about to open waits for.
  Operations gather_again(Emission& emission, std::size_t block);
  void reduce_gradients(Chunk& chunk, const Operations& also_after);
  /// Adds calls over the cards that hold `count`; returns them.
  Operations over_data(const Chunk& chunk, ParameterCount count, CollectiveKind kind, Precision precision,
                       const std::string& name, const Operations& after);
  void tied_embedding();
  void optimise();
  [[nodiscard]] bool shards() const { return layout_.zero > 0; }

  const ModelSpec& model_;
  const ParallelLayout& layout_;
  const ComputeSpec& compute_;
  const std::vector<ModelStage>& stages_;
  ChunkPieces& pieces_;
  StepCalls& calls_;
  NameTable& names_;
  Actor& actor_;
  std::uint32_t rank_;
  PipelineShape shape_;
  std::vector<Chunk> chunks_;
  Operations holds_;  // messages and sums of the pass before that hold up the next
  std::uint32_t last_computation_ = 0;
  Operations gradients_;  // what the optimiser waits for
};

}  // namespace polyplane::collectives
