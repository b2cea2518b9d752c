// Writes the workload text of SimAI and ASTRA-sim 1, which collectives/import/simai_workload.cpp reads.
//
// Two kinds of programs are one: a training step as that reader makes it (any of its policies; groups TP, DP, EP and DP_EP), and
// a chain that all cards go through together, each operation after the one before, of compute and collectives of all cards:
// DISTRIBUTED_INFERENCE, a layer for each compute with the collective behind it. What is written is read again and held against
// the program, so that nothing else is written.
// Left out, of chains: the size of elements, and the algorithm and protocol of a call.
// Refused: everything else (sends and receives, actors that differ, times that are no whole nanoseconds, collectives other than
// all-reduce, all-gather, reduce-scatter and alltoall). Layers that do nothing are not written.
#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include "base/error.h"
#include "collectives/export/exporter.h"
#include "collectives/export/simai_layers.h"
#include "collectives/import/importer.h"
#include "collectives/operation_words.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kPsPerNs = 1000;

/// Throws where the format has no word for it.
std::string word_of(const Program& program, std::uint32_t call) {
  switch (program.calls[call].kind) {
    case CollectiveKind::all_reduce:
      return "ALLREDUCE";
    case CollectiveKind::all_gather:
      return "ALLGATHER";
    case CollectiveKind::reduce_scatter:
      return "REDUCESCATTER";
    case CollectiveKind::alltoall:
      return "ALLTOALL";
    default:
      throw InputError(words_of_call(program, call) + " is an " + std::string(to_string(program.calls[call].kind)) +
                       ", which a SimAI workload does not have");
  }
}

std::string nanoseconds(Duration time) {
  if (time.ps() % kPsPerNs != 0) {
    throw InputError(to_string(time) +
                     " of compute is no whole number of nanoseconds, which a SimAI workload counts in");
  }
  return std::to_string(time.ps() / kPsPerNs);
}

/// " 1000 ALLREDUCE 4096"; `usual`: the dimension that goes without saying.
std::string words_of_work(const Program& program, const SimaiWork& work, const std::string& usual) {
  std::string text = " " + nanoseconds(work.compute);
  if (!work.call) return text + " NONE 0";
  text += " " + word_of(program, *work.call);
  if (work.dimension == "ep") text += "_EP";
  if (work.dimension == "dp_ep") text += "_DP_EP";
  if ((work.dimension == "tp" || work.dimension == "dp") && work.dimension != usual) {
    throw InputError(words_of_call(program, *work.call) + " is of " + work.dimension + ", where a SimAI workload has " +
                     usual);
  }
  return text + " " + std::to_string(program.calls[*work.call].size.count());
}

std::string text_of(const Program& program, const std::string& head, std::span<const SimaiLayer> layers,
                    const ExportLimit& limit) {
  std::string text = head + "\n" + std::to_string(layers.size()) + "\n";
  for (const SimaiLayer& layer : layers) {
    text += layer.name + " -1" + words_of_work(program, layer.works[0], "tp") +
            words_of_work(program, layer.works[1], "tp") + words_of_work(program, layer.works[2], "dp") + " " +
            nanoseconds(layer.update) + "\n";
    limit.check_file("the file would have at least", text.size());
  }
  return text;
}

struct Policy {
  const char* name;
  SimaiBackward backward = SimaiBackward::input_first;
  bool grouped = true;     // says how cards are shared out
  bool dp_inside = false;  // neighbours are of one DP group
  bool in_order = false;   // of layers, also backwards
};
constexpr std::array<Policy, 8> kPolicies = {{{"DISTRIBUTED_INFERENCE", SimaiBackward::input_first, false},
                                              {"MICRO", SimaiBackward::input_first, false, false, true},
                                              {"DATA", SimaiBackward::weight_first, false},
                                              {"MODEL", SimaiBackward::input_first, false},
                                              {"HYBRID_TRANSFORMER"},
                                              {"HYBRID_TRANSFORMER_FWD_IN_BCKWD"},
                                              {"HYBRID_DATA_MODEL"},
                                              {"HYBRID_MODEL_DATA", SimaiBackward::input_first, true, true}}};

/// The head of the file as the groups of the calls have it; "" when they are no such groups.
class Head {
 public:
  Head(const Program& program, const Actor& actor) : cards_(actor.cards.size()) {
    for (const Operation& operation : actor.operations) {
      if (operation.kind != Operation::Kind::collective) continue;
      const std::string& dimension = actor.streams[operation.stream].name;
      const std::vector<std::uint32_t>& group = program.calls[operation.call].groups.front();
      if (dimension == "tp") tp_ = &group;
      if (dimension == "dp") dp_ = &group;
      if (dimension == "ep") ep_ = &group;
      if (dimension == "dp_ep") dp_ep_ = &group;
    }
  }

