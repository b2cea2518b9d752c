#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/directory.h"
#include "configs/schema/document.h"
#include "configs/schema/measurements.pb.h"
#include "sim/datatype.h"
#include "sim/fit/measured_system.h"
#include "sim/parts.h"

namespace polyplane::sim {
namespace {

std::string folder() { return configs::find_directory() + "/measurements"; }

SystemSeries load_series(const configs::Source& source, const v1::MeasuredSeries& from) {
  SystemSeries to;
  try {
    to.series.collective = collectives::parse_collective(from.collective());
  } catch (const InputError& error) { source.fail(from, "collective", error.what()); }
  to.series.ranks = static_cast<std::uint32_t>(from.ranks());
  if (from.has_ranks_per_node()) to.series.ranks_per_node = static_cast<std::uint32_t>(from.ranks_per_node());
  if (from.has_algorithm()) to.algorithm = from.algorithm();
  if (from.has_protocol()) to.protocol = from.protocol();
  if (from.has_datatype()) to.series.datatype = from.datatype();
  const std::vector<std::string> types = datatype_names();
  if (std::ranges::find(types, to.series.datatype) == types.end()) {
    source.fail(from, "datatype", unknown_name("datatype", from.datatype(), types));
  }
  if (from.points_size() == 0) source.fail(from, "points", "there is none");
  for (const v1::MeasuredPoint& point : from.points()) {
    to.series.rows.push_back({parse_bytes(point.size()), parse_duration(point.time()), 0});
  }
  return to;
}

}  // namespace

std::vector<std::string> measured_systems() { return names_in(folder()); }

MeasuredSystem load_measured_system(const std::string& name_or_file) {
  std::string path = name_or_file;
  if (!is_file_name(name_or_file)) {
    const std::vector<std::string> known = measured_systems();
    if (std::ranges::find(known, name_or_file) == known.end()) {
      throw InputError(unknown_name("suite of measurements", name_or_file, known));
    }
    path = folder() + "/" + name_or_file + ".textproto";
  }
  v1::Measurements from;
  const configs::Document document(path, from);
  MeasuredSystem to;
  to.name = from.name();
  to.description = from.description();
  to.source = from.provenance().source();
  to.assumed = {from.assumed().begin(), from.assumed().end()};
  to.cluster = beside(path, from.cluster());
  to.stack = beside(path, from.stack());
  if (from.part() != "fit" && from.part() != "test") {
    document.fail(from, "part", unknown_name("part", from.part(), {"fit", "test"}));
  }
  to.fitted = from.part() == "fit";
  for (const v1::MeasuredSeries& series : from.series()) to.series.push_back(load_series(document, series));
  if (to.series.empty()) document.fail(from, "series", "there is none");
  return to;
}

}  // namespace polyplane::sim
