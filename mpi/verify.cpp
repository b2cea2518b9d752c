// polyplane-mpi verify: registered algorithms and schedules of files, on real ranks, against MPI.
#include <algorithm>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/text_table.h"
#include "cli/values.h"
#include "collectives/algorithm.h"
#include "collectives/verify.h"
#include "mpi/arguments.h"
#include "mpi/check_run.h"
#include "mpi/commands.h"
#include "mpi/verify_cases.h"
#include "sim/read_imports.h"

namespace polyplane::mpi {
namespace {

using collectives::Algorithm;
using collectives::CollectiveKind;

struct VerifyArguments {
  bool all = false, verbose = false;
  std::string collective, algorithm;
  std::vector<std::string> schedules;
  std::string patience = "60";
};

/// What became of one algorithm.
struct Outcome {
  std::string name;  // "all_reduce/ring"
  std::size_t cases = 0, in_place = 0, failed = 0;
  std::string first_defect;  // with its case
  std::string why_none;      // what it needs, when there was no case
};

class Verifier {
 public:
  Verifier(const Communicator& world, double patience_seconds, bool verbose)
      : world_(world), space_(world), patience_seconds_(patience_seconds), verbose_(verbose) {}

  void algorithm(const Algorithm& algorithm) {
    Outcome outcome{.name = std::string(to_string(algorithm.collective)) + "/" + algorithm.name};
    const auto cases = verify_cases(algorithm, static_cast<std::uint32_t>(world_.size()), outcome.why_none);
    for (const VerifyCase& one : cases) {
      const auto schedule = collectives::make_schedule(algorithm, one.request);
      check(*schedule, one, outcome);
    }
    print(outcome);
  }

  void print_header() const {
    if (!world_.is_root()) return;
    std::string text = "# polyplane-mpi verify: every byte against MPI, on " + std::to_string(world_.size()) +
                       (world_.size() == 1 ? " rank\n" : " ranks\n");
    text += line("# algorithm", "cases", "in place", "wrong", "");
    cli::print(text);
  }

  /// The exit code.
  int finish() const {
    if (world_.is_root()) {
      cli::print("# " + std::to_string(algorithms_) + " algorithms, " + std::to_string(cases_) + " cases, " +
                 std::to_string(failed_) + " wrong" +
                 (skipped_ > 0 ? "; " + std::to_string(skipped_) + " need other numbers of ranks" : "") + "\n");
    }
    return failed_ == 0 ? cli::kExitFine : cli::kExitFailed;
  }

 private:
  static std::string line(const std::string& name, const std::string& cases, const std::string& in_place,
                          const std::string& failed, const std::string& remark) {
    std::string text = name + std::string(name.size() < 40 ? 40 - name.size() : 1, ' ');
    for (const std::string& number : {cases, in_place, failed}) {
      text += std::string(number.size() < 9 ? 9 - number.size() : 1, ' ') + number;
    }
    return text + (remark.empty() ? "" : "  " + remark) + "\n";
  }

  void check(const collectives::Schedule& schedule, const VerifyCase& one, Outcome& outcome) {
    if (verbose_ && world_.is_root()) cli::print("#   " + outcome.name + ": " + one.text + "\n");
    const RunnerOptions options{
        .kind = one.kind, .reduction = one.reduction, .in_place = one.in_place, .patience_seconds = patience_seconds_};
    const std::string defect = check_run(space_, schedule, options, ++seed_);
    ++outcome.cases;
    if (one.in_place) ++outcome.in_place;
    if (defect.empty()) return;
    ++outcome.failed;
    if (outcome.first_defect.empty()) outcome.first_defect = one.text + ": " + defect;
  }

  void print(const Outcome& outcome) {
    cases_ += outcome.cases;
    failed_ += outcome.failed;
    ++(outcome.cases == 0 ? skipped_ : algorithms_);
    if (!world_.is_root()) return;
    if (outcome.cases == 0) {
      cli::print(line(outcome.name, "-", "-", "-", outcome.why_none));
    } else {
      cli::print(line(outcome.name, std::to_string(outcome.cases), std::to_string(outcome.in_place),
                      std::to_string(outcome.failed), outcome.first_defect));
    }
  }

