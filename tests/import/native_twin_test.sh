#!/usr/bin/env bash
# A fabric of 1,024 hosts, brought up by OpenSM on ibsim and discovered by ibnetdiscover (fat-tree-1024.txt.xz, made by
# scripts/make-ibnet fat_tree:endpoints=1024,radix=64,tiers=2), takes the same time as its native twin: 100 Gb/s (4xEDR),
# default latencies, spray, no scale-up domain. Then the same with latencies.
#   native_twin_test.sh POLYPLANE FAT_TREE_XZ               the output in the repository
#   native_twin_test.sh POLYPLANE --discover MAKE_IBNET     made anew; skipped (77) without ibsim and OpenSM
set -euo pipefail
polyplane=$1 fabric=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [[ $fabric == --discover ]]; then
  "$3" fat_tree:endpoints=1024,radix=64,tiers=2 "$folder/fabric.txt" --polyplane "$polyplane"
else
  command -v xz >/dev/null || { echo "no xz on this machine"; exit 77; }
  xz -dc "$fabric" >"$folder/fabric.txt"
fi

# Rows of nccl-tests without comments: sizes, times, bandwidths.
rows() { "$polyplane" perf "$1" --cluster "$2" --routing spray -b 64K -e 64M -f 32 --quiet | grep -v '^#' | grep .; }
same() { # COLLECTIVE ONE OTHER
  rows "$1" "$2" >"$folder/one"
  rows "$1" "$3" >"$folder/other"
  [[ -s $folder/one ]] || { echo "FAIL: $1 printed no row"; exit 1; }
  diff "$folder/one" "$folder/other" || { echo "FAIL: $1 differs from the native twin"; exit 1; }
}

native="fat_tree:endpoints=1024,radix=64,tiers=2,rate=100 Gbps,routing=spray"
"$polyplane" import ibnetdiscover "$folder/fabric.txt" -o "$folder/plain.textproto" --quiet
same alltoall "$folder/plain.textproto" "$native"

"$polyplane" import ibnetdiscover "$folder/fabric.txt" -o "$folder/late.textproto" --quiet --switch-latency '130 ns' \
  --cable-latency '320 ns' --access-cable-latency '98 ns' --nic-latency '300 ns'
same alltoall "$folder/late.textproto" \
  "$native,switch_latency=130 ns,cable_latency=320 ns,access_cable_latency=98 ns,nic_latency=300 ns"
echo "the imported fabric and its native twin take the same time"
