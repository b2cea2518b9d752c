#include "collectives/token_draw.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

constexpr int kBits = 53;
/// Draws that miss before the experts left are gone through one by one.
constexpr int kPatience = 16;
/// Stream of the order of popularity; those of ranks are their numbers.
constexpr std::uint64_t kOrderStream = std::uint64_t{1} << 40U;

/// Bit by bit: squaring doubles the logarithm.
double log2_of(std::uint32_t x) {
  const int whole = static_cast<int>(std::bit_width(x)) - 1;
  double mantissa = static_cast<double>(x) / static_cast<double>(std::uint64_t{1} << whole);
  double result = whole, bit = 0.5;
  for (int i = 0; i < kBits; ++i, bit /= 2) {
    mantissa *= mantissa;
    if (mantissa < 2) continue;
    mantissa /= 2;
    result += bit;
  }
  return result;
}

/// 2^-y for y >= 0: a product of 2^(-1/2), 2^(-1/4), ... (square roots are exact to the last bit by IEEE 754).
class PowerOfHalf {
 public:
  PowerOfHalf() {
    double root = 0.5;
    for (double& entry : roots_) entry = root = std::sqrt(root);
  }
  [[nodiscard]] double operator()(double y) const {
    if (y > 60) return 0;
    const auto whole = static_cast<std::uint64_t>(y);
    double rest = y - static_cast<double>(whole);
    double result = 1 / static_cast<double>(std::uint64_t{1} << whole);
    for (const double root : roots_) {
      rest *= 2;
      if (rest < 1) continue;
      rest -= 1;
      result *= root;
    }
    return result;
  }

 private:
  std::array<double, kBits> roots_{};
};

}  // namespace

std::vector<std::uint64_t> zipf_weights(std::uint32_t count, double exponent) {
  const PowerOfHalf power;
  std::vector<std::uint64_t> weights;
  weights.reserve(count);
  for (std::uint32_t i = 1; i <= count; ++i) {
    const double scaled = power(exponent * log2_of(i)) * static_cast<double>(std::uint64_t{1} << 40U);
    weights.push_back(std::max<std::uint64_t>(static_cast<std::uint64_t>(scaled + 0.5), 1));
  }
  return weights;
}

std::vector<std::uint64_t> expert_weights(const TokenRouting& routing) {
  if (!routing.histogram.empty()) return routing.histogram;
  if (routing.zipf == 0) return std::vector<std::uint64_t>(routing.experts, 1);
  std::vector<std::uint64_t> weights = zipf_weights(routing.experts, routing.zipf);
  RandomStream random(routing.seed, kOrderStream);
  for (std::size_t i = weights.size(); i > 1; --i) std::swap(weights[i - 1], weights[random.below(i)]);
  return weights;
}

TokenDraw::TokenDraw(const TokenRouting& routing, std::uint32_t ranks)
    : routing_(routing), ranks_(ranks), weights_(expert_weights(routing)) {
  std::uint64_t sum = 0;
  for (std::uint32_t e = 0; e < routing.experts; ++e) {
    sum += weights_[e];
    ends_.push_back(sum);
    rank_of_.push_back(rank_of_expert(routing, ranks, e));
    node_of_.push_back(rank_of_.back() / routing.ranks_per_node);
  }
}

bool TokenDraw::eligible(std::uint32_t expert) const {
  if (std::find(chosen_.begin(), chosen_.end(), expert) != chosen_.end()) return false;
  return !limited_ || std::find(nodes_.begin(), nodes_.end(), node_of_[expert]) != nodes_.end();
}

std::uint32_t TokenDraw::draw_expert(RandomStream& random) const {
  for (int attempt = 0; attempt < kPatience; ++attempt) {
    const std::uint64_t point = random.below(ends_.back());
    const auto expert = static_cast<std::uint32_t>(std::upper_bound(ends_.begin(), ends_.end(), point) - ends_.begin());
    if (eligible(expert)) return expert;
  }
  std::uint64_t left = 0;
  for (std::uint32_t e = 0; e < routing_.experts; ++e) left += eligible(e) ? weights_[e] : 0;
  CHECK(left > 0, "no expert is left for a token");
  std::uint64_t point = random.below(left);
  std::uint32_t expert = 0;
  for (;; ++expert) {
    if (!eligible(expert)) continue;
    if (point < weights_[expert]) return expert;
    point -= weights_[expert];
  }
}

const std::vector<std::uint32_t>& TokenDraw::next(RandomStream& random) {
  chosen_.clear();
  nodes_.clear();
  result_.clear();
  limited_ = false;
  while (chosen_.size() < routing_.top_k) {
    const std::uint32_t expert = draw_expert(random);
    chosen_.push_back(expert);
    result_.push_back(rank_of_[expert]);
    if (routing_.node_limit == 0 || limited_) continue;
    if (std::find(nodes_.begin(), nodes_.end(), node_of_[expert]) == nodes_.end()) nodes_.push_back(node_of_[expert]);
    limited_ = nodes_.size() == routing_.node_limit;
  }
  for (std::uint32_t i = 0; i < routing_.shared; ++i) {
    result_.push_back(static_cast<std::uint32_t>(random.below(ranks_)));
  }
  std::sort(result_.begin(), result_.end());
  result_.erase(std::unique(result_.begin(), result_.end()), result_.end());
  return result_;
}

}  // namespace polyplane::collectives
