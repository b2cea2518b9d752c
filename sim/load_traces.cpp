#include "sim/load_traces.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/rank_list.h"
#include "sim/read_imports.h"

namespace polyplane::sim {
namespace {

using collectives::Actor;
using collectives::Program;

class TraceLoader {
 public:
  TraceLoader(const configs::Document& document, std::int64_t cards) : document_(document), cards_(cards) {}

  TraceJob load(const v1::TraceJob& from, std::size_t index) {
    TraceJob job;
    job.name = from.has_name() ? from.name() : "trace" + std::to_string(index);
    if (!names_.insert(job.name).second) {
      document_.fail(from, "name", "a trace \"" + printable(job.name) + "\" exists already");
    }
    job.format = from.format();
    if (!collectives::program_importers().contains(job.format)) {
      document_.fail(from, "format",
                     unknown_name("format of traces", job.format, collectives::program_importers().names()));
    }
    const std::string file =
        (std::filesystem::path(document_.path()).parent_path() / from.file()).lexically_normal().string();
    collectives::ImportedProgram imported = read(from, file);
    job.notes = words_of(imported.notes, file);
    imported.program.name = job.name;
    put_on_cards(from, imported.program);
    load_mode(from, imported.program, job);
    job.program = std::make_shared<const Program>(std::move(imported.program));
    return job;
  }

 private:
  [[nodiscard]] collectives::ImportedProgram read(const v1::TraceJob& from, const std::string& file) const {
    const std::vector<std::string> options(from.options().begin(), from.options().end());
    try {
      return read_program(from.format(), file, options, document_.path());
    } catch (const OptionError& error) {
      const bool has_place = error.index() != OptionError::kNoText;
      document_.fail(from, "options", error.what(), has_place ? static_cast<int>(error.index()) : -1);
    } catch (const InputError& error) { document_.fail(from, "file", error.what()); }
  }

  [[nodiscard]] std::vector<std::uint32_t> read_ranks(const v1::TraceJob& from) const {
    try {
      return parse_rank_list(from.ranks(), cards_);
    } catch (const InputError& error) { document_.fail(from, "ranks", error.what()); }
  }

  /// Card i of the trace becomes the i-th of the list.
  void put_on_cards(const v1::TraceJob& from, Program& program) const {
    std::uint32_t needed = 0;
    for (const Actor& actor : program.actors) {
      for (const std::uint32_t card : actor.cards) needed = std::max(needed, card + 1);
    }
    std::vector<std::uint32_t> chosen;
    if (from.has_ranks()) chosen = read_ranks(from);
    const std::int64_t room = from.has_ranks() ? static_cast<std::int64_t>(chosen.size()) : cards_;
    if (needed > room) {
      document_.fail(from, from.has_ranks() ? "ranks" : "file",
                     "the trace is of " + std::to_string(needed) + " ranks, but " +
                         (from.has_ranks() ? std::to_string(room) + " are listed"
                                           : "the cluster has " + std::to_string(room) + " accelerators"));
    }
    if (!from.has_ranks()) return;
    const auto move = [&](std::vector<std::uint32_t>& cards) {
      for (std::uint32_t& card : cards) card = chosen[card];
    };
    for (Actor& actor : program.actors) move(actor.cards);
    for (collectives::Call& call : program.calls) std::ranges::for_each(call.groups, move);
  }

  void load_mode(const v1::TraceJob& from, const Program& program, TraceJob& job) const {
    const auto large = std::ranges::find_if(program.actors, [](const Actor& actor) { return actor.cards.size() != 1; });
    const bool single = large == program.actors.end();
    job.mode = single ? ProgramMode::flows : ProgramMode::timed;
    if (!from.has_mode()) return;
    if (from.mode() != "flows" && from.mode() != "timed") {
      document_.fail(from, "mode", unknown_name("mode", from.mode(), {"flows", "timed"}));
    }
    if (from.mode() == "flows" && !single) {
      document_.fail(from, "mode",
                     "flows needs actors of one card; \"" + printable(large->name) + "\" is " +
                         std::to_string(large->cards.size()) + " cards");
    }
    job.mode = from.mode() == "flows" ? ProgramMode::flows : ProgramMode::timed;
  }

  const configs::Document& document_;
  std::int64_t cards_;
  std::set<std::string> names_;
};

}  // namespace

void load_traces(const configs::Document& document, const v1::Experiment& from, std::int64_t cards,
                 Experiment& experiment) {
  TraceLoader loader(document, cards);
  for (const v1::TraceJob& job : from.traces()) experiment.traces.push_back(loader.load(job, experiment.traces.size()));
}

}  // namespace polyplane::sim
