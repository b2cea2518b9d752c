#include "base/check.h"

namespace polyplane {

void check_failed(const char* condition, const std::string& message, std::source_location where) {
  throw InternalError(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " + message + " [" +
                      condition + "]");
}

}  // namespace polyplane
