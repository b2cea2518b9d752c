// The flows of three collectives in SimGrid, beside `polyplane perf`: a leaf-spine of 32 cards a leaf under 32 spines,
// one card a node, 400 Gb/s links, D-mod-k routes (SimGrid's own fat-tree zone; --routing static in polyplane).
//   simgrid_bench {at-once|pairwise|ring} CARDS BYTES [slow-cable]
// BYTES is the array of a rank, as polyplane's -b. slow-cable halves the rate of the cable from leaf 0 to spine 0, both
// ways (--fail "link=leaf0.spine0 at 50%"). Prints one line of JSON: the simulated seconds and the number of messages.
//
// The model is CM02 without TCP's bounds, factors and cross traffic: max-min fair flows that pay their latency once.
// SimGrid weighs shares by 1/latency, so all latency lies on the cables of the cards: every route has two of those.
#include <xbt/log.h>
#include <simgrid/s4u.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace sg = simgrid::s4u;

namespace {

constexpr unsigned kCardsPerLeaf = 32;
constexpr unsigned kSpines = 32;
constexpr unsigned kMaxCards = 4096;
constexpr double kRate = 50e9;     // bytes/s: 400 Gb/s
constexpr double kLatency = 1e-6;  // s, card to leaf

/// A sender may be ahead of its receiver by fewer steps than a rank has boxes; the step that travels along is checked.
constexpr unsigned kBoxes = 64;

struct Job {
  std::vector<sg::Host*> hosts;
  std::uint64_t bytes = 0;                       // of a rank's array
  std::vector<std::vector<sg::Mailbox*>> boxes;  // of a rank, for a step modulo kBoxes
  std::vector<unsigned> steps;                   // the payload of step k is &steps[k]
  std::uint64_t messages = 0;

  [[nodiscard]] unsigned cards() const { return static_cast<unsigned>(hosts.size()); }
  [[nodiscard]] std::uint64_t block() const { return bytes / hosts.size(); }
  [[nodiscard]] sg::Mailbox* box(unsigned rank, unsigned step) const { return boxes[rank][step % kBoxes]; }
};

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "simgrid_bench: %s\n", why.c_str());
  std::exit(2);
}

/// A pure max-min fluid, with SimGrid's fastest ways to solve and to switch between actors.
void configure() {
  xbt_log_control_set("xbt_cfg.thresh:warning");  // it reports every setting
  for (const char* setting :
       {"network/model:CM02", "network/TCP-gamma:0", "network/crosstraffic:0", "network/bandwidth-factor:1",
        "network/latency-factor:1", "network/weight-S:0", "network/optim:Lazy", "contexts/factory:raw",
        "contexts/stack-size:64", "contexts/guard-size:0"}) {
    sg::Engine::set_config(setting);
  }
}

std::vector<sg::Link*> route(const sg::Host* from, const sg::Host* to) {
  std::vector<sg::Link*> links;
  double latency = 0;
  from->route_to(to, links, &latency);
  return links;
}

std::vector<sg::Host*> build_leaf_spine(const sg::Engine& engine, unsigned cards) {
  using NetPoint = simgrid::kernel::routing::NetPoint;
  std::vector<sg::Host*> hosts(cards);
  const auto set_host = [&hosts](sg::NetZone* zone, const std::vector<unsigned long>& /*coordinates*/,
                                 unsigned long id) -> std::pair<NetPoint*, NetPoint*> {
    hosts[id] = zone->create_host("card" + std::to_string(id), 1e9)->seal();
    return {hosts[id]->get_netpoint(), nullptr};
  };
  const sg::FatTreeParams shape(2, {kCardsPerLeaf, cards / kCardsPerLeaf}, {1, kSpines}, {1, 1});
  sg::create_fatTree_zone("fabric", nullptr, shape, sg::ClusterCallbacks(set_host), kRate, kLatency,
                          sg::Link::SharingPolicy::SPLITDUPLEX)
      ->seal();
  // A route inside a leaf has two cables, others have four: only those of the cards may count.
  for (sg::Link* link : engine.get_all_links()) link->set_latency(0);
  for (const sg::Host* host : hosts) {
    const sg::Host* other = host == hosts.front() ? hosts.back() : hosts.front();
    route(host, other).front()->set_latency(kLatency);
    route(other, host).back()->set_latency(kLatency);
  }
  return hosts;
}

