#!/usr/bin/env python3
"""polyplane sweep and merge from outside: the same bytes whoever ran the points, and nothing lost whatever happens.

  sweep_program_test.py PROGRAM [TEST...]
"""
import json
import os
import signal
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweep_harness import QUICK_VARY, SIGNALS, SLOW_VARY, SweepTest  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


class SameBytes(SweepTest):
    def test_threads_shards_and_store(self):
        tables = {}
        for form in ("table", "json", "csv"):
            serial = self.run_well(self.words(self.quick, QUICK_VARY, f"serial.{form}", "--jobs", "1", "--format", form))
            tables[form] = serial
            two = self.run_well(self.words(self.quick, QUICK_VARY, f"two.{form}", "-j", "2", "--format", form))
            self.assertEqual(two, serial)
            shards = []
            for i in (2, 0, 1):
                shards.append(f"shard{i}.{form}")
                self.run_well(self.words(self.quick, QUICK_VARY, shards[-1], "--shard", f"{i}/3", "--format", form))
            merged = self.run_well(["merge", *shards, "-o", f"merged.{form}", "--format", form])
            self.assertEqual(merged, serial)
            self.assertEqual(self.run_well(["sweep", "--store", f"merged.{form}", "--format", form]), serial)
            again = self.run_program(self.words(self.quick, QUICK_VARY, f"serial.{form}", "--format", form, "--resume"))
            self.assertEqual(again.stdout, serial)
            self.assertIn("has all 12 points of this sweep already; nothing is run", again.stderr)
            self.assertEqual(set(self.rows(self.path(f"serial.{form}")).values()), {1})
        document = json.loads(tables["json"])
        self.assertEqual(document["schema"], "polyplane/sweep/1")
        self.assertEqual([len(one["values"]) for one in document["variables"]], [3, 2, 2])
        self.assertEqual([point["values"] for point in document["points"][:3]], [[0, 0, 0], [0, 0, 1], [0, 1, 0]])
        self.assertEqual(document["variables"][0]["values"][2], {"text": "4 MiB", "number": 4194304})
        self.assertTrue(all(point["state"] == "done" and point["time_us"] > 0 for point in document["points"]))
        self.assertTrue(document["complete"])
        self.assertEqual(len(tables["csv"].splitlines()), 13)

    def test_list_is_a_command_for_each_point(self):
        serial = self.run_well(self.words(self.quick, QUICK_VARY, "serial"))
        commands = self.run_well(self.words(self.quick, QUICK_VARY, "part", "--list")).splitlines()
        self.assertEqual(len(commands), 12)
        folder = os.path.dirname(self.program[0])
        for command in commands:
            subprocess.run(["sh", "-c", command], check=True, capture_output=True, cwd=self.folder,
                           env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]})
        merged = self.run_well(["merge", *(f"part.{i}" for i in range(12)), "-o", "all"])
        self.assertEqual(merged, serial)

    def test_search(self):
        words = self.words(self.quick, ["collectives.sizes=1M..8M+1M", "seed=1..8"], "a", "--budget", "20", "--format",
                           "json", "--seed", "4")
        serial = self.run_well([*words, "-j", "1"])
        words[3] = "b"
        self.assertEqual(self.run_well([*words, "-j", "3"]), serial)
        document = json.loads(serial)
        self.assertEqual(len(document["points"]), 20)
        best = min(document["points"], key=lambda point: (point["time_ps"], point["position"]))
        self.assertEqual(document["search"]["best"], best["position"])


