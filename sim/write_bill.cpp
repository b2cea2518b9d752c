#include "sim/write_bill.h"

#include "base/utf8.h"

namespace polyplane::sim {
namespace {

void set_length(google::protobuf::Value& to, const std::optional<Length>& length) {
  if (length) {
    to.set_number_value(length->metres());
  } else {
    to.set_null_value(google::protobuf::NULL_VALUE);
  }
}

template <class Unit>
void write_total(const BillTotal<Unit>& from, double (Unit::*number)() const, v1::Bill::Total& to) {
  set(*to.mutable_low(), from.sum, &Spread<Unit>::low, number);
  set(*to.mutable_used(), from.sum, &Spread<Unit>::used, number);
  set(*to.mutable_high(), from.sum, &Spread<Unit>::high, number);
  for (const std::string& missing : from.missing) to.add_missing(valid_utf8(missing));
}

template <class Unit>
std::optional<Spread<Unit>> times(std::int64_t count, const std::optional<Spread<Unit>>& one) {
  return one ? std::optional(count * *one) : std::nullopt;
}

void write_line(const BillLine& from, v1::Bill::Line& to) {
  to.set_section(from.section == BillSection::network ? "network" : "nodes");
  to.set_item(valid_utf8(from.item));
  to.set_part(valid_utf8(from.part));
  to.set_count(static_cast<double>(from.count));
  set_length(*to.mutable_length_m(), from.length);
  set(*to.mutable_price_usd(), from.price.one, &Spread<Money>::used, &Money::dollars);
  set(*to.mutable_price_low_usd(), from.price.one, &Spread<Money>::low, &Money::dollars);
  set(*to.mutable_price_high_usd(), from.price.one, &Spread<Money>::high, &Money::dollars);
  set(*to.mutable_power_w(), from.power.one, &Spread<Power>::used, &Power::watts);
  set(*to.mutable_power_max_w(), from.power_max.one, &Spread<Power>::used, &Power::watts);
  set(*to.mutable_cost_usd(), times(from.count, from.price.one), &Spread<Money>::used, &Money::dollars);
  set(*to.mutable_draw_w(), times(from.count, from.power.one), &Spread<Power>::used, &Power::watts);
  to.set_no_price(valid_utf8(from.price.nothing_because));
  to.set_no_power(valid_utf8(from.power.nothing_because));
  to.set_in_node_price(valid_utf8(from.in_node_price));
  to.set_price_source(valid_utf8(from.price.source));
  to.set_power_source(valid_utf8(from.power.source));
}

}  // namespace

void write_bill(const BillOfMaterials& bill, v1::Bill& message) {
  message.set_prices(valid_utf8(bill.prices));
  message.set_transceivers(static_cast<double>(bill.transceivers));
  write_total(bill.network_cost, &Money::dollars, *message.mutable_network_cost_usd());
  write_total(bill.system_cost, &Money::dollars, *message.mutable_system_cost_usd());
  write_total(bill.network_power, &Power::watts, *message.mutable_network_power_w());
  write_total(bill.system_power, &Power::watts, *message.mutable_system_power_w());
  write_total(bill.network_power_max, &Power::watts, *message.mutable_network_power_max_w());
  write_total(bill.system_power_max, &Power::watts, *message.mutable_system_power_max_w());
  for (const LengthClass& length : bill.lengths) {
    v1::Bill::LengthClass& to = *message.add_cables_by_length();
    to.set_medium(length.medium);
    set_length(*to.mutable_up_to_m(), length.up_to);
    to.set_count(static_cast<double>(length.count));
  }
  for (const BillLine& line : bill.lines) write_line(line, *message.add_lines());
  for (const std::string& note : bill.notes) message.add_notes(valid_utf8(note));
}

}  // namespace polyplane::sim
