#include "sim/campaign/sweep_plan.h"

#include <filesystem>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/units.h"
#include "configs/schema/cluster.pb.h"
#include "configs/schema/read_observer.h"
#include "configs/schema/stack.pb.h"
#include "sim/campaign/canonical_text.h"
#include "sim/campaign/expand_experiment.h"
#include "sim/cluster_graph.h"
#include "sim/load_experiment.h"
#include "sim/model_version.h"
#include "sim/parts.h"

namespace polyplane::sim {
namespace {

/// All that is read but what expanded() writes out; in one order, whatever was read first or twice.
class ReadTexts : public configs::ReadObserver {
 public:
  void on_message(const google::protobuf::Message& root) override {
    const auto* type = root.GetDescriptor();
    const bool written_out =
        type == v1::Experiment::descriptor() || type == v1::Cluster::descriptor() || type == v1::Stack::descriptor();
    if (!written_out) texts_.insert(type->name() + " {\n" + canonical_text(root) + "}\n");
  }
  void on_file(std::string_view bytes) override { texts_.insert("file " + hash_text(bytes) + "\n"); }

  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& text : texts_) all += text;
    return all;
  }

 private:
  std::set<std::string> texts_;
};

SweepVariable variable_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw InputError("--vary " + printable(text) + ": is not KEY=VALUES; write for example collectives.size=1M..1G*4");
  }
  const std::string key = text.substr(0, equals);
  try {
    SweepVariable variable;
    variable.key = SweepKey::parse(key);
    variable.values = parse_sweep_values(variable.key, std::string_view(text).substr(equals + 1));
    variable.unit = sweep_unit(variable.key);
    return variable;
  } catch (const InputError& error) {
    throw InputError("--vary " + printable(key) + ": " + error.what());
  } catch (const LimitError& error) { throw LimitError("--vary " + printable(key) + ": " + error.what()); }
}

constexpr std::string_view kOfValue = "--vary ";  // what is wrong with a value begins so, see sweep_document.h
constexpr std::string_view kKeySchema = "polyplane sweep point 1\n";

}  // namespace

SweepPlan::SweepPlan(const Catalog& catalog, SweepRequest request) : catalog_(catalog), request_(std::move(request)) {
  std::set<std::string> keys;
  for (const std::string& text : request_.vary) {
    variables_.push_back(variable_of(text));
    const SweepVariable& variable = variables_.back();
    if (!keys.insert(variable.key.text()).second) {
      throw InputError("--vary " + printable(variable.key.text()) + ": is given twice");
    }
    if (int128{1} * static_cast<std::int64_t>(size_) * static_cast<std::int64_t>(variable.values.size()) >
        static_cast<std::int64_t>(kMaxSweepPoints)) {
      throw LimitError("the sweep has over " + std::to_string(kMaxSweepPoints) +
                       " points, the most that is allowed; fewer values, or several sweeps");
    }
    size_ *= variable.values.size();
  }
  ReadTexts reads;
  prices_ = catalog_.prices(request_.prices.empty() ? kDefaultPrices : request_.prices);
  prices_text_ = reads.text();
  v1::Experiment root;
  const configs::Document document(request_.experiment, root);
  name_ = root.has_name() ? root.name() : std::filesystem::path(request_.experiment).stem().string();
}

std::vector<std::size_t> SweepPlan::indices(std::size_t position) const {
  std::vector<std::size_t> indices(variables_.size());
  for (std::size_t i = variables_.size(); i-- > 0;) {
    indices[i] = position % variables_[i].values.size();
    position /= variables_[i].values.size();
  }
  return indices;
}

std::string SweepPlan::words(std::size_t position) const {
  std::string text;
  for (const SweepSetting& setting : settings(position)) text += (text.empty() ? "" : ", ") + setting_text(setting);
  return text.empty() ? "the experiment as it is" : text;
}

std::vector<SweepSetting> SweepPlan::settings(std::size_t position) const {
  const std::vector<std::size_t> of = indices(position);
  std::vector<SweepSetting> settings;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    settings.push_back({&variables_[i].key, &variables_[i].values[of[i]]});
  }
  return settings;
}

std::string SweepPlan::place_of(std::size_t position, std::string_view field, int index) const {
  v1::Experiment root;
  const SweepDocument document(request_.experiment, root, settings(position), catalog_);
  const std::string place = document.place(root, field, index);
  return place.starts_with(kOfValue) ? "" : place;
}

SweepPoint SweepPlan::load(std::size_t position) const {
  const auto named = [&](const std::string& problem) {
    return problem.starts_with(kOfValue) ? problem : "with " + words(position) + ": " + problem;
  };
  try {
    ReadTexts reads;
    v1::Experiment root;
    const SweepDocument document(request_.experiment, root, settings(position), catalog_);
    if (root.clusters_size() > 0) {
      document.fail(root, "clusters", "a sweep runs on one cluster at a time; instead of them --vary cluster=a,b,c");
    }
    SweepPoint point;
    const Parts parts(catalog_.directory() + "/hardware");
    point.experiment = std::move(load_experiments(document, root, catalog_, parts).front());
    static_cast<void>(
        size_of(point.experiment.cluster));  // what a cluster of this shape cannot be is found by counting
    const v1::Experiment whole = expanded(request_.experiment, catalog_, std::move(root));
    const std::string beside = "version " + request_.version + ", model " + std::string(kModelVersion) +
                               "\nprices {\n" + prices_text_ + "}\n" + reads.text();
    point.key = hash_text(std::string(kKeySchema) + "experiment {\n" + canonical_text(whole) + "}\n" + beside);
    point.cluster_key = hash_text("cluster {\n" + canonical_text(whole.inline_cluster()) + "}\n" + beside);
    return point;
  } catch (const InputError& error) { throw InputError(named(error.what())); } catch (const LimitError& error) {
    throw LimitError(named(error.what()));
  }
}

}  // namespace polyplane::sim
