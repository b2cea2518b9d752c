#include "sim/campaign/sweep_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "sim/campaign/sweep_table.h"
#include "tests/sim/campaign/sweep_folder.h"

namespace polyplane::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

SweepDescription description(std::vector<std::string> keys = {"k0", "k1", "k2"}) {
  SweepDescription made;
  made.version = "1";
  made.experiment = "test";
  made.prices = "sheet";
  SweepDescription::Variable variable{.key = "seed", .unit = "", .values = {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    variable.values.push_back({std::to_string(i), static_cast<double>(i)});
  }
  made.variables = {variable};
  made.keys = std::move(keys);
  return made;
}

SweepResult result_of(std::int64_t time) {
  SweepResult result;
  result.cluster = "four";
  result.algorithm = "ring";
  result.endpoints = 4;
  result.time = Duration::from_ps(time);
  result.busbw_GBps = 0.1;  // no short binary fraction
  result.lower_bound = Duration::from_ps(time - 1);
  result.figures.network_cost = Money::from_cents(123);
  result.fingerprint = "0123456789abcdef";
  result.report = "{\"a\": 1}\n";
  return result;
}

SweepResult failed(SweepFailure failure, const std::string& error) {
  SweepResult result;
  result.failure = failure;
  result.error = error;
  return result;
}

template <class Action>
std::string input_error(const Action& action) {
  try {
    action();
  } catch (const InputError& error) { return error.what(); }
  return "";
}
template <class Action>
std::string run_error(const Action& action) {
  try {
    action();
  } catch (const RunError& error) { return error.what(); }
  return "";
}

TEST(SweepStore, KeepsEveryFigure) {
  const SweepFolder folder;
  {
    SweepStore store = SweepStore::open(folder.path("s"), description());
    EXPECT_FALSE(store.resumed());
    store.keep("k0", result_of(1LL << 60), {.host = "here", .seconds = 1.5, .finished_at = "", .runs = 1});
    store.keep("k1", failed(SweepFailure::run, "a stall\n\x01"), {});
  }
  SweepStore store = SweepStore::open(folder.path("s"), description());
  EXPECT_TRUE(store.resumed());
  const auto found = store.find("k0");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->same_bits(result_of(1LL << 60)));
  EXPECT_EQ(found->report, "{\"a\": 1}\n");
  EXPECT_EQ(store.find("k1")->failure, SweepFailure::run);
  EXPECT_EQ(store.find("k1")->error, "a stall\n\x01");
  EXPECT_FALSE(store.find("k2"));
  std::vector<std::int64_t> runs;
  store.for_each(true, [&](const std::string&, const SweepResult&, const SweepRun& run) { runs.push_back(run.runs); });
  EXPECT_THAT(runs, testing::ElementsAre(1, 1));
}

TEST(SweepStore, TheSameBitsCountAsAnotherRunAndOthersAreRefused) {
  const SweepFolder folder;
  SweepStore store = SweepStore::open(folder.path("s"), description());
  store.keep("k1", result_of(7), {});
  store.keep("k1", result_of(7), {});
  EXPECT_THAT(run_error([&] { store.keep("k1", result_of(8), {}); }),
              AllOf(HasSubstr("seed=1"), HasSubstr("its time is 7 ps in one and 8 ps in the other")));
  store.for_each(false, [&](const std::string&, const SweepResult& result, const SweepRun& run) {
    EXPECT_EQ(run.runs, 2);
    EXPECT_EQ(result.time.ps(), 7);
  });
}

TEST(SweepStore, ALimitGivesWay) {
  const SweepFolder folder;
  SweepStore store = SweepStore::open(folder.path("s"), description());
  store.keep("k0", failed(SweepFailure::limit, "no memory"), {});
  store.keep("k0", result_of(7), {});
  EXPECT_TRUE(store.find("k0")->done());
  store.keep("k0", failed(SweepFailure::limit, "no memory"), {});
  EXPECT_TRUE(store.find("k0")->done());
}

