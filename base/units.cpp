#include "base/units.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;  // in base units: ps, bytes or bit/s
};

/// What one kind of quantity is called and measured in.
struct Kind {
  std::string_view noun;     // "rate", as in `rate "400"`
  std::string_view example;  // shown for a bare number
  std::string_view base;     // "bit/s", as in "does not come to a whole bit/s"
  std::span<const Unit> units;
  std::string_view spelling;  // how the units are written, for errors
  std::int64_t max;           // in base units
  std::string_view max_text;
};

constexpr std::int64_t kKilo = 1000, kMega = 1000000, kGiga = 1000000000, kTera = 1000000000000;

constexpr std::array kDurationUnits{Unit{"ps", 1}, Unit{"ns", kKilo}, Unit{"us", kMega}, Unit{"ms", kGiga},
                                    Unit{"s", kTera}};

constexpr std::array kByteUnits{Unit{"B", 1},
                                Unit{"KB", kKilo},
                                Unit{"kB", kKilo},
                                Unit{"MB", kMega},
                                Unit{"GB", kGiga},
                                Unit{"TB", kTera},
                                Unit{"PB", 1000 * kTera},
                                Unit{"KiB", std::int64_t{1} << 10},
                                Unit{"MiB", std::int64_t{1} << 20},
                                Unit{"GiB", std::int64_t{1} << 30},
                                Unit{"TiB", std::int64_t{1} << 40},
                                Unit{"PiB", std::int64_t{1} << 50}};

// Bits first as bps, then bytes, then the other spellings of bits: the order in which a near miss is read.
constexpr std::array kBitRateUnits{
    Unit{"bps", 1},          Unit{"Kbps", kKilo},     Unit{"Mbps", kMega},     Unit{"Gbps", kGiga},
    Unit{"Tbps", kTera},     Unit{"B/s", 8},          Unit{"KB/s", 8 * kKilo}, Unit{"MB/s", 8 * kMega},
    Unit{"GB/s", 8 * kGiga}, Unit{"TB/s", 8 * kTera}, Unit{"b/s", 1},          Unit{"Kb/s", kKilo},
    Unit{"Mb/s", kMega},     Unit{"Gb/s", kGiga},     Unit{"Tb/s", kTera},     Unit{"bit/s", 1},
    Unit{"Kbit/s", kKilo},   Unit{"Mbit/s", kMega},   Unit{"Gbit/s", kGiga},   Unit{"Tbit/s", kTera},
    Unit{"kbps", kKilo},     Unit{"kb/s", kKilo},     Unit{"kbit/s", kKilo},   Unit{"kB/s", 8 * kKilo}};

// The limits leave room to add a few quantities in int64.
constexpr Kind kDuration{"duration",          "500 ns",       "picosecond", kDurationUnits,
                         "ps, ns, us, ms, s", 864000 * kTera, "10 days"};
constexpr Kind kBytes{
    "size",    "64 MiB", "byte", kByteUnits, "B, KB to PB (decimal), KiB to PiB (binary)", std::int64_t{1} << 60,
    "1024 PiB"};
