#include "sim/load_steps.h"

#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/measure.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/load_model.h"
#include "sim/part_lookup.h"
#include "sim/rank_list.h"
#include "sim/training_job.h"

namespace polyplane::sim {
namespace {

using collectives::Precision;

constexpr double kMillion = 1e6;

/// The part that all accelerators of a cluster are; "" where it names none, or several.
std::string accelerator_part(const ClusterChoice& cluster) {
  if (cluster.graph) return "";
  if (cluster.members.empty()) return cluster.spec.node.accelerator_part;
  const std::string part = accelerator_part(*cluster.members.front().cluster);
  for (const ClusterMember& member : cluster.members) {
    if (accelerator_part(*member.cluster) != part) return "";
  }
  return part;
}

FlopRate scaled(FlopRate peak, double efficiency, double share) {
  const double rate = static_cast<double>(peak.per_second()) * efficiency * share;
  return FlopRate::from_per_second(static_cast<std::int64_t>(rate + 0.5));
}

class StepLoader {
 public:
  StepLoader(const configs::Document& document, const Catalog& catalog, const Parts& parts, Experiment& experiment)
      : document_(document), catalog_(catalog), parts_(parts), experiment_(experiment) {}

  void load(const v1::TrainingJob& from, std::size_t index) {
    TrainingJob job;
    load_common(from, "step" + std::to_string(index), job);
    job.model.assumed.insert(job.model.assumed.end(), job.model.assumed_in_training.begin(),
                             job.model.assumed_in_training.end());
    if (from.has_sequence_length()) job.model.spec.sequence_length = from.sequence_length();
    load_layout(from.layout(), job.layout);
    at(from, "layout", [&] { job.layout.check(job.model.spec); });
    load_compute(from.compute(), job);
    load_cards(from, job.layout.cards(), job);
    if (from.has_token_budget()) job.token_budget = from.token_budget();
    at(from, "prices",
       [&] { job.prices = catalog_.prices(from.has_prices() ? beside(from.prices()) : kDefaultPrices); });
    if (from.has_amortisation_years()) job.amortisation_years = from.amortisation_years();
    experiment_.training.push_back(std::make_shared<const TrainingJob>(std::move(job)));
  }

  void load(const v1::InferenceJob& from, std::size_t index) {
    InferenceJob job;
    load_common(from, "inference" + std::to_string(index), job);
    collectives::InferenceSpec& inference = job.inference;
    const std::string phase = from.has_phase() ? from.phase() : "decode";
    if (phase != "decode" && phase != "prefill") {
      document_.fail(from, "phase", unknown_name("phase", phase, {"decode", "prefill"}));
    }
    inference.prefill = phase == "prefill";
    inference.cards = from.cards();
    inference.redundant_experts = from.redundant_experts();
    inference.batch = from.batch();
    inference.context = from.context();
    if (from.has_micro_batches()) inference.micro_batches = from.micro_batches();
    inference.remote_shared_experts = from.remote_shared_experts();
    if (from.has_cache_precision()) {
      at(from, "cache_precision", [&] { inference.cache = collectives::parse_precision(from.cache_precision()); });
    }
    at(from, "", [&] { inference.check(job.model.spec); });
    load_compute(from.compute(), job);
    if (job.compute.stored_scores) document_.fail(from.compute(), "attention", "of inference is flash");
    load_cards(from, inference.cards, job);
    experiment_.inference.push_back(std::make_shared<const InferenceJob>(std::move(job)));
  }

 private:
  /// Runs `work`; what it finds wrong is said at the place of `field`.
  template <class Work>
  void at(const google::protobuf::Message& message, std::string_view field, const Work& work, int index = -1) const {
    try {
      work();
    } catch (const InputError& error) { document_.fail(message, field, error.what(), index); }
  }

  [[nodiscard]] std::string beside(const std::string& name) const { return sim::beside(document_.path(), name); }

  template <class Message>
  void load_common(const Message& from, const std::string& fallback, StepJob& job) {
    job.name = from.has_name() ? from.name() : fallback;
    if (!names_.insert(job.name).second) {
      document_.fail(from, "name", "a step \"" + printable(job.name) + "\" exists already");
    }
    if (from.has_model() == from.has_inline_model()) {
      document_.fail(from, from.has_model() ? "inline_model" : "model",
                     from.has_model() ? "contradicts model; state one of the two"
                                      : "is missing; name a model or state inline_model");
    }
    if (from.has_model()) {
      at(from, "model", [&] { job.model = catalog_.model(beside(from.model())); });
    } else {
      job.model = load_model(document_, from.inline_model());
    }
    if (from.has_mode()) {
      const bool flows = from.mode() == "flows";
      if (!flows && from.mode() != "timed") {
        document_.fail(from, "mode", unknown_name("mode", from.mode(), {"flows", "timed"}));
      }
      job.mode = flows ? ProgramMode::flows : ProgramMode::timed;
    }
    if (from.has_memory_check()) {
      const bool warn = from.memory_check() == "warn";
      if (!warn && from.memory_check() != "refuse") {
        document_.fail(from, "memory_check", unknown_name("memory check", from.memory_check(), {"refuse", "warn"}));
      }
      job.memory_check = warn ? MemoryCheck::warn : MemoryCheck::refuse;
    }
    job.assumed.assign(from.assumed().begin(), from.assumed().end());
  }

