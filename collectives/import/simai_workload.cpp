// Workload text of SimAI and ASTRA-sim 1 (aliyun/SimAI, astra-sim-alibabacloud/astra-sim/workload/Workload.cc): a
// policy with its groups, a number of layers, and for each layer compute (ns), collective and bytes of forward, input
// gradient and weight gradient, and the update of weights (ns).
//
// All cards do the same: one actor of all_gpus cards, for mode `timed`. One step:
//   forward    layer by layer: compute, then the collective, which is waited for
//   backward   from the last layer: HYBRID_TRANSFORMER and HYBRID_TRANSFORMER_FWD_IN_BCKWD: input gradient, its
//              collective, waited for, weight gradient, its collective, not waited for. HYBRID_DATA_MODEL,
//              HYBRID_MODEL_DATA, MODEL: the collective of the input gradient runs beside the weight gradient and is
//              waited for before the next layer; the first layer has none. DATA: weight gradient, its collective, not
//              waited for, then input gradient
//   FWD_IN_BCKWD  before the backward pass of a layer in checkpoint_initiates the layers from the checkpoint before it
//                 are run forward once more
//   update     when the collective of the weight gradient is there; it is no part of the computing of others
//   DISTRIBUTED_INFERENCE is forward alone; MICRO the collectives of weight gradients, one after the other
// Groups: TP = model_parallel_NPU_group, next to each other; then DP = all_gpus / (TP x pp), then pp. EP = ep
// neighbours along DP, DP_EP = DP / EP. Forward and input gradient are of TP, weight gradient of DP, unless _EP or
// _DP_EP says otherwise. DATA and MICRO have DP = all, MODEL and DISTRIBUTED_INFERENCE TP = all; in HYBRID_MODEL_DATA
// DP is innermost. Bytes are the size that nccl-tests would print: of an all-gather what a rank ends with.
// Left out, with a warning: pp_comm and the schedule of a pipeline, ALLREDUCEALLTOALL, collectives of groups of one
// card; ga and vpp, since layers are listed as often as they run. Refused: HYBRID_DLRM and HYBRID_CUSTOMIZED.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kPsPerNs = 1000;
constexpr std::int64_t kMaxNs = 864'000'000'000'000;  // ten days

enum class Policy : std::uint8_t { data, model, data_model, model_data, transformer, recomputing, inference, micro };
constexpr std::array<std::pair<std::string_view, Policy>, 8> kPolicies = {
    {{"DATA", Policy::data},
     {"MODEL", Policy::model},
     {"HYBRID_DATA_MODEL", Policy::data_model},
     {"HYBRID_MODEL_DATA", Policy::model_data},
     {"HYBRID_TRANSFORMER", Policy::transformer},
     {"HYBRID_TRANSFORMER_FWD_IN_BCKWD", Policy::recomputing},
     {"DISTRIBUTED_INFERENCE", Policy::inference},
     {"MICRO", Policy::micro}}};

/// Dimensions of groups; also indices of labels and streams.
enum Dimension : std::uint32_t { kTp = 0, kDp = 1, kEp = 2, kDpEp = 3 };
constexpr std::array<std::string_view, 4> kDimensions = {"tp", "dp", "ep", "dp_ep"};

struct Work {
  Duration compute;
  std::optional<CollectiveKind> collective;
  Dimension dimension = kTp;
  Bytes bytes;
};
struct Layer {
  std::string name;
  Work forward, input, weight;
  Duration update;
};

struct Workload {
  Policy policy = Policy::data;
  std::int64_t tp = 1, dp = 1, ep = 1, pp = 1, cards = 1;
  std::set<std::int64_t> checkpoints, initiates;  // layers
  std::vector<Layer> layers;
};

class Reader {
 public:
  Reader(const TextSource& source, ImportNotes& notes) : source_(source), notes_(notes), lines_(source.text()) {}

