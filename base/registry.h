// Guests (generators, algorithms, models, hashes) register themselves from their own .cpp with a name and one sentence
// that says when to use them. `catalog` and --help print the sentences; a wrong name prints the right ones.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane {

/// One registry a kind of guest; `Entry` is a value, usually a struct that holds a factory. Iteration is by name, so
/// that neither link order nor hashing can reach a result. Rooms with guests are OBJECT libraries: a static one would
/// drop them.
template <class Entry>
class Registry {
 public:
  /// `kind` is the noun for messages: "algorithm", "topology generator".
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  /// CHECKs that the name is new.
  void add(std::string name, std::string sentence, Entry entry) {
    const auto [place, fresh] = guests_.emplace(std::move(name), Guest{std::move(sentence), std::move(entry)});
    CHECK(fresh, kind_ + " registered twice: " + place->first);
  }
  [[nodiscard]] bool contains(std::string_view name) const { return guests_.find(name) != guests_.end(); }
  /// Throws InputError with the allowed names and a did-you-mean.
  [[nodiscard]] const Entry& at(std::string_view name) const { return guest(name).entry; }
  [[nodiscard]] const std::string& sentence(std::string_view name) const { return guest(name).sentence; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, guest] : guests_) all.push_back(name);
    return all;
  }

 private:
  struct Guest {
    std::string sentence;
    Entry entry;
  };
  [[nodiscard]] const Guest& guest(std::string_view name) const {
    const auto place = guests_.find(name);
    if (place == guests_.end()) throw InputError(unknown_name(kind_, name, names()));
    return place->second;
  }
  std::string kind_;
  std::map<std::string, Guest, std::less<>> guests_;
};

}  // namespace polyplane
