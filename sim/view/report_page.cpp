#include "sim/view/report_page.h"

#include <cstdint>

#include "base/check.h"
#include "configs/schema/view.pb.h"
#include "sim/view/recording_file.h"

namespace polyplane::sim {
namespace {

constexpr std::string_view kMarker = "@@DATA@@";
// What opens stores of sweeps, and the one thing that the policy allows for it: of the explorer alone.
constexpr std::string_view kSqliteBegin = "<template id=\"polyplane-sqlite\">", kSqliteEnd = "</template>\n";
constexpr std::string_view kSqlitePolicy = " 'wasm-unsafe-eval'";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::size_t place_of(const std::string& page, std::string_view text, const char* why) {
  const std::size_t place = page.find(text);
  CHECK(place != std::string::npos && page.find(text, place + 1) == std::string::npos, why);
  return place;
}

void leave_out_sqlite(std::string& page) {
  const std::size_t begin = place_of(page, kSqliteBegin, "the page opens no stores, or twice");
  page.erase(begin, page.find(kSqliteEnd, begin) + kSqliteEnd.size() - begin);
  page.erase(place_of(page, kSqlitePolicy, "the policy of the page names WebAssembly twice, or nowhere"),
             kSqlitePolicy.size());
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t begin = 0; begin < bytes.size(); begin += 3) {
    const std::string_view group = bytes.substr(begin, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<std::uint8_t>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) { text += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63U] : '='; }
  }
  return text;
}

std::string report_page(const v1::View& view) {
  std::string page(page_template());
  if (!view.recordings().empty()) leave_out_sqlite(page);
  const std::size_t marker = place_of(page, kMarker, "the page has no place for its data, or several");
  const std::string data = view.recordings().empty() ? std::string() : base64(recording_file(view));
  return page.replace(marker, kMarker.size(), data);
}

}  // namespace polyplane::sim
