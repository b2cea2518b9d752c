#!/bin/bash
# A sweep on a few machines by GNU parallel: a command for each point, run wherever there is room. Each machine has polyplane
# and the experiment in the same folder, and gives its stores back. What has its store already is quickly done.
set -euo pipefail

sweep=(polyplane sweep experiment.textproto --vary "cluster=ft2-2048,deepseek-v3-2048" --vary "collectives.sizes=1M..1G*2")

"${sweep[@]}" --list --store sweep.store > commands
parallel --sshlogin node1,node2,: --workdir . --return 'sweep.store.{= $_ = seq() - 1 =}' < commands ||
  echo "some points failed or were not run; the table says which" >&2
polyplane merge sweep.store.* -o sweep.store
