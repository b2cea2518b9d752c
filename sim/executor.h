// Releases the transfers of schedules when their dependencies are done, and hands them to the network. No global
// barrier: every lane of every rank goes at its own pace (collectives/schedule.h says what a step waits for). One job
// is one schedule on some cards; several jobs run side by side. Of a folded job only the representatives are there: a
// message to any rank arrives at the rank that stands for it. Memory O(ranks x lanes).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectives/schedule.h"
#include "sim/critical_path.h"
#include "sim/early_messages.h"
#include "sim/engine/engine.h"
#include "sim/folding.h"
#include "sim/lane_waits.h"
#include "sim/network/network_model.h"
#include "sim/stack.h"
#include "sim/trace/trace_sink.h"
#include "sim/waiting_messages.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Borrowed for the life of the executor.
struct Job {
  std::string name;
  const collectives::Schedule* schedule = nullptr;
  std::vector<DeviceId> devices;  // of each rank, then of each agent of the schedule
  ProtocolCosts costs;
  Efficiency efficiency;
  TimePoint start;
  const Folding* folding = nullptr;  // none: every rank is run
  bool rank_by_rank = false;         // ranks start when Executor::release() says so, not all at `start`

  [[nodiscard]] bool is_agent(RankId participant) const {
    return participant.index() >= schedule->collective().ranks();
  }
};

/// Told of jobs that go rank by rank.
class RankSink {
 public:
  virtual ~RankSink() = default;
  static constexpr std::size_t kNoLane = SIZE_MAX;
  /// The rank has done all its steps, now; `lane` was the last, kNoLane: it had none. The executor may be asked to
  /// release() others.
  virtual void rank_done(std::uint32_t job, RankId rank, std::size_t lane) = 0;
};

class Executor final : public EventHandler, public FlowSink {
 public:
  /// Attaches itself to releases. `tier_names`: of the router's topology, for processors (sim/processor_work.h). REQUIRES:
  /// bind() before the engine runs. Throws LimitError past 2^32 - 2 lanes.
  Executor(Engine& engine, topology::Router& router, std::vector<Job> jobs, std::span<const std::string> tier_names);
  /// Flow ids [0, num_flows()) belong to this executor.
  [[nodiscard]] std::uint32_t num_flows() const { return static_cast<std::uint32_t>(lanes_.size()); }
  /// `critical_path` and `trace` may be null; a run that is traced is not folded.
  void bind(NetworkModel& network, CriticalPath* critical_path, TraceSink* trace = nullptr);

  /// REQUIRES: before the first release().
  void bind_ranks(RankSink& sink) { rank_sink_ = &sink; }
  /// The rank of a job that goes rank by rank gets there now; its first step follows after the launch. Agents are there
  /// with the first rank.
  void release(std::uint32_t job, RankId rank);
  /// Makes a job that goes rank by rank ready to run once more. REQUIRES: all its ranks are done.
  void restart(std::uint32_t job);
  [[nodiscard]] RankId rank_of(std::size_t lane) const { return ranks_[lanes_[lane].rank].number; }

  void handle(EventKind kind, std::span<const Event> events) override;
  void delivered(FlowId id) override;

  /// Last step of a job. REQUIRES: the engine ran dry and unfinished() is empty.
  [[nodiscard]] TimePoint end(std::size_t job) const { return ends_[job]; }
  /// The lane of a job that finished last (the lowest of those that tie); none when no lane has a step.
  [[nodiscard]] std::optional<std::size_t> last_lane(std::size_t job) const { return last_lanes_[job]; }
  /// The most messages of one lane that may be under way.
  [[nodiscard]] std::uint32_t slots() const { return waiting_.slots(); }
  /// Messages sent, by all ranks.
  [[nodiscard]] std::uint64_t sends() const { return sends_; }
  /// What processors did beside passing bytes, by trunk; empty: no job has any. (sim/processor_work.h)
  [[nodiscard]] const std::vector<Duration>& processor_times() const { return processor_times_; }
  /// "" when all lanes are done; else who waits for whom, a few of them, for the stall report.
  [[nodiscard]] std::string unfinished() const;

