// What one recorded rank does, as operations of an actor. Calls follow each other as the rank made them; what lies
// between two of them is compute; what a rank began without waiting runs beside that until a wait asks for it.
//
// Messages of up to `eager` bytes leave at once, and their sender goes on; larger and synchronous ones leave when the
// receiver has posted its receive and a notice of that, a message without bytes, has come back: rendezvous.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/options.h"
#include "collectives/import/mpi_record_calls.h"
#include "collectives/import/mpi_record_communicators.h"
#include "collectives/import/mpi_record_file.h"
#include "collectives/import/mpi_record_messages.h"
#include "collectives/import/mpi_record_scale.h"
#include "collectives/program.h"

namespace polyplane::collectives::mpi_record {

/// Labels and names of the Program that actors number theirs by.
[[nodiscard]] std::vector<std::string> actor_labels();
[[nodiscard]] std::vector<std::string> actor_names();

struct ActorInput {
  const std::vector<RankRecord>& ranks;
  const SharedCommunicators& communicators;
  const Messages& messages;
  const Calls& calls;
  const Scale& scale;
  Ratio compute;           // what measured times are multiplied by
  std::int64_t eager = 0;  // bytes
  bool in_calls = false;   // what was begun without waiting moves on in calls that wait only
  bool posting = false;    // time in calls that begin without waiting is compute too
};

/// The actor of rank `rank`, on its cards: one a tile. Throws InputError for times past ten days.
[[nodiscard]] Actor make_actor(const ActorInput& input, std::uint32_t rank);

}  // namespace polyplane::collectives::mpi_record