  Workload read() {
    std::string_view line;
    if (!lines_.next(line)) source_.fail(0, "", "is empty");
    read_head(words_of(line));
    if (!lines_.next(line)) source_.fail(0, "layers", "the second line, their number, is missing");
    const std::int64_t count = source_.whole(lines_.number(), "layers", trimmed(line), 1, 1'000'000);
    while (static_cast<std::int64_t>(workload_.layers.size()) < count) {
      if (!lines_.next(line)) {
        source_.fail(0, "layers",
                     "are said to be " + std::to_string(count) + ", but the file ends after " +
                         std::to_string(workload_.layers.size()));
      }
      if (!trimmed(line).empty()) read_layer(words_of(line));
    }
    while (lines_.next(line)) {
      if (!trimmed(line).empty()) source_.fail(lines_.number(), "", "stands after the last layer");
    }
    for (const std::int64_t layer : workload_.initiates) {
      const bool has = std::ranges::any_of(workload_.checkpoints, [&](std::int64_t c) { return c <= layer; });
      if (!has)
        source_.fail(1, "checkpoint_initiates", "layer " + std::to_string(layer) + " has no checkpoint before it");
    }
    for (const auto* list : {&workload_.checkpoints, &workload_.initiates}) {
      if (!list->empty() && *list->rbegin() >= count) {
        source_.fail(1, "checkpoints",
                     "name layer " + std::to_string(*list->rbegin()) + "; there are " + std::to_string(count));
      }
    }
    return std::move(workload_);
  }

 private:
  void read_head(const std::vector<std::string_view>& words) {
    if (words.empty()) source_.fail(1, "policy", "is missing");
    std::vector<std::string> names;
    const auto* policy = kPolicies.end();
    for (const auto* entry = kPolicies.begin(); entry != kPolicies.end(); ++entry) {
      names.emplace_back(entry->first);
      if (entry->first == words[0]) policy = entry;
    }
    if (policy == kPolicies.end()) source_.fail(1, "policy", unknown_name("policy", words[0], names));
    workload_.policy = policy->second;
    std::set<std::string_view> given;
    std::optional<std::int64_t> cards;
    for (std::size_t at = 1; at < words.size();) {
      std::string_view key = words[at++];
      if (key.ends_with(':')) key.remove_suffix(1);
      if (!given.insert(key).second) source_.fail(1, key, "is given twice");
      const auto value = [&](std::int64_t min) {
        if (at == words.size()) source_.fail(1, key, "has no value");
        return source_.whole(1, key, words[at++], min, static_cast<std::int64_t>(kMaxImportedRanks));
      };
      if (key == "model_parallel_NPU_group") {
        workload_.tp = value(1);
      } else if (key == "ep") {
        workload_.ep = value(1);
      } else if (key == "pp") {
        workload_.pp = value(1);
      } else if (key == "all_gpus") {
        cards = value(1);
      } else if (key == "vpp" || key == "ga") {
        if (value(1) > 1)
          notes_.assume("layers stand in the file as often as they run: " + std::string(key) + " repeats none");
      } else if (key == "pp_comm") {
        if (at == words.size()) source_.fail(1, key, "has no value");
        const std::int64_t bytes = source_.whole(1, key, words[at++], 0, kMaxImportedBytes);
        if (bytes > 0) {
          notes_.warn(1,
                      "pp_comm is not read: the file has no schedule of a pipeline, so stages run side by side and "
                      "send each other "
                      "nothing");
        }
      } else if (key == "checkpoints" || key == "checkpoint_initiates") {
        auto& list = key == "checkpoints" ? workload_.checkpoints : workload_.initiates;
        const std::int64_t count = value(0);
        for (std::int64_t i = 0; i < count; ++i) list.insert(value(0));
      } else {
        source_.fail(1, "policy",
                     unknown_name("key", key,
                                  {"model_parallel_NPU_group", "ep", "pp", "vpp", "ga", "all_gpus", "pp_comm",
                                   "checkpoints", "checkpoint_initiates"}));
      }
    }
    if (!cards) source_.fail(1, "all_gpus", "is missing");
    workload_.cards = *cards;
    if (workload_.policy != Policy::recomputing && !workload_.initiates.empty()) {
      source_.fail(1, "checkpoint_initiates", "is of policy HYBRID_TRANSFORMER_FWD_IN_BCKWD");
    }
    share_cards();
  }

