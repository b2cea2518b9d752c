#include "topology/validate_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

using testing::HasSubstr;

/// a - x - y - b with a second cable x - y and a detour x - z - y; c is a card on z and, over NVLink, a peer of a.
struct Diamond {
  LinkId ax, xy, xy2, xz, zy, yb, cz, ac;
  Topology t;

  Diamond() : t(make(*this)) {}
  static Topology make(Diamond& d) {
    Net net;
    for (const auto* card : {"a", "b", "c"}) net.card(card, 0);
    for (const auto* hub : {"x", "y", "z"}) net.flat(hub);
    d.ax = net.cable("a", "x");
    d.xy = net.cable("x", "y");
    d.xy2 = net.cable("x", "y");
    d.xz = net.cable("x", "z");
    d.zy = net.cable("z", "y");
    d.yb = net.cable("y", "b");
    d.cz = net.cable("c", "z");
    d.ac = net.cable("a", "c", "nvlink", LinkKind::scale_up);
    return std::move(net).build();
  }
  [[nodiscard]] LinkId back(LinkId l) const { return t.link(l).reverse; }
  [[nodiscard]] std::string path(const std::vector<LinkId>& links) const {
    std::vector<std::pair<LinkId, double>> whole;
    for (const LinkId link : links) whole.emplace_back(link, 1.0);
    return route(whole);
  }
  [[nodiscard]] std::string route(const std::vector<std::pair<LinkId, double>>& links) const {
    return route_defect(t, t.find_device("a"), t.find_device("b"), links);
  }
};

TEST(RouteDefect, GoodPathsHaveNone) {
  const Diamond d;
  EXPECT_EQ(d.path({d.ax, d.xy, d.yb}), "");
  EXPECT_EQ(d.path({d.ax, d.xz, d.zy, d.yb}), "");
  EXPECT_EQ(d.path({d.ac, d.cz, d.zy, d.yb}), "");  // over the peer card c
}

TEST(RouteDefect, NamesWhatIsWrong) {
  const Diamond d;
  EXPECT_EQ(d.path({}), "the route has no links");
  EXPECT_THAT(d.path({d.ax, d.yb}), HasSubstr("breaks at"));
  EXPECT_THAT(d.path({d.xy, d.yb}), HasSubstr("does not touch a"));
  EXPECT_THAT(d.path({d.ax, d.xy}), HasSubstr("does not touch b"));
  EXPECT_THAT(d.path({d.ax, d.xy, d.back(d.xy2), d.xy2, d.yb}), HasSubstr("circle"));
  EXPECT_THAT(d.path({d.ax, d.xy, d.back(d.xy2), d.xy, d.yb}), HasSubstr("x -> y twice"));
  EXPECT_THAT(d.path({d.ax, d.back(d.ax), d.ax, d.xy, d.yb}), HasSubstr("twice"));
  EXPECT_THAT(d.path({d.ax, d.xz, d.back(d.cz), d.cz, d.zy, d.yb}), HasSubstr("c, which does not forward"));
  EXPECT_THAT(d.path({LinkId(999)}), HasSubstr("does not exist"));
  EXPECT_THAT(d.path({LinkId{}}), HasSubstr("does not exist"));
}

TEST(RouteDefect, DownLinksAndDevices) {
  Diamond d;
  TopologyBuilder builder = TopologyBuilder::copy_of(d.t);
  builder.link(d.xy).up = false;
  builder.device(d.t.find_device("z")).up = false;
  d.t = std::move(builder).build();
  EXPECT_THAT(d.path({d.ax, d.xy, d.yb}), HasSubstr("x -> y, which is down"));
  EXPECT_THAT(d.path({d.ax, d.xz, d.zy, d.yb}), HasSubstr("x -> z, which is down"));
  EXPECT_EQ(d.path({d.ax, d.xy2, d.yb}), "");
}

TEST(RouteDefect, FractionsAreConserved) {
  const Diamond d;
  EXPECT_EQ(d.route({{d.ax, 1}, {d.xy, 0.25}, {d.xy2, 0.25}, {d.xz, 0.5}, {d.zy, 0.5}, {d.yb, 1}}), "");
  EXPECT_THAT(d.route({{d.ax, 1}, {d.xy, 0.25}, {d.xy2, 0.25}, {d.yb, 1}}), HasSubstr("breaks at x"));
  EXPECT_THAT(d.route({{d.ax, 0.5}, {d.xy, 0.5}, {d.yb, 0.5}}), HasSubstr("a do not carry the whole flow"));
  EXPECT_THAT(d.route({{d.ax, 1}, {d.xy, 1.5}, {d.yb, 1}}), HasSubstr("not in (0, 1]"));
  EXPECT_THAT(d.route({{d.ax, 1}, {d.xy, 1}, {d.xy2, 0}, {d.yb, 1}}), HasSubstr("not in (0, 1]"));
  EXPECT_THAT(d.route({{d.ax, 1}, {d.xy, 1}, {d.yb, 1}, {d.back(d.ax), 0.5}}), HasSubstr("comes back to its source"));
}

}  // namespace
}  // namespace polyplane::topology
