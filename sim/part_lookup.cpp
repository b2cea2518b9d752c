#include "sim/part_lookup.h"

namespace polyplane::sim {

namespace {

const std::string& bound_or_value(const std::string& bound, const v1::Quantity& figure) {
  return bound.empty() ? figure.value() : bound;
}

}  // namespace

const std::string& read_rate(const v1::Quantity& figure, Reading reading) {
  if (reading == Reading::used) return figure.value();
  return bound_or_value(reading == Reading::slowest ? figure.low() : figure.high(), figure);
}

const std::string& read_latency(const v1::Quantity& figure, Reading reading) {
  if (reading == Reading::used) return figure.value();
  return bound_or_value(reading == Reading::slowest ? figure.high() : figure.low(), figure);
}

BitRate PartLookup::rate_of(const google::protobuf::Message& message, std::string_view field, bool given,
                            const std::string& text, const std::string& part, const v1::Quantity* figure) {
  if (!given && figure == nullptr) fail_missing(message, field, part);
  if (!given) {
    note_assumed(part, field, *figure);
    return parse_bit_rate(read_rate(*figure, parts_.reading()));
  }
  const BitRate rate = parse_bit_rate(text);
  if (figure != nullptr && rate > parse_bit_rate(figure->value())) {
    source_.fail(message, field,
                 "\"" + text + "\" contradicts " + part + ", which has " + figure->value() +
                     "; lower the rate or leave the name of the part out");
  }
  return rate;
}

Duration PartLookup::latency_of(const std::string& part, std::string_view name, const v1::Quantity& figure) {
  note_assumed(part, name, figure);
  return parse_duration(read_latency(figure, parts_.reading()));
}

void PartLookup::fail_missing(const google::protobuf::Message& message, std::string_view field,
                              const std::string& part) const {
  source_.fail(message, field,
               part.empty() ? "is missing, and no part states it" : "is missing, and " + part + " does not state it");
}

void PartLookup::note_assumed(const std::string& part, std::string_view name, const v1::Quantity& figure) {
  if (figure.assumed().empty()) return;
  assumed_.push_back(part + ", " + std::string(name) + " " + figure.value() + ": " + figure.assumed());
}

}  // namespace polyplane::sim
