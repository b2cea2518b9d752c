// Imported fabrics in words, for tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "topology/import/importer.h"

namespace polyplane::topology {

/// The text of a file in tests/import/inputs.
inline std::string input(const std::string& name) {
  std::ifstream file(std::string(POLYPLANE_IMPORT_INPUTS) + "/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// inputs/FORMAT/FILE, read.
inline ImportedFabric import_input(const std::string& format, const std::string& file,
                                   const std::vector<std::string>& options = {}) {
  return import_fabric(format, file, input(format + "/" + file), options);
}

/// "a -- b 400 Gbps 130 ns / 0 ns gpu-leaf plane 0"; -> for one way, the latency back only where it differs.
inline std::string words_of(const ImportedFabric& fabric, const ImportedFabric::Edge& edge) {
  std::string text = fabric.devices[edge.from].name + (edge.two_way ? " -- " : " -> ") + fabric.devices[edge.to].name +
                     " " + to_string(edge.rate) + " " + to_string(edge.latency);
  if (edge.two_way && edge.back_latency != edge.latency) text += " / " + to_string(edge.back_latency);
  text += " " + edge.tier;
  if (edge.plane >= 0) text += " plane " + std::to_string(edge.plane);
  return text;
}

inline std::vector<std::string> edges_of(const ImportedFabric& fabric) {
  std::vector<std::string> edges;
  for (const ImportedFabric::Edge& edge : fabric.edges) edges.push_back(words_of(fabric, edge));
  return edges;
}

inline std::vector<std::string> names_of(const ImportedFabric& fabric) {
  std::vector<std::string> names;
  for (const Device& device : fabric.devices) names.push_back(device.name);
  return names;
}

inline const Device& device_of(const ImportedFabric& fabric, const std::string& name) {
  for (const Device& device : fabric.devices) {
    if (device.name == name) return device;
  }
  ADD_FAILURE() << "no device " << name;
  return fabric.devices.front();
}

/// "3+1: text" for a warning at line 3 that came once more.
inline std::vector<std::string> warnings_of(const ImportedFabric& fabric) {
  std::vector<std::string> warnings;
  for (const ImportWarning& warning : fabric.warnings) {
    warnings.push_back(std::to_string(warning.line) + (warning.more > 0 ? "+" + std::to_string(warning.more) : "") +
                       ": " + warning.text);
  }
  return warnings;
}

/// What the Error that reading throws says.
template <class Error = InputError>
std::string refusal(const std::string& format, const std::string& text, const std::vector<std::string>& options = {}) {
  try {
    static_cast<void>(import_fabric(format, "file", text, options));
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

}  // namespace polyplane::topology
