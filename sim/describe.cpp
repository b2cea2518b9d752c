#include "sim/describe.h"

#include <google/protobuf/text_format.h>

#include <vector>

#include "base/suggest.h"
#include "sim/parts.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string number(double value) {
  std::string text = std::to_string(value);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string shown(const std::string& text) { return text; }
std::string shown(double value) { return number(value); }

template <class Figure>
std::string figure_line(const Figure& figure, const v1::Provenance& part) {
  std::string line = shown(figure.value());
  if constexpr (std::is_same_v<Figure, v1::Quantity>) {
    if (!figure.low().empty()) line += " (" + figure.low() + " to " + figure.high() + ")";
  } else {
    if (figure.has_low()) line += " (" + number(figure.low()) + " to " + number(figure.high()) + ")";
  }
  if (!figure.basis().empty()) line += ", " + figure.basis();
  const v1::Provenance from = provenance_of(figure, part);
  line += "  [" + from.source() + ", " + from.as_of() + ", " + v1::Confidence_Name(from.confidence()) + "]";
  if (!figure.assumed().empty()) line += "  assumed: " + figure.assumed();
  return line;
}

std::string scalar(const Message& message, const FieldDescriptor* field, int index) {
  std::string text;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return printable(index < 0 ? message.GetReflection()->GetString(message, field)
                               : message.GetReflection()->GetRepeatedString(message, field, index));
  }
  google::protobuf::TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

/// Fields of `message` as "prefix.name  value" lines; figures with their source.
/// "sum, min of half, float (source)".
std::string arithmetic_line(const v1::InNetworkArithmetic& arithmetic) {
  std::string line;
  for (const std::string& operation : arithmetic.operations()) line += (line.empty() ? "" : ", ") + operation;
  for (int i = 0; i < arithmetic.datatypes_size(); ++i) line += (i == 0 ? " of " : ", ") + arithmetic.datatypes(i);
  return arithmetic.source().empty() ? line : line + " (" + arithmetic.source() + ")";
}

void describe(const Message& message, const std::string& prefix, const v1::Provenance& provenance, std::string& out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = prefix + field->name();
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string line = "  " + name + std::string(name.size() < 30 ? 30 - name.size() : 1, ' ');
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        out += line + scalar(message, field, field->is_repeated() ? i : -1) + "\n";
        continue;
      }
      const Message& inner = field->is_repeated() ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                                  : message.GetReflection()->GetMessage(message, field);
      if (inner.GetDescriptor() == v1::Provenance::descriptor()) continue;
      if (const auto* quantity = dynamic_cast<const v1::Quantity*>(&inner); quantity != nullptr) {
        out += line + figure_line(*quantity, provenance) + "\n";
      } else if (const auto* figure = dynamic_cast<const v1::Number*>(&inner); figure != nullptr) {
        out += line + figure_line(*figure, provenance) + "\n";
      } else if (const auto* can = dynamic_cast<const v1::InNetworkArithmetic*>(&inner); can != nullptr) {
        out += line + arithmetic_line(*can) + "\n";
      } else {
        describe(inner, name + ".", provenance, out);
      }
    }
  }
}

void add(std::string& sentence, const std::string& clause) {
  sentence += (sentence.ends_with(':') ? " " : ", ") + clause;
}

}  // namespace

std::string sentence_of(const v1::Accelerator& part) {
  std::string sentence = part.vendor() + " " + part.model() + ":";
  const auto& up = part.scale_up();
  if (part.has_memory()) add(sentence, part.memory().value() + " " + part.memory_type());
  if (up.has_rate()) add(sentence, up.rate().value() + " scale-up per direction");
  if (up.kind() != v1::unset) add(sentence, v1::ScaleUpKind_Name(up.kind()));
  if (up.has_domain_size()) add(sentence, "domains of " + number(up.domain_size().value()));
  if (part.scale_out().has_rate()) add(sentence, part.scale_out().rate().value() + " scale-out");
  return sentence;
}

std::string sentence_of(const v1::Switch& part) {
  std::string sentence = part.vendor() + " " + part.model() + ":";
  if (part.has_ports()) add(sentence, number(part.ports().value()) + " ports");
  if (part.has_port_rate()) add(sentence, part.port_rate().value() + " each");
  if (part.has_latency()) add(sentence, part.latency().value());
  add(sentence, part.role());
  return sentence;
}

std::string sentence_of(const v1::Nic& part) {
  std::string sentence = part.vendor() + " " + part.model() + ":";
  if (part.has_rate()) add(sentence, part.rate().value());
  if (part.has_latency()) add(sentence, part.latency().value());
  if (!part.host_interface().empty()) add(sentence, part.host_interface());
  return sentence;
}

std::string sentence_of(const v1::Cable& part) {
  std::string sentence = part.model() + ":";
  add(sentence, part.medium());
  if (part.has_rate()) add(sentence, part.rate().value());
  if (part.has_reach()) add(sentence, "up to " + part.reach().value());
  if (part.has_propagation()) add(sentence, part.propagation().value());
  return sentence;
}

std::string describe_part(const Message& part, const v1::Provenance& provenance) {
  std::string out;
  describe(part, "", provenance, out);
  return out + "  source                        " + provenance.source() +
         (provenance.url().empty() ? "" : " " + provenance.url()) + " [" + provenance.as_of() + ", " +
         v1::Confidence_Name(provenance.confidence()) + "]\n";
}

}  // namespace polyplane::sim
