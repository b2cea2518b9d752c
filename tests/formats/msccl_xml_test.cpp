// MSCCL XML written by hand: every type of step, every buffer, what is wrong with a file.
#include "collectives/verify.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

Collective contract_of(const ImportedSchedule& read, std::int64_t elements, std::uint32_t root = 0) {
  return Collective({.kind = read.kind,
                     .ranks = read.ranks,
                     .elements_per_block = elements,
                     .element_bytes = 1,
                     .root = RankId(root),
                     .matrix = {}});
}

/// "lane.step: >to bytes <from (+) after lane.step" for what a rank does.
std::vector<std::string> steps_of(const Schedule& schedule, std::uint32_t rank) {
  std::vector<std::string> texts;
  for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
    for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
      const Step step = schedule.step(RankId(rank), lane, k);
      std::string text = std::to_string(lane) + "." + std::to_string(k) + ":";
      if (step.send_to.valid()) {
        text += " >" + std::to_string(step.send_to.index()) + " " + std::to_string(step.send_bytes.count());
      }
      if (step.receive_from.valid()) {
        text += " <" + std::to_string(step.receive_from.index()) + (step.reduce ? " +" : "");
      }
      std::vector<LocalMove> moves;
      schedule.local_moves(RankId(rank), lane, k, moves);
      for (const LocalMove& move : moves) {
        text += " " + std::to_string(move.from.index()) + (move.add ? "+>" : "->") + std::to_string(move.to.index());
      }
      for (std::uint8_t i = 0; i < step.num_after; ++i) {
        text += " after " + std::to_string(step.after[i].lane) + "." + std::to_string(step.after[i].step);
      }
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

TEST(MscclXml, RingAllReduce) {
  const ImportedSchedule read = schedule_of("msccl_xml", input("msccl_xml/ring-all-reduce.xml"));
  EXPECT_EQ(read.name, "ring");
  EXPECT_EQ(read.protocol, "LL128");
  EXPECT_EQ(read.smallest, Bytes(1024));
  EXPECT_EQ(read.most, Bytes(1048576));
  EXPECT_THAT(read.notes.assumed(), testing::ElementsAre("redop is not read: a sum stands for any reduction"));
  // 8 bytes in 3 chunks: 3, 3, 2. The send of s joins the receive of rrcs; what rrcs and rcs send is a step of its own.
  const auto schedule = read.make(contract_of(read, 8));
  EXPECT_THAT(steps_of(*schedule, 0), testing::ElementsAre("0.0: >1 3 <2 +", "0.1: >1 2", "0.2: <2 +", "0.3: >1 3",
                                                           "0.4: <2", "0.5: >1 3", "0.6: <2"));
  EXPECT_EQ(verify(*schedule).problem, "");
}

TEST(MscclXml, AllPairsThroughScratch) {
  const ImportedSchedule read = schedule_of("msccl_xml", input("msccl_xml/all-pairs.xml"));
  EXPECT_EQ(read.smallest, std::nullopt);
  // Places: chunks 0 and 1 are the input; the output is scratch 2 and 3, copied there at the end; 4 is the scratch
  // buffer.
  const auto schedule = read.make(contract_of(read, 5));
  EXPECT_THAT(steps_of(*schedule, 0),
              testing::ElementsAre("0.0: >1 2", "0.1: >1 3 after 1.2", "1.0: 0->2 1->3", "1.1: <1", "1.2: 4+>2",
                                   "1.3: <1", "2.0: 2->0 3->1 after 0.1 after 1.3"));
  EXPECT_EQ(verify(*schedule).problem, "");
}

TEST(MscclXml, ReduceScatterAddsIntoAnotherBuffer) {
  const ImportedSchedule read = schedule_of("msccl_xml", input("msccl_xml/ring-reduce-scatter.xml"));
  // Gpu 0: rrs receives into a place of its own (4, after the output, 3), adds chunk 1 and sends it.
  const auto schedule = read.make(contract_of(read, 4));
  EXPECT_THAT(steps_of(*schedule, 0),
              testing::ElementsAre("0.0: >1 4 <2 1+>4", "0.1: >1 4", "0.2: <2 0+>3", "1.0: 3->0 after 0.2"));
  EXPECT_EQ(verify(*schedule).problem, "");
}

TEST(MscclXml, AlltoallInPlaceStartsWithOneChunkAndEndsWithAnother) {
  const ImportedSchedule read = schedule_of("msccl_xml", input("msccl_xml/swap.xml"));
  // Rank 0: its buffer holds (0,0) and (0,1), chunks 0 and 1, and must end with (0,0) and (1,0), chunks 0 and 2.
  const auto schedule = read.make(contract_of(read, 10));
  EXPECT_THAT(steps_of(*schedule, 0),
              testing::ElementsAre("0.0: >1 10 <1 after 1.0", "1.0: 1->4", "1.1: 4->2 after 0.0"));
  EXPECT_EQ(verify(*schedule).problem, "");
}

TEST(MscclXml, NopCarriesADependency) {
  const ImportedSchedule read = schedule_of("msccl_xml", input("msccl_xml/chain.xml"));
  const auto schedule = read.make(contract_of(read, 3));
  EXPECT_THAT(steps_of(*schedule, 1), testing::ElementsAre("0.0: <0", "1.0: >2 2 after 0.0", "1.1: >2 1"));
  EXPECT_EQ(verify(*schedule).problem, "");
  // From another root the same steps have nothing to send.
  EXPECT_EQ(verify(*read.make(contract_of(read, 3, 1))).problem,
            "rank 0 lane 0 step 0 sends chunk 0 (block 0, piece 0), which it does not have");
}

TEST(MscclXml, AStepMayWaitForManyAndForALaterBlock) {
  // Gpu 1 sends what five blocks received; the first block waits for all of them, by nops.
  std::string blocks, sender = R"(<tb id="0" send="0" recv="-1" chan="5">)";
  std::string gpu0 = R"(<gpu id="0" i_chunks="10" o_chunks="10" s_chunks="0">)";
  for (int i = 0; i < 5; ++i) {
    const std::string id = std::to_string(i), chunk = std::to_string(i);
    gpu0 += "<tb id=\"" + id + R"(" send="1" recv="-1" chan=")" + id + R"("><step s="0" type="s" srcbuf="i" srcoff=")" +
            chunk + R"(" dstbuf="i" dstoff="0" cnt="1"/></tb>)";
    sender += "<step s=\"" + id + R"(" type="nop" cnt="0" depid=")" + std::to_string(i + 1) + R"(" deps="0"/>)";
    blocks += "<tb id=\"" + std::to_string(i + 1) + R"(" send="-1" recv="0" chan=")" + id +
              R"("><step s="0" type="rrc" srcbuf="i" srcoff=")" + chunk + R"(" dstbuf="i" dstoff=")" + chunk +
              R"(" cnt="1" hasdep="1"/></tb>)";
  }
  gpu0 += R"(<tb id="5" send="-1" recv="1" chan="5"><step s="0" type="r" dstbuf="i" dstoff="0" cnt="5"/></tb></gpu>)";
  sender += R"(<step s="5" type="s" srcbuf="i" srcoff="0" cnt="5"/></tb>)";
  const std::string text = R"(<algo name="a" nchunksperloop="5" ngpus="2" coll="allreduce" inplace="1">)" + gpu0 +
                           R"(<gpu id="1" i_chunks="5" o_chunks="5" s_chunks="0">)" + sender + blocks + "</gpu></algo>";
  const ImportedSchedule read = schedule_of("msccl_xml", text);
  const auto schedule = read.make(contract_of(read, 5));
  EXPECT_EQ(steps_of(*schedule, 1)[0], "0.0: after 1.0 after 2.0 after 3.0 after 4.0");
  EXPECT_EQ(steps_of(*schedule, 1)[1], "0.1: >0 5 after 5.0");
  EXPECT_EQ(verify(*schedule).problem, "");
}

