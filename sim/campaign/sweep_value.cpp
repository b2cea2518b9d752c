#include "sim/campaign/sweep_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/suggest.h"
#include "base/units.h"
#include "configs/schema/measure_text.h"
#include "configs/schema/rule.pb.h"
#include "configs/schema/text_format.h"
#include "sim/campaign/sweep_scalar.h"
#include "sim/campaign/sweep_split.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool is_message(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

struct Range {
  std::string_view from, to, step;
  char kind = '\0';  // '*', '+' or nothing
};

std::optional<Range> range_of(const FieldDescriptor& field, const SweepItem& item) {
  const bool number = is_whole(field) || field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE;
  const std::string_view text = item.text;
  const std::size_t dots = text.find("..");
  if (!number || item.bracket != '\0' || dots == std::string_view::npos) return std::nullopt;
  Range range{.from = trimmed(text.substr(0, dots))};
  const std::string_view rest = text.substr(dots + 2);
  const std::size_t op = rest.find_first_of("*+");
  range.to = trimmed(rest.substr(0, op));
  if (op == std::string_view::npos) return range;
  range.kind = rest[op];
  range.step = trimmed(rest.substr(op + 1));
  return range;
}

[[noreturn]] void refuse(const SweepItem& item, const std::string& problem) {
  throw InputError("\"" + printable(item.text) + "\": " + problem);
}

class ValueList {
 public:
  explicit ValueList(const SweepKey& key) : key_(key), field_(key.leaf()) {}

  std::vector<SweepValue> parse(std::string_view text) {
    for (const SweepItem& item : split_items(text)) {
      if (const auto range = range_of(field_, item)) {
        add_range(*range, item);
      } else {
        add(value_of(item));
      }
    }
    return std::move(values_);
  }

 private:
  [[nodiscard]] SweepValue value_of(const SweepItem& item) const {
    if (is_message(field_)) return message_value(item);
    if (item.bracket == '{') refuse(item, "is in braces, but " + field_.name() + " is no message");
    if (item.bracket == '[' && !key_.sets_list()) refuse(item, "is a list, but " + key_.text() + " is one value");
    if (item.bracket == '[') return list_value(item);
    return of_scalar(parse_scalar(field_, item.text));
  }

  static SweepValue of_scalar(const SweepScalar& scalar) { return {scalar.text, scalar.number, {scalar.text}}; }

  [[nodiscard]] SweepValue list_value(const SweepItem& item) const {
    SweepValue value;
    if (!item.text.empty()) {
      for (const SweepItem& part : split_items(item.text)) {
        if (part.bracket == '[' || part.bracket == '{') refuse(part, "is a list in a list");
        value.items.push_back(parse_scalar(field_, part.text).text);
      }
    }
    for (const std::string& part : value.items) value.text += (value.text.empty() ? "" : ",") + part;
    value.text = "[" + value.text + "]";
    return value;
  }

  [[nodiscard]] SweepValue message_value(const SweepItem& item) const {
    if (key_.sets_list()) refuse(item, key_.text() + " is a list of messages; give an index, or vary a field inside");
    if (item.bracket != '{') {
      refuse(item, field_.name() + " is a message: vary a field inside, or write it in braces");
    }
    return {"{" + item.text + "}", std::nullopt, {item.text}};
  }

  void add_range(const Range& range, const SweepItem& item) {
    if (range.from.empty() || range.to.empty()) refuse(item, "a range needs both ends, 4..32+4 or 8M..1G*2");
    if (range.kind != '\0' && range.step.empty()) refuse(item, "the step of the range is missing");
    if (is_whole(field_)) {
      add_whole_range(range, item);
    } else {
      add_real_range(range, item);
    }
  }

  void add_whole_range(const Range& range, const SweepItem& item) {
    const std::int64_t from = parse_grains(field_, range.from);
    const std::int64_t to = parse_grains(field_, range.to);
    const bool measure = field_.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (range.kind == '\0' && measure) refuse(item, "a range needs a step, *2 or +STEP");
    std::int64_t step = 1;
    if (range.kind == '*') {
      const char* const end = range.step.data() + range.step.size();
      const auto [rest, error] = std::from_chars(range.step.data(), end, step);
      if (error != std::errc{} || rest != end || step < 2) {
        refuse(item, "the factor of a range is a whole number from 2");
      }
      if (from < 1) refuse(item, "a range with a factor starts above 0");
    } else if (range.kind == '+') {
      step = parse_grains(field_, range.step);
      if (step < 1) refuse(item, "the step of a range is more than 0");
    }
    if (from > to) refuse(item, "the range ends before it starts");
    for (int128 value = from; value <= to; value = range.kind == '*' ? value * step : value + step) {
      add(of_scalar(parse_scalar(field_, grains_text(field_, static_cast<std::int64_t>(value)))));
    }
  }

