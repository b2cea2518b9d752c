#!/usr/bin/env python3
"""polyplane-mpi sweep over ranks that share two cores: correctness, never speed.

  sweep_ranks_test.py PROGRAM MPI_PROGRAM MPIRUN [TEST...]
"""
import os
import signal
import sys
import time
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim", "campaign"))
from ranks_harness import RanksTest  # noqa: E402
from sweep_harness import PATIENCE, QUICK_VARY, SLOW_VARY  # noqa: E402


class Ranks(RanksTest):
    def test_the_same_bytes_for_any_number_of_ranks(self):
        for form in ("table", "json", "csv"):
            serial = self.run_well(self.words(self.quick, QUICK_VARY, f"serial.{form}", "--format", form))
            for count in (1, 2, 4):
                store = f"ranks{count}.{form}"
                words = self.words(self.quick, QUICK_VARY, store, "--format", form)
                self.assertEqual(self.run_well(words, self.ranks(count)), serial)
                self.assertEqual(set(self.rows(self.path(store)).values()), {1})
        # What ranks began, threads end, and nothing is run again.
        self.assertEqual(self.run_well(self.words(self.quick, QUICK_VARY, "ranks4.csv", "--format", "csv")), serial)
        words = self.words(self.quick, ["collectives.sizes=1M..8M+1M", "seed=1..8"], "a", "--budget", "20")
        search = self.run_well(words)
        words[3] = "b"
        self.assertEqual(self.run_well(words, self.ranks(3)), search)

    def test_the_same_bytes_where_memory_is_short(self):
        # By count a point of few cards needs 14 MB, one of 32,768 cards over 30 MB: with a share of a third both are put back.
        vary = ["cluster=\"fat_tree:endpoints=16,radix=8,tiers=2\",\"fat_tree:endpoints=32768,radix=64,tiers=3\"", "seed=1..4"]
        short = ["--max-memory", "30M", "--format", "csv"]
        serial = self.run_program(self.words(self.quick, vary, "serial", "-j", "1", *short))
        self.assertEqual(serial.returncode, 1, serial.stderr)
        self.assertIn("4 of 8 points failed", serial.stderr)
        for count in (2, 4):
            done = self.run_program(self.words(self.quick, vary, f"ranks{count}", *short), self.ranks(count))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stdout, serial.stdout)
            self.assertEqual(set(self.rows(self.path(f"ranks{count}")).values()), {1})

    def test_a_bad_value_ends_all_ranks(self):
        done = self.run_program(self.words(self.quick, ["collectives.algorithm=rnig"], "s"), self.ranks(3))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn('did you mean "ring"?', done.stderr)
        self.assertFalse(os.path.exists(self.path("s")))

    def test_interrupted_under_mpirun(self):
        process = self.start(self.words(self.slow, SLOW_VARY, "s"), self.ranks(3))
        self.wait_for_rows(self.path("s"), 2, process)
        before = self.rows(self.path("s"))
        _, error, seconds = self.stop(process, signal.SIGINT)  # mpirun: SIGTERM to the ranks, SIGKILL a second later
        self.assertNotEqual(process.returncode, 0)
        self.assertLess(seconds, 15)
        self.assertIn("the same command goes on with the rest", error)
        after = self.rows(self.path("s"))
        self.assertLessEqual(set(before), set(after))
        self.assertEqual(set(after.values()), {1})

    def test_a_rank_that_dies(self):
        process = self.start(self.words(self.slow, SLOW_VARY, "s"), self.ranks(3))
        self.wait_for_rows(self.path("s"), 2, process)
        before = self.rows(self.path("s"))
        os.kill(self.worker_processes(process)[2], signal.SIGKILL)
        out, error = process.communicate(timeout=PATIENCE)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("rank 2", error)  # by mpirun, and by rank 0 when it is given the time
        self.assertEqual(out, "")
        after = self.rows(self.path("s"))
        self.assertLessEqual(set(before), set(after))
        self.assertEqual(set(after.values()), {1})

    def test_killed_and_gone_on_with(self):
        quick = self.run_well(self.words(self.quick, ["seed=1..200"], "whole"))
        for _ in range(3):
            process = self.start(self.words(self.quick, ["seed=1..200"], "s"), self.ranks(4))
            deadline = time.monotonic() + PATIENCE
            had = len(self.rows(self.path("s")))
            while len(self.rows(self.path("s"))) <= had and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            root = self.worker_processes(process).get(0)
            if root:
                os.kill(root, signal.SIGKILL)
            process.communicate(timeout=PATIENCE)
        self.assertEqual(self.run_well(self.words(self.quick, ["seed=1..200"], "s"), self.ranks(4)), quick)
        self.assertEqual(set(self.rows(self.path("s")).values()), {1})


if __name__ == "__main__":
    RanksTest.program = [os.path.abspath(sys.argv[1])]
    Ranks.mpi_program, Ranks.mpirun = os.path.abspath(sys.argv[2]), sys.argv[3]
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
