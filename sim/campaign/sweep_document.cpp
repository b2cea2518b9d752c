#include "sim/campaign/sweep_document.h"

#include <filesystem>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/check_values.h"
#include "sim/campaign/expand_experiment.h"

namespace polyplane::sim {
namespace {

bool is_inside(const SweepSetting& setting) { return setting.key->inside_cluster() || setting.key->inside_stack(); }

std::string place_of(const SweepSetting& setting) { return "--vary " + setting_text(setting) + ": "; }

/// Runs `work`; what it finds wrong is said at the value.
template <class Work>
void at(const SweepSetting& setting, const Work& work) {
  try {
    work();
  } catch (const InputError& error) { throw InputError(place_of(setting) + error.what()); }
}

}  // namespace

std::string setting_text(const SweepSetting& setting) {
  return setting.key->text() + "=" + printable(setting.value->text);
}

SweepDocument::SweepDocument(const std::string& path, v1::Experiment& root, const std::vector<SweepSetting>& settings,
                             const Catalog& catalog)
    : Document(path, root), settings_(settings) {
  for (const bool inside : {false, true}) {
    for (const SweepSetting& setting : settings_) {
      if (is_inside(setting) != inside) continue;
      at(setting, [&] {
        if (setting.key->inside_cluster()) inline_cluster(path, catalog, root);
        if (setting.key->inside_stack()) inline_stack(path, catalog, root);
        set_value(*setting.key, *setting.value, root);
      });
    }
  }
  configs::check_values(*this, root);
}

std::string SweepDocument::place(const google::protobuf::Message& message, std::string_view field, int index) const {
  const configs::FieldPath path = path_to(message, field, index);
  for (const SweepSetting& setting : settings_) {
    if (!setting.key->covers(path)) continue;
    const configs::FieldPath inside(path.begin() + static_cast<std::ptrdiff_t>(setting.key->steps().size()),
                                    path.end());
    return place_of(setting) + (inside.empty() ? "" : configs::to_string(inside) + ": ");
  }
  return Document::place(message, field, index);
}

}  // namespace polyplane::sim
