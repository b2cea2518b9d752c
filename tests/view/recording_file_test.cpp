#include "sim/view/recording_file.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "tests/view/hostile_names.h"
#include "tests/view/small_view.h"

namespace polyplane::sim {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;

v1::View read(std::string_view bytes) {
  v1::View view;
  read_recording("file", bytes, view);
  return view;
}

/// The sentence with which it is refused.
std::string refusal(std::string_view bytes) {
  try {
    static_cast<void>(read(bytes));
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(RecordingFile, ComesBack) {
  const v1::View view = small_view();
  EXPECT_TRUE(MessageDifferencer::Equals(read(recording_file(view)), view));
}

TEST(RecordingFile, IsTheSameEveryTime) { EXPECT_EQ(recording_file(small_view()), recording_file(small_view())); }

TEST(RecordingFile, KeepsNamesOfAllKinds) {
  v1::View view = small_view();
  for (const std::string& name : hostile_names()) {
    v1::Recording& recording = *view.mutable_recordings(0);
    recording.set_name(name);
    recording.add_command_line(name);
    recording.add_sources()->set_text(name);
    recording.mutable_fabrics(0)->set_cluster(name);
  }
  EXPECT_TRUE(MessageDifferencer::Equals(read(recording_file(view)), view));
}

TEST(RecordingFile, TwoReadIntoOneAreBoth) {
  const std::string one = recording_file(small_view("one")), other = recording_file(small_view("other"));
  v1::View view;
  read_recording("one", one, view);
  read_recording("other", other, view);
  ASSERT_EQ(view.recordings_size(), 2);
  EXPECT_EQ(view.recordings(1).name(), "other");
}

TEST(RecordingFile, RefusesWhatIsCutShort) {
  const std::string whole = recording_file(small_view());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{9}, std::size_t{10}, std::size_t{40},
        whole.size() / 2, whole.size() - 9, whole.size() - 8, whole.size() - 1}) {
    EXPECT_THAT(refusal(whole.substr(0, size)), HasSubstr("file is no recording: ")) << size;
  }
}

TEST(RecordingFile, RefusesWhatIsDamagedOrReadsTheSame) {
  // A flipped bit is found by the checksum, or stands where gzip keeps what nobody reads (a time, a flag).
  const v1::View view = small_view();
  const std::string whole = recording_file(view);
  RandomStream random(7, 0);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = whole;
    const std::size_t at = random.below(whole.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
    if (refusal(damaged).empty()) { EXPECT_TRUE(MessageDifferencer::Equals(read(damaged), view)) << at; }
  }
}

TEST(RecordingFile, RefusesWhatFollows) {
  const std::string whole = recording_file(small_view());
  EXPECT_NE(refusal(whole + "more"), "");
  EXPECT_NE(refusal(whole + std::string(100, '\0')), "");
}

TEST(RecordingFile, RefusesOtherFiles) {
  EXPECT_THAT(refusal("{}"), HasSubstr("not gzip"));
  v1::View empty;
  EXPECT_THAT(refusal(recording_file(empty)), HasSubstr("nothing in it"));
  v1::View other = small_view();
  other.mutable_recordings(0)->set_schema("polyplane/recording/2");
  EXPECT_THAT(refusal(recording_file(other)), HasSubstr("\"polyplane/recording/2\""));
}

}  // namespace
}  // namespace polyplane::sim
