#include "sim/nccl/setting.h"

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim::nccl {

CpuVendor parse_cpu_vendor(const std::string& name) {
  if (name == "intel") return CpuVendor::intel;
  if (name == "amd") return CpuVendor::amd;
  if (name == "other") return CpuVendor::other;
  throw InputError(unknown_name("vendor of CPUs", name, {"amd", "intel", "other"}));
}

}  // namespace polyplane::sim::nccl
