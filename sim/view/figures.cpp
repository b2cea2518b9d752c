#include "sim/view/figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

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

/// Facts about a part that no time follows from: how far a cable reaches, what a switch or a slot could take at most.
constexpr std::array<std::string_view, 6> kBesideTimes{"reach",           "capacity",   "ports",
                                                       "pcie_generation", "pcie_lanes", "accelerators_per_server"};

/// What a run computes with; memory, power and money stand beside it.
bool decides_time(const FieldDescriptor& field) {
  if (std::ranges::find(kBesideTimes, field.name()) != kBesideTimes.end()) return false;
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

/// The text of a field; empty where the message has no such field.
std::string text_of(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool is_text =
      field != nullptr && !field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return is_text ? message.GetReflection()->GetString(message, field) : std::string();
}

/// What people call one of several: its name or its family, else its number.
std::string element_name(const Message& element, int index) {
  for (const char* name : {"name", "family"}) {
    if (std::string text = text_of(element, name); !text.empty()) return text;
  }
  return std::to_string(index);
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether `sentence` names `value` ("65 m") and not a longer number or word that holds it ("165 m", "65 ms").
bool quotes(std::string_view sentence, std::string_view value) {
  for (std::size_t at = sentence.find(value); at != std::string_view::npos; at = sentence.find(value, at + 1)) {
    const std::size_t end = at + value.size();
    const bool begins = at == 0 || !(is_letter_or_digit(sentence[at - 1]) || sentence[at - 1] == '.');
    if (begins && (end == sentence.size() || !is_letter_or_digit(sentence[end]))) return true;
  }
  return false;
}

class FigureList {
 public:
  FigureList(std::string kind, std::string part, v1::Provenance provenance, std::vector<std::string> assumed,
             std::vector<v1::Figure>& figures)
      : kind_(std::move(kind)),
        part_(std::move(part)),
        provenance_(std::move(provenance)),
        assumed_(std::move(assumed)),
        figures_(figures) {}

  void add_all(const Message& message, const std::string& prefix) {
    std::vector<const FieldDescriptor*> fields;
    const Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        const auto name = [&](const std::string& which) {
          return prefix + field->name() + (field->is_repeated() ? "[" + which + "]" : std::string());
        };
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          add_text(*field, name(std::to_string(i)),
                   field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                        : reflection.GetString(message, field));
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          const Message& inner = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                      : reflection.GetMessage(message, field);
          add_message(*field, name(element_name(inner, i)), inner);
        }
      }
    }
  }

 private:
  /// Of clusters and stacks: a text with a unit. No source stands beside one that the file calls assumed.
  void add_text(const FieldDescriptor& field, const std::string& name, const std::string& value) {
    if (field.options().GetExtension(v1::rule).dimension() == v1::Rule::plain) return;
    const auto why = std::ranges::find_if(assumed_, [&](const auto& sentence) { return quotes(sentence, value); });
    v1::Figure& figure = add(field, name);
    figure.set_value(value);
    if (why == assumed_.end()) {
      fill(figure, provenance_);
    } else {
      figure.set_assumed(*why);
    }
  }

  void add_message(const FieldDescriptor& field, const std::string& name, const Message& message) {
    if (message.GetDescriptor() == v1::Provenance::descriptor()) return;
    if (const auto* quantity = dynamic_cast<const v1::Quantity*>(&message); quantity != nullptr) {
      v1::Figure& figure = fill(add(field, name), stated_by(*quantity));
      figure.set_value(quantity->value());
      figure.set_low(quantity->low());
      figure.set_high(quantity->high());
      figure.set_basis(quantity->basis());
      figure.set_assumed(quantity->assumed());
    } else if (const auto* number = dynamic_cast<const v1::Number*>(&message); number != nullptr) {
      v1::Figure& figure = fill(add(field, name), stated_by(*number));
      figure.set_value(number_text(number->value()));
      if (number->has_low()) figure.set_low(number_text(number->low()));
      if (number->has_high()) figure.set_high(number_text(number->high()));
      figure.set_basis(number->basis());
      figure.set_assumed(number->assumed());
    } else {
      add_all(message, name + ".");
    }
  }

  /// The part's own source says nothing of a figure that is assumed.
  template <class Stated>
  [[nodiscard]] v1::Provenance stated_by(const Stated& figure) const {
    return provenance_of(figure, figure.assumed().empty() ? provenance_ : v1::Provenance());
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
  std::vector<std::string> assumed_;
  std::vector<v1::Figure>& figures_;
};

/// Sentences of a cluster or a stack about figures that no public source states.
std::vector<std::string> assumed_of_file(const Message& root) {
  if (const auto* cluster = dynamic_cast<const v1::Cluster*>(&root); cluster != nullptr) {
    return {cluster->assumed().begin(), cluster->assumed().end()};
  }
  if (const auto* stack = dynamic_cast<const v1::Stack*>(&root); stack != nullptr) {
    return {stack->assumed().begin(), stack->assumed().end()};
  }
  return {};
}

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
  FigureList(kind, part, provenance_of_file(root), assumed_of_file(root), figures).add_all(root, "");
}

bool is_of_compute(const v1::Figure& figure) {
  if (figure.kind() == "model") return true;
  if (figure.kind() != "accelerator") return false;
  const FieldDescriptor* field = v1::Accelerator::descriptor()->FindFieldByName(figure.field());
  if (field == nullptr) return false;
  return field->name() == "memory_bandwidth" ||
         field->options().GetExtension(v1::rule).dimension() == v1::Rule::compute_rate;
}

}  // namespace polyplane::sim
