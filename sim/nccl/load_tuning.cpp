#include "sim/nccl/load_tuning.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/suggest.h"
#include "base/units.h"

namespace polyplane::sim::nccl {
namespace {

double microseconds(const std::string& text) { return static_cast<double>(parse_duration(text).ps()) / 1e6; }
double gigabytes(const std::string& text) { return static_cast<double>(parse_bit_rate(text, true).bps()) / 8e9; }
BySize by_size(const v1::NcclBySize& from) {
  return {gigabytes(from.one_node()), gigabytes(from.two_nodes()), gigabytes(from.more_nodes())};
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < kAlgorithms; ++a) names.emplace_back(to_string(static_cast<Algorithm>(a)));
  return names;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < kProtocols; ++p) names.emplace_back(to_string(static_cast<Protocol>(p)));
  return names;
}

class TuningLoader {
 public:
  TuningLoader(const configs::Source& source, const v1::NcclTuning& from) : source_(source), from_(from) {}

  Constants load() {
    Constants constants;
    constants.name = from_.name();
    constants.assumed.assign(from_.assumed().begin(), from_.assumed().end());
    constants.base = latencies(from_.base(), "base");
    constants.nvlink = latencies(from_.nvlink(), "nvlink");
    constants.pci = latencies(from_.pci(), "pci");
    constants.network = latencies(from_.network(), "network");
    load_generations(constants);
    if (!from_.has_ll_max_other_cpu()) source_.fail(from_, "ll_max_other_cpu", "is missing");
    if (!from_.has_ll_max_amd_cpu()) source_.fail(from_, "ll_max_amd_cpu", "is missing");
    constants.ll_max_other_cpu = by_size(from_.ll_max_other_cpu());
    constants.ll_max_amd_cpu = by_size(from_.ll_max_amd_cpu());
    constants.factors = factors();
    load_corrections(constants);
    constants.channels = channels();
    load_gpus(constants);
    return constants;
  }

