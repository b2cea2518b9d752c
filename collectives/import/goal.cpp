// GOAL as text (spcl/LogGOPSim, src/LogGOPSim/txt2bin.re): num_ranks N, then rank R { statements }, ranks ascending
// from 0.
//   [label:] send BYTESb to RANK [tag T] [cpu C] [nic K]
//   [label:] recv BYTESb from RANK|-1 [tag T|-1] [cpu C] [nic K]
//   [label:] calc NS [cpu C]
//   label requires label        label irequires label
// One statement a line; comments // and /* */. Labels are of their rank, may be used before they are given, and are
// given once. What the Program is: goal_file.h. Left out: nothing is passed over; unknown words are errors.
#include <algorithm>
#include <map>
#include <utility>

#include "base/suggest.h"
#include "base/text_source.h"
#include "collectives/goal_file.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {
namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '.'; }

struct Statement {
  std::vector<std::string_view> words;  // ":", "{" and "}" are words
  int line = 0;
};

/// Statements of a text; a brace ends one as the end of a line does.
class Lexer {
 public:
  explicit Lexer(const TextSource& source) : source_(source), text_(source.text()) {}

  /// False at the end.
  bool next(Statement& statement) {
    statement.words.clear();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_, ++at_;
        if (!statement.words.empty()) return true;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        skip_comment();
      } else if (c == '}' && !statement.words.empty()) {
        return true;
      } else {
        if (statement.words.empty()) statement.line = line_;
        statement.words.push_back(word());
        if (statement.words.back() == "{" || statement.words.back() == "}") return true;
      }
    }
    return !statement.words.empty();
  }

 private:
  std::string_view word() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end == at_) {
      const char c = text_[at_];
      if (c != ':' && c != '{' && c != '}')
        source_.fail(line_, "", "\"" + printable(text_.substr(at_, 1)) + "\" is not GOAL");
      ++end;
    }
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }
  void skip_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) source_.fail(line_, "", "a comment is not ended");
    for (; at_ < end + 2; ++at_) line_ += text_[at_] == '\n' ? 1 : 0;
  }

  const TextSource& source_;
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

class Reader {
 public:
  explicit Reader(const TextSource& source) : source_(source), lexer_(source) {}

  GoalFile read() {
    Statement statement;
    if (!lexer_.next(statement) || statement.words[0] != "num_ranks" || statement.words.size() != 2) {
      source_.fail(statement.line, "num_ranks", "must come first: num_ranks N");
    }
    ranks_ = source_.whole(statement.line, "num_ranks", statement.words[1], 1, INT32_MAX);
    if (static_cast<std::size_t>(ranks_) > kMaxImportedRanks) {
      source_.pass_limit(statement.line, "num_ranks",
                         std::to_string(ranks_) + " ranks; the limit is " + std::to_string(kMaxImportedRanks));
    }
    while (lexer_.next(statement)) read_rank(statement);
    if (file_.ranks.size() < static_cast<std::size_t>(ranks_)) {
      source_.fail(0, "rank",
                   std::to_string(file_.ranks.size()) + " is missing; num_ranks is " + std::to_string(ranks_));
    }
    return std::move(file_);
  }

 private:
  struct Reference {
    std::string_view operation, other;
    bool started;
    int line;
  };

  void read_rank(const Statement& head) {
    const bool fits = head.words.size() == 3 && head.words[0] == "rank" && head.words[2] == "{";
    if (!fits) source_.fail(head.line, head.words[0], "is out of place; a rank starts with: rank N {");
    const std::int64_t number = source_.whole(head.line, "rank", head.words[1], 0, ranks_ - 1);
    if (static_cast<std::size_t>(number) != file_.ranks.size()) {
      source_.fail(head.line, "rank",
                   std::to_string(number) + " stands where rank " + std::to_string(file_.ranks.size()) +
                       " should: they go from 0 up");
    }
    labels_.clear();
    references_.clear();
    GoalRank& rank = file_.ranks.emplace_back();
    Statement statement;
    while (true) {
      if (!lexer_.next(statement)) source_.fail(head.line, "rank", std::to_string(number) + " is not ended by }");
      if (statement.words[0] == "}") break;
      read_statement(statement, rank);
    }
    for (const Reference& reference : references_) {
      rank.edges.push_back({index_of(reference.operation, reference.line), index_of(reference.other, reference.line),
                            reference.started});
    }
    for (const auto& [label, index] : labels_) {
      rank.labels.resize(rank.operations.size());
      rank.labels[index] = label;
    }
  }

