// polyplane merge: stores of one sweep, such as its shards, into one.
#include "base/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/sweep.h"

namespace polyplane::cli {
namespace {

struct MergeArguments {
  CommonArguments common;
  std::vector<std::string> stores;
  std::optional<std::string> output;
};

Command declare(MergeArguments& merge) {
  Command command{"merge", "stores of one sweep, such as its shards, into one; prints its table",
                  Examples{"polyplane merge my.store.0 my.store.1 my.store.2 -o my.store",
                           "polyplane merge results/*.store -o all.store --format csv"}};
  command.positional("STORES", &merge.stores, "required: stores of sweep; a point in two must have the same result");
  command.option("-o,--output", &merge.output, "FILE", "the new store; nothing is overwritten");
  add_common(command, merge.common, kTableJsonOrCsv);
  return command;
}

int run_merge(const MergeArguments& arguments) {
  if (!arguments.output) throw InputError("--output is missing; it is the new store");
  if (arguments.stores.empty()) throw InputError("STORES is missing; name the stores to merge");
  sim::merge_stores(arguments.stores, *arguments.output);
  SweepArguments shown;
  shown.common = arguments.common;
  shown.store = arguments.output;
  return sweep_with(shown, sim::thread_runner);
}

}  // namespace

Command merge_command() { return make_command(declare, run_merge); }

}  // namespace polyplane::cli
