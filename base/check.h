// Broken invariants. CHECK stays on in release: a result from a broken invariant is worse than no result.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace polyplane {

/// A bug in polyplane, never the user's fault. `main` turns it into exit code 4 with what to report.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws InternalError with the place and the message. Used by CHECK only.
[[noreturn]] void check_failed(const char* condition, const std::string& message,
                               std::source_location where = std::source_location::current());

}  // namespace polyplane

/// CHECK(condition, message): `message` is evaluated only when the condition is false.
#define CHECK(condition, message)                                                        \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] { ::polyplane::check_failed(#condition, (message)); } \
  } while (false)
