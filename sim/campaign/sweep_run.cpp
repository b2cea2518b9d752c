#include "sim/campaign/sweep_run.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/suggest.h"
#include "sim/campaign/judge_names.h"
#include "sim/campaign/sweep_table.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

using Clock = std::chrono::steady_clock;

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// A limit hangs on the machine; all else stays as it is.
bool is_final(const SweepResult& result) { return result.failure != SweepFailure::limit; }

class SweepRunner {
 public:
  SweepRunner(SweepStore& store, const PointRunner& runner, const SweepOptions& options)
      : store_(store), runner_(runner), options_(options) {}

  SweepEnd run() {
    const SweepDescription& description = store_.description();
    store_.for_each(false, [&](const std::string& key, const SweepResult& result, const SweepRun&) {
      if (is_final(result)) known_.insert(key);
    });
    if (description.search) {
      run_search(description);
    } else {
      run_grid(description);
    }
    return end_;
  }

 private:
  void run_grid(const SweepDescription& description) {
    std::vector<std::size_t> positions;
    for (std::size_t i = description.shard; i < description.keys.size(); i += description.shards) {
      positions.push_back(i);
    }
    total_ = positions.size();
    run(positions);
    end_.complete = std::ranges::all_of(positions, [&](std::size_t i) { return has(description.keys[i]); });
  }

  void run_search(const SweepDescription& description) {
    const SweepSearch& search = *description.search;
    total_ = std::min(search.budget, description.keys.size());
    const SearchOutcome outcome =
        search_grid(axes_of(description), search, [&](std::span<const std::size_t> positions) {
          run(positions);
          return objectives(description, positions);
        });
    end_.complete = outcome.complete;
  }

  /// Absent as a whole where one is not there, since it was stopped.
  std::optional<std::vector<std::optional<double>>> objectives(const SweepDescription& description,
                                                               std::span<const std::size_t> positions) {
    std::vector<std::optional<double>> values;
    for (const std::size_t position : positions) {
      const std::optional<SweepResult> result = store_.find(description.keys[position]);
      if (!result || !has(description.keys[position])) return std::nullopt;
      values.push_back(objective_of(description.search->minimise, *result));
    }
    return values;
  }

  void run(std::span<const std::size_t> positions) {
    std::vector<RunningPoint> open;
    std::set<std::string> asked;
    for (const std::size_t position : positions) {
      const std::string& key = store_.description().keys[position];
      if (has(key)) {
        ++end_.before;
        ++done_;
      } else if (asked.insert(key).second) {
        open.push_back({position, key});
      } else {
        ++done_;  // another spelling of one that is run
      }
    }
    tell();
    if (open.empty() || stopped()) return;
    runner_(open, [&](const RunningPoint& point, const SweepResult& result, const SweepRun& run) {
      const std::scoped_lock lock(mutex_);
      store_.keep(point.key, result, run);
      ran_.insert(point.key);
      ++end_.ran;
      ++done_;
      tell();
    });
  }

  void tell() const {
    if (options_.on_progress) options_.on_progress(std::min(done_, total_), total_);
  }
  [[nodiscard]] bool has(const std::string& key) const { return known_.contains(key) || ran_.contains(key); }
  [[nodiscard]] bool stopped() const { return options_.stop && options_.stop(); }

  SweepStore& store_;
  const PointRunner& runner_;
  const SweepOptions& options_;
  std::mutex mutex_;
  std::set<std::string> known_, ran_;  // keys
  std::size_t done_ = 0, total_ = 0;
  SweepEnd end_;
};

}  // namespace

std::vector<std::string> check_points(const SweepPlan& plan, const SweepOptions& options) {
  std::vector<std::string> keys(plan.size());
  std::map<std::string, std::map<std::vector<std::string>, std::size_t>>
      named;  // by cluster, by what is named: the first point
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(
      plan.size(), options.threads,
      [&](std::size_t i) {
        SweepPoint point = plan.load(i);
        const std::scoped_lock lock(mutex);
        keys[i] = std::move(point.key);
        if (std::vector<std::string> names = judged_names(point.experiment); !names.empty()) {
          std::size_t& first = named[point.cluster_key].emplace(std::move(names), i).first->second;
          first = std::min(first, i);
        }
        if (options.on_progress) options.on_progress(++done, plan.size());
      },
      options.stop);
  const auto stopped = [&] { return options.stop && options.stop(); };
  if (stopped() || std::ranges::any_of(keys, [](const std::string& key) { return key.empty(); })) throw Interrupted{};
  std::vector<PointsOfCluster> clusters;
  for (const auto& [cluster, first_of] : named) {
    PointsOfCluster& points = clusters.emplace_back();
    for (const auto& [names, first] : first_of) points.push_back(first);
    std::ranges::sort(points);
  }
  std::ranges::sort(clusters);
  judge_names(plan, clusters, {.threads = options.threads, .max_memory = options.max_memory, .stop = options.stop});
  if (stopped()) throw Interrupted{};
  return keys;
}

SweepResult run_here(const SweepPlan& plan, const RunningPoint& point, const PointOptions& options,
                     ClusterFigureCache& cache) {
  const SweepPoint loaded = plan.load(point.position);
  if (loaded.key != point.key) {
    throw RunError("the point " + plan.words(point.position) +
                   " is not the one that was asked for: " + printable(plan.request().experiment) +
                   ", or a file that it names, has changed or differs on this machine");
  }
  return run_point(plan, loaded, options, cache);
}

PointRunner thread_runner(const SweepPlan& plan, const SweepOptions& options) {
  return [&plan, &options](std::span<const RunningPoint> points, const KeepResult& keep) {
    ClusterFigureCache cache;
    const std::string host = host_name();
    const SharedWork work{.threads = options.threads, .max_memory = options.max_memory, .stop = options.stop};
    in_shares(points.size(), work, [&](std::size_t i, const MemoryShare& share, const std::function<bool()>& stop) {
      const Clock::time_point start = Clock::now();
      const SweepResult result = run_here(plan, points[i], {.max_memory = share.bytes, .stop = stop}, cache);
      if (result.lacks_memory && !share.whole) return false;
      const std::chrono::duration<double> seconds = Clock::now() - start;
      keep(points[i], result, {.host = host, .seconds = seconds.count()});
      return true;
    });
  };
}

SweepEnd run_sweep(SweepStore& store, const PointRunner& runner, const SweepOptions& options) {
  return SweepRunner(store, runner, options).run();
}

}  // namespace polyplane::sim