  [[nodiscard]] std::string text(const Policy& policy, const SimaiStep& step) const {
    std::size_t tp = size_or(tp_, 1);
    const bool neighbours = !policy.dp_inside && tp_ == nullptr;  // then members of DP lie TP apart
    if (neighbours && dp_ != nullptr) tp = stride(*dp_);
    if (neighbours && dp_ == nullptr && ep_ != nullptr) tp = stride(*ep_);
    if (policy.dp_inside && tp_ == nullptr && dp_ != nullptr) tp = cards_ / dp_->size();
    if (!policy.grouped) tp = 1;
    if (cards_ % tp != 0) return "";
    std::size_t dp = cards_ / tp;
    if (ep_ != nullptr && dp_ep_ != nullptr) dp = ep_->size() * dp_ep_->size();
    if (dp_ != nullptr) dp = dp_->size();
    const std::size_t ep = ep_ != nullptr ? ep_->size() : dp_ep_ != nullptr ? dp / dp_ep_->size() : 1;
    if (ep == 0 || cards_ % (tp * dp) != 0) return "";
    std::string head = policy.name;
    const auto say = [&](const char* key, std::size_t value) {
      head += std::string(" ") + key + ": " + std::to_string(value);
    };
    if (policy.grouped) say("model_parallel_NPU_group", tp);
    if (policy.grouped || ep > 1) say("ep", ep);
    if (policy.grouped) {
      say("pp", cards_ / (tp * dp));
      say("vpp", 1);
      say("ga", 1);
    }
    say("all_gpus", cards_);
    if (step.initiates.empty()) return head;
    const auto say_all = [&](const char* key, const std::set<std::size_t>& layers) {
      say(key, layers.size());
      for (const std::size_t layer : layers) head += " " + std::to_string(layer);
    };
    say_all("checkpoints", step.checkpoints);
    say_all("checkpoint_initiates", step.initiates);
    return head;
  }

 private:
  using Group = const std::vector<std::uint32_t>*;
  static std::size_t size_or(Group group, std::size_t other) { return group == nullptr ? other : group->size(); }
  static std::size_t stride(const std::vector<std::uint32_t>& group) {
    return group.size() < 2 ? 1 : group[1] - group[0];
  }

  std::size_t cards_;
  Group tp_ = nullptr, dp_ = nullptr, ep_ = nullptr, dp_ep_ = nullptr;  // the first of each
};

bool same_call(const Call& a, const Call& b) {
  return a.kind == b.kind && a.size == b.size && a.element_bytes == b.element_bytes && a.groups == b.groups &&
         a.exact_shares == b.exact_shares && a.algorithm == b.algorithm && a.protocol == b.protocol &&
         b.matrix.empty() && !b.tokens;
}

/// Operations of actors that are equal from the first on, in all but their labels.
std::size_t equal_operations(const Program& a, const Program& b) {
  const Actor& x = a.actors.front();
  const Actor& y = b.actors.front();
  std::size_t k = 0;
  for (; k < std::min(x.operations.size(), y.operations.size()); ++k) {
    const Operation& p = x.operations[k];
    const Operation& q = y.operations[k];
    if (p.kind != q.kind || p.duration != q.duration || p.num_after != q.num_after) break;
    if (a.names[p.name] != b.names[q.name]) break;
    const Stream& of_p = x.streams[p.stream];
    const Stream& of_q = y.streams[q.stream];
    if (of_p.name != of_q.name || of_p.kind != of_q.kind) break;
    const auto same = [](const After& one, const After& other) {
      return one.operation == other.operation && one.started == other.started;
    };
    const auto first_p = x.after.begin() + p.first_after, first_q = y.after.begin() + q.first_after;
    if (!std::equal(first_p, first_p + p.num_after, first_q, same)) break;
    if (p.kind == Operation::Kind::collective && !same_call(a.calls[p.call], b.calls[q.call])) break;
  }
  return k;
}

bool holds_cards_in_order(const Actor& actor) {
  for (std::uint32_t card = 0; card < actor.cards.size(); ++card) {
    if (actor.cards[card] != card) return false;
  }
  return true;
}

struct StepText {
  std::string text;     // "": it cannot be said
  std::string why_not;  // of a program whose operations have names of layers
};

/// A program as a step of layers.
StepText step_text(const Program& program, const ExportLimit& limit) {
  const Actor& actor = program.actors.front();
  if (program.actors.size() > 1 || !holds_cards_in_order(actor)) return {};
  const Head head(program, actor);
  StepText result;
  std::size_t common = 0;
  for (const Policy& policy : kPolicies) {
    std::optional<SimaiStep> step = simai_step_of(program, actor, policy.backward);
    if (!step || step->layers.empty()) return {};
    if (policy.in_order) std::ranges::reverse(step->layers);
    const std::string first = head.text(policy, *step);
    if (first.empty()) continue;
    const std::string text = text_of(program, first, step->layers, limit);
    std::optional<Program> read;
    try {
      read = import_program("simai_workload", {{"what would be written", text}}).program;
    } catch (const InputError&) { continue; }  // not of this policy
    const std::size_t equal = equal_operations(program, *read);
    if (equal == std::max(actor.operations.size(), read->actors.front().operations.size()) &&
        read->actors.front().cards == actor.cards) {
      return {text, ""};
    }
    common = std::max(common, equal);
  }
  const auto at = static_cast<std::uint32_t>(std::min(common, actor.operations.size() - 1));
  return {"", words_of(program, 0, at) + " is not what a step of layers of a SimAI workload has here"};
}

