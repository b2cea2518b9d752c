// A layer of experts as an experiment: dispatch, then combine, and what many such layers come to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/token_traffic.h"
#include "sim/attribution.h"
#include "sim/sensitivity_answer.h"
#include "sim/time_spread.h"

namespace polyplane::sim {

struct ExchangeJob {
  std::string name;
  collectives::TokenRouting tokens;  // ranks_per_node 0: the scale-up domain, where all are alike
  Bytes dispatch_token, combine_token;
  std::uint32_t layers = 1, micro_batches = 1;
  std::string dispatch_algorithm = "auto", combine_algorithm = "auto", protocol = "auto";
  std::vector<std::uint32_t> ranks;  // as in CollectiveJob
};

/// Nothing but the two collectives takes time: the micro-batches of a layer follow each other, so do layers.
struct ExchangeResult {
  std::string name;
  std::string tokens;  // the routing in words
  std::uint32_t ranks = 0, tokens_per_rank = 0, layers = 1, micro_batches = 1;
  Bytes dispatch_token, combine_token;
  collectives::TokenFigures figures;
  std::string dispatch_algorithm, combine_algorithm;
  Duration dispatch, combine;
  Duration layer;                         // micro_batches x (dispatch + combine)
  Duration time_per_token;                // layers x layer: TPOT of a request that gets a token each pass
  double tokens_per_second = 0;           // of one request
  double tokens_per_second_and_card = 0;  // of all requests that a card holds: a token of each micro-batch and place
  std::uint64_t events = 0;               // of both
  Attribution communication;              // of dispatch and combine together; filled where these are explained
  // Of a layer; as in CollectiveResult.
  std::vector<Sensitivity> sensitivities;
  std::optional<TimeSpread> spread;
};

}  // namespace polyplane::sim