 private:
  struct Rank {
    std::uint32_t job = 0;
    RankId number;  // within the job
    std::uint32_t first_lane = 0;
    TrunkId processor{};  // see processor_of()
    bool knows_processor = false;
  };
  /// Of a job.
  struct Work {
    std::optional<std::uint32_t> processor_tier;
    bool sums = false;          // of messages that are added up take time
    bool within_ranks = false;  // steps copy or add within their rank, and that takes time
  };
  static Work work_of(const Job& job, std::span<const std::string> tier_names);
  struct Lane {
    std::uint64_t arrived = 0;  // bit i: the message for step + i is there
    std::uint32_t step = 0, num_steps = 0;
    std::uint32_t peer = 0, peer_step = 0;  // of the send in flight: receiving lane, and its step
    std::uint32_t rank = 0;                 // index into ranks_
    std::uint8_t under_way = 0;             // messages sent, not delivered: the one in flight and those in waiting_
    std::uint8_t slots = 1;
    bool begun : 1 = false, receives : 1 = false;
    bool far : 1 = false;      // early_ holds messages for it
    bool working : 1 = false;  // the messages of the step are through, its rank copies and adds
  };
  /// Kept for attributions only.
  struct Moments {
    TimePoint delivered;  // the last send, where its slot was wanted and no other has started since
    TimePoint completed;  // the last step
  };
  [[nodiscard]] std::uint32_t lane_of(std::uint32_t lane) const { return lane - ranks_[lanes_[lane].rank].first_lane; }
  struct DoneRank {
    std::uint32_t rank = 0;  // index into ranks_
    std::size_t lane = 0;
  };
  void start_rank(std::uint32_t rank, Duration waiting, Duration launch);
  void tell_done_ranks();
  void run_ready();
  void advance(std::uint32_t lane);
  [[nodiscard]] bool wait_for_others(std::uint32_t lane, const collectives::Step& step);
  void follow_others(std::uint32_t lane, const collectives::Step& step);
  [[nodiscard]] static bool is_added_up(const Job& job, const collectives::Step& step);
  [[nodiscard]] bool begins_work(std::uint32_t lane);
  void end_work(std::uint32_t lane);
  [[nodiscard]] TrunkId processor_of(std::uint32_t rank);
  void add_processor_time(TrunkId processor, Duration time);
  [[nodiscard]] Duration put_work(const Job& job, const Work& work, const collectives::Step& step, Bytes& wire);
  void send(std::uint32_t lane, const collectives::Step& step);
  void start_message(std::uint32_t lane, const collectives::Step& step, const WaitingMessages::Message& message);
  void start_next_message(std::uint32_t lane);
  void arrive(std::uint32_t lane, std::uint32_t step, std::uint32_t sender);
  void next_step(std::uint32_t lane);
  /// So many messages may be under way when the present step is complete.
  static std::uint32_t most_under_way(const Lane& lane) {
    return lane.step + 1 == lane.num_steps ? 0U : lane.slots - 1U;
  }
  static bool step_done(const Lane& lane) {
    return lane.begun && lane.under_way <= most_under_way(lane) && (!lane.receives || (lane.arrived & 1U) != 0);
  }

  Engine& engine_;
  topology::Router& router_;
  NetworkModel* network_ = nullptr;
  CriticalPath* critical_path_ = nullptr;
  TraceSink* trace_ = nullptr;
  std::vector<Job> jobs_;
  std::vector<std::uint32_t> first_rank_;  // of each job, and the end
  std::vector<Rank> ranks_;
  std::vector<Work> work_;  // by job
  std::vector<Duration> processor_times_;
  std::vector<std::uint32_t> lanes_left_;  // by rank: lanes that are not done; empty unless jobs go rank by rank
  std::vector<DoneRank> done_ranks_;       // not yet told
  std::vector<bool> has_agents_;           // by job: they were released; empty unless jobs go rank by rank
  RankSink* rank_sink_ = nullptr;
  std::vector<Lane> lanes_;
  LaneWaits waits_;               // empty when no schedule has lanes that wait for others
  std::vector<Moments> moments_;  // by lane; empty unless there is a critical path
  EarlyMessages early_;           // that came 64 steps or more ahead
  WaitingMessages waiting_;
  std::vector<std::uint32_t> ready_;
  std::vector<TimePoint> ends_;
  std::vector<std::optional<std::size_t>> last_lanes_;
  std::uint64_t sends_ = 0;
  topology::Route route_;
  std::vector<topology::Hop> folded_hops_;
  std::vector<double> loads_;
  std::vector<collectives::LocalWork> local_work_;
};

}  // namespace polyplane::sim
