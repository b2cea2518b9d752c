#include "sim/write_exchanges.h"

#include "base/utf8.h"
#include "sim/fill_report.h"

namespace polyplane::sim {

void fill_exchanges(const Report& report, v1::Report& message) {
  for (const ExchangeResult& result : report.exchanges) {
    v1::ExchangeResult& to = *message.add_exchanges();
    to.set_name(valid_utf8(result.name));
    to.set_cluster(valid_utf8(report.cluster));
    to.set_tokens(result.tokens);
    to.set_ranks(result.ranks);
    to.set_tokens_per_rank(result.tokens_per_rank);
    to.set_layers(result.layers);
    to.set_micro_batches(result.micro_batches);
    to.set_dispatch_token_bytes(static_cast<double>(result.dispatch_token.count()));
    to.set_combine_token_bytes(static_cast<double>(result.combine_token.count()));
    to.set_ranks_per_token(result.figures.ranks_per_token);
    to.set_nodes_per_token(result.figures.nodes_per_token);
    to.set_rank_imbalance(result.figures.rank_imbalance);
    to.set_node_imbalance(result.figures.node_imbalance);
    to.set_dispatch_algorithm(result.dispatch_algorithm);
    to.set_combine_algorithm(result.combine_algorithm);
    to.set_dispatch_ps(static_cast<double>(result.dispatch.ps()));
    to.set_combine_ps(static_cast<double>(result.combine.ps()));
    to.set_layer_ps(static_cast<double>(result.layer.ps()));
    to.set_time_per_token_ps(static_cast<double>(result.time_per_token.ps()));
    to.set_tokens_per_second(result.tokens_per_second);
    to.set_tokens_per_second_and_card(result.tokens_per_second_and_card);
    if (!result.communication.binding_tier.empty()) fill(result.communication, *to.mutable_communication());
    fill(result.sensitivities, result.layer, *to.mutable_sensitivities());
    if (result.spread) fill(*result.spread, *to.mutable_spread());
  }
}

}  // namespace polyplane::sim