constexpr Kind kBitRate{"rate",
                        "400 Gbps",
                        "bit/s",
                        kBitRateUnits,
                        "bps to Tbps, b/s to Tb/s or bit/s to Tbit/s (bits), B/s to TB/s (bytes)",
                        1000000 * kTera,
                        "1000000 Tbps"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

[[noreturn]] void refuse(const Kind& kind, std::string_view text, const std::string& reason) {
  throw InputError(std::string(kind.noun) + " " + quoted(printable(text)) + " " + reason);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string list_of(const std::vector<std::string>& units) {
  std::string text;
  for (const std::string& unit : units) text += (text.empty() ? "" : " or ") + quoted(unit);
  return text;
}

/// "GBPS" could be meant as Gbps or as GB/s, eight times as much: both are offered, neither is taken.
std::string unit_hint(const Kind& kind, std::string_view name) {
  const auto folded = [](std::string_view unit) {
    std::string text = lower(unit);
    if (text.ends_with("ps") && text.size() > 2) text.replace(text.size() - 2, 2, "/s");
    return text;
  };
  std::vector<std::string> names, same;
  for (const Unit& unit : kind.units) {
    names.emplace_back(unit.name);
    const bool respelled = unit.name.ends_with("b/s") || unit.name.starts_with('k');
    if (!respelled && folded(unit.name) == folded(name)) same.emplace_back(unit.name);
  }
  if (!same.empty()) return "; case counts: did you mean " + list_of(same) + "?";
  const std::string close = nearest(name, names);
  return close.empty() ? "." : "; did you mean " + quoted(close) + "?";
}

/// mantissa x unit / 10^decimals when that is whole: the twos and fives of 10^decimals are cancelled one by one, so
/// that nothing is rounded. Empty when not whole; a value past 128 bits comes out as the largest one.
std::optional<uint128> whole(uint128 mantissa, uint128 unit, std::size_t decimals) {
  for (std::size_t i = 0; i < decimals && mantissa != 0; ++i) {
    for (const unsigned prime : {2U, 5U}) {
      uint128& factor = unit % prime == 0 ? unit : mantissa;
      if (factor % prime != 0) return std::nullopt;
      factor /= prime;
    }
  }
  uint128 product = 0;
  if (__builtin_mul_overflow(mantissa, unit, &product)) return ~uint128{0};
  return product;
}

/// An unsigned decimal number at the front of a text: mantissa / 10^decimals.
struct Number {
  uint128 mantissa = 0;
  std::size_t decimals = 0;
  std::size_t length = 0;  // characters read; 0 when there is no number
  bool huge = false;       // the mantissa passes 128 bits
};

Number read_number(std::string_view text) {
  Number number;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point && i > 0)); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    if (point) ++number.decimals;
    number.huge = number.huge || number.mantissa > (~uint128{0} - 9) / 10;
    number.mantissa = 10 * number.mantissa + static_cast<unsigned>(text[i] - '0');
  }
  number.length = i > 0 && text[i - 1] == '.' ? 0 : i;
  return number;
}

bool starts_with_exponent(std::string_view text) {
  return text.size() > 1 && (text[0] == 'e' || text[0] == 'E') &&
         (is_digit(text[1]) || text[1] == '+' || text[1] == '-');
}

std::int64_t unit_size(const Kind& kind, std::string_view text, std::string_view name) {
  const std::string spelling = " Units: " + std::string(kind.spelling);
  if (name.empty()) refuse(kind, text, "has no unit; write for example " + quoted(kind.example) + "." + spelling);
  for (const Unit& unit : kind.units) {
    if (unit.name == name) return unit.size;
  }
  refuse(kind, text, "has the unknown unit " + quoted(printable(name)) + unit_hint(kind, name) + spelling);
}

std::int64_t parse(const Kind& kind, std::string_view original, bool allow_zero) {
  const std::string_view text = trim(original);
  const std::string example = "; write for example " + quoted(kind.example);
  if (text.empty()) refuse(kind, original, "is empty" + example);
  if (text.front() == '-') refuse(kind, original, "is negative");
  const Number number = read_number(text);
  if (number.length == 0) refuse(kind, original, "is not a number with a unit" + example);
  const std::string_view rest = text.substr(number.length);
  if (starts_with_exponent(rest)) refuse(kind, original, "has an exponent" + example);
  const std::int64_t unit = unit_size(kind, original, trim(rest));
  if (number.huge) refuse(kind, original, "has too many digits");
  const auto value = whole(number.mantissa, static_cast<uint128>(unit), number.decimals);
  if (!value) refuse(kind, original, "does not come to a whole " + std::string(kind.base));
  if (*value > static_cast<uint128>(kind.max)) {
    refuse(kind, original, "is out of range; at most " + std::string(kind.max_text) + " is accepted");
  }
  if (*value == 0 && !allow_zero) refuse(kind, original, "is zero; it must be more than zero");
  return static_cast<std::int64_t>(*value);
}

/// A value in thousandths of a unit.
struct Scaled {
  uint128 thousandths = 0;
  bool exact = false;
};

