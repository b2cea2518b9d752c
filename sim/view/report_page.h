// The report: one HTML file that needs nothing else. The page is built from viz/ (docs/report.md) and compiled in; what
// it shows goes where its marker stands, as base64 of a file of recordings, in an element that browsers leave alone.
#pragma once

#include <string>
#include <string_view>

namespace polyplane::v1 {
class View;
}  // namespace polyplane::v1

namespace polyplane::sim {

/// viz/dist/report.html, with its marker.
[[nodiscard]] std::string_view page_template();

/// A page of these recordings; without any the explorer, a page to drop files on. REQUIRES: `view` holds together.
[[nodiscard]] std::string report_page(const v1::View& view);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace polyplane::sim
