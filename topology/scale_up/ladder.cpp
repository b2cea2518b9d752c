// Ladder: two columns of cards, row r being cards 2r and 2r + 1. A rung joins the two of a row, rails join each column
// from row to row, and the last row to the first where it is closed (a torus of two columns). IPU-PODs are such ladders:
// ten links a GC200, here four on the rung and three each way along the rail. Cards forward.
#include "base/error.h"
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

struct Ladder {
  std::int64_t rows = 1, rung = 1, rail = 1;
  bool closed = false;

  /// A closed ladder of two rows would join the same pairs again.
  [[nodiscard]] std::int64_t cables_of_column() const { return closed && rows > 2 ? rows : rows - 1; }
  [[nodiscard]] std::int64_t links_per_card() const { return rung + rail * (rows > 2 ? 2 : rows - 1); }
};

Ladder plan_ladder(const Options& options, const DomainShape& shape) {
  if (shape.cards() % 2 != 0) {
    throw InputError("ladder: " + std::to_string(shape.cards()) + " cards are no rows of two");
  }
  return {.rows = shape.cards() / 2,
          .rung = options.integer("rung"),
          .rail = options.integer("rail"),
          .closed = options.word("closed") == "yes"};
}

DomainSize ladder_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  const Ladder ladder = plan_ladder(options, shape);
  const std::int64_t links = ladder.links_per_card();
  (void)link_group_rate(spec, ladder.rung, links);
  (void)link_group_rate(spec, ladder.rail, links);
  return {.switches = 0,
          .cables = ladder.rows + 2 * static_cast<int128>(ladder.cables_of_column()),
          .joined = shape.cards(),
          .links_per_card = links};
}

void build_ladder(DomainContext& domain, const Options& options) {
  const Ladder ladder = plan_ladder(options, domain.shape);
  const BitRate rung = link_group_rate(domain.spec, ladder.rung, ladder.links_per_card());
  const BitRate rail = link_group_rate(domain.spec, ladder.rail, ladder.links_per_card());
  for (std::int64_t row = 0; row < ladder.rows; ++row) {
    join_cards(domain, domain.card(2 * row), domain.card(2 * row + 1), rung);
    if (row >= ladder.cables_of_column()) continue;
    const std::int64_t next = (row + 1) % ladder.rows;
    for (const std::int64_t column : {0, 1}) {
      join_cards(domain, domain.card(2 * row + column), domain.card(2 * next + column), rail);
    }
  }
}

OptionSpec links_option(const std::string& name, const std::string& sentence) {
  return {.name = name,
          .kind = OptionSpec::Kind::integer,
          .default_text = "1",
          .sentence = sentence,
          .min = 1,
          .max = 1000,
          .words = {}};
}

const bool kRegistered = [] {
  scale_ups().add("ladder", "Two columns of cards with rungs between them, cards forward: Graphcore IPU-POD",
                  {.options = {links_option("rung", "links side by side between the two cards of a row"),
                               links_option("rail", "links side by side from row to row"),
                               {.name = "closed",
                                .kind = OptionSpec::Kind::word,
                                .default_text = "no",
                                .sentence = "yes: the last row meets the first",
                                .words = {"no", "yes"}}},
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = ladder_size,
                   .build = build_ladder});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
