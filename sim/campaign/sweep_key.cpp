#include "sim/campaign/sweep_key.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/suggestions.h"

namespace polyplane::sim {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kInline = "inline_";
constexpr std::size_t kDeepest = 16;

struct Segment {
  std::string name;
  std::optional<int> index;
};

/// "collectives[0]" taken apart.
Segment parse_segment(std::string_view text) {
  const std::size_t bracket = text.find('[');
  Segment segment{std::string(text.substr(0, bracket)), std::nullopt};
  const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const bool named = !segment.name.empty() && std::ranges::all_of(segment.name, in_name);
  int index = 0;
  bool good = named;
  if (bracket != std::string_view::npos) {
    const std::string_view digits = text.substr(bracket + 1, text.size() - bracket - 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    good = good && text.ends_with(']') && error == std::errc{} && end == digits.data() + digits.size() && index >= 0;
    segment.index = index;
  }
  if (!good) {
    throw InputError("\"" + printable(text) + "\" is not the name of a field; write for example collectives[0].sizes");
  }
  return segment;
}

/// The way to the nearest field of that name, or of one that ends in it (num_planes for planes), below `root`; "" for none.
std::string find_below(const Descriptor& root, const std::string& name) {
  struct Place {
    const Descriptor* message;
    std::string path;
  };
  std::vector<Place> queue{{&root, ""}};
  std::vector<const Descriptor*> seen{&root};
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Place place = queue[next];
    for (int i = 0; i < place.message->field_count(); ++i) {
      const FieldDescriptor& field = *place.message->field(i);
      if (field.name() == name || field.name() == "num_" + name) return place.path + field.name();
      const Descriptor* inner = field.message_type();
      if (inner == nullptr || std::ranges::find(seen, inner) != seen.end()) continue;
      seen.push_back(inner);
      const bool named = field.name().starts_with(kInline);
      queue.push_back({inner, place.path + (named ? field.name().substr(kInline.size()) : field.name()) + "."});
    }
  }
  return "";
}

const FieldDescriptor& field_of(const Descriptor& message, const std::string& name, const std::string& before,
                                bool last) {
  if (const FieldDescriptor* field = message.FindFieldByName(name)) return *field;
  const FieldDescriptor* plural = message.FindFieldByName(name + "s");
  if (plural != nullptr && plural->is_repeated() && (last || plural->message_type() != nullptr)) return *plural;
  const std::string below = find_below(message, name);
  if (!below.empty()) {
    throw InputError("unknown field of " + message.name() + " \"" + printable(name) + "\"; did you mean " +
                     (before.empty() ? "" : before + ".") + below + "?");
  }
  throw InputError(unknown_name("field of " + message.name(), name, configs::field_names(message)));
}

}  // namespace

SweepKey SweepKey::parse(std::string_view text) {
  SweepKey key;
  const Descriptor* message = v1::Experiment::descriptor();
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find('.', from), text.size());
    const bool last = end == text.size();
    const Segment segment = parse_segment(text.substr(from, end - from));
    const FieldDescriptor* field = &field_of(*message, segment.name, key.text_, last);
    std::string name = field->name();
    // What is named is led into as if it were written out: only that of the experiment itself can be.
    const FieldDescriptor* inside =
        key.steps_.empty() ? message->FindFieldByName(std::string(kInline) + name) : nullptr;
    if (!last && inside != nullptr) field = inside;
    if (segment.index && !field->is_repeated()) {
      throw InputError("\"" + printable(segment.name) + "\" is no list; leave the index out");
    }
    if (segment.index) name += "[" + std::to_string(*segment.index) + "]";
    key.text_ += (key.text_.empty() ? "" : ".") + name;
    key.steps_.push_back({field, segment.index.value_or(-1)});
    message = field->message_type();
    if (!last && message == nullptr) { throw InputError("\"" + printable(segment.name) + "\" has no fields inside"); }
    if (key.steps_.size() > kDeepest) throw InputError("the path has over " + std::to_string(kDeepest) + " fields");
    from = end + 1;
  }
  return key;
}

bool SweepKey::inside_cluster() const { return steps_.size() > 1 && steps_.front().field->name() == "inline_cluster"; }

bool SweepKey::inside_stack() const { return steps_.size() > 1 && steps_.front().field->name() == "inline_stack"; }

bool SweepKey::covers(const configs::FieldPath& path) const {
  if (path.size() < steps_.size()) return false;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (path[i].first != steps_[i].field) return false;
    const bool same = steps_[i].index < 0 || path[i].second < 0 || path[i].second == steps_[i].index;
    if (!same) return false;
  }
  return true;
}

}  // namespace polyplane::sim
