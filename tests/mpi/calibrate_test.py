#!/usr/bin/env python3
"""polyplane-mpi calibrate from the outside: it writes two files that every command reads, those after it in the same launch
too, and refuses in one line. Nothing is said of how good they are; that wants a quiet machine (scripts/measure-calibration).

  calibrate_test.py POLYPLANE POLYPLANE_MPI MPIEXEC"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

polyplane, polyplane_mpi, mpiexec = sys.argv[1:4]
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_btl_vader_single_copy_mechanism="none",
                   OMPI_MCA_btl="self,vader", OMPI_MCA_hwloc_base_binding_policy="none")


def run(command, expected=0):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
                          timeout=250)
    assert done.returncode == expected, f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def calibrate(ranks, arguments, expected=0):
    return run([mpiexec, "-n", str(ranks), polyplane_mpi, "calibrate"] + arguments, expected)


def refused(ranks, arguments, message):
    said = calibrate(ranks, arguments, 2).stderr
    lines = [line for line in said.splitlines() if line.startswith("polyplane-mpi: ")]
    assert len(lines) == 1 and message in lines[0], said


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        quick = ["-o", str(folder), "--time", "1", "--max-bytes", "64K"]
        done = calibrate(2, quick)
        out = done.stdout
        parts = [line for line in done.stderr.splitlines() if line.startswith("# ")]
        assert "messages between ranks 0 and 1" in parts[0] and "copies and sums" in parts[1] and len(parts) == 2, parts
        assert "launch" in out and "port" in out, out
        files = ["--cluster", str(folder / "cluster.textproto"), "--stack", str(folder / "stack.textproto")]
        assert "95 %" in (folder / "stack.textproto").read_text()
        assert "both ways at once, ranks 0 and 1" in (folder / "cluster.textproto").read_text()
        run([polyplane, "perf", "all_reduce", "-b", "1K", "-e", "64K", "--format", "csv"] + files)
        run([mpiexec, "-n", "2", polyplane_mpi, "perf", "alltoall", "-b", "1K", "-e", "4K", "-n", "3"] + files)
        refused(2, quick, "--force")
        assert "# " not in calibrate(3, quick + ["--force", "--name", "three", "-q"]).stderr
        assert 'name: "three"' in (folder / "cluster.textproto").read_text()
        run([polyplane, "perf", "all_gather", "--ranks", "3", "-b", "48K", "-e", "48K", "--format", "csv"] + files)
        refused(1, quick + ["--force"], "at least two ranks")
        refused(2, ["-o", str(folder / "none")], "is no directory")
        refused(2, [], "--output is missing")
        refused(2, ["-o", str(folder), "--force", "--max-bytes", "1K"], "allowed: 64K to 1G")
        refused(2, quick + ["--fource"], "did you mean \"--force\"")
        one_launch(folder)
    print("fine")


def one_launch(folder):
    """Several commands in one launch: each after the one before, none after one that failed or when one is misspelt."""
    machine, unmade = folder / "machine", folder / "unmade"
    machine.mkdir()
    unmade.mkdir()
    quick = ["--time", "1", "--max-bytes", "64K", "-q"]
    perf = ["perf", "--cluster", str(machine / "cluster.textproto"), "--stack", str(machine / "stack.textproto"), "-b",
            "1K", "-e", "2K", "-n", "3", "-q"]
    out = calibrate(2, ["-o", str(machine)] + quick + ["then"] + perf + ["all_gather", "then"] + perf +
                    ["all_reduce", "then", "verify", "all_reduce", "ring"]).stdout
    order = [out.index(text) for text in ("# launch ", f"\n{machine}/stack.textproto", "MPI_Allgather", "MPI_Allreduce",
                                          " 0 wrong")]
    assert order == sorted(order), out
    assert out.count(f"simulated on cluster {machine}/cluster.textproto") == 2, out
    failed = run([mpiexec, "-n", "2", polyplane_mpi, "perf", "all_gather", "--cluster", str(unmade / "cluster.textproto"),
                  "then", "calibrate", "-o", str(unmade)] + quick, 2)
    assert "command 1 of 2, perf: " in failed.stderr and "there is no such file" in failed.stderr, failed
    assert "# launch" not in failed.stdout, failed
    for last, message in [(["perff"], "did you mean \"perf\""), ([], "a command is missing"),
                          (["perf", "all_redce"], "did you mean \"all_reduce\""),
                          (["verify", "--al"], "did you mean \"--all\""),
                          (["perf", "all_reduce", "-n", "0"], "--iters")]:
        refused(2, ["-o", str(unmade)] + quick + ["then"] + last, message)
    assert "Usage" in calibrate(2, ["-o", str(unmade)] + quick + ["then", "perf", "--help"]).stdout
    assert not list(unmade.iterdir())


main()
