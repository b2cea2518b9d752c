#include "sim/nccl/choice.h"

#include <array>
#include <cstdio>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/algorithm.h"
#include "collectives/kind_traits.h"
#include "sim/nccl/graph.h"
#include "sim/placement.h"

namespace polyplane::sim::nccl {
namespace {

using collectives::CollectiveKind;

std::string decimals(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string graph_text(const char* name, const GraphFigures& graph) {
  if (graph.channels == 0) return "";
  return std::string(name) + " " + std::to_string(graph.channels) + " channels of " + decimals(graph.speed_intra, 1) +
         "/" + decimals(graph.speed_inter, 1) + " GB/s (" + std::string(to_string(graph.type_intra)) + "/" +
         std::string(to_string(graph.type_inter)) + "); ";
}

std::string heading(const Constants& constants, const Communicator& communicator) {
  std::string text = "  NCCL " + constants.name + ", " + std::to_string(communicator.nodes) +
                     (communicator.nodes == 1 ? " node, " : " nodes, ") + std::to_string(communicator.ranks) +
                     " ranks, compute capability " + std::to_string(communicator.compute_capability) + ": ";
  text += graph_text("ring", communicator.ring) + graph_text("tree", communicator.tree) +
          graph_text("NVLS", communicator.nvls_graph) + graph_text("CollNet", communicator.collnet_direct);
  text.resize(text.size() - 2);
  text += "\n";
  for (const std::string& line : communicator.assumed) text += "  assumed: " + line + "\n";
  for (const std::string& line : constants.assumed) text += "  assumed: " + line + "\n";
  return text;
}

/// Protocols that an algorithm has not are not worth a line.
bool is_told(const Estimate& estimate, Algorithm algorithm, Protocol protocol) {
  const bool all_protocols = algorithm == Algorithm::tree || algorithm == Algorithm::ring;
  return estimate.why_not.empty() || (all_protocols && protocol == Protocol::ll128) ||
         (!all_protocols && protocol == Protocol::simple);
}

std::string table_text(const CostModel& model, Bytes size) {
  std::string text;
  for (std::size_t a = 0; a < kAlgorithms; ++a) {
    for (std::size_t p = 0; p < kProtocols; ++p) {
      const auto algorithm = static_cast<Algorithm>(a);
      const auto protocol = static_cast<Protocol>(p);
      const Estimate& estimate = model.estimate(algorithm, protocol);
      if (!is_told(estimate, algorithm, protocol)) continue;
      text += "  " + std::string(to_string(algorithm)) + "/" + std::string(to_string(protocol)) + ": ";
      if (const auto time = model.time_us(algorithm, protocol, size)) {
        text += decimals(*time, 2) + " us by NCCL's table (" + decimals(estimate.latency_us, 1) + " us, " +
                decimals(estimate.bandwidth_GBps, 1) + " GB/s)\n";
      } else {
        text += estimate.why_not + "\n";
      }
    }
  }
  return text;
}

std::string name_of(const Choice& choice) {
  return std::string(to_string(choice.algorithm)) + " with " + std::string(to_string(choice.protocol));
}

}  // namespace

std::string_view schedule_name(Algorithm algorithm) {
  static constexpr std::array<std::string_view, kAlgorithms> names = {
      "double_binary_tree", "ring", "collnet_direct", "collnet_chain", "nvls", "nvls_tree", "pat"};
  return names[static_cast<std::size_t>(algorithm)];
}

const Constants& table_of(const Stack& stack) {
  if (stack.nccl) return *stack.nccl;
  throw InputError("NCCL's own choice: stack " + printable(stack.name) +
                   " has no table of NCCL (field nccl_tuning); stack nccl has one");
}

std::string why_no_choice(CollectiveKind kind) {
  return "NCCL has no algorithms to choose from for " + std::string(collectives::to_string(kind)) +
         ", which it sends point to point; name one of polyplane's, or auto";
}

Pick pick_as_nccl(const PickRequest& request) {
  const Constants& constants = table_of(request.stack);
  const CollectiveKind kind = request.collective.kind();
  const std::string collective(collectives::to_string(kind));
  if (!has_choice(kind)) throw InputError("--algorithm nccl: " + why_no_choice(kind));
  if (request.collective.ranks() < 2) {
    const std::string protocol = request.protocol == "auto" ? "Simple" : request.protocol;
    return {"ring", protocol, "  NCCL copies: there is one rank\n"};
  }
  // NCCL sets itself up for all reductions, so by all switches: also by those that cannot do this one.
  const bool able = !collectives::reduces(kind) || nvls_does(request.reduction);
  const collectives::RankLayout layout = able ? request.layout : make_layout(request.topology, request.cards);
  const Communicator communicator =
      derive_communicator(constants, request.topology, request.cards, layout, request.setting);
  const CostModel model(constants, communicator, kind, request.reduction);
  const Bytes size = request.collective.size();
  std::string table = heading(constants, communicator) + table_text(model, size);
  const std::optional<Choice> choice = model.choose(size, request.protocol);
  if (!choice) {
    throw InputError("--algorithm nccl: NCCL has no way for " + collective + " with protocol " +
                     printable(request.protocol) + " here:\n" + table);
  }
  const std::string name(schedule_name(choice->algorithm));
  if (!collectives::algorithms().contains(collective + "/" + name)) {
    throw InputError("--algorithm nccl: NCCL would run " + name_of(*choice) + " for " + collective + " of " +
                     to_string(size) + ", and polyplane has no " + collective + "/" + name +
                     "; name another algorithm, or auto");
  }
  const collectives::Algorithm& ours = collectives::find_algorithm(kind, name);
  if (const std::string why = ours.cannot({request.collective, request.layout}); !why.empty()) {
    throw InputError("--algorithm nccl: NCCL would run " + name_of(*choice) + " for " + collective + " of " +
                     to_string(size) + ", but polyplane's " + collective + "/" + name + " " + why +
                     "; name another algorithm, or auto");
  }
  return {name, std::string(to_string(choice->protocol)), std::move(table)};
}

}  // namespace polyplane::sim::nccl
