#include "mpi/verify_cases.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "collectives/kind_traits.h"
#include "mpi/verify_layouts.h"

namespace polyplane::mpi {
namespace {

using collectives::Algorithm;
using collectives::Collective;
using collectives::CollectiveKind;
using collectives::TokenRouting;

/// More bytes than MPI buffers by itself (4 KiB in shared memory, 64 KiB over TCP), in int32 elements.
constexpr std::int64_t kLargeCount = 20'011;

Collective tokens_contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t bytes) {
  TokenRouting routing;
  routing.tokens = 5;
  routing.seed = 11;
  if (bytes % 2 == 0) {
    routing.draw = TokenRouting::Draw::even;
    routing.top_k = std::min(ranks - 1, 3U);
  } else {
    routing.draw = TokenRouting::Draw::sampled;
    routing.experts = 2 * ranks;
    routing.top_k = std::min(2 * ranks, 5U);
    routing.shared = 1;
  }
  return Collective::of_tokens(kind, ranks, routing, Bytes(bytes));
}

std::vector<std::int64_t> matrix_of(std::uint32_t ranks, std::int64_t elements, bool symmetric) {
  std::vector<std::int64_t> matrix;
  for (std::uint32_t i = 0; i < ranks; ++i) {
    for (std::uint32_t j = 0; j < ranks; ++j) {
      const std::uint32_t low = symmetric ? std::min(i, j) : i, high = symmetric ? std::max(i, j) : j;
      matrix.push_back(static_cast<std::int64_t>(random_bits(3, low, high) % 4) * elements +
                       static_cast<std::int64_t>(elements > 1 ? random_bits(5, low, high) % 2 : 0));
    }
  }
  return matrix;
}

/// Collects the cases of one algorithm.
class Cases {
 public:
  Cases(const Algorithm& algorithm, std::uint32_t ranks) : algorithm_(algorithm), ranks_(ranks) {}

  struct Wish {
    std::int64_t elements = 97;
    ElementKind kind = ElementKind::int32;
    Reduction reduction = Reduction::sum;
    bool in_place = false;
    std::uint32_t root = 0, channels = 0, slices = 0;
  };

  /// "" or why the algorithm cannot.
  std::string add(const VerifyLayout& layout, Wish wish) {
    const CollectiveKind kind = algorithm_.collective;
    if (is_of_tokens(kind)) wish.kind = ElementKind::byte;
    collectives::AlgorithmRequest request{
        .collective = verify_contract(kind, ranks_, wish.elements, wish.kind, wish.root, wish.in_place),
        .layout = layout.layout,
        .channels = wish.channels,
        .slices = wish.slices};
    if (std::string why = algorithm_.cannot(request); !why.empty()) return why;
    std::string text = std::to_string(wish.elements) + " " + std::string(to_string(wish.kind));
    if (reduces(kind)) text += " " + std::string(to_string(wish.reduction));
    if (has_root(kind)) text += ", root " + std::to_string(wish.root);
    text += ", " + layout.text;
    if (wish.channels > 0) text += ", " + std::to_string(wish.channels) + " channels";
    if (wish.slices > 0) text += ", " + std::to_string(wish.slices) + " slices";
    if (wish.in_place) text += ", in place";
    cases_.push_back({std::move(text), std::move(request), wish.kind, wish.reduction, wish.in_place});
    return "";
  }

  void add_sizes(const VerifyLayout& layout) {
    const std::int64_t ranks = ranks_;
    for (const std::int64_t elements :
         {std::int64_t{0}, std::int64_t{1}, ranks - 1, ranks + 1, std::int64_t{97}, std::int64_t{1023}, kLargeCount}) {
      for (const bool in_place : {false, true}) add(layout, {.elements = elements, .in_place = in_place});
    }
    for (const std::int64_t bytes : {1, 13, 4097}) add(layout, {.elements = bytes, .kind = ElementKind::byte});
  }

  void add_types(const VerifyLayout& layout) {
    for (const ElementKind kind : all_element_kinds()) {
      if (!reduces(algorithm_.collective)) {
        add(layout, {.elements = 31, .kind = kind});
        continue;
      }
      for (const Reduction reduction : {Reduction::sum, Reduction::prod, Reduction::min, Reduction::max}) {
        add(layout, {.elements = 61, .kind = kind, .reduction = reduction});
      }
    }
  }

  void add_copies(const VerifyLayout& layout) {
    for (const auto& [channels, slices] :
         std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 1}, {2, 0}, {3, 1}, {0, 3}, {1, 2}, {2, 3}}) {
      if (channels > 1 && !algorithm_.honours_channels) continue;
      if (slices > 1 && !algorithm_.honours_slices) continue;
      add(layout, {.channels = channels, .slices = slices});
      add(layout, {.elements = kLargeCount, .in_place = true, .channels = channels, .slices = slices});
    }
  }

  void add_roots(const VerifyLayout& layout) {
    if (!has_root(algorithm_.collective)) return;
    for (const std::uint32_t root : {ranks_ / 2, ranks_ - 1}) {
      for (const bool in_place : {false, true}) add(layout, {.in_place = in_place, .root = root});
    }
  }

  [[nodiscard]] std::vector<VerifyCase> take() && { return std::move(cases_); }

 private:
  const Algorithm& algorithm_;
  std::uint32_t ranks_;
  std::vector<VerifyCase> cases_;
};

}  // namespace

Collective verify_contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t elements, ElementKind element_kind,
                           std::uint32_t root, bool symmetric) {
  if (is_of_tokens(kind)) return tokens_contract(kind, ranks, elements);
  Collective::Shape shape{.kind = kind,
                          .ranks = ranks,
                          .elements_per_block = elements,
                          .element_bytes = size_of(element_kind),
                          .root = RankId(root),
                          .matrix = {}};
  if (kind == CollectiveKind::alltoallv) shape.matrix = matrix_of(ranks, elements, symmetric);
  return Collective(std::move(shape));
}

std::vector<VerifyCase> verify_cases(const Algorithm& algorithm, std::uint32_t ranks, std::string& why) {
  Cases cases(algorithm, ranks);
  bool first = true;
  why.clear();
  for (const VerifyLayout& layout : verify_layouts(ranks)) {
    const std::string cannot = cases.add(layout, {});
    if (!cannot.empty()) {
      if (why.empty()) why = cannot;
      continue;
    }
    if (algorithm.collective == CollectiveKind::barrier) continue;
    if (std::exchange(first, false)) {
      cases.add_sizes(layout);
      cases.add_types(layout);
      cases.add_copies(layout);
      cases.add_roots(layout);
    } else {
      cases.add(layout, {.elements = 1023, .in_place = true});
    }
  }
  return std::move(cases).take();
}

}  // namespace polyplane::mpi
