// Dissemination barrier (Hensgen, Finkel and Manber, 1988): at step j every rank notifies the one 2^j on and waits for
// the one 2^j back; after ceil(log2 n) steps each has heard, directly or not, of all. Messages are empty.
#include <algorithm>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// Bruck's all-gather of arrivals, run the other way around.
class Dissemination : public GeneratedSchedule {
 public:
  explicit Dissemination(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, 1, 1),
        exchange_(request.layout.num_ranks(), Pattern::all_gather),
        order_(domain_order(request.layout)),
        position_(positions(order_)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return exchange_.steps(0); }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    Step s;
    s.send_to = order_[e.from];
    s.peer_step = step;
    s.receive_from = order_[e.to];
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const std::uint32_t me = position_[rank.index()];
    const std::uint32_t ranks = exchange_.parts();
    chunks.clear();
    for (std::uint32_t back = 0; back < exchange_.at(me, step).count; ++back) {
      chunks.push_back(chunk(order_[(me + ranks - back) % ranks].index()));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    return symmetries_along(RankSymmetry::Kind::rotation, exchange_.parts(), position_);
  }

 private:
  BruckExchange exchange_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
};

const bool kRegistered = register_algorithm(
    {.collective = CollectiveKind::barrier,
     .name = "dissemination",
     .sentence = "Barrier in ceil(log2 n) rounds of empty messages.",
     .cost_family = "tree",
     .cannot = {},
     .make = [](const AlgorithmRequest& request) { return std::make_unique<Dissemination>(request); }});

}  // namespace
}  // namespace polyplane::collectives
