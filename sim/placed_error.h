// Wrong input of an experiment that only the built graph can judge: which entry it is, for those who know the file.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace polyplane::sim {

class PlacedError : public InputError {
 public:
  /// `field`: a list of v1::Experiment, such as "faults", "flows" or "collectives"; the entry of it.
  PlacedError(const std::string& what, std::string field, int index)
      : InputError(what), field_(std::move(field)), index_(index) {}
  [[nodiscard]] const std::string& field() const { return field_; }
  [[nodiscard]] int index() const { return index_; }

 private:
  std::string field_;
  int index_;
};

/// Runs `work`; what it finds wrong is of that entry.
template <class Work>
void at_entry(const char* field, int index, const Work& work) {
  try {
    work();
  } catch (const PlacedError&) { throw; } catch (const InputError& error) {
    throw PlacedError(error.what(), field, index);
  }
}

}  // namespace polyplane::sim