  const Communicator& world_;
  MessageSpace space_;
  double patience_seconds_;
  bool verbose_;
  std::uint64_t seed_ = 0;
  std::size_t algorithms_ = 0, skipped_ = 0, cases_ = 0, failed_ = 0;
};

/// The schedule of a file as an algorithm of its own. It knows no root: roots that it does not prove for are left out, and what
/// it does for root 0 is put to the test whatever it is.
Algorithm algorithm_of(const std::string& path) {
  const auto schedule = std::make_shared<const collectives::ImportedSchedule>(sim::read_schedule(path));
  Algorithm algorithm;
  algorithm.collective = schedule->kind;
  algorithm.name = std::filesystem::path(path).filename().string();
  algorithm.cannot = [schedule](const collectives::AlgorithmRequest& request) {
    if (request.collective.ranks() != schedule->ranks) return "is for " + std::to_string(schedule->ranks) + " ranks";
    try {
      const auto made = schedule->make(request.collective);
      if (request.collective.root().index() == 0) return std::string();
      return collectives::verify(*made).proven ? std::string() : "is for another root";
    } catch (const InputError& error) { return std::string(error.what()); }
  };
  algorithm.make = [schedule](const collectives::AlgorithmRequest& request) {
    return schedule->make(request.collective);
  };
  return algorithm;
}

std::vector<const Algorithm*> chosen(const VerifyArguments& arguments) {
  std::vector<const Algorithm*> result;
  if (arguments.all) {
    if (!arguments.collective.empty()) throw InputError("--all leaves nothing to choose: leave out the collective");
    for (const std::string& name : collectives::algorithms().names())
      result.push_back(&collectives::algorithms().at(name));
    return result;
  }
  if (arguments.collective.empty()) {
    if (!arguments.schedules.empty()) return result;
    throw InputError("what is to be verified is missing: --all, COLLECTIVE [ALGORITHM] or --schedule FILE");
  }
  const CollectiveKind kind = collectives::parse_collective(arguments.collective);
  if (!arguments.algorithm.empty()) return {&collectives::find_algorithm(kind, arguments.algorithm)};
  for (const std::string& name : collectives::algorithm_names(kind)) {
    result.push_back(&collectives::find_algorithm(kind, name));
  }
  return result;
}

}  // namespace

Task prepare_verify(const Communicator& world, const std::vector<std::string>& given) {
  VerifyArguments arguments;
  CLI::App app("runs schedules on these ranks and compares every byte with the collective of MPI",
               "mpirun -n RANKS polyplane-mpi verify");
  app.add_option("COLLECTIVE", arguments.collective, "all_reduce, all_gather, ...: all its algorithms");
  app.add_option("ALGORITHM", arguments.algorithm, "this one alone");
  app.add_flag("--all", arguments.all, "every algorithm of every collective");
  app.add_option("--schedule", arguments.schedules, "a schedule of MSCCL or MSCCL++, in as many files as you like")
      ->type_name("FILE");
  app.add_option("--patience", arguments.patience, "seconds without any message after which it is a stall (default 60)")
      ->type_name("S");
  app.add_flag("-v,--verbose", arguments.verbose, "each case as it starts");
  app.footer(
      "Examples:\n  mpirun -n 4 polyplane-mpi verify --all\n  mpirun -n 8 polyplane-mpi verify all_reduce nvls\n");
  if (!parse_arguments(app, world, given)) return {};

  const auto patience = static_cast<double>(cli::parse_whole("--patience", arguments.patience, 1, 86'400));
  const std::vector<const Algorithm*> algorithms = chosen(arguments);
  std::vector<Algorithm> imported;
  for (const std::string& path : arguments.schedules) imported.push_back(algorithm_of(path));
  return [=, &world, verbose = arguments.verbose] {
    Verifier verifier(world, patience, verbose);
    verifier.print_header();
    for (const Algorithm* algorithm : algorithms) verifier.algorithm(*algorithm);
    for (const Algorithm& algorithm : imported) verifier.algorithm(algorithm);
    return verifier.finish();
  };
}

}  // namespace polyplane::mpi
