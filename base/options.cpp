#include "base/options.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/suggest.h"

namespace polyplane {
namespace {

std::string option_of(std::string_view owner, const OptionSpec& spec) {
  return "option \"" + spec.name + "\" of " + std::string(owner);
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Whole decimal number without blanks; false when `text` is anything else or passes int64.
bool read_integer(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

std::int64_t parse_integer(const OptionSpec& spec, std::string_view text) {
  std::int64_t value = 0;
  if (!read_integer(text, value) || value < spec.min || value > spec.max) {
    const std::string range = spec.max == INT64_MAX
                                  ? "at least " + std::to_string(spec.min)
                                  : "from " + std::to_string(spec.min) + " to " + std::to_string(spec.max);
    throw InputError("value \"" + printable(text) + "\" is not allowed; it must be a whole number, " + range);
  }
  return value;
}

Ratio parse_ratio(std::string_view text) {
  Ratio ratio;
  const std::size_t colon = text.find(':');
  const bool fine = read_integer(text.substr(0, colon), ratio.numerator) &&
                    (colon == std::string_view::npos || read_integer(text.substr(colon + 1), ratio.denominator));
  if (!fine || ratio.numerator < 1 || ratio.denominator < 1) {
    throw InputError("value \"" + printable(text) +
                     "\" is not a ratio of two whole numbers of at least 1; write for example \"3:1\"");
  }
  return ratio;
}

void check_word(const OptionSpec& spec, std::string_view text) {
  for (const std::string& word : spec.words) {
    if (word == text) return;
  }
  throw InputError(unknown_name("value", text, spec.words));
}

}  // namespace

Options::Value Options::parse_value(const OptionSpec& spec, std::string_view text) {
  Value value;
  value.spec = spec;
  value.text = text;
  switch (spec.kind) {
    case OptionSpec::Kind::integer:
      value.integer = parse_integer(spec, text);
      break;
    case OptionSpec::Kind::ratio:
      value.ratio = parse_ratio(text);
      break;
    case OptionSpec::Kind::word:
      check_word(spec, text);
      break;
    case OptionSpec::Kind::bit_rate:
      value.integer = parse_bit_rate(text).bps();
      break;
    case OptionSpec::Kind::duration:
      value.integer = parse_duration(text).ps();
      break;
    case OptionSpec::Kind::text:
      if (text.empty()) throw InputError("the value is empty");
      break;
  }
  return value;
}

Options Options::parse(std::string_view owner, const std::vector<OptionSpec>& specs,
                       const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  constexpr std::size_t kAbsent = SIZE_MAX;
  std::vector<std::size_t> text_of(specs.size(), kAbsent);  // index into `texts`

  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t equals = texts[i].find('=');
    if (equals == std::string::npos) {
      throw OptionError(i, "option \"" + printable(texts[i]) + "\" of " + std::string(owner) +
                               (names.empty() ? " is not known; it has no options"
                                              : " has no value; write name=value. Allowed: " + join(names)));
    }
    const std::string_view name = std::string_view(texts[i]).substr(0, equals);
    std::size_t s = 0;
    while (s < specs.size() && specs[s].name != name) ++s;
    if (s == specs.size()) throw OptionError(i, unknown_name("option of " + std::string(owner), name, names));
    if (text_of[s] != kAbsent) throw OptionError(i, option_of(owner, specs[s]) + " is given twice");
    text_of[s] = i;
  }

  Options options;
  for (std::size_t s = 0; s < specs.size(); ++s) {
    const OptionSpec& spec = specs[s];
    const bool given = text_of[s] != kAbsent;
    if (!given && spec.default_text.empty()) {
      throw OptionError(OptionError::kNoText, option_of(owner, spec) + " is missing; it is " + spec.sentence +
                                                  ". Write " + spec.name + "=...");
    }
    const std::string_view text =
        given ? std::string_view(texts[text_of[s]]).substr(spec.name.size() + 1) : std::string_view(spec.default_text);
    try {
      options.values_.push_back(parse_value(spec, text));
    } catch (const InputError& error) {
      CHECK(given, "the default of " + option_of(owner, spec) + " is wrong: " + error.what());
      throw OptionError(text_of[s], option_of(owner, spec) + ": " + error.what());
    }
    options.values_.back().given = given;
  }
  return options;
}

const Options::Value& Options::value(std::string_view name) const {
  for (const Value& value : values_) {
    if (value.spec.name == name) return value;
  }
  check_failed("declared", "option \"" + std::string(name) + "\" was not declared");
}

const Options::Value& Options::value(std::string_view name, OptionSpec::Kind kind) const {
  const Value& found = value(name);
  CHECK(found.spec.kind == kind, "option \"" + std::string(name) + "\" was declared as another kind");
  return found;
}

std::int64_t Options::integer(std::string_view name) const { return value(name, OptionSpec::Kind::integer).integer; }

Ratio Options::ratio(std::string_view name) const { return value(name, OptionSpec::Kind::ratio).ratio; }

const std::string& Options::word(std::string_view name) const { return value(name, OptionSpec::Kind::word).text; }

const std::string& Options::text(std::string_view name) const { return value(name, OptionSpec::Kind::text).text; }

BitRate Options::bit_rate(std::string_view name) const {
  return BitRate::from_bps(value(name, OptionSpec::Kind::bit_rate).integer);
}

Duration Options::duration(std::string_view name) const {
  return Duration::from_ps(value(name, OptionSpec::Kind::duration).integer);
}

bool Options::given(std::string_view name) const { return value(name).given; }

}  // namespace polyplane
