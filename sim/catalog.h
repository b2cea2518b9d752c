// Finds things by name in configs/: hardware, clusters, stacks, price sheets, models.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment.h"
#include "sim/price_sheet.h"
#include "sim/reading.h"
#include "sim/stack.h"

namespace polyplane::sim {

struct ModelChoice;  // sim/training_job.h

struct CatalogEntry {
  std::string kind;  // "accelerator", "switch", "nic", "cable", "cluster", "stack", "prices", "language-model"
  std::string name, sentence, source, as_of, confidence;
};

/// A name with a '/' or an ending of a configuration file (.textproto, .txtpb, .pbtxt, .json) is a file, but for a one-liner
/// ("fat_tree:rate=50 GB/s").
[[nodiscard]] bool is_file_name(std::string_view name);

/// A name of the catalogue as it is; a relative file counts from the folder of `file`, which names it.
[[nodiscard]] std::string beside(const std::string& file, const std::string& name);

class Catalog {
 public:
  /// The shipped files, see configs/directory.h. Throws InputError when there are none.
  static Catalog open();
  explicit Catalog(std::string directory);

  /// Entries whose name, kind or sentence holds `pattern` (any case), or whose name matches it when it has * or ?; all
  /// for "". By kind, then by name.
  [[nodiscard]] std::vector<CatalogEntry> list(std::string_view pattern) const;
  /// Every figure of one entry with its source, as text for people. Throws InputError for an unknown name.
  [[nodiscard]] std::string describe(std::string_view name) const;
  /// Name, file, or one-liner "fat_tree:tiers=2,radix=64,endpoints=2048" (keys in load_cluster.h).
  [[nodiscard]] ClusterChoice cluster(std::string_view name_or_file, Reading reading = Reading::used) const;
  /// The same for a member of joined clusters, which has no members itself.
  [[nodiscard]] ClusterChoice member(std::string_view name_or_file, Reading reading = Reading::used) const;
  [[nodiscard]] Stack stack(std::string_view name_or_file) const;
  /// Where none is named: the stack that the maker of the cluster's cards ships. Else nccl; unless the cards have no known
  /// maker, `assumed` then says for whose library it stands.
  [[nodiscard]] Stack stack_of(const ClusterChoice& cluster) const;
  /// The file that states a cluster ("" of a one-liner) or a stack. Throws InputError for an unknown name.
  [[nodiscard]] std::string cluster_file(std::string_view name_or_file) const;
  [[nodiscard]] std::string stack_file(std::string_view name_or_file) const;
  /// Where the shipped files are: configs/.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// A table with which NCCL chooses, by release or file.
  [[nodiscard]] std::shared_ptr<const nccl::Constants> nccl_tuning(std::string_view name_or_file) const;
  [[nodiscard]] PriceSheet prices(std::string_view name_or_file) const;
  [[nodiscard]] ModelChoice model(std::string_view name_or_file) const;
  /// An experiment file, names in it resolved: one experiment for each of its clusters.
  /// "file:line:column: field: " of an entry of a repeated field of the experiment in `file`.
  [[nodiscard]] static std::string place_of(std::string_view file, std::string_view field, int index);
  [[nodiscard]] std::vector<Experiment> experiments(std::string_view file, Reading reading = Reading::used) const;
  /// The same of a file with one cluster. Throws InputError where there are several.
  [[nodiscard]] Experiment experiment(std::string_view file) const;

 private:
  std::string directory_;
};

}  // namespace polyplane::sim
