#include "cli/import_trace.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/import_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/values.h"
#include "collectives/kind_traits.h"
#include "collectives/verify.h"
#include "configs/schema/read_file.h"
#include "sim/catalog.h"
#include "sim/cluster_nodes.h"
#include "sim/read_imports.h"

namespace polyplane::cli {
namespace {

/// As a string of protobuf text.
std::string quoted(const std::string& text) {
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "\"";
}

/// As the experiment in `output` names it.
std::string beside(const std::string& output, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(output).parent_path();
  return std::filesystem::absolute(file).lexically_relative(folder).string();
}

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string summary(const collectives::Program& program) {
  std::array<std::uint64_t, 5> of_kind{};
  std::uint64_t cards = 0;
  Bytes sent;
  Duration longest;
  std::string busiest;
  for (const collectives::Actor& actor : program.actors) {
    Duration computes;
    cards += actor.cards.size();
    for (const collectives::Operation& operation : actor.operations) {
      ++of_kind[static_cast<std::size_t>(operation.kind)];
      if (operation.kind == collectives::Operation::Kind::send) sent += operation.bytes;
      if (operation.kind == collectives::Operation::Kind::compute) computes += operation.duration;
    }
    if (computes > longest) busiest = actor.name;
    longest = std::max(longest, computes);
  }
  const auto kind = [&](collectives::Operation::Kind k) { return of_kind[static_cast<std::size_t>(k)]; };
  using enum collectives::Operation::Kind;
  std::string text = "ranks        " + std::to_string(program.actors.size()) +
                     (cards == program.actors.size() ? "" : " of " + std::to_string(cards) + " cards in all") + "\n";
  text += "operations   " + std::to_string(kind(compute)) + " compute, " + count(kind(send), "send") + ", " +
          count(kind(receive), "receive") + ", " + std::to_string(kind(collective)) + " into collectives, " +
          count(kind(join), "join") + "\n";
  text += "messages     " + to_string(sent) + " in all\n";
  if (longest > Duration()) text += "most compute " + to_string(longest) + " on " + printable(busiest) + "\n";
  for (const collectives::Call& call : program.calls) {
    text += "collective   " + printable(call.name) + ": " + count(call.groups.size(), "group") + " of " +
            std::to_string(call.groups.front().size()) + ", " + to_string(call.size) + "\n";
    constexpr std::ptrdiff_t kShown = 20;
    if (&call - program.calls.data() + 1 == kShown && program.calls.size() > kShown) {
      text += "             and " + std::to_string(program.calls.size() - kShown) + " more\n";
      break;
    }
  }
  return text;
}

/// Throws InputError: a root of what has none, or beyond the ranks.
RankId root_of(const ImportArguments& arguments, const collectives::ImportedSchedule& imported) {
  if (!arguments.root) return RankId(0);
  if (!collectives::has_root(imported.kind)) {
    throw InputError("--root has no meaning for " + std::string(to_string(imported.kind)) + "; leave it out");
  }
  return RankId(static_cast<std::uint32_t>(parse_whole("--root", *arguments.root, 0, imported.ranks - 1)));
}

std::string summary(const collectives::ImportedSchedule& imported, RankId root, std::string& defect) {
  constexpr std::int64_t kElements = 1 << 18;
  const bool shared = imported.kind != collectives::CollectiveKind::all_reduce &&
                      imported.kind != collectives::CollectiveKind::broadcast;
  const collectives::Collective contract({.kind = imported.kind,
                                          .ranks = imported.ranks,
                                          .elements_per_block = shared ? kElements / imported.ranks : kElements,
                                          .root = root,
                                          .matrix = {}});
  const auto schedule = imported.make(contract);
  std::uint64_t steps = 0, sends = 0;
  Bytes sent;
  for (std::uint32_t rank = 0; rank < imported.ranks; ++rank) {
    for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
        const collectives::Step step = schedule->step(RankId(rank), lane, k);
        ++steps;
        if (!step.send_to.valid()) continue;
        ++sends;
        sent += step.send_bytes;
      }
    }
  }
  const collectives::Verdict verdict = collectives::verify(*schedule);
  if (!verdict.proven) {
    defect = verdict.problem;
    if (has_root(imported.kind)) defect += " (with root " + std::to_string(root.index()) + "; --root names another)";
  }
  std::string text = "schedule     " + printable(imported.name) + ": " + std::string(to_string(imported.kind)) +
                     " among " + count(imported.ranks, "rank") + "\n";
  text += "steps        " + std::to_string(steps) + " in " + count(schedule->num_lanes(), "lane") + " a rank, " +
          count(schedule->scratch(), "scratch place") + "\n";
  text += "messages     " + std::to_string(sends) + ", " + to_string(sent) + " for an array of 1 MiB\n";
  if (!imported.protocol.empty()) text += "protocol     " + printable(imported.protocol) + "\n";
  return text + "proof        " + (verdict.proven ? "it does what it says" : "WRONG: " + verdict.problem) + "\n";
}

/// As the experiment in --output names it: a file relative to its folder.
std::string cluster_beside(const ImportArguments& arguments) {
  const bool file = std::filesystem::is_regular_file(*arguments.cluster);
  return file ? beside(*arguments.output, *arguments.cluster) : *arguments.cluster;
}

