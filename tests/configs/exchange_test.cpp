// Traffic of experts in experiment files: what is read, what is refused, and times by hand.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/catalog.h"
#include "sim/load_tokens.h"
#include "sim/simulation.h"
#include "sim/write_report.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

Experiment load(const std::string& text) {
  const TemporaryFile file(text, "test.textproto");
  return catalog().experiment(file.path());
}

std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)catalog().experiment(file.path()); }, file.path());
}

/// `nodes` of `cards`, 50 GB/s a card between them and 200 GB/s inside, nothing takes time but bytes.
std::string cluster(int nodes, int cards) {
  const std::string n = std::to_string(cards);
  return "inline_cluster { name: \"c\" nodes: " + std::to_string(nodes) + " node { accelerators: " + n +
         (cards > 1 ? " scale_up { kind: \"switched\" rate: \"200 GB/s\" latency: \"0 ns\" }" : "") + " nics: " + n +
         " nic_rate: \"50 GB/s\" nic_latency: \"0 ns\" }\n"
         "fabric { generator: \"single_switch\" switch_radix: 16 access_cable_latency: \"0 ns\" port_rate: \"50 GB/s\" "
         "switch_latency: \"0 ns\" cable_latency: \"0 "
         "ns\" } "
         "}\n";
}

std::string exchange(const std::string& fields, const std::string& tokens = "tokens: 2 top_k: 3 draw: \"even\"") {
  return cluster(4, 1) + "exchanges { name: \"x\" tokens { " + tokens +
         " } dispatch_token: \"1000 B\" combine_token: \"2000 B\" " + fields + " }\n";
}

Duration time_of(const std::string& text) { return run(load(text), {}).collectives.at(0).time; }

