// The door of libFuzzer; POLYPLANE_FUZZ_FORMAT is the reader of this program.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/import_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string format = POLYPLANE_FUZZ_FORMAT;
  polyplane::fuzz::import_anything(format, {reinterpret_cast<const char*>(data), size});
  return 0;
}
