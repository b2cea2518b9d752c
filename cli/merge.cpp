// polyplane merge: stores of one sweep, such as its shards, into one.
#include "base/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/sweep.h"

namespace polyplane::cli {

int run_merge(const MergeArguments& arguments) {
  if (!arguments.output) throw InputError("--output is missing; it is the new store");
  if (arguments.stores.empty()) throw InputError("STORES is missing; name the stores to merge");
  sim::merge_stores(arguments.stores, *arguments.output);
  SweepArguments shown;
  shown.common = arguments.common;
  shown.store = arguments.output;
  return sweep_with(shown, sim::thread_runner);
}

}  // namespace polyplane::cli
