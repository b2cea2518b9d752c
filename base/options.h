// Named, typed, self-describing options of a guest (a topology generator, a routing): the guest declares what it
// understands, the house parses `name=value` texts against that, so that a new guest needs no change of any schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/units.h"

namespace polyplane {

/// One option that a guest understands.
struct OptionSpec {
  enum class Kind { integer, ratio, word, bit_rate, duration, text };  // ratio: "3:1", "1:1" or "3"
  std::string name;
  Kind kind = Kind::integer;
  std::string default_text;               // "" = required
  std::string sentence;                   // what it is, for help and errors
  std::int64_t min = 0, max = INT64_MAX;  // kind integer
  std::vector<std::string> words;         // kind word: the allowed ones
};

struct Ratio {
  std::int64_t numerator = 1, denominator = 1;
};

/// What Options::parse throws: an InputError that knows which of the texts is wrong.
class OptionError : public InputError {
 public:
  static constexpr std::size_t kNoText = SIZE_MAX;  // an option is missing
  OptionError(std::size_t index, const std::string& message) : InputError(message), index_(index) {}
  [[nodiscard]] std::size_t index() const { return index_; }

 private:
  std::size_t index_;
};

/// Parsed options: every declared one has a value. Getters CHECK name and kind (a typo in a guest is our bug).
class Options {
 public:
  /// `texts` are "name=value". Throws OptionError: unknown name (did-you-mean), given twice, missing, malformed, out of
  /// range. The message names the option and `owner`; callers prepend file:line:column of texts[error.index()].
  static Options parse(std::string_view owner, const std::vector<OptionSpec>& specs,
                       const std::vector<std::string>& texts);

  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] Ratio ratio(std::string_view name) const;
  [[nodiscard]] const std::string& word(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] BitRate bit_rate(std::string_view name) const;
  [[nodiscard]] Duration duration(std::string_view name) const;
  /// False when the value is the default.
  [[nodiscard]] bool given(std::string_view name) const;

 private:
  struct Value {
    OptionSpec spec;
    std::string text;
    std::int64_t integer = 0;
    Ratio ratio;
    bool given = false;
  };
  static Value parse_value(const OptionSpec& spec, std::string_view text);
  [[nodiscard]] const Value& value(std::string_view name) const;
  [[nodiscard]] const Value& value(std::string_view name, OptionSpec::Kind kind) const;
  std::vector<Value> values_;
};

}  // namespace polyplane
