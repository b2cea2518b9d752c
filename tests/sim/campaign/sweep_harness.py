"""Starts polyplane sweep as a user would; for sweep_program_test.py and tests/mpi/sweep_ranks_test.py."""
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

# Four cards on one switch, quickly run.
QUICK = """
name: "quick"
cluster: "fat_tree:endpoints=16,radix=8,tiers=2"
collectives { collective: "all_reduce" sizes: "1 MiB" algorithm: "ring" }
"""
QUICK_VARY = ["collectives.sizes=1M..4M*2", "collectives.algorithm=ring,auto", "seed=1,2"]
# Flow by flow, every send by itself: seconds a point, so that something can happen meanwhile.
SLOW = """
name: "slow"
cluster: "fat_tree:endpoints=256,per_node=8,radix=32,tiers=2,switch_latency=300ns"
routing { name: "ecmp" }
stack: "nccl"
collectives { collective: "alltoall" sizes: "256 MiB" algorithm: "pairwise" }
"""
SLOW_VARY = ["seed=1..40"]

PATIENCE = 300  # seconds, of a loaded machine


class SweepTest(unittest.TestCase):
    program = None  # words of the command, set by main of the test

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="polyplane-sweep-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.quick = self.write("quick.textproto", QUICK)
        self.slow = self.write("slow.textproto", SLOW)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def bytes_of(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    @staticmethod
    def words(experiment, vary, store, *more):
        words = ["sweep", experiment, "--store", store, *more]
        for one in vary:
            words += ["--vary", one]
        return words

    def run_program(self, words, program=None, **more):
        return subprocess.run([*(program or self.program), *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE, cwd=self.folder, **more)

    def run_well(self, words, program=None):
        done = self.run_program(words, program)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start(self, words, program=None):
        process = subprocess.Popen([*(program or self.program), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, cwd=self.folder)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait()

    def rows(self, store):
        """Keys and how often each was run; {} while there is no store."""
        if not os.path.exists(store) or os.path.getsize(store) == 0:
            return {}
        database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            return dict(database.execute("SELECT key, runs FROM points").fetchall())
        except sqlite3.OperationalError as error:
            self.assertIn("no such table", str(error))
            return {}
        finally:
            database.close()

    def wait_for_rows(self, store, count, process):
        deadline = time.monotonic() + PATIENCE
        while len(self.rows(store)) < count:
            self.assertIsNone(process.poll(), "the sweep ended by itself")
            self.assertLess(time.monotonic(), deadline, "no point was finished")
            time.sleep(0.05)

    def stop(self, process, number):
        """Sends a signal; what the program says, and after how many seconds it was gone."""
        sent = time.monotonic()
        process.send_signal(number)
        out, error = process.communicate(timeout=PATIENCE)
        return out, error, time.monotonic() - sent


SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}