/// Throws InputError where the experiment that is to be written could not run: an unknown cluster, or one of fewer cards.
void check_room(const ImportArguments& arguments, std::int64_t ranks) {
  const sim::ClusterChoice cluster = sim::Catalog::open().cluster(*arguments.cluster);
  const std::int64_t cards = sim::count_cards(cluster);
  if (ranks <= cards) return;
  throw InputError("--cluster: " + printable(arguments.file) + " is of " +
                   count(static_cast<std::uint64_t>(ranks), "rank") + ", but " + printable(*arguments.cluster) +
                   " has " + std::to_string(cards) + " accelerators");
}

/// Experiments tell the format of a schedule by the ending of its file.
void check_ending(const ImportArguments& arguments) {
  const std::vector<std::string>& endings = collectives::schedule_importers().at(arguments.source_format).extensions;
  std::string allowed;
  for (const std::string& ending : endings) {
    if (arguments.file.ends_with("." + ending)) return;
    allowed += (allowed.empty() ? "." : ", .") + ending;
  }
  throw InputError(printable(arguments.file) + ": experiments tell the format of a schedule by its ending, " + allowed +
                   "; rename the file to write one with --output");
}

std::uint32_t cards_of(const collectives::Program& program) {
  std::uint32_t cards = 0;
  for (const collectives::Actor& actor : program.actors) {
    for (const std::uint32_t card : actor.cards) cards = std::max(cards, card + 1);
  }
  return cards;
}

std::string job_of(const ImportArguments& arguments, const std::vector<std::string>& options) {
  std::string text = "traces {\n  format: " + quoted(arguments.source_format) +
                     "\n  file: " + quoted(beside(*arguments.output, arguments.file)) + "\n";
  const auto& files = collectives::program_importers().at(arguments.source_format).file_options;
  for (const std::string& option : options) {
    const std::size_t equal = option.find('=');
    const bool names_file = std::ranges::find(files, option.substr(0, equal)) != files.end();
    const std::string value = option.substr(equal + 1);
    text +=
        "  options: " + quoted(option.substr(0, equal + 1) + (names_file ? beside(*arguments.output, value) : value)) +
        "\n";
  }
  return text + "}\n";
}

std::string job_of(const ImportArguments& arguments, const collectives::ImportedSchedule& imported, RankId root) {
  return "collectives {\n  collective: \"" + std::string(to_string(imported.kind)) +
         "\"\n  sizes: \"1 MiB\"\n  schedule: " + quoted(beside(*arguments.output, arguments.file)) +
         "\n  ranks: \"0-" + std::to_string(imported.ranks - 1) + "\"\n" +
         (root.index() > 0 ? "  root: " + std::to_string(root.index()) + "\n" : "") + "}\n";
}

}  // namespace

bool is_trace_format(const std::string& format) {
  return collectives::program_importers().contains(format) || collectives::schedule_importers().contains(format);
}

int import_trace(const ImportArguments& arguments) {
  static_cast<void>(apply_output_style(arguments.common, {"table"}));
  if (arguments.output && !arguments.cluster) {
    throw InputError("--cluster is missing: the experiment that --output writes runs on one");
  }
  std::vector<std::optional<std::string>> inputs{arguments.file, arguments.cluster};
  for (const auto& [name, value] : arguments.options) inputs.emplace_back(value);
  check_outputs({arguments.output}, inputs, arguments.force);
  const std::vector<std::string> options = reader_options(arguments.options);
  std::string text, job, defect;
  std::vector<std::string> notes;
  try {
    if (collectives::program_importers().contains(arguments.source_format)) {
      if (arguments.root) throw InputError("--root is of schedules; a trace says it itself");
      const collectives::ImportedProgram imported = sim::read_program(arguments.source_format, arguments.file, options);
      notes = sim::words_of(imported.notes, arguments.file);
      text = summary(imported.program);
      if (arguments.output) check_room(arguments, cards_of(imported.program));
      if (arguments.output) job = job_of(arguments, options);
    } else {
      const collectives::ImportedSchedule imported = collectives::import_schedule(
          arguments.source_format, {arguments.file, configs::read_binary_file(arguments.file)}, options);
      notes = sim::words_of(imported.notes, arguments.file);
      const RankId root = root_of(arguments, imported);
      text = summary(imported, root, defect);
      if (arguments.output) {
        check_ending(arguments);
        check_room(arguments, imported.ranks);
        job = job_of(arguments, imported, root);
      }
    }
  } catch (const OptionError& error) { throw InputError("import: " + std::string(error.what())); }
  for (const std::string& note : notes) log(LogLevel::warn, "import", note);
  if (!defect.empty()) {
    print(text);
    throw RunError(printable(arguments.file) + ": the schedule does not do what it says: " + defect +
                   (arguments.output ? "; " + printable(*arguments.output) + " is not written" : ""));
  }
  if (arguments.output) {
    const std::string name = arguments.name.value_or(std::filesystem::path(arguments.file).stem().string());
    const std::string written = "# Made by polyplane import " + arguments.source_format + " from " +
                                printable(arguments.file) + ".\nname: " + quoted(name) +
                                "\ncluster: " + quoted(cluster_beside(arguments)) + "\n" + job;
    write_file(*arguments.output, written, arguments.force);
  }
  if (!arguments.common.quiet || !arguments.output) print(text);
  return 0;
}

}  // namespace polyplane::cli