  void add_real_range(const Range& range, const SweepItem& item) {
    const double from = *parse_scalar(field_, range.from).number;
    const double to = *parse_scalar(field_, range.to).number;
    if (range.kind == '\0') refuse(item, "a range needs a step, *2 or +STEP");
    const double step = *parse_scalar(field_, range.step).number;
    const bool factor = range.kind == '*';
    if (factor ? step <= 1 || from <= 0 : step <= 0) {
      refuse(item, factor ? "a range with a factor starts above 0 and grows" : "the step of a range is more than 0");
    }
    if (from > to) refuse(item, "the range ends before it starts");
    // Steps are counted, not added up; half a millionth of one is forgiven at the end: 0..1+0.1 has 11 values.
    double value = from;
    for (std::size_t i = 0; value <= to + (factor ? value : step) * 5e-7; ++i) {
      add(of_scalar(real_scalar(std::min(value, to))));
      value = factor ? value * step : from + static_cast<double>(i + 1) * step;
    }
  }

  void add(SweepValue value) {
    if (values_.size() == kMaxSweepValues) {
      throw LimitError("a variable has over " + std::to_string(kMaxSweepValues) + " values, the most that is allowed");
    }
    if (!seen_.insert(value.text).second) throw InputError("\"" + printable(value.text) + "\" is given twice");
    values_.push_back(std::move(value));
  }

  const SweepKey& key_;
  const FieldDescriptor& field_;
  std::vector<SweepValue> values_;
  std::set<std::string> seen_;
};

/// Fields of which one at most is stated.
const std::vector<std::vector<std::string>>& alternatives(const Message& message) {
  static const std::vector<std::vector<std::string>> kExperiment{{"cluster", "inline_cluster", "clusters"},
                                                                 {"stack", "inline_stack"}};
  static const std::vector<std::vector<std::string>> kCollective{
      {"sizes", "size_range"}, {"algorithm", "schedule"}, {"ranks", "placement", "groups"}};
  static const std::vector<std::vector<std::string>> kMember{{"cluster", "inline_cluster"}};
  static const std::vector<std::vector<std::string>> kNone;
  const auto* type = message.GetDescriptor();
  if (type == v1::Experiment::descriptor()) return kExperiment;
  if (type == v1::CollectiveJob::descriptor()) return kCollective;
  return type == v1::Member::descriptor() ? kMember : kNone;
}

void clear_alternatives(Message& message, const FieldDescriptor& field) {
  for (const std::vector<std::string>& group : alternatives(message)) {
    if (std::ranges::find(group, field.name()) == group.end()) continue;
    for (const std::string& other : group) {
      if (other == field.name()) continue;
      message.GetReflection()->ClearField(&message, message.GetDescriptor()->FindFieldByName(other));
    }
  }
}

class Setter {
 public:
  Setter(const SweepKey& key, const SweepValue& value) : key_(key), value_(value) {}

  void set(Message& message, std::size_t depth) const {
    const SweepKey::Step& step = key_.steps()[depth];
    const FieldDescriptor& field = *step.field;
    const Reflection& reflection = *message.GetReflection();
    clear_alternatives(message, field);
    const bool leaf = depth + 1 == key_.steps().size();
    if (field.is_repeated() && step.index >= 0 && step.index >= reflection.FieldSize(message, &field)) {
      throw InputError(field.name() + "[" + std::to_string(step.index) + "] does not exist; the experiment has " +
                       std::to_string(reflection.FieldSize(message, &field)));
    }
    if (leaf && !is_message(field)) return set_leaf(message, field, step.index);
    if (!field.is_repeated()) return go_on(*reflection.MutableMessage(&message, &field), depth);
    if (step.index >= 0) return go_on(*reflection.MutableRepeatedMessage(&message, &field, step.index), depth);
    const int count = reflection.FieldSize(message, &field);
    if (count == 0) throw InputError("the experiment has no " + field.name() + " to set it in");
    for (int i = 0; i < count; ++i) go_on(*reflection.MutableRepeatedMessage(&message, &field, i), depth);
  }

 private:
  void go_on(Message& inner, std::size_t depth) const {
    if (depth + 1 < key_.steps().size()) return set(inner, depth + 1);
    inner.Clear();
    configs::parse_text("value", value_.items.front(), inner);
  }

  void set_leaf(Message& message, const FieldDescriptor& field, int index) const {
    if (!key_.sets_list()) return set_scalar(message, field, index, value_.items.front());
    message.GetReflection()->ClearField(&message, &field);
    for (const std::string& item : value_.items) set_scalar(message, field, -1, item);
  }

  const SweepKey& key_;
  const SweepValue& value_;
};

}  // namespace

std::vector<SweepValue> parse_sweep_values(const SweepKey& key, std::string_view text) {
  return ValueList(key).parse(text);
}

std::string sweep_unit(const SweepKey& key) {
  const v1::Rule& rule = key.leaf().options().GetExtension(v1::rule);
  return std::string(configs::measure_unit(rule.dimension()));
}

void set_value(const SweepKey& key, const SweepValue& value, v1::Experiment& experiment) {
  Setter(key, value).set(experiment, 0);
}

}  // namespace polyplane::sim
