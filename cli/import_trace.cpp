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
#include "collectives/verify.h"
#include "configs/schema/read_file.h"
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

std::string summary(const collectives::ImportedSchedule& imported, std::string& defect) {
  constexpr std::int64_t kElements = 1 << 18;
  const bool shared = imported.kind != collectives::CollectiveKind::all_reduce &&
                      imported.kind != collectives::CollectiveKind::broadcast;
  const collectives::Collective contract({.kind = imported.kind,
                                          .ranks = imported.ranks,
                                          .elements_per_block = shared ? kElements / imported.ranks : kElements,
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
  if (!verdict.proven) defect = verdict.problem;
  std::string text = "schedule     " + printable(imported.name) + ": " + std::string(to_string(imported.kind)) +
                     " among " + count(imported.ranks, "rank") + "\n";
  text += "steps        " + std::to_string(steps) + " in " + count(schedule->num_lanes(), "lane") + " a rank, " +
          count(schedule->scratch(), "scratch place") + "\n";
  text += "messages     " + std::to_string(sends) + ", " + to_string(sent) + " for an array of 1 MiB\n";
  if (!imported.protocol.empty()) text += "protocol     " + printable(imported.protocol) + "\n";
  return text + "proof        " + (verdict.proven ? "it does what it says" : "WRONG: " + verdict.problem) + "\n";
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

std::string job_of(const ImportArguments& arguments, const collectives::ImportedSchedule& imported) {
  return "collectives {\n  collective: \"" + std::string(to_string(imported.kind)) +
         "\"\n  sizes: \"1 MiB\"\n  schedule: " + quoted(beside(*arguments.output, arguments.file)) +
         "\n  ranks: \"0-" + std::to_string(imported.ranks - 1) + "\"\n}\n";
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
      const collectives::ImportedProgram imported = sim::read_program(arguments.source_format, arguments.file, options);
      notes = sim::words_of(imported.notes, arguments.file);
      text = summary(imported.program);
      if (arguments.output) job = job_of(arguments, options);
    } else {
      const collectives::ImportedSchedule imported = collectives::import_schedule(
          arguments.source_format, {arguments.file, configs::read_binary_file(arguments.file)}, options);
      notes = sim::words_of(imported.notes, arguments.file);
      text = summary(imported, defect);
      if (arguments.output) job = job_of(arguments, imported);
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
    write_file(*arguments.output,
               "# Made by polyplane import " + arguments.source_format + " from " + printable(arguments.file) +
                   ".\nname: " + quoted(name) + "\ncluster: " + quoted(*arguments.cluster) + "\n" + job,
               arguments.force);
  }
  if (!arguments.common.quiet || !arguments.output) print(text);
  return 0;
}

}  // namespace polyplane::cli