// Two tokens of each of four ranks to all three others: 6 x 1,000 B at 50 GB/s = 120 ns; back 240 ns.
TEST(Exchanges, TimesByHand) {
  const Report report = run(load(exchange("layers: 3 micro_batches: 2")), {});
  ASSERT_EQ(report.exchanges.size(), 1U);
  const ExchangeResult& e = report.exchanges[0];
  EXPECT_EQ(e.dispatch, Duration::from_ps(120'000));
  EXPECT_EQ(e.combine, Duration::from_ps(240'000));
  EXPECT_EQ(e.layer, Duration::from_ps(720'000));
  EXPECT_EQ(e.time_per_token, Duration::from_ps(2'160'000));
  EXPECT_DOUBLE_EQ(e.tokens_per_second, 1e6 / 2.16);
  EXPECT_DOUBLE_EQ(e.tokens_per_second_and_card, 1e6 / 2.16 * 4);  // 2 tokens x 2 micro-batches
  EXPECT_EQ(e.tokens, "2 tokens, 3 copies of each to other ranks in turn");
  EXPECT_DOUBLE_EQ(e.figures.ranks_per_token, 3);
  ASSERT_EQ(report.collectives.size(), 2U);
  EXPECT_EQ(report.collectives[0].job, "x dispatch");
  EXPECT_EQ(report.collectives[1].job, "x combine");
  EXPECT_EQ(report.collectives[0].size, Bytes(6000));
  EXPECT_EQ(report.collectives[0].lower_bound, Duration::from_ps(120'000));
  EXPECT_TRUE(report.collectives[1].proven);
  const std::string json = to_json(report, {"1", "run"});
  EXPECT_NE(json.find("\"time_per_token_ps\": 2160000"), std::string::npos) << json;
  EXPECT_NE(json.find("\"tokens_per_second\": 462962.96"), std::string::npos) << json;
}

TEST(Exchanges, StandBesideOtherWork) {
  const std::string both = exchange("") + "collectives { name: \"g\" collective: \"all_reduce\" sizes: \"1 MB\" }\n";
  const Report report = run(load(both), {});
  ASSERT_EQ(report.collectives.size(), 3U);
  EXPECT_EQ(report.collectives[0].job, "g");
  EXPECT_EQ(report.exchanges.at(0).dispatch, Duration::from_ps(120'000));
  EXPECT_EQ(report.exchanges.at(0).layers, 1U);
  EXPECT_NE(report.fingerprint, run(load(exchange("")), {}).fingerprint);
}

/// Two nodes of two cards; one token of 1 MB of each to the three others.
std::string forwarded(const std::string& collective, const std::string& algorithm, int slices) {
  return cluster(2, 2) + "collectives { collective: \"" + collective + "\" algorithm: \"" + algorithm + "\"" +
         (slices > 0 ? " slices: " + std::to_string(slices) : "") +
         " sizes: \"1 MB\" token_routing { tokens: 1 top_k: 3 draw: \"even\" } }\n";
}

// Direct: each card sends 2 MB over its NIC, 40 us. Forwarded: 1 MB, 20 us, then 1 MB to the peer at 200 GB/s, 5 us; in
// four slices only the last quarter of it comes after, 1.25 us. Back: 1 MB for the own node and 1 MB to forward share
// the way to the peer, 10 us, then 20 us; in four slices the first crosses after (0.25 x 2) / 200 GB/s = 2.5 us.
TEST(Exchanges, ForwardingByHand) {
  EXPECT_EQ(time_of(forwarded("dispatch", "direct", 0)), Duration::from_ps(40'000'000));
  EXPECT_EQ(time_of(forwarded("combine", "direct", 0)), Duration::from_ps(40'000'000));
  EXPECT_EQ(time_of(forwarded("dispatch", "node_forwarding", 1)), Duration::from_ps(25'000'000));
  EXPECT_EQ(time_of(forwarded("dispatch", "node_forwarding", 4)), Duration::from_ps(21'250'000));
  EXPECT_EQ(time_of(forwarded("combine", "node_forwarding", 1)), Duration::from_ps(30'000'000));
  EXPECT_EQ(time_of(forwarded("combine", "node_forwarding", 4)), Duration::from_ps(22'500'000));
}

// Copies by themselves are the same messages, whatever they are called.
TEST(Exchanges, AlltoallvOfTokensIsADirectDispatch) {
  const auto text = [](const std::string& collective) {
    return cluster(8, 1) + "seed: 5 collectives { collective: \"" + collective +
           "\" algorithm: \"direct\" sizes: \"7168 B\" token_routing { tokens: 64 experts: 32 top_k: 4 draw: "
           "\"sampled\" "
           "popularity: \"zipf:1.2\" } }\n";
  };
  const Duration dispatch = time_of(text("dispatch"));
  EXPECT_EQ(time_of(text("alltoallv")), dispatch);
  // Skew costs: the same without it.
  std::string uniform = text("dispatch");
  uniform.replace(uniform.find("zipf:1.2"), 8, "uniform");
  EXPECT_LT(time_of(uniform), dispatch);
}

// Whether classes of ranks are told apart or not.
TEST(Exchanges, FoldedRunsAreTheSame) {
  for (const std::string collective : {"dispatch", "combine"}) {
    for (const std::string algorithm : {"direct", "node_forwarding"}) {
      const Experiment experiment = load(
          cluster(4, 4) + "routing { name: \"spray\" } collectives { collective: \"" + collective + "\" algorithm: \"" +
          algorithm + "\" sizes: \"7168 B\" token_routing { tokens: 64 experts: 64 top_k: 6 node_limit: 2 } }\n");
      const CollectiveResult folded = run(experiment, {}).collectives.at(0);
      const CollectiveResult whole = run(experiment, {.symmetry = false}).collectives.at(0);
      EXPECT_EQ(folded.time, whole.time) << collective << "/" << algorithm;
      EXPECT_NE(folded.way.text.find("folded"), std::string::npos) << folded.way.text;
      EXPECT_EQ(folded.tokens, "64 tokens, top 6 of 64 experts in at most 2 nodes of 4, expected");
    }
  }
}

/// 67 tokens/s are those that are done within a second: 1 / 14.75712 ms = 67.76.
TEST(Exchanges, TheLimitOfTheDeepSeekPaper) {
  const std::vector<Experiment> experiments =
      catalog().experiments(std::string(POLYPLANE_CONFIGS_DIRECTORY) + "/experiments/deepseek-ep-limit.textproto");
  ASSERT_EQ(experiments.size(), 4U);
  // 32 tokens x 9 copies x 7,000 B / 50 GB/s = 40.32 us, twice that back; x 2 micro-batches x 61 layers.
  const Report slow = run(experiments[0], {});
  const ExchangeResult& paper = slow.exchanges.at(0);
  EXPECT_EQ(paper.dispatch, Duration::from_ps(40'320'000));
  EXPECT_EQ(paper.combine, Duration::from_ps(80'640'000));
  EXPECT_EQ(paper.layer, Duration::from_ps(241'920'000));
  EXPECT_EQ(paper.time_per_token, Duration::from_ps(14'757'120'000));
  EXPECT_EQ(static_cast<int>(paper.tokens_per_second), 67);
  // x 7,168 / 7,000: 41.28768 and 82.57536 us.
  EXPECT_EQ(slow.exchanges.at(1).dispatch, Duration::from_ps(41'287'680));
  EXPECT_EQ(slow.exchanges.at(1).combine, Duration::from_ps(82'575'360));
  // 56 scales of 4 bytes: 7,392 B.
  EXPECT_EQ(slow.exchanges.at(2).dispatch, Duration::from_ps(42'577'920));
  const Report fast = run(experiments[2], {});
  // To 71 others, so that some get five copies and some four: two instants at which messages end, each in whole
  // picoseconds.
  const ExchangeResult& rack = fast.exchanges.at(0);
  EXPECT_NEAR(static_cast<double>(rack.dispatch.ps()), 2'240'000, 2);
  EXPECT_NEAR(static_cast<double>(rack.combine.ps()), 4'480'000, 2);
  EXPECT_NEAR(static_cast<double>(rack.time_per_token.ps()), 819'840'000, 2 * 2 * 122);
  EXPECT_EQ(static_cast<int>(rack.tokens_per_second), 1219);  // the paper says about 1,200
}

TEST(Exchanges, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(
      refusal_of(exchange("", "tokens: 2 top_k: 4 draw: \"even\"")),
      ":3:42: exchanges[0].tokens.top_k: 4 and 0 shared copies of a token need as many other ranks; there are 3.");
  EXPECT_NE(refusal_of(exchange("", "tokens: 2 draw: \"evn\"")).find("did you mean \"even\""), std::string::npos);
  EXPECT_NE(refusal_of(exchange("", "top_k: 2")).find("exchanges[0].tokens.tokens"), std::string::npos);
  EXPECT_NE(refusal_of(exchange("dispatch_algorithm: \"dirct\"")).find("exchanges[0].dispatch_algorithm"),
            std::string::npos);
  EXPECT_NE(refusal_of(exchange("protocol: \"LL9\"")).find("protocol of stack ideal"), std::string::npos);
  EXPECT_NE(refusal_of(exchange("ranks: \"0-9\"")).find("exchanges[0].ranks"), std::string::npos);
  EXPECT_NE(refusal_of(exchange("") + "exchanges { name: \"x\" tokens { tokens: 1 } dispatch_token: \"1 B\" "
                                      "combine_token: \"1 B\" }\n")
                .find("exists already"),
            std::string::npos);
  EXPECT_NE(refusal_of(exchange("", "tokens: 1 popularity: \"zip:1\"")).find("is not \"uniform\" or \"zipf:\""),
            std::string::npos);
  EXPECT_NE(refusal_of(exchange("", "tokens: 1 popularity: \"uniform\" histogram: [1, 1, 1, 1]"))
                .find("contradicts histogram"),
            std::string::npos);
  EXPECT_NE(refusal_of(exchange("", "tokens: 1 histogram: [1, 1, 1]")).find("3 entries; 4 experts need as many"),
            std::string::npos);
  EXPECT_NE(refusal_of(exchange("", "tokens: 1 histogram_file: \"nowhere.txt\"")).find("histogram_file"),
            std::string::npos);
  const auto job = [](const std::string& fields) { return cluster(4, 1) + "collectives { " + fields + " }\n"; };
  EXPECT_NE(refusal_of(job("collective: \"all_reduce\" sizes: \"1 KB\" token_routing { tokens: 1 }"))
                .find("is of dispatch, combine and alltoallv"),
            std::string::npos);
  EXPECT_NE(refusal_of(job("collective: \"dispatch\" token_routing { tokens: 1 }")).find("sizes"), std::string::npos);
  EXPECT_NE(refusal_of(job("collective: \"alltoallv\" ranks: \"0,1\" matrix: [0, 1, 1, 0] token_routing { tokens: 1 }"))
                .find("contradicts matrix"),
            std::string::npos);
}

TEST(Exchanges, NodesOfTheClusterLimitWhereNoneAreStated) {
  // Nodes of 4 have 8 experts of 32: a limit of one node leaves 8 for a token.
  const auto text = [](int top_k) {
    return cluster(4, 4) +
           "collectives { collective: \"dispatch\" algorithm: \"direct\" sizes: \"1 KB\" token_routing { "
           "tokens: 4 experts: 32 node_limit: 1 top_k: " +
           std::to_string(top_k) + " } }\n";
  };
  EXPECT_GT(time_of(text(8)), Duration());
  EXPECT_THROW((void)run(load(text(9)), {}), InputError);
}

TEST(Histogram, OfAFile) {
  EXPECT_EQ(parse_histogram("f", "4 3,2\n1\n"), (std::vector<std::uint64_t>{4, 3, 2, 1}));
  const auto problem = [](const std::string& text) {
    try {
      (void)parse_histogram("f", text);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_EQ(problem("4\n3.5\n"), "f:2: \"3.5\" is not a whole number; a histogram has one for each expert");
  EXPECT_EQ(problem("1 -1"), "f:1: \"-1\" is not a whole number; a histogram has one for each expert");
  EXPECT_EQ(problem(" \n"), "f holds no number");
  EXPECT_EQ(parse_popularity("uniform"), 0);
  EXPECT_EQ(parse_popularity("zipf:1.25"), 1.25);
  EXPECT_THROW((void)parse_popularity("zipf:9"), InputError);
  EXPECT_THROW((void)parse_popularity("zipf:"), InputError);
}

}  // namespace
}  // namespace polyplane::sim
