#!/usr/bin/env bash
# scripts/check-includes must pass a tree in order and name each kind of wrong arrow.  check_includes_test.sh CHECKER
set -euo pipefail
checker=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

fresh_tree() {
  rm -rf "$tree"
  mkdir -p "$tree"/{base,topology/generators,collectives,sim/network,cli}
  echo '#include "base/units.h"' >"$tree/topology/topology.h"
  echo '#include <boost/graph/adjacency_list.hpp>' >"$tree/topology/graph.h"
  printf '#include "topology/graph.h"\n#include "topology/topology.h"\n' >"$tree/topology/topology.cpp"
  printf '#include "base/units.h"\n#include "topology/router.h"\n#include <vector>\n' >"$tree/sim/network/model.h"
  printf '#include "collectives/schedule.h"\n#include "topology/router.h"\n' >"$tree/sim/executor.h"
  echo '#include "sim/executor.h"' >"$tree/cli/main.cpp"
}

expect_pass() {
  "$checker" "$tree" || { echo "FAIL: a tree in order was refused"; failures=1; }
}

# refused FILE LINE MESSAGE: the tree with LINE added to FILE is refused with MESSAGE at its place.
refused() {
  local output place
  fresh_tree
  echo "$2" >>"$tree/$1"
  place="$1:$(wc -l <"$tree/$1")"
  if output=$("$checker" "$tree" 2>&1); then
    echo "FAIL: not refused: $2 in $1"
    failures=1
  elif [[ $output != *"$place: $3"* ]]; then
    printf 'FAIL: expected "%s: %s", got:\n%s\n' "$place" "$3" "$output"
    failures=1
  fi
}

fresh_tree
expect_pass
refused base/units.h '#include "topology/topology.h"' "base may not know topology"
refused topology/topology.h '#include "collectives/schedule.h"' "topology may not know collectives"
refused collectives/schedule.h '#include "topology/topology.h"' "collectives may not know topology"
refused topology/topology.cpp '#include "sim/executor.h"' "topology may not know sim"
refused sim/executor.h '  #  include "cli/perf.h"' "sim may not know cli"
refused cli/main.cpp '#include "mpi/commands.h"' "cli may not know mpi"
refused sim/network/flow.cpp '#include "collectives/schedule.h"' "sim/network may not know collectives"
refused sim/executor.h '#include "engine.h"' "includes are written from the root"
refused topology/topology.h '#include <boost/graph/graph_traits.hpp>' "Boost.Graph stays inside topology/*.cpp"
refused topology/topology.h '#include "topology/graph.h"' "Boost.Graph stays inside topology/*.cpp"
refused sim/executor.cpp '#include "topology/graph.h"' "Boost.Graph stays inside topology/*.cpp"
refused sim/executor.cpp '#include <boost/graph/graph_traits.hpp>' "Boost.Graph stays inside topology/*.cpp"
refused sim/executor.cpp '#include <mpi.h>' "mpi.h stays inside mpi/"
exit $failures
