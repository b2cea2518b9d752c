// What the parts named in a cluster file state, as the loader needs it: found, compared, and noted where assumed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "configs/schema/document.h"
#include "configs/schema/hardware.pb.h"
#include "sim/parts.h"

namespace polyplane::sim {

/// Keeps references to both; errors name the place of `field` in `message`, which is part of `source`.
/// The text of a figure, as `reading` takes it.
[[nodiscard]] const std::string& read_rate(const v1::Quantity& figure, Reading reading);
[[nodiscard]] const std::string& read_latency(const v1::Quantity& figure, Reading reading);

class PartLookup {
 public:
  PartLookup(const configs::Source& source, const Parts& parts) : source_(source), parts_(parts) {}

  /// The part that `field` names, read by one of the functions of Parts.
  template <class Part>
  [[nodiscard]] Part part(const google::protobuf::Message& message, std::string_view field, const std::string& name,
                          Part (Parts::*read)(const std::string&) const) const {
    try {
      return (parts_.*read)(name);
    } catch (const InputError& error) { source_.fail(message, field, error.what()); }
  }

  /// The rate in the file, which the figure of the part bounds, or else that figure as Parts::reading() reads it. `part` may be "", `figure` null.
  [[nodiscard]] BitRate rate_of(const google::protobuf::Message& message, std::string_view field, bool given,
                                const std::string& text, const std::string& part, const v1::Quantity* figure);

  /// A latency that `part` states, as Parts::reading() reads it; noted where assumed.
  [[nodiscard]] Duration latency_of(const std::string& part, std::string_view name, const v1::Quantity& figure);

  /// `part`: the name of the part that could have stated it, "" when none is named.
  [[noreturn]] void fail_missing(const google::protobuf::Message& message, std::string_view field,
                                 const std::string& part) const;

  /// Remembers why `figure` of `part` is assumed, if it is.
  void note_assumed(const std::string& part, std::string_view name, const v1::Quantity& figure);
  [[nodiscard]] const std::vector<std::string>& assumed() const { return assumed_; }

 private:
  const configs::Source& source_;
  const Parts& parts_;
  std::vector<std::string> assumed_;
};

}  // namespace polyplane::sim