  void share_cards() {
    const bool all_dp = workload_.policy == Policy::data || workload_.policy == Policy::micro;
    const bool all_tp = workload_.policy == Policy::model || workload_.policy == Policy::inference;
    if (all_dp) workload_.tp = 1;
    if (all_dp || all_tp) workload_.pp = 1;
    if (all_tp) workload_.tp = workload_.cards;
    const std::int64_t copy = workload_.tp * workload_.pp;
    if (workload_.cards % copy != 0) {
      source_.fail(1, "all_gpus",
                   std::to_string(workload_.cards) + " is no multiple of " + std::to_string(workload_.tp) + " x " +
                       std::to_string(workload_.pp) + ", model_parallel_NPU_group x pp");
    }
    workload_.dp = workload_.cards / copy;
    if (workload_.dp % workload_.ep != 0) {
      source_.fail(1, "ep",
                   std::to_string(workload_.ep) + " does not divide DP, which is " + std::to_string(workload_.dp));
    }
  }

  void read_layer(const std::vector<std::string_view>& words) {
    const int line = lines_.number();
    if (words.size() < 12) {
      source_.fail(line, "layer",
                   "has " + std::to_string(words.size()) +
                       " words; 12 are needed: name, -1, and compute, collective and "
                       "bytes of forward, input gradient and weight gradient, update");
    }
    Layer layer;
    layer.name = printable(words[0]);
    layer.forward = work_of(words, 2, kTp, "forward");
    layer.input = work_of(words, 5, kTp, "input gradient");
    layer.weight = work_of(words, 8, kDp, "weight gradient");
    layer.update = time_of(words[11], "update");
    workload_.layers.push_back(std::move(layer));
  }

  Duration time_of(std::string_view word, std::string_view field) const {
    return Duration::from_ps(source_.whole(lines_.number(), field, word, 0, kMaxNs) * kPsPerNs);
  }

  Work work_of(const std::vector<std::string_view>& words, std::size_t at, Dimension dimension,
               std::string_view field) {
    Work work;
    work.compute = time_of(words[at], field);
    work.bytes = Bytes(source_.whole(lines_.number(), field, words[at + 2], 0, kMaxImportedBytes));
    std::string_view type = words[at + 1];
    if (type.ends_with("_DP_EP")) {
      type.remove_suffix(6);
      dimension = kDpEp;
    } else if (type.ends_with("_EP")) {
      type.remove_suffix(3);
      dimension = kEp;
    }
    work.dimension = dimension;
    const std::array<std::pair<std::string_view, CollectiveKind>, 4> kinds = {
        {{"ALLREDUCE", CollectiveKind::all_reduce},
         {"ALLGATHER", CollectiveKind::all_gather},
         {"REDUCESCATTER", CollectiveKind::reduce_scatter},
         {"ALLTOALL", CollectiveKind::alltoall}}};
    const auto* const kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return entry.first == type; });
    if (kind != kinds.end()) {
      if (work.bytes > Bytes(0)) work.collective = kind->second;
    } else if (type == "ALLREDUCEALLTOALL") {
      notes_.warn(lines_.number(), "ALLREDUCEALLTOALL is not read: it does not say how its bytes are shared");
    } else if (type != "NONE") {
      source_.fail(
          lines_.number(), field,
          unknown_name("collective", words[at + 1], {"NONE", "ALLREDUCE", "ALLGATHER", "REDUCESCATTER", "ALLTOALL"}));
    }
    return work;
  }

  const TextSource& source_;
  ImportNotes& notes_;
  LineReader lines_;
  Workload workload_;
};

