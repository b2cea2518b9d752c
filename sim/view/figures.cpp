#include "sim/view/figures.h"

#include <array>
#include <charconv>

#include "configs/schema/experiment.pb.h"
#include "configs/schema/hardware.pb.h"
#include "configs/schema/rule.pb.h"
#include "sim/parts.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// The shortest text that reads back the same.
std::string number_text(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

/// What a run computes with; memory, power and money stand beside it.
bool decides_time(const FieldDescriptor& field) {
  const bool is_number = field.message_type() == v1::Number::descriptor();
  switch (field.options().GetExtension(v1::rule).dimension()) {
    case v1::Rule::bit_rate:
    case v1::Rule::duration:
    case v1::Rule::length:
    case v1::Rule::propagation:
    case v1::Rule::compute_rate:
      return true;
    case v1::Rule::plain:
      return is_number;
    default:
      return false;
  }
}

class FigureList {
 public:
  FigureList(std::string kind, std::string part, v1::Provenance provenance, std::vector<v1::Figure>& figures)
      : kind_(std::move(kind)), part_(std::move(part)), provenance_(std::move(provenance)), figures_(figures) {}

  void add_all(const Message& message, const std::string& prefix) {
    std::vector<const FieldDescriptor*> fields;
    const Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        const std::string name =
            prefix + field->name() + (field->is_repeated() ? "[" + std::to_string(i) + "]" : std::string());
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          add_text(*field, name,
                   field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                        : reflection.GetString(message, field));
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          add_message(*field, name,
                      field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                           : reflection.GetMessage(message, field));
        }
      }
    }
  }

 private:
  /// Of clusters and stacks: a text with a unit.
  void add_text(const FieldDescriptor& field, const std::string& name, const std::string& value) {
    if (field.options().GetExtension(v1::rule).dimension() == v1::Rule::plain) return;
    fill(add(field, name), provenance_).set_value(value);
  }

  void add_message(const FieldDescriptor& field, const std::string& name, const Message& message) {
    if (message.GetDescriptor() == v1::Provenance::descriptor()) return;
    if (const auto* quantity = dynamic_cast<const v1::Quantity*>(&message); quantity != nullptr) {
      v1::Figure& figure = fill(add(field, name), provenance_of(*quantity, provenance_));
      figure.set_value(quantity->value());
      figure.set_low(quantity->low());
      figure.set_high(quantity->high());
      figure.set_basis(quantity->basis());
      figure.set_assumed(quantity->assumed());
    } else if (const auto* number = dynamic_cast<const v1::Number*>(&message); number != nullptr) {
      v1::Figure& figure = fill(add(field, name), provenance_of(*number, provenance_));
      figure.set_value(number_text(number->value()));
      if (number->has_low()) figure.set_low(number_text(number->low()));
      if (number->has_high()) figure.set_high(number_text(number->high()));
      figure.set_basis(number->basis());
      figure.set_assumed(number->assumed());
    } else {
      add_all(message, name + ".");
    }
  }

  v1::Figure& add(const FieldDescriptor& field, const std::string& name) {
    v1::Figure& figure = figures_.emplace_back();
    figure.set_kind(kind_);
    figure.set_part(part_);
    figure.set_field(name);
    figure.set_decides_time(decides_time(field));
    return figure;
  }

  static v1::Figure& fill(v1::Figure& figure, const v1::Provenance& from) {
    figure.set_source(from.source());
    figure.set_url(from.url());
    figure.set_as_of(from.as_of());
    if (from.confidence() != v1::unstated) figure.set_confidence(v1::Confidence_Name(from.confidence()));
    return figure;
  }

  std::string kind_, part_;
  v1::Provenance provenance_;
  std::vector<v1::Figure>& figures_;
};

/// Of the file itself, where it states one.
v1::Provenance provenance_of_file(const Message& root) {
  const FieldDescriptor* field = root.GetDescriptor()->FindFieldByName("provenance");
  if (field == nullptr || field->message_type() != v1::Provenance::descriptor()) return {};
  return dynamic_cast<const v1::Provenance&>(root.GetReflection()->GetMessage(root, field));
}

}  // namespace

void add_figures(const std::string& kind, const std::string& part, const Message& root,
                 std::vector<v1::Figure>& figures) {
  if (kind == "prices" || kind == "nccl-tuning") return;  // their text says it
  if (const auto* experiment = dynamic_cast<const v1::Experiment*>(&root); experiment != nullptr) {
    const auto add = [&](const std::string& inner, const auto& message) {
      add_figures(inner, message.name().empty() ? part : message.name(), message, figures);
    };
    if (experiment->has_inline_cluster()) add("cluster", experiment->inline_cluster());
    for (const v1::ClusterEntry& entry : experiment->clusters()) {
      if (entry.has_inline_cluster()) add("cluster", entry.inline_cluster());
    }
    if (experiment->has_inline_stack()) add("stack", experiment->inline_stack());
    return;
  }
  FigureList(kind, part, provenance_of_file(root), figures).add_all(root, "");
}

}  // namespace polyplane::sim