 private:
  /// Index of `name` among `names`; each may come once.
  std::size_t place_of(const google::protobuf::Message& at, const char* field, const std::string& name,
                       const std::string& what, const std::vector<std::string>& names, std::vector<bool>& seen) const {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) source_.fail(at, field, unknown_name(what, name, names));
    const auto index = static_cast<std::size_t>(place - names.begin());
    if (seen[index]) source_.fail(at, field, "\"" + name + "\" is given twice");
    seen[index] = true;
    return index;
  }

  void check_complete(const char* field, const std::vector<std::string>& names, const std::vector<bool>& seen) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!seen[i]) source_.fail(from_, field, "the entry of \"" + names[i] + "\" is missing");
    }
  }

  Latencies latencies(const google::protobuf::RepeatedPtrField<v1::NcclLatency>& list, const char* field) const {
    const std::vector<std::string> names = algorithm_names();
    std::vector<bool> seen(names.size());
    Latencies all{};
    for (const v1::NcclLatency& from : list) {
      const std::size_t a = place_of(from, "algorithm", from.algorithm(), "algorithm of NCCL", names, seen);
      if (!from.has_simple()) source_.fail(from, "simple", "is missing; every algorithm has Simple");
      const bool all_protocols = a <= static_cast<std::size_t>(Algorithm::ring);
      if (from.has_ll() != all_protocols) source_.fail(from, "ll", "is of Tree and Ring, and of both");
      if (from.has_ll128() != all_protocols) source_.fail(from, "ll128", "is of Tree and Ring, and of both");
      if (all_protocols) all[a] = {microseconds(from.ll()), microseconds(from.ll128()), 0};
      all[a][static_cast<std::size_t>(Protocol::simple)] = microseconds(from.simple());
    }
    check_complete(field, names, seen);
    return all;
  }

  std::vector<double> speeds(const v1::NcclGeneration& at, const char* field,
                             const google::protobuf::RepeatedPtrField<std::string>& list) const {
    std::vector<double> falling;
    for (const std::string& text : list) falling.push_back(gigabytes(text));
    if (falling.empty()) source_.fail(at, field, "is empty; state at least one speed");
    if (std::ranges::adjacent_find(falling, std::less_equal<>()) != falling.end()) {
      source_.fail(at, field, "do not fall from one to the next");
    }
    return falling;
  }

  void load_generations(Constants& constants) const {
    for (const v1::NcclGeneration& from : from_.generations()) {
      const bool first = constants.generations.empty();
      if (first ? from.compute_capability() != 0
                : from.compute_capability() <= constants.generations.back().compute_capability) {
        source_.fail(from, "compute_capability",
                     first ? "the first generation starts at 0" : "does not rise from one generation to the next");
      }
      constants.generations.push_back({.name = from.name(),
                                       .compute_capability = from.compute_capability(),
                                       .ll_max_one_node = gigabytes(from.ll_max_one_node()),
                                       .ring_ll128 = by_size(from.ring_ll128()),
                                       .tree_ll128 = by_size(from.tree_ll128()),
                                       .tree = by_size(from.tree()),
                                       .nvls_tree = by_size(from.nvls_tree()),
                                       .nvls_efficiency = from.nvls_efficiency(),
                                       .nvlink = gigabytes(from.nvlink()),
                                       .speeds_intra = speeds(from, "speeds_intra", from.speeds_intra()),
                                       .speeds_inter = speeds(from, "speeds_inter", from.speeds_inter())});
    }
    if (constants.generations.empty()) source_.fail(from_, "generations", "there is none; state at least one");
  }

  Factors factors() const {
    const v1::NcclFactors& from = from_.factors();
    return {
        .ring_ll = from.ring_ll(),
        .ring_ll128 = from.ring_ll128(),
        .tree = from.tree(),
        .tree_ll_divisor = from.tree_ll_divisor(),
        .tree_ll128_one_node =
            static_cast<double>(from.tree_ll128_payload_one_node()) / from.tree_ll128_wire_one_node(),
        .tree_ll128 = static_cast<double>(from.tree_ll128_payload()) / from.tree_ll128_wire(),
        .plain_tree_pattern = from.plain_tree_pattern(),
        .pat = from.pat(),
        .collnet_direct_network = from.collnet_direct_network(),
        .collnet_direct_all_reduce = from.collnet_direct_all_reduce(),
        .collnet_direct_all_reduce_from = from.collnet_direct_all_reduce_from(),
        .collnet_direct_arity_us = microseconds(from.collnet_direct_arity()),
        .pat_network_divisor = from.pat_network_divisor(),
        .pat_per_rank_us = microseconds(from.pat_per_rank()),
        .post_amd_us = microseconds(from.post_amd()),
        .post_other_us = microseconds(from.post_other()),
        .posts_simple = from.posts_simple(),
        .plateau = from.plateau(),
        .plateau_before = from.plateau_before(),
        .plateau_before_capability = from.plateau_before_capability(),
        .plateau_from_bytes = parse_bytes(from.plateau_from()).count(),
        .nvls_tree_correction_from = from.nvls_tree_correction_from(),
        .tree_corrections = from.tree_corrections(),
        .nvls_tree_corrections = from.nvls_tree_corrections(),
        .ll128_from = from.ll128_from(),
        .ll128_far_from = from.ll128_far_from(),
        .most_nvls_cards = static_cast<std::uint32_t>(from.most_nvls_cards()),
        .most_collnet_cards = static_cast<std::uint32_t>(from.most_collnet_cards()),
    };
  }

  void load_corrections(Constants& constants) const {
    const std::vector<std::string> names = protocol_names();
    std::vector<bool> seen(names.size());
    const auto needed =
        static_cast<std::size_t>(std::max(constants.factors.tree_corrections, constants.factors.nvls_tree_corrections));
    for (const v1::NcclCorrection& from : from_.tree_correction()) {
      const std::size_t p = place_of(from, "protocol", from.protocol(), "protocol of NCCL", names, seen);
      constants.tree_correction[p].assign(from.factors().begin(), from.factors().end());
      if (constants.tree_correction[p].size() < needed) {
        source_.fail(from, "factors",
                     std::to_string(constants.tree_correction[p].size()) + " are given; the factors use " +
                         std::to_string(needed));
      }
    }
    check_complete("tree_correction", names, seen);
  }

  ChannelRules channels() const {
    const v1::NcclChannels& from = from_.channels();
    return {.most = static_cast<std::uint32_t>(from.most()),
            .copies = static_cast<std::uint32_t>(from.copies()),
            .few = static_cast<std::uint32_t>(from.few()),
            .fast = gigabytes(from.fast()),
            .fast_from = from.fast_from(),
            .slowest_worth = from.slowest_worth(),
            .split_from = gigabytes(from.split_from()),
            .split_fast = gigabytes(from.split_fast()),
            .split_after = from.split_after(),
            .split_few = static_cast<std::uint32_t>(from.split_few()),
            .pci = gigabytes(from.pci())};
  }

  void load_gpus(Constants& constants) const {
    for (const v1::NcclGpu& from : from_.gpus()) {
      if (constants.gpu(from.accelerator()) != nullptr) {
        source_.fail(from, "accelerator", "\"" + printable(from.accelerator()) + "\" is given twice");
      }
      const std::string cpu = from.has_cpu() ? from.cpu() : "x86";
      if (cpu != "x86" && cpu != "arm") source_.fail(from, "cpu", unknown_name("architecture", cpu, {"arm", "x86"}));
      constants.gpus.push_back(
          {from.accelerator(), from.compute_capability(), static_cast<std::uint32_t>(from.nvlinks()), cpu == "arm"});
    }
  }

  const configs::Source& source_;
  const v1::NcclTuning& from_;
};

}  // namespace

Constants load_tuning(const configs::Source& source, const v1::NcclTuning& tuning) {
  return TuningLoader(source, tuning).load();
}

}  // namespace polyplane::sim::nccl
