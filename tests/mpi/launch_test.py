#!/usr/bin/env python3
"""Several commands of polyplane-mpi in one launch: what one of them leaves to the next, and how a launch ends in the middle.

  launch_test.py PROGRAM MPI_PROGRAM MPIRUN [TEST...]
"""
import os
import signal
import sys
import time
import unittest

sys.dont_write_bytecode = True
from ranks_harness import ROOT, RanksTest  # noqa: E402
from sweep_harness import PATIENCE, SLOW_VARY  # noqa: E402

VERIFY = ["verify", "all_reduce", "ring"]  # soon over; says "0 wrong"
CALIBRATE = ["calibrate", "--max-bytes", "64K", "--time"]


class Launch(RanksTest):
    def said(self, process, stream, text):
        """Waits for a line."""
        for line in stream:
            if text in line:
                return
        self.fail(f"ended without {text}: {process.wait()}")

    def test_names_and_options_of_all_are_checked_first(self):
        ring = os.path.join(ROOT, "tests", "formats", "inputs", "goal", "ring.goal")
        for last, message in [(["perf", "all_reduce", "-d", "half"], '--datatype: unknown datatype "half"'),
                              (["perf", "all_reduce", "-o", "avg"], '--op: unknown reduction "avg"'),
                              (["perf", "all_reduce", "--algorithm", "rnig"], 'did you mean "ring"'),
                              (["perf", "all_reduce", "-b", "1X"], "--min-bytes"),
                              (["perf", "broadcast", "-r", "2"], "--root"),
                              (["run", "none.goal"], "none.goal: there is no such file"),
                              (["run", ring], "is for 4 ranks, not for 2"),
                              (["sweep"], "EXPERIMENT is missing"),
                              (["sweep", self.quick, "--vary", "seed=1,2"], "--store is missing")]:
            done = self.run_program([*VERIFY, "then", *last], self.ranks(2))
            self.assertEqual((done.returncode, done.stdout), (2, ""), last)
            self.assertIn(f"polyplane-mpi: command 2 of 2, {last[0]}: ", done.stderr)
            self.assertIn(message, done.stderr)

    def test_quiet_is_of_one_command(self):
        short = self.words(self.quick, ["seed=1,2"], "short", "--max-memory", "1M")
        for words in ([*short, "then", "perf", "all_reduce", "-q"],
                      [*self.words(self.quick, ["seed=1,2"], "s", "-q"), "then", *short]):
            done = self.run_program(words, self.ranks(2))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("2 of 2 points failed", done.stderr)
            self.assertNotIn("MPI_Allreduce", done.stdout)

    def test_files_of_an_earlier_command_are_not_measured_for_in_vain(self):
        os.mkdir(self.path("then"))
        done = self.run_program([*CALIBRATE, "1", "-o", "./then", "then", *CALIBRATE, "60000", "--output=then"], self.ranks(2))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("polyplane-mpi: command 2 of 2, calibrate: then/cluster.textproto exists already", done.stderr)
        self.assertEqual(done.stderr.count("# messages between ranks"), 1)

    def test_one_rank_that_is_interrupted_stops_the_launch(self):
        process = self.start([*self.words(self.slow, SLOW_VARY, "s"), "then", *VERIFY], self.ranks(2))
        self.wait_for_rows(self.path("s"), 2, process)
        os.kill(self.worker_processes(process)[0], signal.SIGINT)
        out, error = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, error)
        self.assertIn("the same command goes on with the rest", error)
        self.assertEqual(out, "")

    def test_none_starts_after_a_signal(self):
        words = ["perf", "all_reduce", "-b", "1K", "-e", "2K", "-n", "20000", "--format", "csv"]
        process = self.start([*words, "then", *VERIFY], self.ranks(2))
        self.said(process, process.stdout, "1024,")
        os.kill(self.worker_processes(process)[0], signal.SIGTERM)
        out, error = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 143, error)
        # A loaded machine may need longer than the 0.6 s that it is given.
        self.assertRegex(error, "interrupted after command 1 of 2, perf; what follows was not started|"
                                "stopped in the middle of a piece of work; command 1 of 2, perf: ")
        self.assertNotIn("wrong", out)

    def test_last_words_are_of_the_command_that_runs(self):
        words = [*CALIBRATE, "1", "-o", ".", "then", "perf", "all_reduce", "-b", "1M", "-e", "1M", "-n", "1000000"]
        process = self.start(words, self.ranks(2))
        self.said(process, process.stdout, "./stack.textproto")
        time.sleep(1)
        for rank in self.worker_processes(process).values():
            os.kill(rank, signal.SIGTERM)
        _, error = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 143, error)
        self.assertIn("middle of a piece of work; command 2 of 2, perf: nothing was kept; the same command starts again", error)
        self.assertNotIn("written", error)


if __name__ == "__main__":
    RanksTest.program = [os.path.abspath(sys.argv[1])]
    Launch.mpi_program, Launch.mpirun = os.path.abspath(sys.argv[2]), sys.argv[3]
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
