// Communication of mode flows (run_program.h): messages as flows, collectives as schedules, all on one network.
//
// A schedule keeps lanes for each instance of its call. Where every actor enters a call from one stream in order, and
// no rank can be done before all have entered (all_reduce, all_gather, reduce_scatter, alltoall, barrier), two
// instances at the most are under way, and their lanes are used in turn.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/critical_path.h"
#include "sim/executor.h"
#include "sim/network/network_model.h"
#include "sim/program/communication.h"
#include "sim/program/communication_parts.h"
#include "sim/program/operation_graph.h"
#include "sim/program/program_calls.h"
#include "sim/program/program_executor.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// Keeps references to its arguments.
class FlowCommunication final : public Communication, public RankSink, public FlowSink {
 public:
  /// Chooses algorithms; attaches itself to `engine`. Throws as run_program().
  FlowCommunication(Engine& engine, const OperationGraph& graph, const ProgramInput& input, topology::Router& router);
  /// REQUIRES: before the engine runs.
  void bind(ProgramExecutor& program) { program_ = &program; }

  void send(std::uint32_t operation) override;
  void enter(std::uint32_t operation) override;
  void rank_done(std::uint32_t job, RankId rank, std::size_t lane) override;
  void delivered(FlowId id) override;

  [[nodiscard]] const CommunicationParts& parts() const { return parts_; }
  [[nodiscard]] const std::vector<CallOutcome>& calls() const { return calls_; }
  [[nodiscard]] std::uint64_t foretold_bytes() const { return foretold_bytes_; }
  [[nodiscard]] const NetworkModel& network() const { return *network_; }
  /// Who waits for whom inside collectives; "" when nobody does.
  [[nodiscard]] std::string unfinished() const;

 private:
  /// Where an actor's card is in a call.
  struct Place {
    std::uint32_t actor = 0, group = 0;
    RankId rank;
  };
  struct CallJobs {
    std::vector<Place> places;  // ascending by actor
    std::uint32_t first_job = 0, slots = 0;
  };
  /// What runs in a job now.
  struct InJob {
    std::uint32_t instance = OperationGraph::kNone;
    std::uint32_t ranks_left = 0;
    std::vector<std::uint32_t> operation;  // that each rank entered by
  };
  void place_calls();
  void choose_algorithms();
  void make_jobs();
  void number_sends();
  void check_memory();
  void explain(std::uint32_t operation, std::uint32_t origin, std::size_t lane);

  Engine& engine_;
  const OperationGraph& graph_;
  const ProgramInput& input_;
  topology::Router& router_;
  ProgramExecutor* program_ = nullptr;
  std::vector<PlacedCall> placed_;
  std::vector<RowOutcome> choices_;
  std::vector<CallOutcome> calls_;
  std::vector<std::shared_ptr<const collectives::Schedule>> schedules_;
  std::vector<CallJobs> call_jobs_;
  std::vector<Job> jobs_;
  std::vector<InJob> in_job_;
  std::vector<std::uint32_t> flow_of_;       // by operation: of a send, counted from the first after those of schedules
  std::vector<std::uint32_t> send_of_flow_;  // in flight
  std::vector<BitRate> capacities_;
  std::uint64_t foretold_bytes_ = 0;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<NetworkModel> network_;
  std::unique_ptr<CriticalPath> critical_path_;
  CommunicationParts parts_;
  topology::Route route_;
};

}  // namespace polyplane::sim
