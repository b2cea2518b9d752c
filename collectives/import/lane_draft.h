// Lanes of a schedule while a reader puts them together: any number of dependencies, and messages that find their other
// end by connection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/text_source.h"
#include "collectives/explicit_schedule.h"

namespace polyplane::collectives {

class LaneDraft {
 public:
  /// All ranks have as many lanes. `source` must outlive the draft.
  LaneDraft(const TextSource& source, std::uint32_t ranks, std::uint32_t lanes);

  /// Appends a step that starts `after` those; joins go before it where they are more than a step can hold. Returns its
  /// index. Throws LimitError.
  std::uint32_t add(std::uint32_t rank, std::uint32_t lane, StoredStep step, const std::vector<Dependency>& after,
                    int line);
  [[nodiscard]] std::uint32_t size(std::uint32_t rank, std::uint32_t lane) const;
  [[nodiscard]] StoredStep& step(std::uint32_t rank, std::uint32_t lane, std::uint32_t index) {
    return steps_[rank][lane][index];
  }

  /// Messages from one rank to another with one number meet in the order in which their ends were added.
  void sends(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane, std::uint32_t step,
             int line);
  /// Likewise; the sender says where its message goes.
  void sends(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane, std::uint32_t step,
             int line, std::vector<ChunkId> landing);
  void receives(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint32_t lane, std::uint32_t step,
                int line);
  /// Joins the ends. Throws InputError for a message with one end, and for ends of different numbers of chunks.
  void match();

  [[nodiscard]] ExplicitSchedule::Steps take() && { return std::move(steps_); }

 private:
  struct End {
    std::uint32_t lane = 0, step = 0;
    int line = 0;
    std::optional<std::vector<ChunkId>> landing;  // that the sender says
  };
  struct Connection {
    std::vector<End> sends, receives;
  };
  const TextSource& source_;
  ExplicitSchedule::Steps steps_;
  std::size_t count_ = 0;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Connection> connections_;
};

}  // namespace polyplane::collectives
