#include "mpi/test_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::mpi {
namespace {

template <class Value>
void store(std::byte* out, Value value) {
  std::memcpy(out, &value, sizeof(Value));
}

template <class Value>
Value load(const std::byte* data) {
  Value value;
  std::memcpy(&value, data, sizeof(Value));
  return value;
}

/// Never 0: whether 0 or -0 is the smaller is open.
double coarse(std::uint64_t bits, Reduction reduction) {
  const double unit = static_cast<double>(2 * (bits % 128) + 1) / 256;  // (0, 1)
  const double sign = (bits & 128U) != 0 ? -1 : 1;
  return sign * (reduction == Reduction::prod ? 0.75 + unit / 2 : unit);
}

double as_double(ElementKind kind, const std::byte* data) {
  switch (kind) {
    case ElementKind::float32:
      return load<float>(data);
    case ElementKind::float64:
      return load<double>(data);
    case ElementKind::bfloat16:
      return bfloat16_to_float(load<std::uint16_t>(data));
    case ElementKind::int32:
    case ElementKind::byte:
      break;
  }
  check_failed("ElementKind", "no kind of float");
}

double unit_roundoff(ElementKind kind) {
  switch (kind) {
    case ElementKind::float32:
      return 0x1p-24;
    case ElementKind::float64:
      return 0x1p-53;
    case ElementKind::bfloat16:
      return 0x1p-8 + 0x1p-23;  // computed in float32, then rounded
    case ElementKind::int32:
    case ElementKind::byte:
      break;
  }
  check_failed("ElementKind", "no kind of float");
}

}  // namespace

void TestData::element(std::byte* out, std::uint32_t rank, std::uint64_t block, std::int64_t index) const {
  const std::uint64_t key = mix64(mix64(seed_ ^ (std::uint64_t{rank} << 40U)) ^ block);
  const std::uint64_t bits = mix64(key + static_cast<std::uint64_t>(index));
  switch (kind_) {
    case ElementKind::int32:
      return store(out, static_cast<std::uint32_t>(bits));
    case ElementKind::byte:
      return store(out, static_cast<std::uint8_t>(bits));
    case ElementKind::bfloat16:
      return store(out, float_to_bfloat16(static_cast<float>(coarse(bits, reduction_))));
    case ElementKind::float32:
    case ElementKind::float64:
      break;
  }
  // Low bits, so that sums round: less than the steps of coarse().
  const double value = coarse(bits, reduction_) + static_cast<double>(bits >> 20U) * 0x1p-53;
  if (kind_ == ElementKind::float32) return store(out, static_cast<float>(value));
  store(out, value);
}

void TestData::fill(std::span<std::byte> block_data, std::uint32_t rank, std::uint64_t block) const {
  const auto bytes = static_cast<std::size_t>(size_of(kind_));
  for (std::size_t i = 0; i < block_data.size() / bytes; ++i) {
    element(block_data.data() + i * bytes, rank, block, static_cast<std::int64_t>(i));
  }
}

double TestData::tolerance(const collectives::Collective& collective, std::uint64_t block, std::int64_t index) const {
  const bool rounds = (reduction_ == Reduction::sum || reduction_ == Reduction::prod) && kind_ != ElementKind::int32 &&
                      kind_ != ElementKind::byte;
  if (!rounds || !collective.reduced()) return 0;
  double sum = 0, product = 1, operations = -1;
  std::byte value[8];
  for (std::uint32_t rank = 0; rank < collective.ranks(); ++rank) {
    if (!collective.contributes(RankId(rank), block)) continue;
    element(value, rank, block, index);
    const double x = std::abs(as_double(kind_, value));
    sum += x;
    product *= x;
    operations += 1;
  }
  const double roundings = operations * unit_roundoff(kind_);
  return 2 * roundings / (1 - roundings) * (reduction_ == Reduction::sum ? sum : product);
}

std::string element_text(ElementKind kind, const std::byte* data) {
  switch (kind) {
    case ElementKind::int32:
      return std::to_string(load<std::int32_t>(data));
    case ElementKind::byte:
      return std::to_string(load<std::uint8_t>(data));
    case ElementKind::float32:
      return fmt::format("{:.9g}", load<float>(data));
    case ElementKind::float64:
      return fmt::format("{:.17g}", load<double>(data));
    case ElementKind::bfloat16:
      return fmt::format("{:.4g}", bfloat16_to_float(load<std::uint16_t>(data)));
  }
  check_failed("ElementKind", "unknown kind");
}

std::optional<std::string> first_difference(const TestData& data, ElementKind kind,
                                            const collectives::Collective& collective, const BlockPlace& place,
                                            const std::byte* found, const std::byte* expected,
                                            const std::string& whose) {
  const std::int64_t bytes = size_of(kind);
  std::int64_t at = 0;
  while (at < place.where.bytes) {
    const auto [here, there] = std::mismatch(found + at, found + place.where.bytes, expected + at);
    if (here == found + place.where.bytes) return std::nullopt;
    const std::int64_t element = (here - found) / bytes;
    const double allowed = data.tolerance(collective, place.block, element);
    const std::byte* mine = found + element * bytes;
    const std::byte* right = expected + element * bytes;
    // A NaN is no distance at all, and wrong.
    if (!(allowed > 0 && std::abs(as_double(kind, mine) - as_double(kind, right)) <= allowed)) {
      return fmt::format("offset {} (block {}, element {}) has {}, and {} {}{}", place.where.offset + element * bytes,
                         place.block, element, element_text(kind, mine), whose, element_text(kind, right),
                         allowed > 0 ? fmt::format(" (allowed distance {:.3g})", allowed) : "");
    }
    at = (element + 1) * bytes;
  }
  return std::nullopt;
}

}  // namespace polyplane::mpi