/// Between leaf 0 and spine 0, which D-mod-k takes to and from the first card of a leaf.
void slow_one_cable(const std::vector<sg::Host*>& hosts) {
  route(hosts[0], hosts[kCardsPerLeaf])[1]->set_bandwidth(kRate / 2);
  route(hosts[kCardsPerLeaf], hosts[0])[2]->set_bandwidth(kRate / 2);
}

/// Every card to every other, all started together. (Comm::sendto_async would do without boxes, but keeps all messages
/// in one list that every end walks through: ten times slower at 256 cards.)
void at_once(Job& job, unsigned rank) {
  const unsigned n = job.cards();
  std::vector<sg::CommPtr> messages;
  messages.reserve(2 * (n - 1));
  std::vector<unsigned*> received(n);
  for (unsigned k = 1; k < n; ++k) messages.push_back(job.box(rank, 0)->get_async<unsigned>(&received[k]));
  for (unsigned k = 1; k < n; ++k) {
    messages.push_back(job.box((rank + k) % n, 0)->put_async(&job.steps[0], job.block()));
    ++job.messages;
  }
  sg::Comm::wait_all(messages);
}

/// One step of a rank: sends to one, receives from one, and waits for both.
void exchange(Job& job, unsigned rank, unsigned to, unsigned step) {
  unsigned* received = nullptr;
  const sg::CommPtr receive = job.box(rank, step)->get_async<unsigned>(&received);
  const sg::CommPtr send = job.box(to, step)->put_async(&job.steps[step], job.block());
  ++job.messages;
  send->wait();
  receive->wait();
  if (*received != step) refuse("a message of another step was received: too few boxes");
}

/// A message starts when its sender is ready, whether or not it is waited for.
void open_boxes(const Job& job, unsigned rank) {
  for (sg::Mailbox* box : job.boxes[rank]) box->set_receiver(sg::Actor::self());
}

void pairwise(Job& job, unsigned rank) {
  const unsigned n = job.cards();
  open_boxes(job, rank);
  for (unsigned k = 1; k < n; ++k) exchange(job, rank, (rank + k) % n, k);
}

/// Reduce-scatter and all-gather around the ring: 2(n-1) steps of a block each.
void ring(Job& job, unsigned rank) {
  const unsigned n = job.cards();
  open_boxes(job, rank);
  for (unsigned step = 0; step < 2 * (n - 1); ++step) exchange(job, rank, (rank + 1) % n, step);
}

using Program = void (*)(Job&, unsigned);

Program program(const std::string& name) {
  if (name == "at-once") return at_once;
  if (name == "pairwise") return pairwise;
  if (name == "ring") return ring;
  refuse("unknown program \"" + name + "\"; allowed: at-once, pairwise, ring");
}

std::uint64_t positive(const std::string& text, const std::string& what) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos ||
      std::stoull(text) == 0) {
    refuse(what + " \"" + text + "\" must be a positive whole number");
  }
  return std::stoull(text);
}

}  // namespace

int main(int argc, char** argv) {
  sg::Engine engine(&argc, argv);
  configure();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3 || arguments.size() > 4)
    refuse("wanted: at-once, pairwise or ring; cards; bytes; [slow-cable]");
  const Program run = program(arguments[0]);
  const std::uint64_t cards = positive(arguments[1], "cards");
  if (cards < 2 * kCardsPerLeaf || cards > kMaxCards || cards % kCardsPerLeaf != 0) {
    refuse("cards must be a multiple of 32 from 64 to 4096, not " + arguments[1]);
  }
  Job job;
  job.bytes = positive(arguments[2], "bytes");
  if (job.bytes % cards != 0) refuse("bytes must be a multiple of cards, not " + arguments[2]);
  job.hosts = build_leaf_spine(engine, static_cast<unsigned>(cards));
  if (arguments.size() == 4) {
    if (arguments[3] != "slow-cable") refuse("unknown condition \"" + arguments[3] + "\"; allowed: slow-cable");
    slow_one_cable(job.hosts);
  }

  for (unsigned step = 0; step < 2 * cards; ++step) job.steps.push_back(step);
  for (unsigned rank = 0; rank < cards; ++rank) {
    job.boxes.emplace_back();
    for (unsigned box = 0; box < kBoxes; ++box) {
      job.boxes.back().push_back(sg::Mailbox::by_name(std::to_string(rank) + "." + std::to_string(box)));
    }
    sg::Actor::create("rank" + std::to_string(rank), job.hosts[rank], [&job, rank, run] { run(job, rank); });
  }
  engine.run();
  std::printf("{\"seconds\": %.12f, \"messages\": %llu}\n", sg::Engine::get_clock(),
              static_cast<unsigned long long>(job.messages));
  return 0;
}