class Refused(SweepTest):
    def refused(self, words, *says, code=2):
        done = self.run_program(words)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)

    def test_a_bad_value_is_found_before_anything_runs(self):
        self.refused(self.words(self.quick, ["seed=1..3", "collectives.algorithm=ring,rnig"], "s"),
                     "--vary collectives.algorithm=rnig", 'did you mean "ring"?')
        self.assertFalse(os.path.exists(self.path("s")))
        self.refused(self.words(self.quick, ["collectives.size=1M,2"], "s"), "--vary collectives.size", "no unit")
        self.refused(self.words(self.quick, ["colectives.size=1M"], "s"), 'did you mean "collectives"?')

    def test_options(self):
        quick = self.quick
        self.refused(["sweep", quick, "--vary", "seed=1"], "--store is missing")
        self.refused(["sweep", quick, "--store", "s"], "--vary is missing")
        self.refused(["sweep"], "EXPERIMENT is missing")
        self.refused(["sweep", "--store", "s"], "there is no such file")
        self.refused(["sweep", "--store", "s", "--vary", "seed=1"], "EXPERIMENT is missing")
        for option in (["--seed", "1"], ["--prices", "default"], ["--jobs", "2"], ["--max-memory", "1G"]):
            self.refused(["sweep", "--store", "s", *option], f"{option[0]} means nothing")
        for option in (["--budget", "3"], ["--shard", "0/2"], ["--resume"], ["--format", "json"]):
            self.refused(self.words(quick, ["seed=1"], "s", "--list", *option), f"--list and {option[0]} do not go")
        self.refused(self.words(quick, ["seed=1"], "s", "--resume"), "there is no store s")
        for shard in ("3/3", "-1/3", "1", "0/0", "a/b"):
            self.refused(self.words(quick, ["seed=1"], "s", f"--shard={shard}"), "--shard")
        self.refused(self.words(quick, ["seed=1"], "s", "--shard", "0/2", "--budget", "3"), "do not go together")
        self.refused(self.words(quick, ["seed=1"], "s", "--minimise", "time"), "--budget")
        self.refused(self.words(quick, ["seed=1"], "s", "--budget", "3", "--minimise", "tiem"), 'did you mean "time"?')
        self.refused(self.words(quick, ["seed=1"], "s", "--jobs", "0"), "--jobs")
        self.refused(self.words(quick, ["seed=1..1000", "collectives.root=0..9999"], "s"), "1000000", code=3)
        self.refused(self.words(quick, ["seed=1"], "no/s"), "folder does not exist")
        self.refused(["merge", "s", "-o", "t"], "there is no such file")
        self.refused(["merge", "s"], "--output is missing")

    def test_another_sweep_and_another_file_are_left_alone(self):
        self.run_well(self.words(self.quick, ["seed=1,2"], "s"))
        before = self.bytes_of("s")
        self.refused(self.words(self.quick, ["seed=1,3"], "s"), "holds another sweep")
        self.refused(self.words(self.quick, ["seed=1,2"], "s", "--shard", "0/2"), "not shard 0/2")
        self.assertEqual(self.bytes_of("s"), before)
        self.refused(self.words(self.quick, ["seed=1,2"], self.quick), "not a store of a sweep")
        self.refused(["merge", "s", "-o", "s"], "exists already")
        self.refused(["merge", "s", "./s", "-o", "t"], "./s: is given twice")
        self.write("empty", "")
        self.run_well(self.words(self.quick, ["seed=1,2"], "empty"))

    def test_failed_points(self):
        done = self.run_program(self.words(self.quick, ["faults=[],[node=1]"], "s"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("1 of 2 points failed, the first with faults=[node=1]", done.stderr)
        self.assertIn("failed: ", done.stdout)

    def test_faults_that_name_nothing(self):
        done = self.run_program(self.words(self.quick, ["seed=1,2", "faults=[],[plane=9]"], "s"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("with seed=1, faults=[plane=9]: ", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse(os.path.exists(self.path("s")))

    def test_points_that_met_a_limit_are_open(self):
        done = self.run_program(self.words(self.quick, ["seed=1,2"], "s", "--max-memory", "1K"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 of 2 points failed", done.stderr)
        again = self.run_program(self.words(self.quick, ["seed=1,2"], "s"))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("s has 0 points of this sweep already; the rest is run", again.stderr)


class Stopped(SweepTest):
    def test_signals(self):
        for number, code in SIGNALS.items():
            store = f"s{number}"
            words = self.words(self.slow, SLOW_VARY, store, "-j", "2")
            process = self.start(words)
            self.wait_for_rows(self.path(store), 2, process)
            out, error, seconds = self.stop(process, number)
            self.assertEqual(process.returncode, code, error)
            self.assertEqual(out, "")
            self.assertRegex(error, "the same command goes on with the rest")
            self.assertLess(seconds, 10)  # a second, on a machine that is not loaded
            kept = self.rows(self.path(store))
            self.assertGreaterEqual(len(kept), 2)
            table = self.run_well(["sweep", "--store", store])
            self.assertIn("not run", table)

    def test_killed_at_any_time(self):
        subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "kill-sweep"), "--kills", "20", "--program",
                        self.program[0]], check=True, cwd=self.folder)

    def test_two_at_once(self):
        process = self.start(self.words(self.slow, SLOW_VARY, "s"))
        self.wait_for_rows(self.path("s"), 1, process)
        other = self.run_program(self.words(self.slow, SLOW_VARY, "s"))
        self.assertEqual(other.returncode, 1)
        self.assertIn("another polyplane writes this store", other.stderr)
        self.assertIn("not run", self.run_well(["sweep", "--store", "s"]))  # to read it is fine
        self.stop(process, signal.SIGTERM)


class Disks(SweepTest):
    def mount(self, name, *options):
        where = self.path(name)
        os.makedirs(where, exist_ok=True)
        done = subprocess.run(["mount", *options, where], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"mount is not allowed here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", where], check=False)
        return where

    def test_full(self):
        disk = self.mount("disk", "-t", "tmpfs", "-o", "size=1m", "tmpfs")
        vary = ["seed=1..400", "collectives.sizes=1M"]
        store = os.path.join(disk, "s")
        with open(os.path.join(disk, "filler"), "wb") as file:
            file.write(b"x" * 700_000)
        done = self.run_program(self.words(self.quick, vary, store))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the disk is full", done.stderr)
        kept = len(self.rows(store))
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        table = self.run_well(self.words(self.quick, vary, store))
        rows = self.rows(store)
        self.assertEqual(len(rows), 400)
        self.assertEqual(set(rows.values()), {1})
        self.assertLessEqual(kept, 400)
        self.assertEqual(table, self.run_well(self.words(self.quick, vary, "elsewhere")))

    def test_full_before_it_is_made(self):
        disk = self.mount("disk", "-t", "tmpfs", "-o", "size=64k", "tmpfs")
        with open(os.path.join(disk, "filler"), "wb") as file:
            file.write(b"x" * 60_000)
        done = self.run_program(self.words(self.quick, ["seed=1..100"], os.path.join(disk, "s")))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the disk is full", done.stderr)
        self.assertEqual(os.listdir(disk), ["filler"])

    def test_read_only_folder(self):
        where = self.mount("fixed", "--bind", self.folder)
        done = subprocess.run(["mount", "-o", "remount,ro,bind", where], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("read-only bind mounts are not allowed here")
        done = self.run_program(self.words(self.quick, ["seed=1,2"], os.path.join(where, "s")))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Read-only file system", done.stderr)
        # A finished store can be read there, and merged from there.
        self.run_well(self.words(self.quick, ["seed=1,2"], "s"))
        table = self.run_well(["sweep", "--store", os.path.join(where, "s")])
        self.assertEqual(self.run_well(["merge", os.path.join(where, "s"), "-o", "t"]), table)


if __name__ == "__main__":
    SweepTest.program = [os.path.abspath(sys.argv[1])]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
