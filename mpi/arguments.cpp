#include "mpi/arguments.h"

#include <algorithm>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/output.h"

namespace polyplane::mpi {
namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

bool parse_arguments(CLI::App& app, const Communicator& world, const std::vector<std::string>& arguments) {
  app.allow_extras();
  app.get_formatter()->column_width(34);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    if (world.is_root()) cli::print(app.help());
    return false;
  } catch (const CLI::ParseError& error) { throw InputError(std::string(error.what())); }
  for (const std::string& extra : app.remaining()) {
    if (extra.starts_with("-")) throw InputError(unknown_name("option", extra, option_names(app)));
    throw InputError("unexpected argument \"" + printable(extra) + "\"");
  }
  return true;
}

}  // namespace polyplane::mpi
