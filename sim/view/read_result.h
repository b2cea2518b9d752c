// What `polyplane report` is given, as recordings.
#pragma once

#include <string>
#include <vector>

namespace polyplane::v1 {
class View;
}  // namespace polyplane::v1

namespace polyplane::sim {

/// Adds what is in a file to `view`: recordings; a document that perf, run, explain, compare, topo, tune, validate or sweep
/// printed with --format json, whose recording holds no more than the document; a store of sweeps. Throws InputError for a
/// file that is none of these, with what it is, and LimitError as recording_file.h does.
void read_result(const std::string& path, v1::View& view);

/// All of a view as one JSON document (configs/schema/write_json.h).
[[nodiscard]] std::string to_json(const v1::View& view);

/// Adds somebody's measurements (sim/fit/measurement.h) to all recordings of a view that report collectives; a file that
/// does not say on how many ranks it was is taken to be of as many as the first result. Throws as read_measurements(), and InputError
/// where no recording reports collectives.
void add_measured(const std::string& path, v1::View& view);

/// What a page is to show.
struct PageInput {
  std::vector<std::string> results, measured;  // files
};
/// report_page() of it, and the same as JSON.
[[nodiscard]] std::string page_of(const PageInput& input);
[[nodiscard]] std::string json_of(const PageInput& input);

}  // namespace polyplane::sim
