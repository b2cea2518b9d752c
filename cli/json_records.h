// Lists of small records as one JSON document, for the commands whose output has no message of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace polyplane::cli {

/// Names and texts of one record.
using JsonRecord = std::vector<std::pair<std::string, std::string>>;

/// {"<list_name>": [{...}, ...], "schema": "...", "version": "..."}, keys in alphabetical order, texts made valid UTF-8.
[[nodiscard]] std::string json_records(const std::string& schema, const std::string& list_name,
                                       const std::vector<JsonRecord>& records);

}  // namespace polyplane::cli
