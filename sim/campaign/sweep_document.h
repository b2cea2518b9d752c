// An experiment file with some of its fields set by a sweep. What is then wrong is said at the value, not in the file.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/campaign/sweep_key.h"
#include "sim/campaign/sweep_value.h"
#include "sim/catalog.h"

namespace polyplane::sim {

struct SweepSetting {
  const SweepKey* key = nullptr;
  const SweepValue* value = nullptr;
};

/// "collectives.algorithm=ring"
[[nodiscard]] std::string setting_text(const SweepSetting& setting);

class SweepDocument : public configs::Document {
 public:
  /// Reads `path` into `root`, sets the values in order (those inside a named cluster or stack last, once it is part of the
  /// experiment) and checks every rule again. Throws InputError; one about a value starts with "--vary KEY=VALUE: ".
  SweepDocument(const std::string& path, v1::Experiment& root, const std::vector<SweepSetting>& settings,
                const Catalog& catalog);

  [[nodiscard]] std::string place(const google::protobuf::Message& message, std::string_view field,
                                  int index) const override;

 private:
  std::vector<SweepSetting> settings_;
};

}  // namespace polyplane::sim
