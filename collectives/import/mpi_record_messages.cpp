#include "collectives/import/mpi_record_messages.h"

#include <algorithm>
#include <string>

namespace polyplane::collectives::mpi_record {
void Messages::find_ends(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators,
                         ImportNotes& notes) {
  for (std::uint32_t r = 0; r < ranks.size(); ++r) {
    const std::vector<Event>& events = ranks[r].events;
    of_event_[r].assign(events.size(), kNone);
    probe_[r].assign(events.size(), kNone);
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      const Event& event = events[i];
      if (event.kind() != Kind::send && event.kind() != Kind::receive) continue;
      if (event.has(kCancelled)) {
        notes.warn(0, "requests that were cancelled are left out");
        continue;
      }
      if (event.record.peer < 0 || event.record.tag < 0) {
        notes.warn(0, "receives from any rank or with any tag that never ended are left out");
        continue;
      }
      const std::uint32_t communicator = communicators.at(r, event.record.communicator);
      const std::uint32_t peer = communicators.all()[communicator].members[static_cast<std::size_t>(event.record.peer)];
      const bool sends = event.kind() == Kind::send;
      (sends ? sends_ : receives_).push_back({communicator, sends ? r : peer, sends ? peer : r, event.record.tag, i});
    }
  }
}

/// Those of one meeting stay in the order in which they were posted.
Messages::Messages(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators, bool whole,
                   ImportNotes& notes)
    : of_event_(ranks.size()), probe_(ranks.size()) {
  find_ends(ranks, communicators, notes);
  see_probes(ranks, communicators);
  const auto by_meeting = [](const End& a, const End& b) {
    return std::tuple_cat(a.meeting(), std::tie(a.event)) < std::tuple_cat(b.meeting(), std::tie(b.event));
  };
  std::ranges::sort(sends_, by_meeting);
  std::ranges::sort(receives_, by_meeting);

  const auto lonely_send = [&] { notes.warn(0, "sends whose receive is not recorded are left out"); };
  const auto lonely_receive = [&](const End& end) {
    const RankRecord& rank = ranks[end.to];
    const Event& event = rank.events[end.event];
    if (whole && (event.waited || !event.has(kNonBlocking))) {
      rank.fail(event, "got a message from rank " + std::to_string(end.from) + " with tag " + std::to_string(end.tag) +
                           " on " + communicators.all()[end.communicator].name + ", but no send of it is recorded");
    }
    notes.warn(0, "receives whose send is not recorded are left out");
  };
  for (std::size_t s = 0, r = 0; s < sends_.size() || r < receives_.size();) {
    if (r == receives_.size() || (s < sends_.size() && sends_[s].meeting() < receives_[r].meeting())) {
      lonely_send();
      ++s;
    } else if (s == sends_.size() || receives_[r].meeting() < sends_[s].meeting()) {
      lonely_receive(receives_[r]);
      ++r;
    } else {
      const End &send = sends_[s++], &receive = receives_[r++];
      if (send.from == send.to) {
        notes.warn(0, "messages of a rank to itself take no time");
        continue;
      }
      const Event& sent = ranks[send.from].events[send.event];
      const std::uint32_t message = add(send.from, send.to, sent.record.bytes);
      messages_[message].synchronous = sent.has(kSynchronous);
      messages_[message].buffered = sent.has(kBuffered);
      of_event_[send.from][send.event] = message;
      of_event_[send.to][receive.event] = message;
    }
  }
  sends_ = {};
  receives_ = {};
}

/// A message that a probe saw is taken by the next receive that is like it.
void Messages::see_probes(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::int32_t>;  // communicator, sender, tag
  std::size_t begin = 0;                                               // of receives_, which come rank by rank
  for (std::uint32_t r = 0; r < ranks.size(); ++r) {
    std::map<Key, std::vector<std::uint32_t>> posted;
    for (; begin < receives_.size() && receives_[begin].to == r; ++begin) {
      const End& end = receives_[begin];
      posted[{end.communicator, end.from, end.tag}].push_back(end.event);
    }
    for (std::uint32_t i = 0; i < ranks[r].events.size(); ++i) {
      const Event& event = ranks[r].events[i];
      if (event.kind() != Kind::probe) continue;
      const std::uint32_t communicator = communicators.at(r, event.record.communicator);
      const std::uint32_t peer = communicators.all()[communicator].members[static_cast<std::size_t>(event.record.peer)];
      const auto list = posted.find({communicator, peer, event.record.tag});
      if (list == posted.end()) continue;
      const auto next = std::ranges::upper_bound(list->second, i);
      if (next == list->second.end() || probe_[r][*next] != kNone) continue;
      probe_[r][*next] = i;
      probe_[r][i] = *next;
    }
  }
}

std::uint32_t Messages::add(std::uint32_t from, std::uint32_t to, std::int64_t bytes) {
  std::uint32_t& tag = tags_[{from, to}];
  const auto index = static_cast<std::uint32_t>(messages_.size());
  messages_.push_back({.from = from, .to = to, .bytes = bytes, .tag = tag});
  tag += 2;
  return index;
}

}  // namespace polyplane::collectives::mpi_record