  template <class Message>
  void load_cards(const Message& from, std::int64_t needed, StepJob& job) const {
    const std::int64_t all = count_cards(experiment_.cluster);
    const std::string many = std::to_string(needed) + " cards";
    if (from.has_ranks()) {
      at(from, "ranks", [&] { job.cards = parse_rank_list(from.ranks(), all); });
      if (static_cast<std::int64_t>(job.cards.size()) != needed) {
        document_.fail(from, "ranks", "lists " + std::to_string(job.cards.size()) + " cards; the step takes " + many);
      }
      return;
    }
    if (needed > all) {
      document_.fail(
          from, "",
          "takes " + many + "; cluster " + printable(experiment_.cluster.spec.name) + " has " + std::to_string(all));
    }
    job.cards.resize(static_cast<std::size_t>(needed));
    std::iota(job.cards.begin(), job.cards.end(), 0U);
  }

  void load_layout(const v1::TrainingLayout& from, collectives::ParallelLayout& layout) const {
    if (from.has_data_parallel()) layout.data = from.data_parallel();
    if (from.has_tensor_parallel()) layout.tensor = from.tensor_parallel();
    if (from.has_context_parallel()) layout.context = from.context_parallel();
    if (from.has_expert_parallel()) layout.expert = from.expert_parallel();
    if (from.has_pipeline_parallel()) layout.pipeline = from.pipeline_parallel();
    layout.sequence_parallel = from.sequence_parallel();
    layout.zero = from.zero();
    at(from, "schedule", [&] {
      if (from.has_schedule()) layout.schedule = collectives::parse_pipeline(from.schedule());
    });
    if (from.has_virtual_stages()) layout.virtual_stages = from.virtual_stages();
    if (from.has_virtual_stages() && layout.schedule != collectives::PipelineKind::interleaved) {
      document_.fail(from, "virtual_stages", "is of schedule interleaved");
    }
    if (!from.has_virtual_stages() && layout.schedule == collectives::PipelineKind::interleaved) {
      document_.fail(from, "virtual_stages", "is missing; schedule interleaved needs it");
    }
    if (from.has_micro_batch()) layout.micro_batch = from.micro_batch();
    layout.global_batch = from.global_batch();
    at(from, "order", [&] {
      if (from.has_order()) layout.order = collectives::parse_order(from.order());
    });
    at(from, "recompute", [&] {
      if (from.has_recompute()) layout.recompute = collectives::parse_recompute(from.recompute());
    });
    if (from.has_context_exchange()) {
      const bool ring = from.context_exchange() == "ring";
      if (!ring && from.context_exchange() != "all_gather") {
        document_.fail(from, "context_exchange",
                       unknown_name("context exchange", from.context_exchange(), {"all_gather", "ring"}));
      }
      layout.context_exchange = ring ? collectives::ContextExchange::ring : collectives::ContextExchange::all_gather;
    }
    if (from.has_overlap_gradients()) layout.overlap_gradients = from.overlap_gradients();
    if (from.has_overlap_parameters()) layout.overlap_parameters = from.overlap_parameters();
    if (from.has_overlap_pipeline()) layout.overlap_pipeline = from.overlap_pipeline();
    layout.scatter_gather = from.scatter_gather();
    if (from.has_bucket()) layout.bucket = parse_bytes(from.bucket());
    layout.layers_per_stage.assign(from.layers_per_stage().begin(), from.layers_per_stage().end());
    if (!from.has_split()) return;
    const bool by_time = from.split() == "by_time";
    if (!by_time && from.split() != "equal") {
      document_.fail(from, "split", unknown_name("split of layers", from.split(), {"by_time", "equal"}));
    }
    if (!layout.layers_per_stage.empty()) document_.fail(from, "split", "contradicts layers_per_stage");
    layout.split = by_time ? collectives::StageSplit::by_time : collectives::StageSplit::equal;
  }

