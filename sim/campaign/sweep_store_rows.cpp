#include "sim/campaign/sweep_store_rows.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "configs/schema/json.h"
#include "configs/schema/sweep_report.pb.h"
#include "configs/schema/write_json.h"
#include "sim/campaign/fill_sweep.h"

namespace polyplane::sim {
namespace {

std::string shard_text(const SweepDescription& description) {
  if (description.shards == 1) return "all points";
  return "shard " + std::to_string(description.shard) + "/" + std::to_string(description.shards);
}

/// What makes another sweep of it.
std::string difference(const SweepDescription& wanted, const SweepDescription& found) {
  if (wanted.version != found.version) return "it is of polyplane " + printable(found.version);
  if (wanted.prices != found.prices) return "its prices are those of " + printable(found.prices);
  std::string variables;
  for (const SweepDescription::Variable& variable : found.variables) {
    variables +=
        (variables.empty() ? "" : ", ") + printable(variable.key) + " (" + std::to_string(variable.values.size()) + ")";
  }
  if (wanted.variables != found.variables) return "it varies " + (variables.empty() ? "nothing" : variables);
  return "its experiment, a file that it names or what is simulated is another one";
}

std::string real_text(const std::optional<double>& value) {
  if (!value) return "unknown";
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), *value);
  CHECK(error == std::errc{}, "a number is longer than 32 characters");
  return {digits.data(), end};
}

std::string state_text(const SweepResult& result) {
  return result.done() ? "done" : "failed (" + printable(result.error) + ")";
}

std::string both(const std::string& what, const std::string& a, const std::string& b) {
  return what + " is " + a + " in one and " + b + " in the other";
}

std::string first_difference(const SweepResult& a, const SweepResult& b) {
  if (a.failure != b.failure || a.error != b.error) return both("it", state_text(a), state_text(b));
  if (a.time != b.time) {
    return both("its time", std::to_string(a.time.ps()) + " ps", std::to_string(b.time.ps()) + " ps");
  }
  if (a.busbw_GBps != b.busbw_GBps) {
    return both("its bus bandwidth", real_text(a.busbw_GBps), real_text(b.busbw_GBps));
  }
  if (a.algorithm != b.algorithm) return both("its algorithm", printable(a.algorithm), printable(b.algorithm));
  if (a.figures != b.figures) return "what its cluster costs or draws differs";
  return both("its fingerprint", printable(a.fingerprint), printable(b.fingerprint));
}

}  // namespace

std::string description_text(const SweepDescription& description) {
  v1::SweepReport message;
  fill(description, message);
  return configs::to_json(message);
}

SweepDescription description_of(const std::string& text, const std::string& path) {
  v1::SweepReport message;
  try {
    configs::parse_json("description", text, message);
  } catch (const InputError& error) { throw InputError(printable(path) + ": is damaged: " + error.what()); }
  const auto damaged = [&](const std::string& what) {
    return InputError(printable(path) + ": is damaged: its description has " + what);
  };
  SweepDescription description;
  description.version = message.version();
  description.experiment = message.experiment();
  description.prices = message.prices();
  for (const v1::SweepReport::Variable& from : message.variables()) {
    SweepDescription::Variable to{.key = from.key(), .unit = from.unit(), .values = {}};
    for (const v1::SweepReport::Value& value : from.values()) {
      const bool number = value.number().kind_case() == google::protobuf::Value::kNumberValue;
      to.values.push_back({value.text(), number ? std::optional(value.number().number_value()) : std::nullopt});
    }
    if (to.values.empty()) throw damaged("a variable without values");
    description.variables.push_back(std::move(to));
  }
  const auto count = [&](double value, const char* what) {
    if (!(value >= 0 && value <= 9007199254740992.0)) throw damaged(std::string("no ") + what);
    return static_cast<std::size_t>(value);
  };
  description.shard = count(message.shard(), "shard");
  description.shards = count(message.shards(), "number of shards");
  if (description.shard >= description.shards) throw damaged("a shard that does not exist");
  if (message.has_search()) {
    const std::vector<std::string>& known = search_objectives();
    if (std::ranges::find(known, message.search().minimise()) == known.end()) throw damaged("an unknown objective");
    description.search = SweepSearch{.minimise = message.search().minimise(),
                                     .budget = count(message.search().budget(), "budget"),
                                     .seed = count(message.search().seed(), "seed")};
  }
  return description;
}

SweepFailure parse_failure(const std::string& word, const std::string& path) {
  for (const SweepFailure failure :
       {SweepFailure::none, SweepFailure::input, SweepFailure::run, SweepFailure::limit, SweepFailure::bug}) {
    if (to_string(failure) == word) return failure;
  }
  throw InputError(printable(path) + ": is damaged: no point fails by \"" + printable(word) + "\"");
}

void refuse_other_sweep(const SweepDescription& wanted, const SweepDescription& found, const std::string& path) {
  if (!same_sweep(wanted, found)) {
    throw InputError(printable(path) + ": holds another sweep: " + difference(wanted, found) +
                     "; it is left as it is, name another store");
  }
  if (wanted.shard != found.shard || wanted.shards != found.shards) {
    throw InputError(printable(path) + ": holds " + shard_text(found) + " of this sweep, not " + shard_text(wanted) +
                     "; name another store");
  }
}

std::string disagreement(const SweepDescription& description, const std::string& key, const FoundResult& a,
                         const FoundResult& b) {
  const auto place = std::ranges::find(description.keys, key);
  const std::string point = place == description.keys.end()
                                ? "key " + printable(key)
                                : words_of(description, static_cast<std::size_t>(place - description.keys.begin()));
  return "two results of the point " + point + " differ, in " + printable(a.where) + " and in " + printable(b.where) +
         ": " + first_difference(a.result, b.result) + "; nothing was changed";
}

}  // namespace polyplane::sim