TEST(MscclXml, WhatIsWrongIsNamed) {
  const std::string ring = input("msccl_xml/ring-all-reduce.xml"), pairs = input("msccl_xml/all-pairs.xml");
  const auto refused = [](const std::string& text) {
    return refusal([&] { static_cast<void>(schedule_of("msccl_xml", text)); });
  };
  EXPECT_EQ(refused(replaced(ring, "<algo", "<algorithm")).substr(0, 36), "file:29: is not well-formed XML: Sta");
  EXPECT_EQ(refused("<system/>"), "file:1: system: is not the root of MSCCL XML; that is called algo");
  EXPECT_EQ(refused(replaced(ring, "coll=\"allreduce\"", "coll=\"custom\"")),
            "file:1: coll: \"custom\" is not run, since nothing could be proven of it; allowed: allgather, allreduce, "
            "alltoall, broadcast, reducescatter");
  EXPECT_EQ(refused(replaced(ring, "proto=\"LL128\"", "proto=\"Foo\"")),
            "file:1: proto: \"Foo\" is no protocol of MSCCL; allowed: Simple, LL, LL128");
  EXPECT_EQ(refused("<algo/>\n<!-- fine -->\nmore"),
            "file:3: is not well-formed XML: \"more\" stands outside the root element");
  EXPECT_EQ(refused("<algo/>\n<![CDATA[x]]>"), "file:2: is not well-formed XML: \"x\" stands outside the root element");
  EXPECT_EQ(refused(std::string("<algo/>\n\0more", 13)), "file:2: holds a NUL byte");
  EXPECT_EQ(refused(replaced(ring, "coll=\"allreduce\" ", "")), "file:1: algo: attribute coll is missing");
  EXPECT_EQ(refused(replaced(ring, "ngpus=\"3\"", "ngpus=\"4\"")),
            "file:1: ngpus: is 4, but 3 gpu elements stand in it");
  EXPECT_EQ(refused(replaced(ring, "gpu id=\"1\"", "gpu id=\"2\"")),
            "file:11: gpu@id: 2 stands where gpu 1 should: they go from 0 up");
  EXPECT_EQ(refused(replaced(ring, "tb id=\"0\"", "tb id=\"1\"")),
            "file:3: tb@id: 1 stands where tb 0 should: they go from 0 up");
  EXPECT_EQ(refused(replaced(ring, "step s=\"1\"", "step s=\"2\"")),
            "file:5: step@s: 2 stands where step 1 should: they go from 0 up");
  EXPECT_EQ(refused(replaced(ring, "type=\"rcs\"", "type=\"rsc\"")),
            "file:7: step@type: \"rsc\" is no step; allowed: s, r, rcs, rrs, rrc, rrcs, cpy, re, nop");
  EXPECT_EQ(refused(replaced(ring, "send=\"1\"", "send=\"0\"")), "file:3: tb@send: is the gpu itself");
  EXPECT_EQ(refused(replaced(ring, "send=\"1\"", "send=\"-1\"")),
            "file:4: step@type: \"s\" sends, but its tb has no gpu to send to");
  EXPECT_EQ(refused(replaced(ring, "recv=\"2\"", "recv=\"-1\"")),
            "file:5: step@type: \"rrcs\" receives, but its tb has no gpu to receive from");
  EXPECT_EQ(refused(replaced(ring, "chan=\"0\"", "chan=\"1\"")),
            "file:3: tb@chan: \"1\" is not a whole number from 0 to 0");
  EXPECT_EQ(refused(replaced(ring, "srcbuf=\"i\" srcoff=\"0\"", "srcbuf=\"i\" srcoff=\"3\"")),
            "file:4: step@srcoff: 3, with cnt 1, leaves buffer i, which has 3 chunks");
  EXPECT_EQ(refused(replaced(ring, "srcbuf=\"i\"", "srcbuf=\"x\"")),
            "file:4: step@srcbuf: \"x\" is no buffer; allowed: i, o, s");
  EXPECT_EQ(refused(replaced(pairs, "i_chunks=\"2\"", "i_chunks=\"3\"")),
            "file:2: gpu@i_chunks: is 3, but nchunksperloop makes it 2");
  EXPECT_EQ(refused(replaced(pairs, "depid=\"1\" deps=\"2\"", "depid=\"1\" deps=\"4\"")),
            "file:5: step@depid: waits for step 4 of tb 1, which does not exist");
  // The last receive of gpu 0 is gone: the fourth message to it has one end.
  const std::string last =
      R"(      <step s="4" type="r" srcbuf="i" srcoff="2" dstbuf="i" dstoff="2" cnt="1" depid="-1" deps="-1" hasdep="0"/>
)";
  EXPECT_EQ(refused(replaced(ring, last, "")),
            "file:24: send: message 3 from gpu 2 to gpu 0 on channel 0 is never received");
  EXPECT_EQ(refused(replaced(pairs, "dstbuf=\"s\" dstoff=\"0\" cnt=\"1\"", "dstbuf=\"s\" dstoff=\"0\" cnt=\"0\"")),
            "file:4: cnt: message 0 from gpu 0 to gpu 1 on channel 0 is of 0 chunks, but is received as 1 in line 21");
  EXPECT_EQ(refusal<LimitError>([&] {
              const std::string huge = replaced(ring, "nchunksperloop=\"3\"", "nchunksperloop=\"1000000\"");
              static_cast<void>(schedule_of("msccl_xml", replaced(huge, "ngpus=\"3\"", "ngpus=\"100000\"")));
            }),
            "file:1: nchunksperloop: the buffers of all gpus have more than 50000000 chunks");
}