  [[nodiscard]] std::uint32_t index_of(std::string_view label, int line) const {
    const auto place = labels_.find(label);
    if (place != labels_.end()) return place->second;
    std::vector<std::string> known;
    if (labels_.size() < 1000) {
      for (const auto& [name, index] : labels_) known.emplace_back(name);
    }
    const std::string meant = nearest(label, known);
    source_.fail(line, "label",
                 "\"" + printable(label) + "\" is not one of this rank" +
                     (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
  }

  void count_one(int line) {
    if (++count_ <= kMaxImportedOperations) return;
    source_.pass_limit(line, "", "more than " + std::to_string(kMaxImportedOperations) + " operations are not read");
  }

  void read_statement(const Statement& statement, GoalRank& rank) {
    std::vector<std::string_view> words = statement.words;
    const int line = statement.line;
    count_one(line);
    if (words.size() == 3 && (words[1] == "requires" || words[1] == "irequires")) {
      references_.push_back({words[0], words[2], words[1] == "irequires", line});
      return;
    }
    if (words.size() >= 2 && words[1] == ":") {
      if (!is_letter(words[0][0]) || words[0].find_first_of("-+.") != std::string_view::npos) {
        source_.fail(line, "label", "\"" + printable(words[0]) + "\" must be letters, digits and _, a letter first");
      }
      if (!labels_.emplace(words[0], rank.operations.size()).second) {
        source_.fail(line, "label", "\"" + printable(words[0]) + "\" exists already in this rank");
      }
      words.erase(words.begin(), words.begin() + 2);
    }
    if (words.empty()) source_.fail(line, "label", "stands before nothing");
    rank.operations.push_back(read_operation(words, line));
  }

  GoalOperation read_operation(const std::vector<std::string_view>& words, int line) const {
    GoalOperation operation;
    const std::string_view verb = words[0];
    std::size_t next = 2;
    if (verb == "calc") {
      if (words.size() < 2) source_.fail(line, "calc", "needs a time: calc NS");
      operation.size = source_.whole(line, "calc", words[1], 0, kMaxGoalNs);
    } else if (verb == "send" || verb == "recv") {
      const bool sends = verb == "send";
      const std::string_view towards = sends ? "to" : "from";
      if (words.size() < 4 || words[2] != towards || !words[1].ends_with('b')) {
        source_.fail(line, verb, "must be: " + std::string(verb) + " BYTESb " + std::string(towards) + " RANK");
      }
      operation.type = sends ? GoalOperation::Type::send : GoalOperation::Type::receive;
      operation.size = source_.whole(line, verb, words[1].substr(0, words[1].size() - 1), 0, kMaxImportedBytes);
      const std::int64_t peer = source_.whole(line, towards, words[3], sends ? 0 : -1, ranks_ - 1);
      operation.peer = peer < 0 ? GoalOperation::kAny : static_cast<std::uint32_t>(peer);
      next = 4;
    } else {
      source_.fail(line, "statement", unknown_name("word", verb, {"send", "recv", "calc", "requires", "irequires"}));
    }
    std::vector<std::string_view> given;
    for (; next < words.size(); next += 2) {
      const std::string_view field = words[next];
      const bool of_message = verb != "calc";
      if (next + 1 == words.size()) source_.fail(line, field, "has no value");
      for (const std::string_view other : given) {
        if (other == field) source_.fail(line, field, "is given twice");
      }
      given.push_back(field);
      if (field == "tag" && of_message) {
        const std::int64_t tag = source_.whole(line, field, words[next + 1], verb == "recv" ? -1 : 0, UINT32_MAX - 1);
        operation.tag = tag < 0 ? GoalOperation::kAny : static_cast<std::uint32_t>(tag);
      } else if (field == "cpu") {
        operation.cpu = static_cast<std::uint8_t>(source_.whole(line, field, words[next + 1], 0, 255));
      } else if (field == "nic" && of_message) {
        operation.nic = static_cast<std::uint8_t>(source_.whole(line, field, words[next + 1], 0, 255));
      } else {
        source_.fail(line, verb, "has no " + printable(field) + "; allowed: " + (of_message ? "tag, cpu, nic" : "cpu"));
      }
    }
    return operation;
  }

  const TextSource& source_;
  Lexer lexer_;
  std::int64_t ranks_ = 0;
  std::size_t count_ = 0;
  std::map<std::string_view, std::uint32_t> labels_;
  std::vector<Reference> references_;
  GoalFile file_;
};

ImportedProgram read(const ImportInput& input) {
  const TextSource source(input.files.front().name, input.files.front().bytes);
  return import_goal(Reader(source).read(), name_of_file(source.file()));
}

const bool kRegistered = [] {
  program_importers().add(
      "goal", "GOAL of LogGOPSim and ATLAHS as text: sends, receives and calc of every rank.",
      {.extensions = {"goal"}, .options = {}, .file_options = {}, .file_of_each_rank = "", .read = read});
  return true;
}();

}  // namespace
}  // namespace polyplane::collectives
