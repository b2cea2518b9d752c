// What the user can do wrong, and the limits polyplane refuses to pass. Thrown at the doors only.
#pragma once

#include <stdexcept>
#include <string>

namespace polyplane {

/// Wrong input or command line: exit code 2. The message is complete and stands alone: where (file:line:column or
/// option), which field, the value found, what is allowed, and a did-you-mean where a name is close.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A limit on size, count or memory would be passed: exit code 3, before anything is allocated.
class LimitError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The run itself failed or a check fell short (a stall, a proof that fails, a bound that is beaten): exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace polyplane