TEST(MscclXml, WhatIsNotReadIsAWarning) {
  const std::string ring = input("msccl_xml/ring-all-reduce.xml");
  const ImportedSchedule read =
      schedule_of("msccl_xml", replaced(replaced(ring, "<gpu id=\"0\"", "<extra/><gpu colour=\"red\" id=\"0\""),
                                        "hasdep=\"0\"/>", "hasdep=\"0\" when=\"now\"/>"));
  EXPECT_THAT(warnings_of(read.notes), testing::ElementsAre("2: element \"extra\" in algo is not known and not read",
                                                            "2: attribute \"colour\" of gpu is not known and not read",
                                                            "4: attribute \"when\" of step is not known and not read"));
}

TEST(MscclXml, WhatDoesNotHoldIsFoundByTheProof) {
  const std::string ring = input("msccl_xml/ring-all-reduce.xml");
  const auto verdict = [](const std::string& text) {
    const ImportedSchedule read = schedule_of("msccl_xml", text);
    return verify(*read.make(contract_of(read, 9))).problem;
  };
  EXPECT_EQ(verdict(replaced(ring, "type=\"rrcs\"", "type=\"rcs\"")),
            "at the end rank 0 has chunk 2 (block 0, piece 2) (last received by rank 0 lane 0 step 6) without the "
            "contribution of rank 0");
  // Both gpus wait for the other before they send.
  const std::string wait = R"(<algo name="a" nchunksperloop="2" ngpus="2" coll="allreduce" inplace="1">
<gpu id="0"><tb id="0" send="1" recv="1" chan="0">
<step s="0" type="rrc" srcbuf="i" srcoff="0" dstbuf="i" dstoff="0" cnt="2"/>
<step s="1" type="s" srcbuf="i" srcoff="0" cnt="2"/></tb></gpu>
<gpu id="1"><tb id="0" send="0" recv="0" chan="0">
<step s="0" type="rrc" srcbuf="i" srcoff="0" dstbuf="i" dstoff="0" cnt="2"/>
<step s="1" type="s" srcbuf="i" srcoff="0" cnt="2"/></tb></gpu></algo>)";
  EXPECT_EQ(verdict(wait).substr(0, 20), "a circle of waiting:");
}

}  // namespace
}  // namespace polyplane::collectives
