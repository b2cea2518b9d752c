// What rank 0 and the ranks that run points of a sweep say to each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/campaign/sweep_run.h"

namespace polyplane::mpi {

inline constexpr int kToWorker = 1;  // tags
inline constexpr int kToRoot = 2;

/// From rank 0: a point to run, as one of `beside` on its machine; position -1: there is no more.
[[nodiscard]] std::string point_text(const sim::RunningPoint& point, std::size_t beside);
/// The end. `at_once`: some rank has died, so nobody can wait for all any more.
[[nodiscard]] std::string end_text(bool at_once);
struct Order {
  std::optional<sim::RunningPoint> point;  // none: the end
  std::size_t beside = 1;
  bool at_once = false;
};
/// CHECKs the form: only our own rank 0 sends.
[[nodiscard]] Order parse_order(const std::string& text);

/// What a rank answers: its result, or why it stops (an error that is not the point's own).
struct PointAnswer {
  sim::SweepResult result;
  sim::SweepRun run;
  std::string trouble;
};
[[nodiscard]] std::string answer_text(const PointAnswer& answer);
[[nodiscard]] PointAnswer parse_answer(const std::string& text);

}  // namespace polyplane::mpi
