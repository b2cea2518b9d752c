#include "sim/read_imports.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/read_file.h"

namespace polyplane::sim {
namespace {

using collectives::ImportFile;

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// The largest RANK of the files PREFIX.RANK.ending.
std::optional<std::size_t> last_rank(const std::string& prefix, const std::string& ending) {
  const std::filesystem::path path(prefix);
  const std::string start = path.filename().string() + ".";
  std::optional<std::size_t> last;
  std::error_code error;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (name.size() <= start.size() + ending.size() || !name.starts_with(start) || !name.ends_with(ending)) continue;
    const std::string digits = name.substr(start.size(), name.size() - start.size() - ending.size());
    std::size_t rank = 0;
    const auto [rest, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
    if (wrong != std::errc() || std::to_string(rank) != digits) continue;
    last = std::max(last.value_or(0), rank);
  }
  return last;
}

std::vector<ImportFile> open_all(const collectives::ProgramImporter& importer, std::string path) {
  const std::string& ending = importer.file_of_each_rank;
  std::error_code error;
  if (!ending.empty() && std::filesystem::is_directory(path, error)) {
    path = (std::filesystem::path(path) / "rank").string();
    if (!last_rank(path, ending)) throw InputError(printable(path) + ".0" + ending + " is missing in this directory");
  }
  const auto of_rank = [&](std::size_t rank) { return path + "." + std::to_string(rank) + ending; };
  if (ending.empty() || exists(path)) return {{path, configs::read_binary_file(path)}};
  const std::optional<std::size_t> last = last_rank(path, ending);
  if (!last) return {{path, configs::read_binary_file(path)}};
  std::vector<ImportFile> files;
  std::uint64_t bytes = 0;
  for (std::size_t rank = 0; rank <= *last; ++rank) {
    if (!exists(of_rank(rank))) {
      throw InputError(printable(of_rank(rank)) + " is missing: a trace has a file of each rank, and " +
                       printable(of_rank(*last)) + " is there");
    }
    files.push_back({of_rank(rank), configs::read_binary_file(of_rank(rank))});
    bytes += files.back().bytes.size();
    if (bytes > kMaxTraceFilesBytes) {
      throw LimitError(printable(path) + ": the files of the ranks up to " + std::to_string(rank) + " have " +
                       to_string(Bytes(static_cast<std::int64_t>(bytes))) + "; at most 4 GiB are read");
    }
  }
  return files;
}

}  // namespace

collectives::ImportedProgram read_program(const std::string& format, const std::string& path,
                                          const std::vector<std::string>& options, const std::string& beside) {
  const collectives::ProgramImporter& importer = collectives::program_importers().at(format);
  std::map<std::string, ImportFile> files;
  for (const std::string& option : options) {
    const std::size_t equal = option.find('=');
    const std::string name = option.substr(0, equal);
    if (equal == std::string::npos || std::ranges::find(importer.file_options, name) == importer.file_options.end())
      continue;
    const std::string file =
        (std::filesystem::path(beside).parent_path() / option.substr(equal + 1)).lexically_normal().string();
    files[name] = {file, configs::read_binary_file(file)};
  }
  return collectives::import_program(format, open_all(importer, path), options, files);
}

collectives::ImportedSchedule read_schedule(const std::string& path) {
  std::vector<std::string> endings;
  for (const std::string& format : collectives::schedule_importers().names()) {
    for (const std::string& ending : collectives::schedule_importers().at(format).extensions) {
      if (path.ends_with("." + ending))
        return collectives::import_schedule(format, {path, configs::read_binary_file(path)});
      endings.push_back("." + ending + " (" + format + ")");
    }
  }
  std::string text = printable(path) + ": the ending of a schedule says its format; allowed:";
  for (std::size_t i = 0; i < endings.size(); ++i) text += (i == 0 ? " " : ", ") + endings[i];
  throw InputError(text);
}

std::vector<std::string> words_of(const ImportNotes& notes, const std::string& file) {
  std::vector<std::string> sentences;
  for (const ImportWarning& warning : notes.warnings()) {
    std::string text = printable(file) + ":";
    if (warning.line > 0) text += std::to_string(warning.line) + ":";
    text += " " + warning.text;
    if (warning.more > 0) text += " (and " + std::to_string(warning.more) + " more)";
    sentences.push_back(std::move(text));
  }
  for (const std::string& assumed : notes.assumed()) sentences.push_back("assumed: " + printable(assumed));
  return sentences;
}

}  // namespace polyplane::sim
