#include "sim/load_tokens.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/algorithm.h"
#include "configs/schema/read_file.h"
#include "sim/catalog.h"
#include "sim/rank_list.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;
using collectives::TokenRouting;
using google::protobuf::Message;

/// Runs `load`; what it finds wrong is said at the place of `field`, or of the field that the error begins with.
template <class Load>
auto at(const configs::Source& source, const Message& message, std::string field, const Load& load) {
  try {
    return load();
  } catch (const InputError& error) {
    std::string problem = error.what();
    const std::size_t colon = problem.find(": ");
    if (colon != std::string::npos && message.GetDescriptor()->FindFieldByName(problem.substr(0, colon)) != nullptr) {
      field = problem.substr(0, colon);
      problem.erase(0, colon + 2);
    }
    source.fail(message, field, problem);
  }
}

std::uint32_t count(std::int32_t value) { return static_cast<std::uint32_t>(value); }

void load_popularity(const configs::Source& source, const v1::TokenRouting& from, const std::string& file,
                     TokenRouting& routing) {
  if (from.has_popularity()) {
    routing.zipf = at(source, from, "popularity", [&] { return parse_popularity(from.popularity()); });
  }
  const bool listed = from.histogram_size() > 0;
  if (!listed && !from.has_histogram_file()) return;
  const char* const field = listed ? "histogram" : "histogram_file";
  if (from.has_popularity()) source.fail(from, "popularity", std::string("contradicts ") + field + "; state one");
  if (listed && from.has_histogram_file()) source.fail(from, "histogram_file", "contradicts histogram; state one");
  for (const std::int64_t entry : from.histogram()) routing.histogram.push_back(static_cast<std::uint64_t>(entry));
  if (!from.has_histogram_file()) return;
  const std::string path = beside(file, from.histogram_file());
  routing.histogram = at(source, from, field, [&] { return parse_histogram(path, configs::read_text_file(path)); });
}

class ExchangeLoader {
 public:
  ExchangeLoader(const configs::Source& source, const std::string& file, std::int64_t cards, Experiment& experiment)
      : source_(source), file_(file), cards_(cards), experiment_(experiment) {}

  void load(const v1::ExchangeJob& from) {
    ExchangeJob job;
    job.name = from.has_name() ? from.name() : "exchange" + std::to_string(experiment_.exchanges.size());
    if (!names_.insert(job.name).second) {
      source_.fail(from, "name", "an exchange \"" + printable(job.name) + "\" exists already");
    }
    std::int64_t ranks = cards_;
    if (from.has_ranks()) {
      job.ranks = at(source_, from, "ranks", [&] { return parse_rank_list(from.ranks(), cards_); });
      ranks = static_cast<std::int64_t>(job.ranks.size());
    }
    if (ranks < 1) source_.fail(from, "ranks", "the cluster has no accelerator to put a rank on");
    if (ranks < 2) source_.fail(from, "ranks", "one rank has nobody to exchange with; an exchange needs two or more");
    job.tokens = load_token_routing(source_, from.tokens(), file_, experiment_.seed, static_cast<std::uint32_t>(ranks));
    job.dispatch_token = parse_bytes(from.dispatch_token());
    job.combine_token = parse_bytes(from.combine_token());
    if (from.has_layers()) job.layers = count(from.layers());
    if (from.has_micro_batches()) job.micro_batches = count(from.micro_batches());
    if (from.has_dispatch_algorithm()) job.dispatch_algorithm = from.dispatch_algorithm();
    if (from.has_combine_algorithm()) job.combine_algorithm = from.combine_algorithm();
    check_algorithm(from, "dispatch_algorithm", CollectiveKind::dispatch, job.dispatch_algorithm);
    check_algorithm(from, "combine_algorithm", CollectiveKind::combine, job.combine_algorithm);
    if (from.has_protocol()) job.protocol = from.protocol();
    check_protocol(from, job.protocol);
    experiment_.exchanges.push_back(std::move(job));
  }

 private:
  void check_algorithm(const v1::ExchangeJob& from, const char* field, CollectiveKind kind,
                       const std::string& name) const {
    if (name == "auto") return;
    at(source_, from, field, [&] { return collectives::find_algorithm(kind, name).name; });
  }
  void check_protocol(const v1::ExchangeJob& from, const std::string& name) const {
    std::vector<std::string> names{"auto"};
    for (const Protocol& protocol : experiment_.stack.protocols) names.push_back(protocol.name);
    if (std::ranges::find(names, name) != names.end()) return;
    source_.fail(from, "protocol", unknown_name("protocol of stack " + experiment_.stack.name, name, names));
  }

  const configs::Source& source_;
  const std::string& file_;
  std::int64_t cards_;
  Experiment& experiment_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<std::uint64_t> parse_histogram(const std::string& path, const std::string& text) {
  constexpr std::string_view kBetween = " \t\r,;\n";
  std::vector<std::uint64_t> entries;
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size();) {
    if (kBetween.find(text[i]) != std::string_view::npos) {
      line += text[i++] == '\n' ? 1 : 0;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(kBetween, i), text.size());
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data() + i, text.data() + end, value);
    if (error != std::errc() || stop != text.data() + end) {
      throw InputError(printable(path) + ":" + std::to_string(line) + ": \"" + printable(text.substr(i, end - i)) +
                       "\" is not a whole number; a histogram has one for each expert");
    }
    entries.push_back(value);
    i = end;
  }
  if (entries.empty()) throw InputError(printable(path) + " holds no number");
  return entries;
}

double parse_popularity(const std::string& text) {
  constexpr std::string_view kZipf = "zipf:";
  if (text == "uniform") return 0;
  double exponent = -1;
  if (text.starts_with(kZipf)) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + kZipf.size(), end, exponent);
    if (error != std::errc() || stop != end) exponent = -1;
  }
  if (!(exponent >= 0 && exponent <= 8)) {
    throw InputError("\"" + printable(text) + "\" is not \"uniform\" or \"zipf:\" and an exponent from 0 to 8");
  }
  return exponent;
}

TokenRouting load_token_routing(const configs::Source& source, const v1::TokenRouting& from, const std::string& file,
                                std::uint64_t seed, std::uint32_t ranks) {
  TokenRouting routing;
  routing.tokens = count(from.tokens());
  if (from.has_experts()) routing.experts = count(from.experts());
  if (from.has_top_k()) routing.top_k = count(from.top_k());
  if (from.has_shared()) routing.shared = count(from.shared());
  if (from.has_ranks_per_node()) routing.ranks_per_node = count(from.ranks_per_node());
  if (from.has_node_limit()) routing.node_limit = count(from.node_limit());
  if (from.has_draw()) {
    routing.draw = at(source, from, "draw", [&] { return collectives::parse_token_draw(from.draw()); });
  }
  load_popularity(source, from, file, routing);
  routing.seed = from.has_seed() ? from.seed() : seed;
  const bool nodes_matter = routing.node_limit > 0 && routing.ranks_per_node == 0;  // those of the cluster
  if (!nodes_matter) at(source, from, "tokens", [&] { return collectives::settled(routing, ranks); });
  return routing;
}

void load_exchanges(const configs::Source& source, const v1::Experiment& from, const std::string& file,
                    std::int64_t cards, Experiment& experiment) {
  ExchangeLoader loader(source, file, cards, experiment);
  for (const v1::ExchangeJob& job : from.exchanges()) loader.load(job);
}

}  // namespace polyplane::sim