class Maker {
 public:
  Maker(const Workload& workload, const std::string& name, ImportNotes& notes) : workload_(workload), notes_(notes) {
    program_.name = name;
    program_.labels = {"other", "forward", "backward", "recompute", "update", "tp", "dp", "ep", "dp_ep"};
    Actor& actor = program_.actors.emplace_back();
    actor.name = "all cards";
    actor.cards.resize(static_cast<std::size_t>(workload.cards));
    std::iota(actor.cards.begin(), actor.cards.end(), 0U);
    actor.streams = {{"compute", Stream::Kind::in_order}, {"update", Stream::Kind::concurrent}};
    for (const std::string_view dimension : kDimensions)
      actor.streams.push_back({std::string(dimension), Stream::Kind::in_order});
  }

  Program make() {
    const auto layers = static_cast<std::int64_t>(workload_.layers.size());
    if (workload_.policy == Policy::micro) {
      for (const Layer& layer : workload_.layers) collective(layer.weight, layer.name + " wg");
      return std::move(program_);
    }
    for (const Layer& layer : workload_.layers) forward(layer, kForward, "fwd");
    if (workload_.policy == Policy::inference) return std::move(program_);
    for (std::int64_t i = layers - 1; i >= 0; --i) backward(i);
    return std::move(program_);
  }

 private:
  // Labels and streams of the program.
  static constexpr std::uint32_t kForward = 1, kBackward = 2, kRecompute = 3, kUpdate = 4, kDimensionLabel = 5;
  static constexpr std::uint32_t kComputeStream = 0, kUpdateStream = 1, kDimensionStream = 2;
  using Last = std::optional<std::uint32_t>;

  [[nodiscard]] const Layer& layer(std::int64_t i) const { return workload_.layers[static_cast<std::size_t>(i)]; }

  void forward(const Layer& layer, std::uint32_t label, const char* what) {
    compute(layer.forward.compute, label, layer.name + " " + what);
    wait_for(collective(layer.forward, layer.name + " " + what));
  }

  void backward(std::int64_t i) {
    const Layer& layer = this->layer(i);
    if (workload_.policy == Policy::recomputing && workload_.initiates.contains(i)) {
      const std::int64_t checkpoint = *std::prev(workload_.checkpoints.upper_bound(i));
      for (std::int64_t k = checkpoint; k < i; ++k) forward(this->layer(k), kRecompute, "fwd again");
    }
    const bool blocks = workload_.policy == Policy::recomputing || workload_.policy == Policy::transformer;
    if (workload_.policy == Policy::data) {
      weight(layer);
      if (i > 0) compute(layer.input.compute, kBackward, layer.name + " ig");
      return;
    }
    compute(layer.input.compute, kBackward, layer.name + " ig");
    Last input;
    if (blocks || i > 0) input = collective(layer.input, layer.name + " ig");
    if (blocks) wait_for(input);
    weight(layer);
    if (!blocks) wait_for(input);
  }

  void weight(const Layer& layer) {
    compute(layer.weight.compute, kBackward, layer.name + " wg");
    Last done = workload_.policy == Policy::model ? std::nullopt : collective(layer.weight, layer.name + " wg");
    if (layer.update == Duration()) return;
    Operation update{
        .kind = Operation::Kind::compute, .stream = kUpdateStream, .label = kUpdate, .duration = layer.update};
    update.name = name(layer.name + " update");
    add(update, done ? done : last_compute_);
  }

  /// Compute that comes next does so after this.
  void wait_for(Last operation) {
    if (operation) gate_ = operation;
  }

  void compute(Duration time, std::uint32_t label, const std::string& what) {
    if (time == Duration()) return;
    Operation operation{.kind = Operation::Kind::compute, .stream = kComputeStream, .label = label, .duration = time};
    operation.name = name(what);
    last_compute_ = add(operation, gate_);
    gate_.reset();
  }

