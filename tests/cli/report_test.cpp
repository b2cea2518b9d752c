// --record and report, from the outside.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "configs/schema/view.pb.h"
#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"
#include "tests/view/hostile_names.h"

namespace polyplane::cli {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

template <class Message>
Message document(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << json.substr(0, 1000);
  return message;
}

/// A folder of its own to run in.
class ReportCommand : public testing::Test {
 protected:
  [[nodiscard]] ProgramRun run(const std::vector<std::string>& arguments) const {
    ProgramSetting setting;
    setting.directory = file_.folder();
    return run_program(arguments, setting);
  }
  [[nodiscard]] ProgramRun good(const std::vector<std::string>& arguments) const {
    ProgramRun done = run(arguments);
    EXPECT_EQ(done.exit_code, 0) << done.error;
    return done;
  }
  [[nodiscard]] v1::View shown(const std::vector<std::string>& results) const {
    std::vector<std::string> arguments{"report", "--format", "json"};
    arguments.insert(arguments.end(), results.begin(), results.end());
    return document<v1::View>(good(arguments).out);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return file_.folder() + "/" + name; }
  [[nodiscard]] std::string bytes(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  TemporaryFile file_{""};
};

const std::vector<std::string> kPerf{"perf", "all_reduce", "--cluster", "dgx-h100", "-b", "1M", "-e", "64M", "-f", "8"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_F(ReportCommand, ShowsTheNumbersOfTheRun) {
  const ProgramRun recorded = good(with(kPerf, {"--record", "run.pprec", "--format", "json"}));
  EXPECT_THAT(recorded.error, HasSubstr("polyplane report run.pprec -o report.html"));
  EXPECT_EQ(recorded.out, good(with(kPerf, {"--format", "json"})).out) << "recording changes nothing that is printed";
  const v1::View view = shown({"run.pprec"});
  ASSERT_EQ(view.recordings_size(), 1);
  v1::Recording recording = view.recordings(0);
  EXPECT_EQ(recording.name(), "all_reduce on dgx-h100");
  EXPECT_EQ(recording.command_line(0), "polyplane");
  EXPECT_EQ(recording.command_line(2), "all_reduce");
  EXPECT_EQ(recording.sources(0).role(), "cluster");
  EXPECT_GT(recording.figures_size(), 10);
  EXPECT_EQ(recording.runs_size(), 3);
  // All numbers but what explains them, which the command did not print.
  for (v1::CollectiveResult& row : *recording.mutable_report()->mutable_results()) {
    EXPECT_TRUE(row.has_attribution());
    row.clear_attribution();
    row.clear_sensitivities();
  }
  EXPECT_TRUE(MessageDifferencer::Equals(recording.report(), document<v1::Report>(recorded.out)));
}

TEST_F(ReportCommand, TheSameCommandRecordsTheSameBytes) {
  static_cast<void>(good(with(kPerf, {"--record", "one.pprec", "--threads", "1", "-q"})));
  static_cast<void>(good(with(kPerf, {"--record", "one.pprec", "--threads", "1", "-q", "--force"})));
  const std::string once = bytes("one.pprec");
  static_cast<void>(good(with(kPerf, {"--record", "one.pprec", "--threads", "1", "-q", "--force"})));
  EXPECT_EQ(bytes("one.pprec"), once);
  const auto words_apart = [](v1::View view) {
    view.mutable_recordings(0)->clear_command_line();
    return view;
  };
  static_cast<void>(good(with(kPerf, {"--record", "two.pprec", "--threads", "4", "-q"})));
  EXPECT_TRUE(MessageDifferencer::Equals(words_apart(shown({"one.pprec"})), words_apart(shown({"two.pprec"}))));
}

TEST_F(ReportCommand, NothingIsOverwritten) {
  write("run.pprec", "mine");
  const ProgramRun refused = run(with(kPerf, {"--record", "run.pprec"}));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.error, HasSubstr("--force"));
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_EQ(bytes("run.pprec"), "mine");
  static_cast<void>(good(with(kPerf, {"--record", "other.pprec", "-q"})));
  write("report.html", "mine");
  EXPECT_EQ(run({"report", "other.pprec", "-o", "report.html"}).exit_code, 2);
  EXPECT_EQ(bytes("report.html"), "mine");
  EXPECT_EQ(run({"report", "other.pprec", "-o", "other.pprec", "--force"}).exit_code, 2);
  static_cast<void>(good({"report", "other.pprec", "-o", "report.html", "--force"}));
  EXPECT_THAT(bytes("report.html"), HasSubstr("<!doctype html>"));
}

TEST_F(ReportCommand, AnExperimentWithItsText) {
  write("two.textproto",
        "name: \"two\"\nclusters { cluster: \"dgx-h100\" }\nclusters { cluster: \"deepseek-v3-2048\" }\nstack: "
        "\"ideal\"\n"
        "collectives { name: \"gradients\" collective: \"all_reduce\" sizes: \"1 MB\" ranks: \"0-7\" }\n");
  static_cast<void>(good({"run", "two.textproto", "--record", "two.pprec", "-q"}));
  const v1::Recording recording = shown({"two.pprec"}).recordings(0);
  EXPECT_EQ(recording.name(), "two");
  EXPECT_EQ(recording.sources(0).name(), "two.textproto");
  EXPECT_THAT(recording.sources(0).text(), HasSubstr("gradients"));
  ASSERT_EQ(recording.fabrics_size(), 2);
  EXPECT_EQ(recording.fabrics(0).cluster(), "dgx-h100");
  EXPECT_EQ(recording.fabrics(1).cluster(), "deepseek-v3-2048");
  ASSERT_EQ(recording.runs_size(), 2);
  EXPECT_EQ(recording.runs(1).fabric(), 1U);
  EXPECT_THAT(recording.runs(1).results(), ElementsAre(1));
}

TEST_F(ReportCommand, StepsHaveLanes) {
  const std::string step = POLYPLANE_SOURCE_DIR "/configs/experiments/mixtral-8x7b-step.textproto";
  static_cast<void>(good({"run", step, "--record", "step.pprec", "-q"}));
  const v1::Recording recording = shown({"step.pprec"}).recordings(0);
  ASSERT_GE(recording.runs_size(), 1);
  EXPECT_THAT(recording.runs(0).steps(), ElementsAre(0));
  EXPECT_GT(recording.runs(0).lanes().lanes_size(), 1);
  double busy = 0;
  for (const double duration : recording.runs(0).lanes().lanes(0).duration_ps()) busy += duration;
  EXPECT_GT(busy, 0);
  EXPECT_LE(busy, recording.report().steps(0).time_ps());
}

TEST_F(ReportCommand, ComparisonsAndClusters) {
  const std::vector<std::string> compare{
      "compare", "dgx-h100", "deepseek-v3-2048", "--workload", "alltoall:1MiB,all_reduce:1MiB",
      "--ranks", "8",        "--format",         "json"};
  const ProgramRun compared = good(with(compare, {"--record", "compare.pprec"}));
  const v1::Recording recording = shown({"compare.pprec"}).recordings(0);
  EXPECT_TRUE(MessageDifferencer::Equals(recording.compare(), document<v1::CompareReport>(compared.out)));
  EXPECT_EQ(recording.fabrics_size(), 2);
  EXPECT_EQ(recording.runs_size(), 4);  // two collectives on two clusters
  const ProgramRun topo = good({"topo", "deepseek-v3-2048", "--record", "topo.pprec", "--format", "json"});
  const v1::Recording cluster = shown({"topo.pprec"}).recordings(0);
  EXPECT_TRUE(MessageDifferencer::Equals(cluster.topo(), document<v1::TopoReport>(topo.out)));
  EXPECT_EQ(cluster.fabrics(0).planes(), 8U);
  EXPECT_THAT(run({"topo", "dgx-h100", "--record", "a.pprec", "--export", "dot"}).error, HasSubstr("contradicts"));
}

TEST_F(ReportCommand, SeveralResultsOfSeveralKinds) {
  write("perf.json", good(with(kPerf, {"--format", "json"})).out);
  static_cast<void>(good({"topo", "dgx-h100", "--record", "topo.pprec", "-q"}));
  const v1::View view = shown({"perf.json", "topo.pprec"});
  ASSERT_EQ(view.recordings_size(), 2);
  EXPECT_TRUE(view.recordings(0).has_report());
  EXPECT_TRUE(view.recordings(1).has_topo());
  static_cast<void>(good({"report", "perf.json", "topo.pprec", "-o", "both.html"}));
}

TEST_F(ReportCommand, WithoutResultsIsTheExplorer) {
  const ProgramRun explorer = good({"report"});
  EXPECT_THAT(explorer.out, AllOf(HasSubstr("<!doctype html>"), HasSubstr("Content-Security-Policy")));
  EXPECT_EQ(explorer.out.find("@@DATA@@"), std::string::npos);
}

TEST_F(ReportCommand, MeasurementsBesideTheResults) {
  // The table that polyplane prints is nccl-tests' own: what it says was measured is what it says was simulated.
  const std::string table = good(kPerf).out;
  write("all_reduce_perf.txt", table);
  write("perf.json", good(with(kPerf, {"--format", "json"})).out);
  const v1::Recording recording = shown({"perf.json", "--measured", "all_reduce_perf.txt"}).recordings(0);
  ASSERT_EQ(recording.measured_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const v1::CollectiveResult& row = recording.report().results(i);
    EXPECT_EQ(recording.measured(i).collective(), "all_reduce");
    EXPECT_EQ(recording.measured(i).size_bytes(), row.size_bytes());
    EXPECT_NEAR(recording.measured(i).busbw_gbps(), row.busbw_gbps(), 0.01 * row.busbw_gbps());
  }
  EXPECT_EQ(run({"report", "perf.json", "--measured", "perf.json"}).exit_code, 2);
}

TEST_F(ReportCommand, MeasurementsThatSayTooLittleAreRefusedWithoutOptionsThatItDoesNotHave) {
  write("topo.json", good({"topo", "dgx-h100", "--format", "json"}).out);
  write("perf.json", good(with(kPerf, {"--format", "json"})).out);
  const std::string rows =
      "# size count type redop root time algbw busbw #wrong time algbw busbw #wrong\n"
      "1024 256 float sum -1 10.0 0.10 0.15 0 10.0 0.10 0.15 0\n";
  write("table.txt", rows);
  write("all_reduce_perf.txt", rows);
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const ProgramRun refusal = run(with({"report"}, arguments));
    EXPECT_EQ(refusal.exit_code, 2) << refusal.error;
    EXPECT_THAT(refusal.error, Not(HasSubstr("--ranks")));
    EXPECT_THAT(refusal.error, Not(HasSubstr("--collective")));
    return refusal.error;
  };
  EXPECT_THAT(refused({"perf.json", "--measured", "table.txt"}), HasSubstr("such as all_reduce_perf.txt says it"));
  EXPECT_THAT(refused({"topo.json", "--measured", "all_reduce_perf.txt"}), HasSubstr("and there is none"));
  EXPECT_EQ(shown({"perf.json", "--measured", "all_reduce_perf.txt"}).recordings(0).measured_size(), 1);
}

TEST_F(ReportCommand, Bands) {
  EXPECT_THAT(run(with(kPerf, {"--band"})).error, HasSubstr("--record"));
  static_cast<void>(good(with(kPerf, {"--record", "run.pprec", "--band", "-q"})));
  const v1::Recording recording = shown({"run.pprec"}).recordings(0);
  for (const v1::Band& band : recording.bands()) {
    const double time = recording.report().results(static_cast<int>(band.result())).time_ps();
    EXPECT_LE(band.fastest_ps(), time);
    EXPECT_GE(band.slowest_ps(), time);
  }
}

TEST_F(ReportCommand, RefusesWhatIsNoResult) {
  write("junk.pprec", "\x1f\x8bjunk");
  write("other.json", "{\"schema\": \"polyplane/diff/1\"}");
  write("a.textproto", "name: \"four\"\n");
  EXPECT_THAT(
      run({"report", "a.textproto"}).error,
      HasSubstr("a.textproto: is no result to show: neither a file of --record, nor a store of a sweep, nor JSON"));
  for (const char* name : {"junk.pprec", "other.json", "nowhere.json", "a.textproto"}) {
    const ProgramRun refused = run({"report", name, "-o", "report.html"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.error, HasSubstr(name));
    EXPECT_FALSE(std::filesystem::exists(path("report.html")));
  }
}

TEST_F(ReportCommand, HostileNamesStayText) {
  // In an experiment a name may be anything but control characters, which are refused at the door.
  std::string text = "cluster: \"dgx-h100\"\ncollectives { collective: \"all_reduce\" sizes: \"1 MB\" name: \"";
  std::string name;
  for (const std::string& hostile : sim::hostile_names()) {
    for (const char c : hostile) {
      if (static_cast<unsigned char>(c) >= 0x20) name += c;
    }
  }
  for (const char c : name) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  write("hostile.textproto", "name: \"</template><img src=x onerror=alert(1)>\"\n" + text + "\" }\n");
  static_cast<void>(good({"run", "hostile.textproto", "--record", "hostile.pprec", "-q", "--format", "json"}));
  const v1::Recording recording = shown({"hostile.pprec"}).recordings(0);
  EXPECT_EQ(recording.name(), "</template><img src=x onerror=alert(1)>");
  EXPECT_EQ(recording.report().results(0).job(), name);
  // As much markup as a page of the same with a harmless name.
  write("plain.textproto", "cluster: \"dgx-h100\"\ncollectives { collective: \"all_reduce\" sizes: \"1 MB\" }\n");
  static_cast<void>(good({"run", "plain.textproto", "--record", "plain.pprec", "-q", "--format", "json"}));
  const std::string page = good({"report", "hostile.pprec"}).out, plain = good({"report", "plain.pprec"}).out;
  for (const char* markup : {"onerror", "</script", "</template", "<img"}) {
    std::size_t in_page = 0, in_plain = 0;
    for (std::size_t at = page.find(markup); at != std::string::npos; at = page.find(markup, at + 1)) ++in_page;
    for (std::size_t at = plain.find(markup); at != std::string::npos; at = plain.find(markup, at + 1)) ++in_plain;
    EXPECT_EQ(in_page, in_plain) << markup;
  }
}

}  // namespace
}  // namespace polyplane::cli
