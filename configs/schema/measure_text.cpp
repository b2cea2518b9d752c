#include "configs/schema/measure_text.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/units.h"
#include "configs/schema/measure.h"

namespace polyplane::configs {
namespace {

using v1::Rule;

/// value / 10^decimals in plain digits: (1500, 3) is "1.5".
std::string decimal(std::int64_t value, int decimals) {
  std::string digits = std::to_string(value);
  if (decimals == 0) return digits;
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

struct Form {
  std::string_view unit;
  int decimals;  // the grain is 10^-decimals of the unit
};

Form form_of(Rule::Dimension dimension) {
  switch (dimension) {
    case Rule::bit_rate:
      return {"bps", 0};
    case Rule::bytes:
      return {"B", 0};
    case Rule::duration:
      return {"ps", 0};
    case Rule::length:
      return {"m", 3};
    case Rule::propagation:
      return {"ps/m", 0};
    case Rule::compute_rate:
      return {"GFLOPS", 3};
    case Rule::power:
      return {"W", 3};
    case Rule::price:
      return {"USD", 2};
    case Rule::packet_rate:
      return {"pps", 0};
    case Rule::years:
      return {"years", 3};
    default:
      return {"", 0};
  }
}

std::string usual_text(Rule::Dimension dimension, std::int64_t value) {
  switch (dimension) {
    case Rule::bit_rate:
      return to_string(BitRate::from_bps(value));
    case Rule::bytes:
      return to_string(Bytes(value));
    case Rule::duration:
      return to_string(Duration::from_ps(value));
    default:
      return "";
  }
}

/// Of sizes that are whole in one, the largest first.
constexpr std::pair<const char*, std::int64_t> kWholeUnits[] = {{"TiB", std::int64_t{1} << 40},
                                                                {"GiB", std::int64_t{1} << 30},
                                                                {"MiB", std::int64_t{1} << 20},
                                                                {"KiB", std::int64_t{1} << 10}};

/// What people write is rounded to three decimals.
bool reads_as(Rule::Dimension dimension, const std::string& text, std::int64_t value) {
  try {
    return parse_measure(dimension, text) == value;
  } catch (const InputError&) { return false; }  // comes to no whole byte or picosecond
}

}  // namespace

std::string measure_text(Rule::Dimension dimension, std::int64_t value) {
  CHECK(dimension != Rule::plain && value >= 0, "no measure has the value " + std::to_string(value));
  const std::string usual = usual_text(dimension, value);
  if (!usual.empty() && reads_as(dimension, usual, value)) return usual;
  for (const auto& [unit, size] : kWholeUnits) {
    if (dimension == Rule::bytes && value % size == 0) return std::to_string(value / size) + " " + unit;
  }
  const Form form = form_of(dimension);
  return decimal(value, form.decimals) + " " + std::string(form.unit);
}

std::string_view measure_unit(Rule::Dimension dimension) { return form_of(dimension).unit; }

double number_of_measure(Rule::Dimension dimension, std::int64_t value) {
  double divisor = 1;
  for (int i = 0; i < form_of(dimension).decimals; ++i) divisor *= 10;
  return static_cast<double>(value) / divisor;
}

}  // namespace polyplane::configs
