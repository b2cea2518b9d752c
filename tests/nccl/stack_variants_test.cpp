// What a stack makes of an algorithm: families, sizes, channels, chunks, efficiency.
#include "sim/stack_variants.h"

#include <gtest/gtest.h>

#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::AlgorithmRequest;
using collectives::Collective;
using collectives::CollectiveKind;
using collectives::RankLayout;

AlgorithmRequest all_reduce(std::uint32_t ranks, Bytes size) {
  return {Collective::sized(CollectiveKind::all_reduce, ranks, size, 4, RankId(0)), RankLayout::regular(ranks, ranks)};
}

Stack two_protocols() {
  Protocol small{.name = "small", .efficiency = {1, 2}, .costs = {{.family = "ring"}, {.family = "tree"}}};
  small.max_size = Bytes(64 * 1024);
  Protocol large{.name = "large", .efficiency = {1, 1}, .costs = {{.family = "ring"}}};
  large.min_size = Bytes(1024);
  return {.name = "two", .description = "", .protocols = {small, large}};
}

TEST(StackVariants, FamiliesAndSizesDecideWhatIsOffered) {
  const Stack stack = two_protocols();
  const auto& ring = collectives::find_algorithm(CollectiveKind::all_reduce, "ring");
  const auto& tree = collectives::find_algorithm(CollectiveKind::all_reduce, "double_binary_tree");
  std::string left_out;
  EXPECT_EQ(stack_variants(stack, "auto", ring, all_reduce(4, Bytes(4096)), left_out).at(0).protocols.size(), 2U);
  EXPECT_EQ(left_out, "");
  EXPECT_EQ(stack_variants(stack, "auto", ring, all_reduce(4, Bytes(512)), left_out).at(0).protocols.size(), 1U);
  EXPECT_EQ(left_out, "  ring/large: protocol large of stack two is for arrays from 1 KiB\n");
  left_out.clear();
  EXPECT_TRUE(stack_variants(stack, "auto", tree, all_reduce(4, Bytes(1 << 20)), left_out).empty());
  EXPECT_EQ(left_out,
            "  double_binary_tree/small: protocol small of stack two is for arrays up to 64 KiB\n"
            "  double_binary_tree/large: protocol large of stack two does not offer algorithms like tree\n");
  EXPECT_EQ(refusal([&] { (void)stack_variants(stack, "smal", ring, all_reduce(4, 4_KiB), left_out); }),
            "unknown protocol of stack two \"smal\"; did you mean \"small\"? Allowed: small, large");
}

// A ring of 4 on 1 MiB sends messages of 256 KiB: 4 slices of chunks of 64 KiB.
TEST(StackVariants, ChunksCutMessages) {
  Stack stack = two_protocols();
  stack.protocols[1].costs[0].chunk = 64_KiB;
  stack.protocols[1].costs[0].channels = 2;
  const auto& ring = collectives::find_algorithm(CollectiveKind::all_reduce, "ring");
  std::string left_out;
  AlgorithmRequest request = all_reduce(4, 1_MiB);
  auto variants = stack_variants(stack, "large", ring, request, left_out);
  ASSERT_EQ(variants.size(), 1U);
  EXPECT_EQ(variants[0].channels, 2U);
  EXPECT_EQ(variants[0].slices, 2U) << "two channels of half the message";
  request.channels = 1;
  EXPECT_EQ(stack_variants(stack, "large", ring, request, left_out).at(0).slices, 4U);
  request.slices = 3;
  EXPECT_EQ(stack_variants(stack, "large", ring, request, left_out).at(0).slices, 3U) << "the request stands";
  request = all_reduce(4, Bytes(1LL << 32));
  EXPECT_EQ(stack_variants(stack, "large", ring, request, left_out).at(0).slices, kMostStackSlices);
}

TEST(StackVariants, ProtocolsOfOneScheduleStayTogether) {
  Stack stack = two_protocols();
  stack.protocols[0].costs[0].channels = 2;
  const auto& ring = collectives::find_algorithm(CollectiveKind::all_reduce, "ring");
  std::string left_out;
  EXPECT_EQ(stack_variants(stack, "auto", ring, all_reduce(4, 4_KiB), left_out).size(), 2U);
  stack.protocols[1].costs[0].channels = 2;
  EXPECT_EQ(stack_variants(stack, "auto", ring, all_reduce(4, 4_KiB), left_out).size(), 1U);
}

Report all_reduce_by(const std::string& stack, const std::string& algorithm, Bytes size) {
  const Catalog catalog(POLYPLANE_CONFIGS_DIRECTORY);
  Experiment experiment;
  experiment.cluster = catalog.cluster("dgx-h100");
  experiment.routing.name = experiment.cluster.spec.default_routing;
  experiment.stack = catalog.stack(stack);
  experiment.model = "flow";
  CollectiveJob job;
  job.name = "job";
  job.sizes = {size};
  job.algorithm = algorithm;
  experiment.collectives = {job};
  return run(experiment, {});
}

TEST(ShippedStacks, EachRuns) {
  for (const char* stack : {"ideal", "nccl", "rccl", "hccl", "ucc", "mpi"}) {
    for (const Bytes size : {Bytes(8), 1_MiB}) {
      const Report report = all_reduce_by(stack, "auto", size);
      EXPECT_GT(report.collectives.at(0).time, Duration()) << stack;
      EXPECT_TRUE(report.collectives.at(0).proven) << stack;
    }
  }
}

// Eager is for small arrays only, and what a stack does not list is refused by name.
TEST(ShippedStacks, LimitsHold) {
  EXPECT_EQ(all_reduce_by("mpi", "ring", 64_KiB).collectives.at(0).protocol, "eager");
  EXPECT_EQ(all_reduce_by("mpi", "ring", Bytes(64 * 1024 + 4)).collectives.at(0).protocol, "rendezvous");
  const std::string refused = refusal([] { (void)all_reduce_by("rccl", "nvls", 1_MiB); });
  EXPECT_NE(refused.find("protocol Simple of stack rccl does not offer algorithms like nvls"), std::string::npos)
      << refused;
}

// 8 ranks, one channel: pieces of 128 MiB / 8 = 16 MiB, of which chunks of 1 MiB make 16 slices.
TEST(ShippedStacks, ChunksReachTheSchedule) {
  EXPECT_EQ(all_reduce_by("mpi", "ring", 128_MiB).collectives.at(0).slices, 16U);
  EXPECT_EQ(all_reduce_by("ucc", "ring", 128_MiB).collectives.at(0).slices, 0U);
}

}  // namespace
}  // namespace polyplane::sim
