// Measured times of collectives, as benchmarks print them, in our own sizes: `size` is the whole array of a rank, as
// nccl-tests counts it (collectives/collective.h). OSU counts a message: of all_gather, gather, scatter and alltoall what
// goes to or comes from one rank, so that their sizes are multiplied by the number of ranks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"

namespace polyplane::sim {

struct Measurement {
  Bytes size;
  Duration time;  // out of place where a benchmark has both; never zero
  int line = 0;   // of its file; 0 where it is not a file of lines
};

/// One collective on some ranks over sizes.
struct MeasurementSeries {
  std::string file, tool;  // "nccl-tests", "nccl-tests (JSON)", "OSU"
  collectives::CollectiveKind collective = collectives::CollectiveKind::all_reduce;
  std::uint32_t ranks = 0;
  std::optional<std::uint32_t> ranks_per_node;  // where the hosts are listed, and all have as many
  std::string datatype = "float";
  std::vector<Measurement> rows;  // at least one, in the order of the file; sizes may come twice
};

/// What a file does not say, from the user, and what a refusal advises where nobody does.
struct MeasurementHints {
  std::optional<collectives::CollectiveKind> collective;
  std::optional<std::uint32_t> ranks;
  std::string collective_advice = "--collective says it", ranks_advice = "--ranks says it";
};

/// Which benchmark wrote `text` is seen from the text: a JSON document is of nccl-tests -J, a line "# OSU ..." of the OSU
/// micro-benchmarks, a header with size, count and type of nccl-tests or rccl-tests. Rows of zero bytes are passed over.
/// The collective and the ranks come from the header, else from the name of the file ("all_reduce_perf.txt": the collective
/// only), else from `hints`; a hint that contradicts the file is refused.
/// Throws InputError with file and line: not one of these, a row with too few or too many columns, a value that is none, a
/// time of zero, a row that the benchmark found wrong, no row at all, a collective or ranks that nothing tells; and for
/// OSU's point-to-point tests, which are not collectives; LimitError above 10,000 rows.
[[nodiscard]] MeasurementSeries read_measurements(const std::string& file, std::string_view text,
                                                  const MeasurementHints& hints);

}  // namespace polyplane::sim
