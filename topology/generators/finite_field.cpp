#include "topology/generators/finite_field.h"

#include "base/check.h"

namespace polyplane::topology {

std::optional<PrimePower> prime_power(std::int64_t n) {
  if (n < 2) return std::nullopt;
  std::int64_t prime = 2;
  while (prime * prime <= n && n % prime != 0) ++prime;
  if (n % prime != 0) return PrimePower{.prime = n, .exponent = 1};
  PrimePower power{.prime = prime, .exponent = 0};
  for (; n % prime == 0; n /= prime) ++power.exponent;
  if (n != 1) return std::nullopt;
  return power;
}

FiniteField::FiniteField(std::int64_t q) : q_(static_cast<std::uint32_t>(q)), prime_(0) {
  const std::optional<PrimePower> power = prime_power(q);
  CHECK(power && q >= 3 && q <= 65'536, "no finite field of " + std::to_string(q) + " elements");
  prime_ = static_cast<std::uint32_t>(power->prime);
  for (std::uint32_t lower = 1; lower < q_; ++lower) {
    if (try_polynomial(lower)) return;
  }
  CHECK(false, "no primitive polynomial for " + std::to_string(q) + " elements");
}

bool FiniteField::try_polynomial(std::uint32_t lower) {
  powers_.assign(q_ - 1, 0);
  logs_.assign(q_, 0);
  std::uint32_t element = 1;
  for (std::uint32_t i = 0; i + 1 < q_; ++i) {
    if (element == 0 || (i > 0 && element == 1)) return false;
    powers_[i] = element;
    logs_[element] = i;
    element = shift(element, lower);
  }
  return element == 1;
}

std::uint32_t FiniteField::shift(std::uint32_t a, std::uint32_t lower) const {
  const std::uint32_t top = q_ / prime_;  // value of the highest digit
  const std::uint32_t carry = a / top;
  // The digits move up by one; carry * xi^n comes back as -carry * lower.
  std::uint32_t sum = 0;
  std::uint32_t moved = a % top * prime_;
  for (std::uint32_t place = 1; place < q_; place *= prime_) {
    const std::uint32_t digit = moved % prime_ + (prime_ - carry) * (lower % prime_);
    sum += digit % prime_ * place;
    moved /= prime_;
    lower /= prime_;
  }
  return sum;
}

std::uint32_t FiniteField::add(std::uint32_t a, std::uint32_t b) const {
  std::uint32_t sum = 0;
  for (std::uint32_t place = 1; place < q_; place *= prime_) {
    sum += (a % prime_ + b % prime_) % prime_ * place;
    a /= prime_;
    b /= prime_;
  }
  return sum;
}

std::uint32_t FiniteField::multiply(std::uint32_t a, std::uint32_t b) const {
  if (a == 0 || b == 0) return 0;
  return powers_[(logs_[a] + logs_[b]) % (q_ - 1)];
}

}  // namespace polyplane::topology