/// One layer of the chain after the other.
class Chain {
 public:
  Chain(const Program& program, const ExportLimit& limit)
      : program_(program), actor_(program.actors.front()), limit_(limit) {
    for (const Actor& actor : program.actors) {
      for (const std::uint32_t card : actor.cards) cards_.push_back(card);
    }
  }

  std::string text() {
    std::vector<std::uint32_t> all(cards_.size());
    std::iota(all.begin(), all.end(), 0U);
    if (cards_ != all)
      throw InputError("the program is not of cards 0 to " + std::to_string(all.size() - 1) + " in order");
    for (std::uint32_t k = 0; k < actor_.operations.size(); ++k) add(k);
    for (std::uint32_t a = 1; a < program_.actors.size(); ++a) check_alike(a);
    if (layers_.empty()) throw InputError("the program does nothing");
    return text_of(program_, "DISTRIBUTED_INFERENCE all_gpus: " + std::to_string(cards_.size()), layers_, limit_);
  }

 private:
  [[noreturn]] void refuse(std::uint32_t actor, std::uint32_t operation, const std::string& why) const {
    throw InputError(words_of(program_, actor, operation) + " " + why +
                     "; a SimAI workload has steps of layers, or a chain of compute and collectives of all cards");
  }

  void check_alike(std::uint32_t a) const {
    const Actor& other = program_.actors[a];
    for (std::uint32_t k = 0; k < std::max(actor_.operations.size(), other.operations.size()); ++k) {
      const bool both = k < actor_.operations.size() && k < other.operations.size();
      if (!both) refuse(k < other.operations.size() ? a : 0, k, "is not of all cards");
      const Operation& p = actor_.operations[k];
      const Operation& q = other.operations[k];
      if (p.kind != q.kind || p.duration != q.duration || (p.kind == Operation::Kind::collective && p.call != q.call) ||
          !follows(other, k)) {
        refuse(a, k, "is not what all cards do");
      }
    }
  }

  /// After the one before.
  static bool follows(const Actor& actor, std::uint32_t k) {
    if (k == 0) return true;
    const Operation& operation = actor.operations[k];
    const bool in_order = operation.stream == actor.operations[k - 1].stream &&
                          actor.streams[operation.stream].kind == Stream::Kind::in_order;
    const auto first = actor.after.begin() + operation.first_after;
    return in_order || std::any_of(first, first + operation.num_after,
                                   [k](const After& after) { return after.operation == k - 1 && !after.started; });
  }

  void add(std::uint32_t k) {
    const Operation& operation = actor_.operations[k];
    if (!follows(actor_, k)) refuse(0, k, "does not come after the operation before it");
    if (operation.kind == Operation::Kind::compute) {
      layers_.push_back({name_of(k), {}, {}});
      layers_.back().works[0].compute = operation.duration;
      return;
    }
    if (operation.kind != Operation::Kind::collective) refuse(0, k, "is no compute and no collective");
    const Call& call = program_.calls[operation.call];
    const bool of_all = call.groups.size() == 1 && call.groups.front() == cards_;
    if (!of_all) refuse(0, k, "is not of all cards, in order");
    if (!call.matrix.empty() || call.tokens) refuse(0, k, "has shares of its own");
    if (layers_.empty() || layers_.back().works[0].call) layers_.push_back({name_of(k), {}, {}});
    layers_.back().works[0].call = operation.call;
  }

  [[nodiscard]] std::string name_of(std::uint32_t k) const {
    std::string name = program_.names[actor_.operations[k].name];
    for (char& c : name) c = c == ' ' || c == '\t' ? '_' : c;
    return name.empty() ? "operation_" + std::to_string(k) : name;
  }

  const Program& program_;
  const Actor& actor_;
  const ExportLimit& limit_;
  std::vector<std::uint32_t> cards_;
  std::vector<SimaiLayer> layers_;
};

std::vector<ExportFile> write(const Program& program, const ExportLimit& limit) {
  if (program.actors.empty()) throw InputError("the program has no actors");
  StepText step = step_text(program, limit);
  if (!step.why_not.empty()) throw InputError(step.why_not);
  if (!step.text.empty()) return {{"", std::move(step.text)}};
  return {{"", Chain(program, limit).text()}};
}

const bool kRegistered = [] {
  exporters().add("simai_workload", "Workload text of SimAI and ASTRA-sim 1, of steps of layers and of chains.",
                  {.extensions = {"txt"}, .schedule = {}, .program = write});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