Scaled scale(std::uint64_t magnitude, std::int64_t unit) {
  const uint128 scaled = static_cast<uint128>(magnitude) * 1000;
  const auto divisor = static_cast<uint128>(unit);
  return {(scaled + divisor / 2) / divisor, scaled % divisor == 0};
}

/// The largest of `units` (ascending) that `magnitude` reaches, counting what its printed form rounds up to.
const Unit& best_unit(std::uint64_t magnitude, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    const uint128 printed = scale(magnitude, best->size).thousandths * static_cast<uint128>(best->size);
    if (printed >= static_cast<uint128>(unit.size) * 1000) best = &unit;
  }
  return *best;
}

std::string print(bool negative, Scaled value, std::string_view unit) {
  const auto thousandths = static_cast<std::uint64_t>(value.thousandths);
  std::string text = (negative ? "-" : "") + std::to_string(thousandths / 1000);
  std::string decimals = std::to_string(1000 + thousandths % 1000).substr(1);
  while (value.exact && !decimals.empty() && decimals.back() == '0') decimals.pop_back();
  if (!decimals.empty()) text += "." + decimals;
  return text + " " + std::string(unit);
}

std::uint64_t magnitude_of(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::string print_in(std::int64_t value, std::span<const Unit> units) {
  const std::uint64_t magnitude = magnitude_of(value);
  const Unit& unit = best_unit(magnitude, units);
  return print(value < 0, scale(magnitude, unit.size), unit.name);
}

}  // namespace

Duration transmission_time(Bytes size, BitRate rate, std::int64_t sharers) {
  CHECK(size.count() >= 0 && rate.bps() > 0 && sharers >= 1,
        "transmission time of " + to_string(size) + " at " + to_string(rate) + " shared by " + std::to_string(sharers));
  // size < 2^63, so size x 8 x 10^12 < 2^106; only an absurd number of sharers can pass 128 bits.
  uint128 bits = 0;
  const bool overflow = __builtin_mul_overflow(static_cast<uint128>(size.count()) * (8 * static_cast<uint128>(kTera)),
                                               static_cast<uint128>(sharers), &bits);
  const auto bps = static_cast<uint128>(rate.bps());
  const uint128 ps = bits / bps + (bits % bps == 0 ? 0 : 1);
  if (overflow || ps > static_cast<uint128>(INT64_MAX)) {
    throw LimitError(to_string(size) + " at " + to_string(rate) + " shared by " + std::to_string(sharers) +
                     " takes longer than the 106 days that simulated time can hold");
  }
  return Duration::from_ps(static_cast<std::int64_t>(ps));
}

Duration parse_duration(std::string_view text) { return Duration::from_ps(parse(kDuration, text, true)); }

Bytes parse_bytes(std::string_view text) { return Bytes(parse(kBytes, text, true)); }

BitRate parse_bit_rate(std::string_view text, bool allow_zero) {
  return BitRate::from_bps(parse(kBitRate, text, allow_zero));
}

std::string to_string(Duration d) { return print_in(d.ps(), kDurationUnits); }

std::string to_string(Bytes b) {
  static constexpr std::array kDecimal{Unit{"B", 1},      Unit{"KB", kKilo}, Unit{"MB", kMega},
                                       Unit{"GB", kGiga}, Unit{"TB", kTera}, Unit{"PB", 1000 * kTera}};
  static constexpr std::array kBinary{Unit{"B", 1},
                                      Unit{"KiB", std::int64_t{1} << 10},
                                      Unit{"MiB", std::int64_t{1} << 20},
                                      Unit{"GiB", std::int64_t{1} << 30},
                                      Unit{"TiB", std::int64_t{1} << 40},
                                      Unit{"PiB", std::int64_t{1} << 50}};
  const std::uint64_t magnitude = magnitude_of(b.count());
  const bool binary = scale(magnitude, best_unit(magnitude, kBinary).size).exact;
  const bool decimal = scale(magnitude, best_unit(magnitude, kDecimal).size).exact;
  return print_in(b.count(), !binary && decimal ? std::span<const Unit>(kDecimal) : std::span<const Unit>(kBinary));
}

std::string to_string(BitRate r) { return print_in(r.bps(), std::span<const Unit>(kBitRateUnits).first(5)); }

}  // namespace polyplane