TEST(SweepStore, OneWriterManyReaders) {
  const SweepFolder folder;
  SweepStore store = SweepStore::open(folder.path("s"), description());
  store.keep("k0", result_of(7), {});
  EXPECT_THAT(run_error([&] { static_cast<void>(SweepStore::open(folder.path("s"), description())); }),
              HasSubstr("another polyplane writes this store"));
  SweepStore reader = SweepStore::read(folder.path("s"));
  EXPECT_TRUE(reader.find("k0"));
  EXPECT_EQ(reader.description().keys, description().keys);
}

TEST(SweepStore, OtherSweepsAndOtherFilesStayAsTheyAre) {
  const SweepFolder folder;
  { static_cast<void>(SweepStore::open(folder.path("s"), description())); }
  const auto open = [&](const SweepDescription& wanted) {
    return input_error([&] { static_cast<void>(SweepStore::open(folder.path("s"), wanted)); });
  };
  SweepDescription other = description({"k0", "k1", "x"});
  EXPECT_THAT(open(other), HasSubstr("holds another sweep: its experiment"));
  other = description({"k0", "k1"});
  EXPECT_THAT(open(other), HasSubstr("it varies seed (3)"));
  other = description();
  other.version = "2";
  EXPECT_THAT(open(other), HasSubstr("it is of polyplane 1"));
  other = description();
  other.shard = 1;
  other.shards = 3;
  EXPECT_THAT(open(other), HasSubstr("holds all points of this sweep, not shard 1/3"));
  EXPECT_EQ(open(description()), "");

  folder.write("text", "not a database, but longer than the header of one: " + std::string(200, 'x'));
  const std::string before = folder.read("text");
  EXPECT_THAT(input_error([&] { static_cast<void>(SweepStore::open(folder.path("text"), description())); }),
              HasSubstr("not a store of a sweep; it is left as it is"));
  EXPECT_EQ(folder.read("text"), before);
  {
    Database foreign(folder.path("foreign"), Database::Mode::write);
    foreign.execute("CREATE TABLE t (x)");
  }
  EXPECT_THAT(input_error([&] { static_cast<void>(SweepStore::open(folder.path("foreign"), description())); }),
              HasSubstr("not a store of a sweep"));
  EXPECT_THAT(input_error([&] { static_cast<void>(SweepStore::read(folder.path("none"))); }),
              HasSubstr("no such file"));
  EXPECT_THAT(input_error([&] { static_cast<void>(SweepStore::open(folder.path("no/s"), description())); }),
              HasSubstr("folder does not exist"));
}

TEST(SweepStore, StrangersFilesAreData) {
  const SweepFolder folder;
  const auto spoiled = [&](const std::string& sql) {
    std::filesystem::remove(folder.path("s"));
    { static_cast<void>(SweepStore::open(folder.path("s"), description())); }
    {
      Database database(folder.path("s"), Database::Mode::write);
      database.execute(sql);
    }
    return input_error([&] {
      SweepStore store = SweepStore::read(folder.path("s"));
      store.for_each(true, [](const auto&, const auto&, const auto&) {});
    });
  };
  EXPECT_THAT(spoiled("CREATE VIEW v AS SELECT 1"), HasSubstr("other tables"));
  EXPECT_THAT(spoiled("CREATE TRIGGER t AFTER INSERT ON points BEGIN DELETE FROM points; END"),
              HasSubstr("other tables"));
  EXPECT_THAT(spoiled("UPDATE sweep SET description = '{'"), HasSubstr("is damaged"));
  EXPECT_THAT(spoiled("DELETE FROM sweep"), HasSubstr("does not say what sweep"));
  EXPECT_THAT(spoiled("DELETE FROM grid WHERE position = 1"), HasSubstr("its grid has 1 points, its variables 3"));
  EXPECT_THAT(spoiled("PRAGMA user_version = 9"), HasSubstr("has schema 9"));
  EXPECT_THAT(spoiled("INSERT INTO points VALUES ('k0','odd','','','',0,0,0,0,0,0,0,0,0,'','',1,'',0,'')"),
              HasSubstr("no point fails by \"odd\""));
  EXPECT_THAT(spoiled("ALTER TABLE points RENAME COLUMN time_ps TO time"), HasSubstr("not a store of a sweep"));
}

