#include "collectives/training/step_calls.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

std::vector<Dimension> dimensions(Meeting meeting) {
  switch (meeting) {
    case Meeting::tensor:
      return {Dimension::tensor};
    case Meeting::context:
      return {Dimension::context};
    case Meeting::expert:
      return {Dimension::expert};
    case Meeting::data:
      return {Dimension::context, Dimension::expert, Dimension::data};
    case Meeting::expert_data:
      return {Dimension::context, Dimension::data};
  }
  check_failed("meeting", "an unknown group of cards");
}

bool of_stage(Meeting meeting) { return meeting == Meeting::data || meeting == Meeting::expert_data; }

}  // namespace

std::int64_t StepCalls::members(Meeting meeting) const {
  switch (meeting) {
    case Meeting::tensor:
      return layout_.tensor;
    case Meeting::context:
      return layout_.context;
    case Meeting::expert:
      return layout_.expert;
    case Meeting::data:
    case Meeting::expert_data: {
      const std::int64_t copies = layout_.schedule == PipelineKind::dualpipe ? 2 : 1;
      return copies * layout_.context * layout_.data / (meeting == Meeting::expert_data ? layout_.expert : 1);
    }
  }
  check_failed("meeting", "an unknown group of cards");
}

std::uint32_t StepCalls::add(const Key& key, Call call) {
  const auto [found, fresh] = known_.emplace(key, static_cast<std::uint32_t>(program_.calls.size()));
  if (fresh) program_.calls.push_back(std::move(call));
  return found->second;
}

std::uint32_t StepCalls::call(std::uint32_t pipeline_rank, Meeting meeting, CollectiveKind kind, Bytes size,
                              const std::string& name) {
  CHECK(members(meeting) > 1, "a collective of one card");
  // Both ranks of a dualpipe pair hold the stage: the lower one names the call.
  const auto ranks = static_cast<std::uint32_t>(layout_.pipeline);
  const bool pair = of_stage(meeting) && layout_.schedule == PipelineKind::dualpipe;
  const std::uint32_t first = pair ? std::min(pipeline_rank, ranks - 1 - pipeline_rank) : pipeline_rank;
  const Key key{first, static_cast<int>(meeting), static_cast<int>(kind), size.count(), name};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Call call{.name = name, .kind = kind, .groups = grid_.groups(first, dimensions(meeting)), .size = size};
  call.element_bytes = size.count() % 2 == 0 ? 2 : 1;
  if (pair) {
    const auto others = grid_.groups(ranks - 1 - first, dimensions(meeting));
    for (std::size_t g = 0; g < call.groups.size(); ++g) {
      call.groups[g].insert(call.groups[g].end(), others[g].begin(), others[g].end());
    }
  }
  return add(key, std::move(call));
}

std::uint32_t StepCalls::experts_call(std::uint32_t pipeline_rank, CollectiveKind kind, std::int64_t tokens,
                                      Bytes token) {
  CHECK(members(Meeting::expert) > 1, "experts of one card are not far away");
  const std::string name = kind == CollectiveKind::dispatch ? "dispatch" : "combine";
  const Key key{pipeline_rank, static_cast<int>(Meeting::expert), static_cast<int>(kind), tokens,
                name + std::to_string(token.count())};
  Call call{
      .name = name, .kind = kind, .groups = grid_.groups(pipeline_rank, dimensions(Meeting::expert)), .size = token};
  call.element_bytes = 1;
  TokenRouting routing;
  routing.tokens = static_cast<std::uint32_t>(tokens);
  routing.experts = static_cast<std::uint32_t>(model_.experts->count);
  routing.top_k = static_cast<std::uint32_t>(model_.experts->top_k);
  routing.node_limit = static_cast<std::uint32_t>(model_.experts->node_limit);
  call.tokens = routing;
  return add(key, std::move(call));
}

std::uint32_t StepCalls::between(std::uint32_t one, std::uint32_t other, CollectiveKind kind, Bytes size,
                                 const std::string& name) {
  const Key key{std::min(one, other), -1, static_cast<int>(kind), size.count(),
                name + std::to_string(std::max(one, other))};
  Call call{.name = name, .kind = kind, .groups = {}, .size = size};
  const std::vector<std::uint32_t> left = grid_.of_pipeline_rank(std::min(one, other));
  const std::vector<std::uint32_t> right = grid_.of_pipeline_rank(std::max(one, other));
  for (std::size_t i = 0; i < left.size(); ++i) call.groups.push_back({left[i], right[i]});
  return add(key, std::move(call));
}

}  // namespace polyplane::collectives
