// What came out of a run, as text for machines: one JSON document or CSV rows. Tables for people are made in cli/.
#pragma once

#include <span>
#include <string>

#include "sim/report.h"

namespace polyplane::sim {

/// What a report says of itself.
struct ReportOrigin {
  std::string version;     // of polyplane
  std::string command;     // "perf", "run"
  bool explained = false;  // attribution and link loads are in it
  bool complete = true;    // false: cut short by a signal; the fingerprint, which is over all results, is left empty
};

/// One document of schema "polyplane/report/1" (configs/schema/report.proto), numbers as numbers in full precision: a
/// time in picoseconds is exact up to 2^53 ps (2.5 hours), beyond that it is the nearest double.
[[nodiscard]] std::string to_json(const Report& report, const ReportOrigin& origin);
/// Of one experiment on several clusters (or on one). REQUIRES: at least one report.
[[nodiscard]] std::string to_json(std::span<const Report> reports, const ReportOrigin& origin);

/// CSV (RFC 4180, but lines end in \n): the header line, and one line for a result. Same names and numbers as in JSON.
[[nodiscard]] std::string csv_header();
[[nodiscard]] std::string csv_row(const CollectiveResult& result);
[[nodiscard]] std::string flow_csv_header();
[[nodiscard]] std::string flow_csv_row(const FlowResult& flow);
[[nodiscard]] std::string program_csv_header();
[[nodiscard]] std::string program_csv_row(const ProgramResult& program);
[[nodiscard]] std::string step_csv_header();
[[nodiscard]] std::string step_csv_row(const StepResult& step);

}  // namespace polyplane::sim
