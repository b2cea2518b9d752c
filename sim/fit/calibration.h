// From measured messages to a cluster and a stack: what a machine looks like to the simulator.
//
// Measured are single messages between two ranks and what one rank does by itself; never a collective, since collectives are
// what the result is judged by. The model of a rank's messages over memory or a NIC is LogGP's, the overhead o and the latency
// L by size. X(n): both ranks of a pair send n bytes and have received n. T(n): the same on several lanes at once.
//
//   o(n) = (T(n) - X(n)) / 2 (lanes - 1)    a rank's processor for one message, sent or received, no more than X(n) / 2
//   L(n) = X(n) - 2 o(n)
//
//   port         a link that all bytes into and out of a rank pass: its processor, which copies both. Rate C: the best
//                n / o(n), no better than the best copy
//   up           from the port on, the rate at which bytes go one way alone
//   by_size      cost L(n), work o(n) - n / C, copy and reduction of n bytes within a rank: eager, rendezvous, caches, whatever
//                MPI and the machine do with that size. T is not measured of the largest sizes: there L is that of the last
//   launch       of a schedule of no steps
//
// Pairs further apart add latency, half on the way up to what joins them and half on the way down, and a rate. Between nodes
// all ranks of a node share one NIC, which carries what one pair reached.
// Left out: memory bandwidth that several pairs share, and what lies in which cache when a message is sent: here the data of
// the one before, in a collective often others.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// What two ranks share, the closest first.
enum class PairClass : std::uint8_t { same_complex, same_socket, same_node, other_node };
inline constexpr std::size_t kPairClasses = 4;
/// "same core complex".
[[nodiscard]] std::string_view to_string(PairClass pair);

/// Where a rank is bound; numbers mean nothing beyond being equal or not. A complex: cores that share their last cache.
struct CoreOfRank {
  std::uint32_t node = 0, socket = 0, complex = 0;
};
[[nodiscard]] PairClass pair_class(const CoreOfRank& a, const CoreOfRank& b);

/// Repetitions of one thing.
struct TimedSize {
  Bytes size;
  std::vector<double> seconds;           // in the order in which they were measured
  std::vector<std::size_t> rounds = {};  // over all sizes, one after the other: where in `seconds` each begins
};

inline constexpr std::uint32_t kLanesTogether = 4;

/// The two ranks of a class that were measured; by rising size, at least two.
struct TimedPair {
  PairClass pair = PairClass::same_complex;
  std::uint32_t first = 0, second = 0;
  std::vector<TimedSize> exchange, one_way;  // of one message
  std::vector<TimedSize> together;  // an exchange on each of kLanesTogether lanes, of the smaller sizes, at least one
};

struct CalibrationRuns {
  std::vector<CoreOfRank> cores;           // of each rank, at least two
  std::vector<TimedPair> pairs;            // of each class that there is, the closest first
  std::vector<double> launch;              // seconds
  std::vector<TimedSize> copy, reduction;  // of the sizes of the pairs
};

struct Interval {
  double middle = 0, low = 0, high = 0;
};
/// The median and its 95 % interval by bootstrap: percentiles of medians of 1,000 samples drawn with replacement, by random
/// numbers of a fixed seed. REQUIRES: at least one value.
[[nodiscard]] Interval median_interval(const std::vector<double>& values);

/// What a class came to.
struct CalibratedPair {
  PairClass pair = PairClass::same_complex;
  Duration extra_latency;  // over the closest class
  BitRate port, up;
};

struct Calibration {
  std::vector<CalibratedPair> pairs;
  ProtocolCosts costs;  // of every family alike
  // How many times as long exchanges of the closest pair took in the slowest round as in the fastest, the median over their
  // sizes; 1 where there are no two rounds. What scatters from one to the next stays near 1.
  double drift = 1;
};
/// Above this the machine was not the same throughout, as a virtual one that is moved to other cores: its times mix two machines.
inline constexpr double kMostDrift = 1.25;

/// The links that stand for processors of ranks.
inline constexpr const char* kPortTier = "port";

/// Throws InputError when a time is not positive, as of a clock that stands still.
[[nodiscard]] Calibration calibrate(const CalibrationRuns& runs);

/// Who measured what, for the heads of the files.
struct CalibrationOrigin {
  std::string name;                   // of cluster and stack
  std::string machine;                // "host, 2 cores, Open MPI 4.1.4"
  std::string as_of;                  // a day
  std::vector<std::string> comments;  // load, settings
};

/// A cluster file: a graph of ports and of what joins them, one card a rank.
[[nodiscard]] std::string calibrated_cluster_text(const CalibrationRuns& runs, const Calibration& calibration,
                                                  const CalibrationOrigin& origin);
/// The stack file that belongs to it.
[[nodiscard]] std::string calibrated_stack_text(const CalibrationRuns& runs, const Calibration& calibration,
                                                const CalibrationOrigin& origin);

}  // namespace polyplane::sim
