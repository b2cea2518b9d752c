#!/usr/bin/env python3
"""SimGrid's smpirun, which runs a real MPI program on a simulated network, against polyplane's flow model: the same tapered
fat tree, the same algorithm, no software costs.

  smpi_collectives_test.py POLYPLANE

SimGrid is set to the exact fluid model (no TCP windows, no ack traffic, no factors); messages cost what links cost. Times are
compared to one part in a thousand. Exit code 77 without smpicc and smpirun."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LEAVES, HOSTS = 4, 4  # hosts of a leaf
RATE, UPLINK = 50e9, 100e9  # bytes a second, of a host and of a leaf: 2:1
LATENCY = 500e-9  # of each link
TOLERANCE = 1e-3

PROGRAM = r"""
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const long bytes = atol(argv[2]);
  char* in = malloc(bytes);
  char* out = malloc(bytes);
  const double start = MPI_Wtime();
  if (argv[1][0] == 'r') MPI_Allreduce(in, out, bytes / 4, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  else MPI_Alltoall(in, bytes / size, MPI_CHAR, out, bytes / size, MPI_CHAR, MPI_COMM_WORLD);
  const double mine = MPI_Wtime() - start; /* no message: the clocks of a simulation are one clock */
  printf("took %.12e\n", mine);
  MPI_Finalize();
  return 0;
}
"""

# collective, SMPI's algorithm, ours, bytes
CASES = [
    ("all_reduce", "lr", "ring", 1 << 20),
    ("all_reduce", "lr", "ring", 64 << 20),
    ("all_reduce", "mvapich2_rs", "halving_doubling", 1 << 20),
    ("all_reduce", "mvapich2_rs", "halving_doubling", 64 << 20),
    ("alltoall", "pair", "pairwise_xor", 1 << 20),
    ("alltoall", "ring", "pairwise", 64 << 20),
    ("alltoall", "pair", "pairwise_xor", 16 << 20),
    ("alltoall", "basic_linear", "direct", 16 << 20),
]

EXACT = ["network/model:CM02", "network/TCP-gamma:0", "network/crosstraffic:0", "network/bandwidth-factor:1",
         "network/latency-factor:1", "network/weight-S:0", "smpi/os:0:0:0", "smpi/or:0:0:0", "smpi/ois:0:0:0",
         "smpi/simulate-computation:no", "smpi/cpu-threshold:-1", "smpi/host-speed:1Gf", "smpi/async-small-thresh:0",
         "smpi/send-is-detached-thresh:0",
         "network/loopback-bw:1e18", "network/loopback-lat:0", "smpi/test:0", "smpi/iprobe:0", "smpi/wtime:0", "smpi/init:0"]


def cluster_text():
    text = 'name: "tapered"\nrouting: "static"\ngraph {\n'
    for leaf in range(LEAVES):
        text += f'  devices {{ name: "leaf{leaf}" kind: network_switch tier: 1 }}\n'
        for host in range(HOSTS):
            text += f'  devices {{ name: "node{leaf * HOSTS + host}/gpu" kind: accelerator node: {leaf * HOSTS + host} }}\n'
            text += f'  links {{ from: "node{leaf * HOSTS + host}/gpu" to: "leaf{leaf}" rate: "{RATE / 1e9:g} GB/s" ' \
                    f'latency: "{LATENCY * 1e9:g} ns" }}\n'
        text += f'  links {{ from: "leaf{leaf}" to: "spine" rate: "{UPLINK / 1e9:g} GB/s" ' \
                f'latency: "{LATENCY * 1e9:g} ns" }}\n'
    return text + '  devices { name: "spine" kind: network_switch tier: 2 }\n}\n'


def platform_text():
    ranks = LEAVES * HOSTS
    links = [f'<link id="{way}{kind}{i}" bandwidth="{rate:g}Bps" latency="{LATENCY:g}s"/>'
             for kind, count, rate in (("host", ranks, RATE), ("leaf", LEAVES, UPLINK)) for i in range(count)
             for way in ("up-", "down-")]
    routes = []
    for a in range(ranks):
        for b in range(ranks):
            if a == b:
                continue
            path = [f"up-host{a}"]
            if a // HOSTS != b // HOSTS:
                path += [f"up-leaf{a // HOSTS}", f"down-leaf{b // HOSTS}"]
            path.append(f"down-host{b}")
            ctn = "".join(f'<link_ctn id="{link}"/>' for link in path)
            routes.append(f'<route src="h{a}" dst="h{b}" symmetrical="NO">{ctn}</route>')
    hosts = "".join(f'<host id="h{i}" speed="1Gf"/>' for i in range(ranks))
    return '<?xml version="1.0"?>\n<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">\n' \
           f'<platform version="4.1"><zone id="z" routing="Full">{hosts}{"".join(links)}{"".join(routes)}</zone></platform>\n'


def simgrid_seconds(folder, collective, algorithm, size):
    name = "allreduce" if collective == "all_reduce" else "alltoall"
    command = ["smpirun", "-np", str(LEAVES * HOSTS), "-platform", str(folder / "platform.xml"), "-hostfile",
               str(folder / "hosts"), "--log=root.thresh:error", f"--cfg=smpi/{name}:{algorithm}"]
    command += [f"--cfg={setting}" for setting in EXACT]
    command += [str(folder / "program"), "r" if collective == "all_reduce" else "t", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300, cwd=folder)
    times = [float(t) for t in re.findall(r"took (\S+)", done.stdout)]
    if done.returncode != 0 or len(times) != LEAVES * HOSTS:
        sys.exit(f"smpirun failed:\n{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return max(times)


def polyplane_seconds(polyplane, folder, collective, algorithm, size):
    command = [polyplane, "perf", collective, "--cluster", str(folder / "tapered.textproto"), "--stack", "ideal",
               "--algorithm", algorithm, "-b", str(size), "-e", str(size), "--format", "csv"]
    if algorithm == "ring":
        command += ["--channels", "1"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row = next(csv.DictReader(io.StringIO(done.stdout)))
    return float(row["time_us"]) * 1e-6


def main():
    if any(not shutil.which(tool) for tool in ("smpicc", "smpirun")):
        print("skipped: smpicc or smpirun is missing (SimGrid)")
        sys.exit(77)
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "program.c").write_text(PROGRAM)
        (folder / "platform.xml").write_text(platform_text())
        (folder / "hosts").write_text("".join(f"h{i}\n" for i in range(LEAVES * HOSTS)))
        (folder / "tapered.textproto").write_text(cluster_text())
        subprocess.run(["smpicc", "-O1", str(folder / "program.c"), "-o", str(folder / "program")], check=True,
                       cwd=folder)
        for collective, theirs, ours, size in CASES:
            expected = simgrid_seconds(folder, collective, theirs, size)
            found = polyplane_seconds(sys.argv[1], folder, collective, ours, size)
            error = found / expected - 1
            ok = abs(error) <= TOLERANCE
            failed |= not ok
            print(f"{collective} {ours} ({theirs}), {size} B: SimGrid {expected * 1e6:.3f} us, polyplane {found * 1e6:.3f} us, "
                  f"{error:+.2e}{'' if ok else '  FAILED'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
