// Hardware parts by catalogue name: the files under configs/hardware/.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/hardware.pb.h"
#include "sim/reading.h"

namespace polyplane::sim {

class Parts {
 public:
  /// `directory`: configs/hardware.
  explicit Parts(std::string directory, Reading reading = Reading::used)
      : directory_(std::move(directory)), reading_(reading) {}

  /// Throws InputError: unknown name (did-you-mean), a file that is wrong, a file whose part has another name.
  [[nodiscard]] v1::Accelerator accelerator(const std::string& name) const;
  [[nodiscard]] v1::Switch network_switch(const std::string& name) const;
  [[nodiscard]] v1::Nic nic(const std::string& name) const;
  [[nodiscard]] v1::Cable cable(const std::string& name) const;

  [[nodiscard]] std::vector<std::string> accelerators() const;
  [[nodiscard]] std::vector<std::string> switches() const;
  [[nodiscard]] std::vector<std::string> nics() const;
  [[nodiscard]] std::vector<std::string> cables() const;

  [[nodiscard]] Reading reading() const { return reading_; }

 private:
  std::string directory_;
  Reading reading_;
};

/// Names of the .textproto files of a folder without their ending, ascending; none when there is no such folder.
[[nodiscard]] std::vector<std::string> names_in(const std::string& directory);

/// A figure with the provenance of its part filled in where it states none of its own.
[[nodiscard]] v1::Provenance provenance_of(const v1::Quantity& figure, const v1::Provenance& part);
[[nodiscard]] v1::Provenance provenance_of(const v1::Number& figure, const v1::Provenance& part);

}  // namespace polyplane::sim
