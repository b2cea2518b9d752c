#include "sim/load_nccl_setting.h"

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "sim/nccl/graph_file.h"

namespace polyplane::sim {

nccl::Setting load_nccl_setting(const configs::Document& document, const v1::NcclSetting& from) {
  nccl::Setting setting;
  setting.collnet = from.collnet();
  if (from.has_cpu()) {
    try {
      setting.cpu = nccl::parse_cpu_vendor(from.cpu());
    } catch (const InputError& error) { document.fail(from, "cpu", error.what()); }
  }
  if (from.has_graph()) {
    const std::filesystem::path file = std::filesystem::path(document.path()).parent_path() / from.graph();
    try {
      setting.graphs = std::make_shared<const nccl::GraphSet>(nccl::read_graph_file(file.lexically_normal().string()));
    } catch (const InputError& error) { document.fail(from, "graph", error.what()); }
  }
  return setting;
}

}  // namespace polyplane::sim
