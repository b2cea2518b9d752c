#include "topology/import/importer.h"

namespace polyplane::topology {

Registry<Importer>& importers() {
  static Registry<Importer> registry("format to import");
  return registry;
}

ImportedFabric import_fabric(const std::string& format, const std::string& file, std::string_view text,
                             const std::vector<std::string>& options) {
  const Importer& importer = importers().at(format);
  return importer.read({file, text, Options::parse(format, importer.options, options)});
}

}  // namespace polyplane::topology