  FlopRate peak(const google::protobuf::Message& at_message, const v1::Accelerator& card, Precision precision) const {
    const v1::Quantity* figure = nullptr;
    if (precision == Precision::fp8 && card.has_fp8()) figure = &card.fp8();
    if (precision == Precision::bf16 && card.has_bf16()) figure = &card.bf16();
    if (precision == Precision::bf16 && figure == nullptr && card.has_fp16()) figure = &card.fp16();
    if (precision == Precision::fp32 && card.has_tf32()) figure = &card.tf32();
    if (figure == nullptr) {
      document_.fail(
          at_message, "",
          "accelerator " + card.name() + " states no rate at " + std::string(collectives::to_string(precision)));
    }
    return FlopRate::from_per_second(
        configs::parse_measure(v1::Rule::compute_rate, read_rate(*figure, parts_.reading())) * 1'000'000);
  }

  void load_compute(const v1::ComputeRates& from, StepJob& job) const {
    const std::string part = accelerator_part(experiment_.cluster);
    if (part.empty()) {
      document_.fail(from, "",
                     "needs a cluster whose accelerators are one part of the catalogue; that of " +
                         printable(experiment_.cluster.spec.name) + " is not named");
    }
    const v1::Accelerator card = parts_.accelerator(part);
    const collectives::Precisions& precisions = job.model.spec.precisions;
    if (from.units_for_communication() > 0 && from.units_for_communication() >= from.units()) {
      document_.fail(from, "units_for_communication", "leaves none of the " + std::to_string(from.units()) + " units");
    }
    const double share = from.units() == 0 ? 1
                                           : static_cast<double>(from.units() - from.units_for_communication()) /
                                                 static_cast<double>(from.units());
    const double head = from.has_head_efficiency() ? from.head_efficiency() : from.product_efficiency();
    job.card.part = part;
    job.card.efficiency_source = from.source();
    job.card.bf16_peak = peak(from, card, Precision::bf16);
    job.card.product_peak = peak(from, card, precisions.products);
    if (card.has_memory()) job.card.memory = parse_bytes(card.memory().value());
    collectives::ComputeSpec& compute = job.compute;
    compute.products = scaled(job.card.product_peak, from.product_efficiency(), share);
    compute.head_products = scaled(peak(from, card, precisions.head), head, share);
    compute.attention = scaled(job.card.bf16_peak, from.attention_efficiency(), share);
    if (!card.has_memory_bandwidth()) document_.fail(from, "", "accelerator " + part + " states no memory bandwidth");
    const double memory =
        static_cast<double>(parse_bit_rate(read_rate(card.memory_bandwidth(), parts_.reading())).bps());
    const auto millionths = static_cast<std::int64_t>(from.memory_efficiency() * kMillion + 0.5);
    compute.memory = BitRate::from_bps(static_cast<std::int64_t>(memory / kMillion + 0.5) * millionths);
    if (from.has_attention()) {
      if (from.attention() != "flash" && from.attention() != "stored") {
        document_.fail(from, "attention", unknown_name("attention", from.attention(), {"flash", "stored"}));
      }
      compute.stored_scores = from.attention() == "stored";
    }
    for (const v1::MeasuredOperation& measured : from.measured()) load_measured(measured, compute);
  }

  void load_measured(const v1::MeasuredOperation& from, collectives::ComputeSpec& compute) const {
    std::vector<std::string> known{"optimiser"};
    for (const collectives::Part part :
         {collectives::Part::embedding, collectives::Part::attention, collectives::Part::feed_forward,
          collectives::Part::experts, collectives::Part::prediction_join, collectives::Part::head}) {
      for (const collectives::Direction direction :
           {collectives::Direction::forward, collectives::Direction::input_gradient,
            collectives::Direction::weight_gradient, collectives::Direction::recompute}) {
        known.push_back(collectives::operation_name(part, direction));
      }
    }
    if (std::ranges::find(known, from.operation()) == known.end()) {
      document_.fail(from, "operation", unknown_name("operation", from.operation(), known));
    }
    for (const collectives::ComputeSpec::Measured& other : compute.measured) {
      if (other.operation == from.operation()) document_.fail(from, "operation", "is given twice");
    }
    compute.measured.push_back({from.operation(), parse_duration(from.time())});
  }

  const configs::Document& document_;
  const Catalog& catalog_;
  const Parts& parts_;
  Experiment& experiment_;
  std::set<std::string> names_;
};

}  // namespace

void load_steps(const configs::Document& document, const v1::Experiment& from, const Catalog& catalog,
                const Parts& parts, Experiment& experiment) {
  if (from.training_size() + from.inference_size() == 0) return;
  StepLoader loader(document, catalog, parts, experiment);
  std::size_t index = 0;
  for (const v1::TrainingJob& job : from.training()) loader.load(job, index++);
  for (const v1::InferenceJob& job : from.inference()) loader.load(job, index++);
}

}  // namespace polyplane::sim
