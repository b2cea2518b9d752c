#include "cli/nccl_options.h"

#include <array>

#include "base/error.h"
#include "cli/values.h"

namespace polyplane::cli {
namespace {

constexpr std::int64_t kMaxNumber = 1'000'000'000;

/// Repetition and warm-up: any number means the same.
constexpr std::array<std::string_view, 3> kRepetitions = {"--iters", "--agg_iters", "--warmup_iters"};

/// Asks for something that exists on real machines only: this value is what a simulation does anyway, others are
/// refused.
struct OnlyDefault {
  std::string_view option;
  std::int64_t value;
  std::string_view hint;
};
constexpr std::array<OnlyDefault, 9> kOnlyDefaults = {{
    {"--run_cycles", 1, "a second cycle would print the same table; run the command again if you want it twice"},
    {"--timeout", 0, "use timeout(1), for instance: timeout 60 polyplane perf ..."},
    {"--cudagraph", 0, "launch costs are part of the stack file (--stack), which has no graph launches"},
    {"--report_cputime", 0, "the time of a host CPU is not simulated"},
    {"--report_timestamps", 0, "results carry no wall-clock times"},
    {"--device_implementation", 0, "choose an algorithm by --algorithm"},
    {"--memory", 0, "the memory of the cards is not simulated"},
    {"--unalign", 0, "alignment of buffers is not simulated"},
    {"--per_iter_timing", 0, "every iteration takes the same time"},
}};

/// Has no effect on a simulated time.
constexpr std::array<std::string_view, 8> kNoEffect = {"--parallel_init",    "--blocking",       "--stream_null",
                                                       "--average",          "--local_register", "--cta_policy",
                                                       "--device_cta_count", "--per_iter_skip"};

}  // namespace

const std::vector<NcclOption>& nccl_options() {
  static const std::vector<NcclOption> options = {
      {"-t", "--nthreads", "threads x --ngpus above 1 is read as --ranks"},
      {"-g", "--ngpus", "threads x --ngpus above 1 is read as --ranks"},
      {"-n", "--iters", "no effect: every iteration takes the same time"},
      {"-m", "--agg_iters", "no effect: every iteration takes the same time"},
      {"-w", "--warmup_iters", "no effect: nothing has to warm up"},
      {"-N", "--run_cycles", "1 only"},
      {"-p", "--parallel_init", "no effect"},
      {"-I", "--per_iter_timing", "0 only"},
      {"-K", "--per_iter_skip", "no effect"},
      {"-c", "--check", "0 prints N/A in place of #wrong"},
      {"-z", "--blocking", "no effect: each size starts on an idle network"},
      {"-y", "--stream_null", "no effect"},
      {"-T", "--timeout", "0 only"},
      {"-G", "--cudagraph", "0 only"},
      {"-C", "--report_cputime", "0 only"},
      {"-S", "--report_timestamps", "0 only"},
      {"-a", "--average", "no effect: the time is that of the last rank"},
      {"-R", "--local_register", "no effect"},
      {"-x", "--cta_policy", "no effect"},
      {"-D", "--device_implementation", "0 only"},
      {"-V", "--device_cta_count", "no effect"},
      {"-M", "--memory", "0 only"},
      {"-u", "--unalign", "0 only"},
  };
  return options;
}

NcclMeaning understand_nccl_options(const std::map<std::string, std::string>& given) {
  NcclMeaning meaning;
  std::map<std::string, std::int64_t> numbers;
  for (const auto& [option, text] : given) numbers[option] = parse_whole(option, text, 0, kMaxNumber);
  const auto find = [&](std::string_view option) -> std::optional<std::int64_t> {
    const auto place = numbers.find(std::string(option));
    return place == numbers.end() ? std::nullopt : std::optional(place->second);
  };

  const std::int64_t threads = find("--nthreads").value_or(1);
  const std::int64_t gpus = find("--ngpus").value_or(1);
  if (threads == 0 || gpus == 0) throw InputError("--nthreads and --ngpus must be at least 1");
  if (threads > kMaxNumber / gpus) throw InputError("--nthreads x --ngpus is absurdly large");
  if (threads * gpus > 1) {
    meaning.ranks = threads * gpus;
    meaning.remarks.push_back("--nthreads x --ngpus is read as --ranks " + std::to_string(threads * gpus));
  }
  meaning.check = find("--check").value_or(1) != 0;
  for (const OnlyDefault& entry : kOnlyDefaults) {
    const std::optional<std::int64_t> number = find(entry.option);
    if (!number || *number == entry.value) continue;
    throw InputError(std::string(entry.option) + " " + std::to_string(*number) +
                     " has no meaning in a simulation: " + std::string(entry.hint));
  }
  std::string repeated;
  for (const std::string_view option : kRepetitions) {
    if (find(option)) repeated += (repeated.empty() ? "" : ", ") + std::string(option);
  }
  if (!repeated.empty()) meaning.remarks.push_back(repeated + ": no effect, every iteration takes the same time");
  std::string without_effect;
  for (const std::string_view option : kNoEffect) {
    if (find(option)) without_effect += (without_effect.empty() ? "" : ", ") + std::string(option);
  }
  if (!without_effect.empty()) meaning.remarks.push_back(without_effect + ": no effect in a simulation");
  return meaning;
}

}  // namespace polyplane::cli
