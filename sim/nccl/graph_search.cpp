#include "sim/nccl/graph_search.h"

#include <algorithm>
#include <vector>

namespace polyplane::sim::nccl {
namespace {

/// Channels of `speed` that fit into `capacity`: the search rounds what is left to a thousandth of a GB/s.
std::uint32_t fitting(double capacity, double speed) { return static_cast<std::uint32_t>((capacity + 0.0005) / speed); }

/// Share of a channel that the links of one card carry: between nodes one card in g has the NIC instead.
double load_of_channel(const NodeFigures& node, bool several) {
  if (node.cards == 1) return 0;
  return several ? (node.cards - 1.0) / node.cards : 1.0;
}

class Search {
 public:
  Search(const Constants& constants, const NodeFigures& node, bool several)
      : rules_(constants.channels), node_(node), several_(several) {
    const Generation& generation = constants.generation(node.compute_capability);
    speeds_ = several ? generation.speeds_inter : generation.speeds_intra;
  }

  [[nodiscard]] const std::vector<double>& speeds() const { return speeds_; }

  /// As many channels of that speed as NVLinks and NICs carry.
  [[nodiscard]] std::uint32_t channels_at(double speed) const {
    std::uint32_t channels = rules_.most / 2;
    if (const double load = load_of_channel(node_, several_); load > 0) {
      channels = std::min(channels, fitting(node_.card_GBps / load, speed));
    }
    if (several_) channels = std::min(channels, node_.nics * fitting(node_.nic_GBps, speed));
    const double fastest = several_ ? node_.nic_GBps : node_.path_GBps;
    return speed > fastest + 0.0005 ? 0 : channels;
  }

  void run(GraphFigures& best) const {
    for (const double speed : speeds_) {
      if (best.channels > 0 && speed / best.speed_inter <= rules_.slowest_worth) break;
      const std::uint32_t channels = channels_at(speed);
      if (channels * speed > best.channels * best.speed_inter) {
        best.channels = channels;
        best.speed_inter = speed;
      }
      if (best.channels * best.speed_inter >= node_.card_GBps && best.channels > 0) break;
    }
    split(best);
    raise(best);
    best.speed_intra = best.speed_inter;
  }

 private:
  void split(GraphFigures& graph) const {
    if (graph.channels == 0 || graph.speed_inter < rules_.split_from) return;
    if (node_.compute_capability > rules_.split_after && graph.speed_inter < rules_.split_fast &&
        graph.channels > rules_.split_few) {
      return;
    }
    const std::uint32_t channels = std::min(2 * graph.channels, rules_.most / 2);
    const std::uint32_t copies = (channels + graph.channels - 1) / graph.channels;
    graph.speed_inter /= copies;
    graph.channels = channels;
  }

  /// To the next faster speed of the list for as long as all channels fit.
  void raise(GraphFigures& graph) const {
    if (graph.channels == 0) return;
    const auto at = std::ranges::find_if(speeds_, [&](double speed) { return speed <= graph.speed_inter; });
    for (auto next = at; next != speeds_.begin();) {
      --next;
      if (channels_at(*next) < graph.channels) return;
      graph.speed_inter = *next;
    }
  }

  const ChannelRules& rules_;
  const NodeFigures& node_;
  bool several_;
  std::vector<double> speeds_;
};

}  // namespace

GraphFigures ring_graph(const Constants& constants, const NodeFigures& node, bool several) {
  GraphFigures graph{.pattern = Pattern::ring, .type_intra = node.type_intra, .type_inter = node.type_inter};
  graph.same_channels = !several || node.nics <= 1;
  Search(constants, node, several).run(graph);
  return graph;
}

GraphFigures tree_graph(const Constants& constants, const NodeFigures& node, bool several, const GraphFigures& ring) {
  GraphFigures graph = ring;
  graph.pattern = node.cards == 1 ? Pattern::tree : Pattern::balanced_tree;
  const Search search(constants, node, several);
  const double load = node.cards == 1 ? 0 : (node.cards - 1.0) / node.cards;
  const auto& speeds = search.speeds();
  const auto at = std::ranges::find_if(speeds, [&](double speed) { return speed <= graph.speed_intra; });
  for (auto next = at; next != speeds.begin() && graph.speed_intra < 2 * graph.speed_inter;) {
    --next;
    if (load * graph.channels * *next > node.card_GBps + 0.0005 || *next > node.path_GBps + 0.0005) break;
    graph.speed_intra = *next;
  }
  return graph;
}

GraphFigures nvls_graph(const Constants& constants, const NodeFigures& node, bool several) {
  GraphFigures graph{.pattern = Pattern::nvls, .type_intra = node.type_intra, .type_inter = node.type_inter};
  const std::uint32_t heads = std::min(node.cards, constants.factors.most_nvls_cards);
  const std::uint32_t channels = several ? std::min(heads, node.nics) : heads;
  const Generation& generation = constants.generation(node.compute_capability);
  const std::vector<double>& speeds = several ? generation.speeds_inter : generation.speeds_intra;
  auto place = std::ranges::find_if(speeds, [&](double speed) {
    return (channels + 1.0) * speed <= node.card_GBps + 0.0005 && (!several || speed <= node.nic_GBps + 0.0005);
  });
  if (place == speeds.end() || channels == 0) return graph;
  graph.channels = channels;
  graph.speed_intra = graph.speed_inter = *place;
  while (place != speeds.begin() && graph.speed_inter < 2 * graph.speed_intra) {
    --place;
    if (several && *place > node.nic_GBps + 0.0005) break;
    graph.speed_inter = *place;
  }
  return graph;
}

GraphFigures collnet_direct_graph(const Constants& constants, const NodeFigures& node, const GraphFigures& ring) {
  GraphFigures graph = ring;
  graph.pattern = Pattern::collnet_direct;
  graph.channels = std::min({node.nics, node.cards, constants.factors.most_collnet_cards});
  return graph;
}

}  // namespace polyplane::sim::nccl
