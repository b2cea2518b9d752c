// Figures of parts whose sources disagree.
#pragma once

namespace polyplane::sim {

/// Which of `low`, `value` and `high` a figure of the catalogue stands for: the one that is used, or those that make the
/// slowest cluster (rates low, latencies high) and the fastest (the other way round). What a cluster file states itself
/// and what is no rate or latency (ports, domain sizes) is the same in all three.
enum class Reading { used, slowest, fastest };

}  // namespace polyplane::sim
