#include "sim/parts.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/document.h"

namespace polyplane::sim {
namespace {

template <class Part>
Part read_part(const std::string& directory, const std::string& kind, const std::string& name) {
  const std::vector<std::string> known = names_in(directory);
  if (!std::ranges::binary_search(known, name)) throw InputError(unknown_name(kind, name, known));
  Part part;
  const configs::Document document(directory + "/" + name + ".textproto", part);
  if (part.name() != name)
    document.fail(part, "name", "\"" + printable(part.name()) + "\" is not the name of the file");
  return part;
}

template <class Figure>
v1::Provenance merged(const Figure& figure, const v1::Provenance& part) {
  v1::Provenance all = part;
  if (!figure.source().empty()) {
    all.set_source(figure.source());
    all.set_url(figure.url());
  }
  if (!figure.as_of().empty()) all.set_as_of(figure.as_of());
  if (figure.confidence() != v1::unstated) all.set_confidence(figure.confidence());
  return all;
}

}  // namespace

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".textproto") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

v1::Provenance provenance_of(const v1::Quantity& figure, const v1::Provenance& part) { return merged(figure, part); }
v1::Provenance provenance_of(const v1::Number& figure, const v1::Provenance& part) { return merged(figure, part); }

v1::Accelerator Parts::accelerator(const std::string& name) const {
  return read_part<v1::Accelerator>(directory_ + "/accelerators", "accelerator", name);
}
v1::Switch Parts::network_switch(const std::string& name) const {
  return read_part<v1::Switch>(directory_ + "/switches", "switch", name);
}
v1::Nic Parts::nic(const std::string& name) const { return read_part<v1::Nic>(directory_ + "/nics", "NIC", name); }
v1::Cable Parts::cable(const std::string& name) const {
  return read_part<v1::Cable>(directory_ + "/cables", "cable", name);
}

std::vector<std::string> Parts::accelerators() const { return names_in(directory_ + "/accelerators"); }
std::vector<std::string> Parts::switches() const { return names_in(directory_ + "/switches"); }
std::vector<std::string> Parts::nics() const { return names_in(directory_ + "/nics"); }
std::vector<std::string> Parts::cables() const { return names_in(directory_ + "/cables"); }

}  // namespace polyplane::sim
