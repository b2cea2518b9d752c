#include "configs/schema/measure.h"

#include <array>
#include <span>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "base/units.h"

namespace polyplane::configs {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;  // in the grain of the dimension
};

constexpr std::array kLengths{Unit{"mm", 1}, Unit{"cm", 10}, Unit{"m", 1000}, Unit{"km", 1000000}};
constexpr std::array kComputeRates{Unit{"GFLOPS", 1000},          Unit{"TFLOPS", 1000000}, Unit{"PFLOPS", 1000000000},
                                   Unit{"EFLOPS", 1000000000000}, Unit{"GOPS", 1000},      Unit{"TOPS", 1000000},
                                   Unit{"POPS", 1000000000}};
constexpr std::array kPowers{Unit{"mW", 1}, Unit{"W", 1000}, Unit{"kW", 1000000}, Unit{"MW", 1000000000}};
constexpr std::array kPrices{Unit{"USD", 100}};
constexpr std::array kPacketRates{Unit{"pps", 1}, Unit{"Mpps", 1000000}, Unit{"Gpps", 1000000000}};
constexpr std::array kYears{Unit{"years", 1000}};

/// A decimal number, a unit; exact. Base covers rates, sizes and times; these are the dimensions no simulation uses.
std::int64_t parse_decimal(std::span<const Unit> units, std::string_view text, const std::string& example) {
  const auto refuse = [&](const std::string& reason) {
    throw InputError("\"" + printable(text) + "\" " + reason + "; write for example \"" + example + "\"");
  };
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, digits);
  if (number.empty() || number.size() > 18 || number.front() == '.' || number.back() == '.' ||
      number.find('.') != number.rfind('.')) {
    refuse(text.starts_with('-') ? "is negative" : "is not a number with a unit");
  }
  std::string_view name = digits == std::string_view::npos ? std::string_view() : text.substr(digits);
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty()) refuse("has no unit");
  const Unit* unit = nullptr;
  std::string names;
  for (const Unit& candidate : units) {
    names += (names.empty() ? "" : ", ") + std::string(candidate.name);
    if (candidate.name == name) unit = &candidate;
  }
  if (unit == nullptr) refuse("has the unknown unit \"" + printable(name) + "\" (allowed: " + names + ")");
  int128 value = 0, divisor = 1;
  bool point = false;
  for (const char c : number) {
    if (c == '.') {
      point = true;
      continue;
    }
    value = 10 * value + (c - '0');
    if (point) divisor *= 10;
  }
  value *= unit->size;
  if (value % divisor != 0) refuse("is finer than can be kept");
  value /= divisor;
  if (value > INT64_MAX) refuse("is out of range");
  return static_cast<std::int64_t>(value);
}

std::int64_t parse_propagation(std::string_view text) {
  if (!text.ends_with("/m")) {
    throw InputError("\"" + printable(text) + "\" is not a time per metre; write for example \"4.9 ns/m\"");
  }
  return parse_duration(text.substr(0, text.size() - 2)).ps();
}

}  // namespace

std::string example_of(v1::Rule::Dimension dimension) {
  switch (dimension) {
    case v1::Rule::bit_rate:
      return "400 Gbps";
    case v1::Rule::bytes:
      return "64 MiB";
    case v1::Rule::duration:
      return "500 ns";
    case v1::Rule::length:
      return "3 m";
    case v1::Rule::propagation:
      return "4.9 ns/m";
    case v1::Rule::compute_rate:
      return "989 TFLOPS";
    case v1::Rule::power:
      return "700 W";
    case v1::Rule::price:
      return "36000 USD";
    case v1::Rule::packet_rate:
      return "66.5 Gpps";
    case v1::Rule::years:
      return "5 years";
    default:
      return "";
  }
}

std::int64_t parse_measure(v1::Rule::Dimension dimension, std::string_view text) {
  const std::string example = example_of(dimension);
  switch (dimension) {
    case v1::Rule::bit_rate:
      return parse_bit_rate(text, true).bps();
    case v1::Rule::bytes:
      return parse_bytes(text).count();
    case v1::Rule::duration:
      return parse_duration(text).ps();
    case v1::Rule::length:
      return parse_decimal(kLengths, text, example);
    case v1::Rule::propagation:
      return parse_propagation(text);
    case v1::Rule::compute_rate:
      return parse_decimal(kComputeRates, text, example);
    case v1::Rule::power:
      return parse_decimal(kPowers, text, example);
    case v1::Rule::price:
      return parse_decimal(kPrices, text, example);
    case v1::Rule::packet_rate:
      return parse_decimal(kPacketRates, text, example);
    case v1::Rule::years:
      return parse_decimal(kYears, text, example);
    default:
      check_failed("dimension", "a field without a dimension was measured");
  }
}

std::int64_t propagation_ps(std::string_view propagation, std::string_view length) {
  const int128 ps_times_mm =
      static_cast<int128>(parse_measure(v1::Rule::propagation, propagation)) * parse_measure(v1::Rule::length, length);
  return static_cast<std::int64_t>((ps_times_mm + 999) / 1000);
}

}  // namespace polyplane::configs
