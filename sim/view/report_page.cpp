#include "sim/view/report_page.h"

#include <cstdint>

#include "base/check.h"
#include "configs/schema/view.pb.h"
#include "sim/view/recording_file.h"

namespace polyplane::sim {
namespace {

constexpr std::string_view kMarker = "@@DATA@@";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
  const std::string_view page = page_template();
  const std::size_t marker = page.find(kMarker);
  CHECK(marker != std::string_view::npos && page.find(kMarker, marker + 1) == std::string_view::npos,
        "the page has no place for its data, or several");
  const std::string data = view.recordings().empty() ? std::string() : base64(recording_file(view));
  return std::string(page.substr(0, marker)) + data + std::string(page.substr(marker + kMarker.size()));
}

}  // namespace polyplane::sim