  /// After all compute so far, and after what compute waits for.
  Last collective(const Work& work, const std::string& what) {
    if (!work.collective) return std::nullopt;
    if (group_size(work.dimension) == 1) {
      notes_.warn(0,
                  "collectives of a group of one card (" + std::string(kDimensions[work.dimension]) + ") move nothing");
      return std::nullopt;
    }
    const auto [place, fresh] =
        calls_.emplace(std::tuple(*work.collective, work.dimension, work.bytes.count()), program_.calls.size());
    if (fresh) {
      if (calls_.size() * static_cast<std::size_t>(workload_.cards) > kMaxImportedOperations) {
        throw LimitError(program_.name + ": " + std::to_string(calls_.size()) + " different collectives of " +
                         std::to_string(workload_.cards) + " cards are too many");
      }
      Call call;
      call.name = std::string(to_string(*work.collective)) + " " + std::string(kDimensions[work.dimension]) + " " +
                  to_string(work.bytes);
      call.kind = *work.collective;
      call.groups = groups_of(work.dimension);
      call.size = work.bytes;
      program_.calls.push_back(std::move(call));
    }
    Operation operation{.kind = Operation::Kind::collective,
                        .stream = kDimensionStream + static_cast<std::uint32_t>(work.dimension),
                        .label = kDimensionLabel + static_cast<std::uint32_t>(work.dimension)};
    operation.call = static_cast<std::uint32_t>(place->second);
    operation.name = name(what + " " + std::string(to_string(*work.collective)));
    return add(operation, gate_ ? gate_ : last_compute_);
  }

  std::uint32_t add(const Operation& operation, Last after) {
    std::vector<After> dependencies;
    if (after) dependencies.push_back({*after, false});
    return program_.actors.front().add(operation, dependencies);
  }

  std::uint32_t name(const std::string& text) {
    const auto [place, fresh] = names_.emplace(text, program_.names.size());
    if (fresh) program_.names.push_back(text);
    return static_cast<std::uint32_t>(place->second);
  }

  /// Ranks are ((stage x DP) + d) x TP + t, or with DP innermost (stage x TP + t) x DP + d.
  [[nodiscard]] std::uint32_t rank(std::int64_t stage, std::int64_t d, std::int64_t t) const {
    const bool dp_inside = workload_.policy == Policy::model_data;
    return static_cast<std::uint32_t>(dp_inside ? (stage * workload_.tp + t) * workload_.dp + d
                                                : (stage * workload_.dp + d) * workload_.tp + t);
  }

  [[nodiscard]] std::int64_t group_size(Dimension dimension) const {
    if (dimension == kTp) return workload_.tp;
    if (dimension == kDp) return workload_.dp;
    return dimension == kEp ? workload_.ep : workload_.dp / workload_.ep;
  }

  [[nodiscard]] std::vector<std::vector<std::uint32_t>> groups_of(Dimension dimension) const {
    std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::vector<std::uint32_t>> groups;
    for (std::int64_t stage = 0; stage < workload_.pp; ++stage) {
      for (std::int64_t d = 0; d < workload_.dp; ++d) {
        for (std::int64_t t = 0; t < workload_.tp; ++t) {
          const std::int64_t key = dimension == kTp   ? d
                                   : dimension == kDp ? 0
                                   : dimension == kEp ? d / workload_.ep
                                                      : d % workload_.ep;
          groups[{stage, key, dimension == kTp ? 0 : t}].push_back(rank(stage, d, t));
        }
      }
    }
    std::vector<std::vector<std::uint32_t>> list;
    for (auto& [key, ranks] : groups) list.push_back(std::move(ranks));
    return list;
  }

  const Workload& workload_;
  ImportNotes& notes_;
  Program program_;
  Last gate_, last_compute_;
  std::map<std::tuple<CollectiveKind, Dimension, std::int64_t>, std::size_t> calls_;
  std::map<std::string, std::size_t> names_;
};

ImportedProgram read(const ImportInput& input) {
  const TextSource source(input.files.front().name, input.files.front().bytes);
  ImportedProgram imported;
  const Workload workload = Reader(source, imported.notes).read();
  if (workload.pp > 1) imported.notes.assume("pipeline stages run the same layers side by side");
  imported.program = Maker(workload, name_of_file(source.file()), imported.notes).make();
  return imported;
}

const bool kRegistered = [] {
  program_importers().add(
      "simai_workload", "Workload text of SimAI's AICB and of ASTRA-sim 1: one training step, layer by layer.",
      {.extensions = {"txt"}, .options = {}, .file_options = {}, .file_of_each_rank = "", .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
