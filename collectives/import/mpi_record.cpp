// Records of MPI programs, as libpolyplane_record.so writes them (docs/recording.md): a file a rank, or all of them one
// after the other in one file. Rank i is on card i.
//   options: eager=BYTES, progress=async|calls, posting=stack|measured, compute=RATIO; ranks=N with scale=weak|strong and
//   messages=keep|divide
// What is between two calls is compute of the time that it took; calls themselves take what the cluster and its stack
// make of them. Left out, counted by name: one-sided communication, files, neighbourhood collectives, joined processes,
// calls of other threads under MPI_THREAD_MULTIPLE. Making a communicator takes no time.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/import/importer.h"
#include "collectives/import/mpi_record_actor.h"
#include "collectives/import/mpi_record_calls.h"
#include "collectives/import/mpi_record_communicators.h"
#include "collectives/import/mpi_record_file.h"
#include "collectives/import/mpi_record_functions.h"
#include "collectives/import/mpi_record_messages.h"
#include "collectives/import/mpi_record_scale.h"

namespace polyplane::collectives {
namespace {

using namespace mpi_record;  // the names of the parts below

/// By rank. Throws InputError for ranks that are missing, there twice, or of another run.
std::vector<RankRecord> read_all(const std::vector<ImportFile>& files) {
  std::vector<RankRecord> found;
  std::size_t records = 0;
  for (const ImportFile& file : files) {
    for (RankRecord& rank : read_rank_records(file)) {
      records += rank.events.size();
      found.push_back(std::move(rank));
    }
    if (records > kMaxImportedOperations) {
      throw LimitError(printable(file.name) + ": more than " + std::to_string(kMaxImportedOperations) +
                       " records of all ranks are not read");
    }
  }
  std::ranges::stable_sort(found, {}, [](const RankRecord& rank) { return rank.header.rank; });
  const FileHeader& first = found.front().header;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const RankRecord& rank = found[i];
    const auto fail = [&](const std::string& problem) { TextSource(rank.file, "").fail(0, "", problem); };
    if (rank.header.run != first.run || rank.header.ranks != first.ranks) {
      fail("rank " + std::to_string(rank.header.rank) + " is of another run than rank " + std::to_string(first.rank));
    }
    if (i > 0 && rank.header.rank == found[i - 1].header.rank) {
      fail("rank " + std::to_string(rank.header.rank) + " is there twice");
    }
    if (rank.header.rank != i) {
      fail("rank " + std::to_string(i) + " is missing; the program ran on " + std::to_string(first.ranks));
    }
  }
  if (found.size() != first.ranks) {
    TextSource(found.back().file, "")
        .fail(0, "",
              "is the last of " + std::to_string(found.size()) + " ranks; the program ran on " +
                  std::to_string(first.ranks));
  }
  return found;
}

/// Says what of the program is not there. Is all of it there?
bool note_gaps(const std::vector<RankRecord>& ranks, ImportNotes& notes) {
  bool whole = true;
  std::map<std::uint32_t, std::uint64_t> uncovered;
  std::uint64_t of_other_threads = 0, probes = 0;
  for (const RankRecord& rank : ranks) {
    if (!rank.finished) {
      whole = false;
      notes.warn(0, "rank " + std::to_string(rank.header.rank) +
                        " did not come to MPI_Finalize; its record ends after " + std::to_string(rank.events.size()) +
                        " records");
    }
    of_other_threads += rank.header.calls_of_other_threads;
    for (const Event& event : rank.events) {
      if (event.kind() == Kind::uncovered) ++uncovered[event.record.extra];
      probes += event.kind() == Kind::probe ? 1 : 0;
    }
  }
  for (const auto& [function, count] : uncovered) {
    whole = false;
    notes.warn(0, std::string(kFunctions[function]) + " is not replayed; it was called " + std::to_string(count) +
                      (count == 1 ? " time" : " times") + " on all ranks");
  }
  if (of_other_threads > 0) {
    whole = false;
    notes.warn(0, std::to_string(of_other_threads) + " calls of threads other than the first are not replayed");
  }
  if (probes > 0) {
    notes.assume("a probe waits until the message that it found is there (" + std::to_string(probes) + " probes)");
  }
  return whole;
}

Duration recorded_time(const std::vector<RankRecord>& ranks) {
  std::uint64_t longest = 0;
  for (const RankRecord& rank : ranks) {
    if (rank.events.empty()) continue;
    longest = std::max(longest, rank.events.back().record.end - rank.events.front().record.begin);
  }
  return Duration::from_ps(static_cast<std::int64_t>(longest) * 1000);
}

void note_scale(const Scale& scale, std::uint32_t recorded, ImportNotes& notes) {
  if (scale.tiles() == 1) return;
  const std::string tile = std::to_string(recorded);
  notes.assume("the " + tile + " recorded ranks stand for " + std::to_string(scale.tiles()) + " tiles of " + tile +
               " that do the same; messages and smaller communicators stay within a tile");
  notes.assume(std::string("collectives of all recorded ranks are of all ranks; ") +
               (scale.strong()
                    ? "all ranks keep the whole of the data (strong scaling): compute and shares are divided by " +
                          std::to_string(scale.tiles())
                    : "each rank keeps its share of the data (weak scaling): compute and messages are as recorded"));
}

ImportedProgram read(const ImportInput& input) {
  const std::vector<RankRecord> ranks = read_all(input.files);
  const auto count = static_cast<std::uint32_t>(ranks.size());
  ImportedProgram imported;
  ImportNotes& notes = imported.notes;
  const bool whole = note_gaps(ranks, notes);
  const Scale scale(input.options, count);
  const SharedCommunicators communicators(ranks);
  Messages messages(ranks, communicators, whole, notes);
  Calls calls(ranks, communicators, scale, whole, messages, notes);

  const ActorInput actor_input{.ranks = ranks,
                               .communicators = communicators,
                               .messages = messages,
                               .calls = calls,
                               .scale = scale,
                               .compute = input.options.ratio("compute"),
                               .eager = input.options.integer("eager"),
                               .in_calls = input.options.word("progress") == "calls",
                               .posting = input.options.word("posting") == "measured"};
  Program& program = imported.program;
  program.name = name_of_file(ranks.front().file);
  program.labels = actor_labels();
  program.names = actor_names();
  for (std::uint32_t rank = 0; rank < count; ++rank) program.actors.push_back(make_actor(actor_input, rank));
  program.calls = std::move(calls).take();
  notes.assume("the recorded run took " + to_string(recorded_time(ranks)) +
               " from MPI_Init to its last call; between calls its ranks compute as long as they did then");
  note_scale(scale, count, notes);
  return imported;
}

const bool kRegistered = [] {
  using Spec = OptionSpec;
  program_importers().add(
      "mpi_record",
      "Records of MPI programs by libpolyplane_record.so: compute, messages and collectives of every rank.",
      {.extensions = {"mpirec"},
       .options = {Spec{.name = "eager",
                        .kind = Spec::Kind::integer,
                        .default_text = "4096",
                        .sentence = "bytes up to which a sender does not wait for its receiver",
                        .min = 0,
                        .max = kMaxImportedBytes,
                        .words = {}},
                   Spec{.name = "progress",
                        .kind = Spec::Kind::word,
                        .default_text = "async",
                        .sentence =
                            "async: non-blocking calls overlap with compute; calls: they move on in calls that wait",
                        .words = {"async", "calls"}},
                   Spec{.name = "posting",
                        .kind = Spec::Kind::word,
                        .default_text = "stack",
                        .sentence =
                            "time of calls that only begin something: that of the stack, or measured as compute is",
                        .words = {"stack", "measured"}},
                   Spec{.name = "compute",
                        .kind = Spec::Kind::ratio,
                        .default_text = "1:1",
                        .sentence = "what the times between calls are multiplied by, 1:2 for twice as fast",
                        .words = {}},
                   Spec{.name = "ranks",
                        .kind = Spec::Kind::integer,
                        .default_text = "0",
                        .sentence = "run it on so many ranks, a multiple of those recorded (docs/recording.md)",
                        .min = 0,
                        .max = static_cast<std::int64_t>(kMaxImportedRanks),
                        .words = {}},
                   Spec{.name = "scale",
                        .kind = Spec::Kind::word,
                        .default_text = "weak",
                        .sentence = "with ranks: weak: a rank keeps its share of the data; strong: all keep the whole",
                        .words = {"weak", "strong"}},
                   Spec{.name = "messages",
                        .kind = Spec::Kind::word,
                        .default_text = "keep",
                        .sentence = "with scale=strong: messages keep their bytes, or are divided as compute is",
                        .words = {"keep", "divide"}}},
       .file_options = {},
       .file_of_each_rank = ".mpirec",
       .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
