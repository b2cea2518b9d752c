// Names that somebody may give to a cluster, a device or an experiment, and that must stay text.
#pragma once

#include <string>
#include <vector>

namespace polyplane::sim {

inline std::vector<std::string> hostile_names() {
  return {"</script><script>alert(1)</script>",
          "</template><img src=x onerror=alert(1)>",
          "<!-- @@DATA@@ -->",
          "\xe2\x80\xae"
          "txt.exe \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",  // runs from right to left
          std::string(10'000, 'x'),
          std::string("bell \x07 escape \x1b[31m nul \0 end", 27),
          "\"quotes\" & 'more' \\ \xe2\x80\xa8 line",
          "007 and 7 and 12345678901234567890"};
}

}  // namespace polyplane::sim
