// Traffic of experts, as a user asks for it.
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "cli/exchange_text.h"
#include "cli/token_option.h"
#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The lines that begin with `name`, blanks squeezed.
std::vector<std::string> rows_of(const std::string& text, const std::string& name) {
  std::vector<std::string> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream words(line.substr(name.size()));
    std::string row;
    for (std::string word; words >> word;) row += (row.empty() ? "" : " ") + word;
    rows.push_back(row);
  }
  return rows;
}

// The paper's figures to the digit: 120.96 us, 241.92 us, 14.76 ms, 67 tokens/s; 6.72 us, 0.82 ms, about 1,200
// tokens/s.
TEST(ExchangeProgram, PrintsTheLimitOfTheDeepSeekPaper) {
  const ProgramRun run =
      run_program({"run", std::string(POLYPLANE_SOURCE_DIR) + "/configs/experiments/deepseek-ep-limit.textproto"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const std::vector<std::string> paper = rows_of(run.out, "hidden 7000, as in the paper ");
  ASSERT_EQ(paper.size(), 4U) << run.out;
  EXPECT_EQ(paper[0], "40.32 80.64 120.96 241.92 14.76 67 9.00 9.00 1.000");
  EXPECT_EQ(paper[2], "2.24 4.48 6.72 13.44 0.82 1219 9.00 1.00 1.000");
  const std::vector<std::string> real = rows_of(run.out, "hidden 7168 ");
  ASSERT_EQ(real.size(), 4U);
  EXPECT_EQ(real[0], "41.29 82.58 123.86 247.73 15.11 66 9.00 9.00 1.000");
  EXPECT_EQ(real[1], "43.11 84.40 127.51 255.02 15.56 64 9.00 9.00 1.000");
}

TEST(ExchangeProgram, PerfTakesTokens) {
  const std::vector<std::string> common{"perf",  "",   "--cluster", "dgx-h100", "--stack",
                                        "ideal", "-b", "1K",        "-e",       "1K"};
  const auto perf = [&](const std::string& collective, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = common;
    arguments[1] = collective;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  };
  const ProgramRun dispatch = perf("dispatch", {"--tokens", "tokens=7,top_k=3,draw=even"});
  EXPECT_EQ(dispatch.exit_code, 0) << dispatch.error;
  EXPECT_TRUE(contains(dispatch.out, "traffic of experts: tokens=7,top_k=3,draw=even")) << dispatch.out;
  EXPECT_TRUE(contains(dispatch.out, " 21504 ")) << dispatch.out;  // 7 x 3 x 1,024
  EXPECT_TRUE(contains(dispatch.out, "draw=even: 7 tokens, 3 copies of each to other ranks in turn;")) << dispatch.out;
  EXPECT_TRUE(contains(perf("combine", {}).out, "traffic of experts: 128 tokens, top 8 of 8 experts")) << "the default";
  const ProgramRun limited = perf("dispatch", {"--tokens", "top_k=2,node_limit=1"});  // nodes are those of the cluster
  EXPECT_TRUE(contains(limited.out, "top_k=2,node_limit=1: 128 tokens, top 2 of 8 experts")) << limited.error;
  EXPECT_TRUE(contains(perf("alltoallv", {}).out, "uneven as in nccl-tests: rank i sends to rank i + d"));
  const ProgramRun uneven = perf("alltoallv", {"--tokens", "draw=sampled,popularity=zipf:1.5"});
  EXPECT_EQ(uneven.exit_code, 0) << uneven.error;
  EXPECT_FALSE(contains(uneven.out, "uneven as in nccl-tests"));
  const ProgramRun wrong = perf("all_reduce", {"--tokens", "tokens=7"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_TRUE(contains(wrong.error, "--tokens is for dispatch, combine and alltoallv, not for all_reduce"));
}

TEST(TokenOption, SaysWhatIsWrong) {
  const collectives::TokenRouting routing = parse_tokens(
      "tokens=64,experts=32,top_k=4,shared=1,ranks_per_node=4,node_limit=2,draw=sampled,popularity=zipf:1.2", 9, 16);
  EXPECT_EQ(routing.tokens, 64U);
  EXPECT_EQ(routing.node_limit, 2U);
  EXPECT_EQ(routing.zipf, 1.2);
  EXPECT_EQ(routing.seed, 9U);
  EXPECT_EQ(parse_tokens("seed=3,draw=sampled", 9, 16).seed, 3U);
  const auto problem = [](const std::string& text) {
    try {
      (void)parse_tokens(text, 0, 16);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_TRUE(contains(problem("drw=even"), "did you mean \"draw\"")) << problem("drw=even");
  EXPECT_TRUE(contains(problem("top_k=17"), "--tokens: top_k: a token cannot go to 17 of 16 experts."))
      << problem("top_k=17");
  EXPECT_TRUE(contains(problem("popularity=zipf"), "is not \"uniform\" or \"zipf:\"")) << problem("popularity=zipf");
  EXPECT_TRUE(contains(problem(""), "--tokens: ")) << problem("");
  EXPECT_TRUE(contains(problem("tokens=0"), "--tokens: ")) << problem("tokens=0");
}

TEST(TokenOption, TakesNoValueThatIsPassedOver) {
  const auto problem = [](const std::string& text) {
    try {
      (void)parse_tokens(text, 0, 16);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string();
  };
  for (const std::string name : {"experts", "top_k", "ranks_per_node", "node_limit"}) {
    EXPECT_TRUE(contains(problem(name + "=0"), "--tokens: " + name + ": 0 is not a whole number from 1")) << name;
  }
  EXPECT_EQ(problem("shared=0"), "");
  for (const char* text : {"seed=3", "seed=3,draw=expected", "seed=3,draw=even"}) {
    EXPECT_TRUE(contains(problem(text), "--tokens: seed has no effect with draw=e")) << text;
  }
  EXPECT_EQ(problem("seed=3,popularity=zipf:1"), "") << "which expert is the most popular is drawn";
  EXPECT_EQ(problem("seed=3,draw=sampled"), "");
}

TEST(ExchangeProgram, TokensAreBytes) {
  const std::vector<std::string> perf{"perf",    "alltoallv", "--cluster", "dgx-h100",
                                      "--stack", "ideal",     "-b",        "1K",
                                      "-e",      "1K",        "--tokens",  "tokens=7,top_k=3,draw=even"};
  const ProgramRun run = run_program(perf);
  EXPECT_EQ(run.exit_code, 0) << run.error;
  const std::vector<std::string> rows = rows_of(run.out, "       21504 ");  // 7 x 3 x 1,024
  ASSERT_EQ(rows.size(), 1U) << run.out;
  EXPECT_TRUE(rows[0].starts_with("21504 uint8 ")) << rows[0];
  std::vector<std::string> half = perf;
  half.insert(half.end(), {"-d", "half"});
  EXPECT_EQ(run_program(half).exit_code, 2);
  EXPECT_TRUE(contains(run_program(half).error, "--datatype has no meaning for tokens"));
}

TEST(ExchangeProgram, OneRankHasNobodyToExchangeWith) {
  const TemporaryFile file(R"(cluster: "dgx-h100"
exchanges { tokens { tokens: 8 } dispatch_token: "1 KiB" combine_token: "2 KiB" ranks: "3" }
)");
  const ProgramRun run = run_program({"run", file.path()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(contains(run.error, "exchanges[0].ranks: one rank has nobody to exchange with")) << run.error;
}

TEST(ExchangeTable, IsEmptyWithoutExchanges) { EXPECT_EQ(exchange_table("x", {}), ""); }

}  // namespace
}  // namespace polyplane::cli
