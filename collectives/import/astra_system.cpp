#include "collectives/import/astra_system.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/suggest.h"
#include "base/yaml_view.h"
#include "collectives/algorithm.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kMaxPs = 864'000'000'000'000'000;  // ten days

struct KeyMeaning {
  std::string_view key, instead;
};
/// Keys that change nothing here, and why.
constexpr std::array<KeyMeaning, 21> kNotRead = {{
    {"scheduling-policy", "collectives of a process group go one after the other"},
    {"endpoint-delay", "software costs are those of the stack"},
    {"active-chunks-per-dimension", "a collective is cut as its algorithm does"},
    {"preferred-dataset-splits", "a collective is cut as its algorithm does"},
    {"collective-optimization", "algorithms are not told the rates of dimensions"},
    {"local-reduction-delay", "additions take no time"},
    {"boost-mode", "all ranks are simulated, or those that stand for others exactly"},
    {"L", "latencies are those of the cluster"},
    {"o", "software costs are those of the stack"},
    {"g", "software costs are those of the stack"},
    {"G", "rates are those of the cluster"},
    {"model-shared-bus", "the bus within a node is that of the cluster"},
    {"trace-enabled", "--trace writes a trace"},
    {"replay-only", "collectives are simulated, not replayed"},
    {"track-local-mem", "memory is not tracked"},
    {"local-mem-trace-filename", "memory is not tracked"},
    {"per-node-custom-implementation", "algorithms out of files are not read here"},
    {"all-reduce-implementation-custom", "algorithms out of files are not read here"},
    {"all-gather-implementation-custom", "algorithms out of files are not read here"},
    {"reduce-scatter-implementation-custom", "algorithms out of files are not read here"},
    {"all-to-all-implementation-custom", "algorithms out of files are not read here"},
}};
constexpr std::array<std::pair<std::string_view, CollectiveKind>, 4> kImplementations = {
    {{"all-reduce-implementation", CollectiveKind::all_reduce},
     {"all-gather-implementation", CollectiveKind::all_gather},
     {"reduce-scatter-implementation", CollectiveKind::reduce_scatter},
     {"all-to-all-implementation", CollectiveKind::alltoall}}};

class Reader {
 public:
  Reader(const ImportFile& file, ImportNotes& notes)
      : source_(file.name, file.bytes), notes_(notes), root_(read_yaml(source_)), view_(source_, root_, "") {}

  AstraSystem read() {
    system_.file = source_.file();
    for (const auto& [key, line] : view_.keys()) read_key(key, line);
    return std::move(system_);
  }

 private:
  void read_key(const std::string& key, int line) {
    for (const auto& [name, kind] : kImplementations) {
      if (key == name) return read_implementation(view_.at(key), kind);
    }
    for (const KeyMeaning& meaning : kNotRead) {
      if (key == meaning.key)
        return notes_.warn(line, system_.file + ": " + key + " is not read: " + std::string(meaning.instead));
    }
    if (key == "peak-perf") {
      system_.peak = rate(view_.at(key), 1'000'000);  // TFLOPS
    } else if (key == "local-mem-bw") {
      system_.memory = rate(view_.at(key), 1'000'000);  // GB/s
    } else if (key == "roofline-enabled") {
      system_.roofline = view_.at(key).text() == "1" || (view_.at(key).text() != "0" && view_.at(key).truth());
    } else {
      notes_.warn(line, system_.file + ": key \"" + printable(key) + "\" is not known and not read");
    }
  }

  [[nodiscard]] std::int64_t rate(const YamlView& value, std::int64_t unit) const {
    return source_.scaled(value.line(), value.path(), value.text(), unit, 1, INT64_MAX / 1'000'000);
  }

  void read_implementation(const YamlView& list, CollectiveKind kind) {
    const std::vector<YamlView> dimensions = list.items();
    if (dimensions.empty()) list.fail("is an empty list");
    if (dimensions.size() > 1) {
      notes_.warn(list.line(), system_.file + ": " + list.path() +
                                   " of several dimensions is not read: the algorithm is the quickest, as with auto");
      return;
    }
    std::string name = dimensions.front().text();
    if (name.starts_with("one") && name.size() > 3) {
      name.erase(0, 3);
      name[0] = name[0] >= 'A' && name[0] <= 'Z' ? static_cast<char>(name[0] - 'A' + 'a') : name[0];
    }
    if (name.starts_with("direct") && name.size() > 6) {
      notes_.warn(list.line(), system_.file + ": the window of direct is not read: all messages are sent at once");
      name = "direct";
    }
    const std::array<std::pair<std::string_view, std::string_view>, 4> ours = {
        {{"ring", "ring"},
         {"direct", "direct"},
         {"doubleBinaryTree", "double_binary_tree"},
         {"halvingDoubling", "halving_doubling"}}};
    const auto* const known =
        std::find_if(ours.begin(), ours.end(), [&](const auto& entry) { return entry.first == name; });
    if (known == ours.end()) {
      std::vector<std::string> names;
      for (const auto& [theirs, own] : ours) names.emplace_back(theirs);
      dimensions.front().fail(unknown_name("implementation", name, names));
    }
    if (algorithms().contains(std::string(to_string(kind)) + "/" + std::string(known->second))) {
      system_.algorithms[kind] = std::string(known->second);
      return;
    }
    notes_.warn(list.line(), system_.file + ": " + list.path() + " " + name + " is none of the algorithms for " +
                                 std::string(to_string(kind)) + " here: the quickest is taken, as with auto");
  }

  TextSource source_;
  ImportNotes& notes_;
  YamlNode root_;
  YamlView view_;
  AstraSystem system_;
};

}  // namespace

std::optional<Duration> AstraSystem::time_of(std::optional<std::int64_t> flops,
                                             std::optional<std::int64_t> bytes) const {
  uint128 most = 0;
  bool known = false;
  // Picoseconds: count / (rate x 1000 / s), rounded up; peak is in 10^6 / s, memory in 10^3 / s.
  const auto take = [&](std::optional<std::int64_t> count, std::optional<std::int64_t> per_second, std::int64_t unit) {
    if (!count || !per_second) return;
    known = true;
    const uint128 ps = static_cast<uint128>(*count) * (1'000'000'000'000U / static_cast<uint128>(unit));
    most = std::max(most, (ps + static_cast<uint128>(*per_second) - 1) / static_cast<uint128>(*per_second));
  };
  take(flops, peak, 1'000'000);
  take(bytes, memory, 1'000);
  if (!known || most > static_cast<uint128>(kMaxPs)) return std::nullopt;
  return Duration::from_ps(static_cast<std::int64_t>(most));
}

AstraSystem read_astra_system(const ImportFile& file, ImportNotes& notes) { return Reader(file, notes).read(); }

}  // namespace polyplane::collectives
