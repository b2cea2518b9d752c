// Files of schedules and traces in words, for tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {

/// The bytes of a file in tests/formats/inputs.
inline std::string input(const std::string& name) {
  std::ifstream file(std::string(POLYPLANE_FORMAT_INPUTS) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

inline ImportedSchedule schedule_of(const std::string& format, const std::string& bytes) {
  return import_schedule(format, {"file", bytes});
}
inline ImportedProgram program_in(const std::string& format, const std::string& bytes,
                                  const std::vector<std::string>& options = {}) {
  return import_program(format, {{"file", bytes}}, options);
}

/// What the Error that `act` throws says.
template <class Error = InputError, class Act>
std::string refusal(const Act& act) {
  try {
    act();
  } catch (const Error& error) { return error.what(); } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "nothing thrown";
}

/// `text` with the first `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// "3+1: text" for a warning at line 3 that came once more.
inline std::vector<std::string> warnings_of(const ImportNotes& notes) {
  std::vector<std::string> warnings;
  for (const ImportWarning& warning : notes.warnings()) {
    warnings.push_back(std::to_string(warning.line) + (warning.more > 0 ? "+" + std::to_string(warning.more) : "") +
                       ": " + warning.text);
  }
  return warnings;
}

}  // namespace polyplane::collectives
