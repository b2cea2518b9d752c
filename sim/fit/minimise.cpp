#include "sim/fit/minimise.h"

#include <nlopt.h>

#include <exception>
#include <memory>

#include "base/check.h"

namespace polyplane::sim {
namespace {

/// NLopt is C: an exception must not pass through it.
struct Call {
  const std::function<double(const std::vector<double>&)>& function;
  nlopt_opt optimiser;
  std::size_t evaluations = 0;
  std::exception_ptr thrown;
};

double evaluate(unsigned count, const double* at, double*, void* data) {
  Call& call = *static_cast<Call*>(data);
  ++call.evaluations;
  try {
    return call.function({at, at + count});
  } catch (...) {
    call.thrown = std::current_exception();
    nlopt_force_stop(call.optimiser);
    return 0;
  }
}

}  // namespace

Minimised minimise(const std::function<double(const std::vector<double>&)>& function, std::vector<double> start,
                   const std::vector<double>& least, const std::vector<double>& most, const MinimiseOptions& options) {
  const auto variables = static_cast<unsigned>(start.size());
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> optimiser(nlopt_create(NLOPT_LN_SBPLX, variables),
                                                                    nlopt_destroy);
  CHECK(optimiser != nullptr, "NLopt makes no optimiser of " + std::to_string(variables) + " variables");
  Call call{.function = function, .optimiser = optimiser.get(), .thrown = nullptr};
  nlopt_set_min_objective(optimiser.get(), evaluate, &call);
  nlopt_set_lower_bounds(optimiser.get(), least.data());
  nlopt_set_upper_bounds(optimiser.get(), most.data());
  nlopt_set_initial_step1(optimiser.get(), options.first_step);
  nlopt_set_xtol_abs1(optimiser.get(), options.tolerance);
  nlopt_set_maxeval(optimiser.get(), static_cast<int>(options.most_evaluations));
  Minimised found{.at = std::move(start)};
  const nlopt_result result = nlopt_optimize(optimiser.get(), found.at.data(), &found.value);
  if (call.thrown) std::rethrow_exception(call.thrown);
  CHECK(result > 0 || result == NLOPT_ROUNDOFF_LIMITED, "NLopt gave up: " + std::to_string(result));
  found.evaluations = call.evaluations;
  return found;
}

}  // namespace polyplane::sim