/// The file format's byte for how it is read: 1 alone, 2 with a log beside it.
int read_version_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(19);
  return file.get();
}

std::string description_in(const std::string& path) {
  Database database(path, Database::Mode::read);
  Statement row(database, "SELECT description FROM sweep");
  return row.step() ? row.text(0) : "";
}

TEST(SweepStore, SettledIsOneFileThatSaysWhatCameOut) {
  const SweepFolder folder;
  SweepDescription searched = description();
  searched.search = SweepSearch{.minimise = "time", .budget = 3, .seed = 0};
  for (const std::size_t points : {2, 3}) {
    SweepStore store = SweepStore::open(folder.path("s"), searched);
    // While it is written the log is part of it, and what came out before is no longer true.
    EXPECT_EQ(read_version_of(folder.path("s")), 2);
    EXPECT_THAT(description_in(folder.path("s")), Not(HasSubstr("outcome")));
    // From the middle, k1, to its neighbours; without k0 the search stops after the first.
    for (const std::size_t at : {1, 2, 0}) {
      if (at != 0 || points == 3) store.keep("k" + std::to_string(at), result_of(at == 2 ? 5 : 7), {});
    }
    settle(store);
    EXPECT_EQ(read_version_of(folder.path("s")), 1);
    const bool complete = points == 3;
    EXPECT_THAT(description_in(folder.path("s")),
                AllOf(HasSubstr(complete ? "\"complete\": true" : "\"complete\": false"),
                      HasSubstr(complete ? "\"best\": 2" : "\"best\": 1")));
    EXPECT_EQ(SweepStore::read(folder.path("s")).description().search->budget, 3U);
  }
}

TEST(SweepMerge, ShardsBecomeOneStore) {
  const SweepFolder folder;
  SweepDescription shard = description();
  shard.shards = 2;
  for (std::size_t i = 0; i < 2; ++i) {
    shard.shard = i;
    SweepStore store = SweepStore::open(folder.path("s" + std::to_string(i)), shard);
    for (std::size_t at = i; at < 3; at += 2) {
      store.keep(shard.keys[at], result_of(static_cast<std::int64_t>(at) + 1), {});
    }
    settle(store);
  }
  merge_stores({folder.path("s0"), folder.path("s1")}, folder.path("all"));
  SweepStore all = SweepStore::read(folder.path("all"));
  EXPECT_EQ(all.description().shards, 1U);
  for (std::size_t at = 0; at < 3; ++at) {
    EXPECT_TRUE(all.find(shard.keys[at])->same_bits(result_of(static_cast<std::int64_t>(at) + 1)));
  }
  // A store that is there is not touched, and drafts leave nothing behind.
  EXPECT_THAT(input_error([&] { merge_stores({folder.path("s0")}, folder.path("all")); }), HasSubstr("exists already"));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path("."))) ++files;
  EXPECT_EQ(files, 3U);
}

TEST(SweepMerge, DisagreementNamesThePoint) {
  const SweepFolder folder;
  for (int i = 0; i < 2; ++i) {
    SweepStore store = SweepStore::open(folder.path("s" + std::to_string(i)), description());
    store.keep("k0", result_of(5), {});
    store.keep("k2", result_of(7 + i), {});
  }
  EXPECT_THAT(run_error([&] { merge_stores({folder.path("s0"), folder.path("s1")}, folder.path("all")); }),
              AllOf(HasSubstr("the point seed=2 differ"), HasSubstr("7 ps"), HasSubstr("8 ps"), HasSubstr("s1")));
  EXPECT_FALSE(std::filesystem::exists(folder.path("all")));
  { static_cast<void>(SweepStore::open(folder.path("other"), description({"a", "b", "c"}))); }
  EXPECT_THAT(input_error([&] { merge_stores({folder.path("s0"), folder.path("other")}, folder.path("all")); }),
              HasSubstr("holds another sweep"));
}

}  // namespace
}  // namespace polyplane::sim
