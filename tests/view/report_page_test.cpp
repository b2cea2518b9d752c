#include "sim/view/report_page.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sim/view/recording_file.h"
#include "tests/view/hostile_names.h"
#include "tests/view/small_view.h"

namespace polyplane::sim {
namespace {

constexpr std::string_view kMarker = "@@DATA@@";

/// The template as it is for pages with data: nothing in it opens stores.
std::string without_sqlite() {
  std::string page(page_template());
  const std::size_t begin = page.find("<template id=\"polyplane-sqlite\">");
  const std::size_t end = page.find("<script", begin);
  EXPECT_LT(begin, end);
  page.erase(begin, end - begin);
  const std::string_view allowed = " 'wasm-unsafe-eval'";
  return page.erase(page.find(allowed), allowed.size());
}

/// What stands in a page where the template has its marker.
std::string_view data_of(std::string_view page, std::string_view whole) {
  const std::size_t marker = whole.find(kMarker);
  const std::string_view before = whole.substr(0, marker), after = whole.substr(marker + kMarker.size());
  EXPECT_TRUE(page.starts_with(before));
  EXPECT_TRUE(page.ends_with(after));
  return page.substr(before.size(), page.size() - before.size() - after.size());
}

std::string decoded(std::string_view text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255U);
  }
  return bytes;
}

TEST(Base64, AsInTheStandard) {
  // RFC 4648, section 10.
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(ReportPage, IsTheCommittedTemplate) {
  std::ifstream file(POLYPLANE_SOURCE_DIR "/viz/dist/report.html", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(page_template(), text.str());
}

TEST(ReportPage, HoldsTheViewAndNothingElse) {
  const v1::View view = small_view();
  const std::string page = report_page(view);
  v1::View read;
  read_recording("page", decoded(data_of(page, without_sqlite())), read);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, view));
}

TEST(ReportPage, WithoutResultsIsTheExplorer) { EXPECT_EQ(data_of(report_page(v1::View()), page_template()), ""); }

TEST(ReportPage, NamesNeverBecomeMarkup) {
  v1::View view = small_view();
  v1::Recording& recording = *view.mutable_recordings(0);
  for (const std::string& name : hostile_names()) {
    recording.set_name(name);
    recording.mutable_report()->mutable_cluster()->add_assumed(name);
    recording.mutable_fabrics(0)->add_faults(name);
    recording.add_sources()->set_text(name);
  }
  const std::string page = report_page(view);
  EXPECT_EQ(data_of(page, without_sqlite())
                .find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="),
            std::string_view::npos);
  v1::View read;
  read_recording("page", decoded(data_of(page, without_sqlite())), read);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, view));
}

}  // namespace
}  // namespace polyplane::sim
