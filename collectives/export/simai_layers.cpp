#include "collectives/export/simai_layers.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace polyplane::collectives {
namespace {

enum class Phase : std::uint8_t { forward, again, input, weight, update };
constexpr std::array<std::pair<std::string_view, Phase>, 5> kEndings = {{{" fwd again", Phase::again},
                                                                         {" fwd", Phase::forward},
                                                                         {" ig", Phase::input},
                                                                         {" wg", Phase::weight},
                                                                         {" update", Phase::update}}};

struct Token {
  Phase phase = Phase::forward;
  std::string layer;
  const Operation* operation = nullptr;
  [[nodiscard]] bool is_collective() const { return operation->kind == Operation::Kind::collective; }
};

std::optional<Token> token_of(const Program& program, const Operation& operation) {
  std::string_view name = program.names[operation.name];
  if (operation.kind == Operation::Kind::collective) {
    const std::string kind = " " + std::string(to_string(program.calls[operation.call].kind));
    if (!name.ends_with(kind)) return std::nullopt;
    name.remove_suffix(kind.size());
  } else if (operation.kind != Operation::Kind::compute) {
    return std::nullopt;
  }
  for (const auto& [ending, phase] : kEndings) {
    if (name.ends_with(ending) && name.size() > ending.size()) {
      return Token{phase, std::string(name.substr(0, name.size() - ending.size())), &operation};
    }
  }
  return std::nullopt;
}

class Parser {
 public:
  Parser(const Actor& actor, SimaiBackward order, const std::vector<Token>& tokens)
      : actor_(actor), order_(order), tokens_(tokens) {}

  SimaiStep parse() {
    step_.layers = forward_run(Phase::forward);
    limit_ = step_.layers.size();
    while (at_ < tokens_.size()) {
      const std::vector<SimaiLayer> replayed = forward_run(Phase::again);
      if (at_ == tokens_.size()) break;
      const std::size_t layer = backward_group();
      if (!replayed.empty()) add_replay(layer, replayed.size());
    }
    return std::move(step_);
  }

 private:
  void fill(SimaiWork& work, const Token& token) const {
    if (!token.is_collective()) {
      work.compute = token.operation->duration;
      return;
    }
    work.call = token.operation->call;
    work.dimension = actor_.streams[token.operation->stream].name;
  }

  /// Layers as their forward passes follow each other; compute begins a layer, and so does a collective of another name.
  std::vector<SimaiLayer> forward_run(Phase phase) {
    std::vector<SimaiLayer> layers;
    for (; at_ < tokens_.size() && tokens_[at_].phase == phase; ++at_) {
      const Token& token = tokens_[at_];
      const bool goes_on =
          token.is_collective() && !layers.empty() && layers.back().name == token.layer && !layers.back().works[0].call;
      if (!goes_on) layers.push_back({token.layer, {}, {}});
      fill(layers.back().works[0], token);
    }
    return layers;
  }

  [[nodiscard]] int slot_of(const Token& token) const {
    const int second = token.is_collective() ? 1 : 0;
    const bool weight_first = order_ == SimaiBackward::weight_first;
    if (token.phase == Phase::input) return (weight_first ? 3 : 0) + second;
    if (token.phase == Phase::weight) return (weight_first ? 0 : 2) + second;
    return weight_first ? 2 : 4;  // the update
  }

  /// What follows of one layer; it is looked for from the last layer that is left to the first.
  std::size_t backward_group() {
    SimaiLayer group{tokens_[at_].layer, {}, {}};
    for (int last = -1; at_ < tokens_.size(); ++at_) {
      const Token& token = tokens_[at_];
      if (token.phase == Phase::forward || token.phase == Phase::again) break;
      if (token.layer != group.name || slot_of(token) <= last) break;
      last = slot_of(token);
      if (token.phase == Phase::update) {
        group.update = token.operation->duration;
      } else {
        fill(group.works[token.phase == Phase::input ? 1 : 2], token);
      }
    }
    // A forward pass after the backward pass has begun is of no step; it counts as a layer of its own.
    if (at_ < tokens_.size() && tokens_[at_].phase == Phase::forward) forward_run(Phase::forward);
    std::size_t place = limit_;
    while (place > 0 && step_.layers[place - 1].name != group.name) --place;
    if (place == 0) {
      insert(limit_, group.name);
      place = limit_ + 1;
    }
    SimaiLayer& layer = step_.layers[place - 1];
    layer.works[1] = group.works[1];
    layer.works[2] = group.works[2];
    layer.update = group.update;
    limit_ = place - 1;
    return limit_;
  }

  void insert(std::size_t place, const std::string& name) {
    step_.layers.insert(step_.layers.begin() + static_cast<std::ptrdiff_t>(place), {name, {}, {}});
    for (std::set<std::size_t>* list : {&step_.checkpoints, &step_.initiates}) {
      std::set<std::size_t> moved;
      for (const std::size_t layer : *list) moved.insert(layer + (layer >= place ? 1 : 0));
      *list = std::move(moved);
    }
  }

  /// Before the backward pass of a layer so many others are run forward again, from a checkpoint on.
  void add_replay(std::size_t layer, std::size_t replayed) {
    std::size_t checkpoint = layer;
    while (checkpoint > 0 && replayed > 0) {
      --checkpoint;
      if (!step_.layers[checkpoint].works[0].empty()) --replayed;
    }
    step_.checkpoints.insert(checkpoint);
    step_.initiates.insert(layer);
  }

  const Actor& actor_;
  SimaiBackward order_;
  const std::vector<Token>& tokens_;
  SimaiStep step_;
  std::size_t at_ = 0;
  std::size_t limit_ = 0;  // layers before it have no backward pass yet
};

}  // namespace

std::optional<SimaiStep> simai_step_of(const Program& program, const Actor& actor, SimaiBackward order) {
  std::vector<Token> tokens;
  for (const Operation& operation : actor.operations) {
    std::optional<Token> token = token_of(program, operation);
    if (!token) return std::nullopt;
    tokens.push_back(*std::move(token));
  }
  return Parser(actor, order, tokens).parse();
}

}  // namespace polyplane::collectives
