#!/usr/bin/env python3
"""scripts/bench and its harness on made-up programs and made-up figures: nothing of polyplane is run or timed."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import shlex
import stat
import sys
import tempfile
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from harness import cases, machine, measure, results, words  # noqa: E402


def load_script():
    loader = importlib.machinery.SourceFileLoader("bench", os.path.join(ROOT, "scripts", "bench"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
    loader.exec_module(module)
    return module


def report(time_ps, fingerprint="f", how="flow by flow"):
    return json.dumps({"fingerprint": fingerprint, "results": [{"time_ps": time_ps, "how": how, "events": 3}]})


def sample(cpu_s, peak_mib=10.0, facts=None):
    return {"cpu_s": cpu_s, "wall_s": 2 * cpu_s, "peak_mib": peak_mib,
            "facts": {"fingerprint": "f", "time_ps": 5.0} if facts is None else facts}


class Table(unittest.TestCase):
    def test_ids_are_unique_and_claims_name_cases_of_their_group(self):
        seen = set()
        for group in cases.groups():
            ids = {case.id for case in group.cases}
            self.assertEqual(len(ids), len(group.cases))
            self.assertFalse(ids & seen)
            seen |= ids
            named = {name for some in group.same for name in some} | {name for pair in group.ratios for name in pair}
            named |= {name for claim in group.close for name in claim[:2]}
            self.assertLessEqual(named, ids)

    def test_commands_can_be_pasted_into_a_shell(self):
        for group in cases.groups():
            for case in group.cases:
                for command in case.commands:
                    self.assertEqual(shlex.join(shlex.split(command)), command)

    def test_files_that_commands_name_are_there(self):
        for group in cases.groups():
            for case in group.cases:
                for word in (word for command in case.commands for word in shlex.split(command)):
                    if word.endswith(".textproto"):
                        self.assertTrue(os.path.exists(os.path.join(ROOT, word)), word)

    def test_time_to_give_up(self):
        self.assertEqual(cases.Case("a", "A", ()).cpu_limit, 600)
        self.assertEqual(cases.Case("a", "A", (), 0.3).cpu_limit, 60)  # a minute at least
        self.assertEqual(cases.Case("a", "A", (), 30).cpu_limit, 300)
        self.assertEqual(cases.Case("a", "A", (), 30, give_up=5).cpu_limit, 5)


class Facts(unittest.TestCase):
    def test_report_of_polyplane(self):
        facts, iteration = measure.read_facts(report(1234, "abc"))
        self.assertEqual(facts, {"fingerprint": "abc", "how": ["flow by flow"], "time_ps": 1234, "events": 3})
        self.assertIsNone(iteration)

    def test_simgrid(self):
        facts, _ = measure.read_facts('{"seconds": 0.001323205760, "messages": 4032}')
        self.assertAlmostEqual(facts["time_ps"], 1323205760, delta=1e-3)

    def test_google_benchmark(self):
        row = {"name": "a", "cpu_time": 1.5, "time_unit": "ms", "run_type": "iteration"}
        self.assertEqual(measure.read_facts(json.dumps({"benchmarks": [row]})), ({}, 0.0015))
        for document in ({"benchmarks": []}, {"benchmarks": [row, row]},
                         {"benchmarks": [{**row, "error_occurred": True, "error_message": "no"}]}):
            with self.assertRaises(measure.Failed):
                measure.read_facts(json.dumps(document))

    def test_no_json(self):
        for text, words_of_failure in (("Segmentation fault", "no JSON"), ("", "printed nothing")):
            with self.assertRaisesRegex(measure.Failed, words_of_failure):
                measure.read_facts(text)


class Processes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def script(self, body):
        path = os.path.join(self.root, "program")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!{sys.executable}\n{body}\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return "./program"

    def test_cpu_and_memory_are_those_of_the_process(self):
        program = self.script("import time\ndata = bytearray(64 << 20)\n"
                              "while time.process_time() < 0.2: pass\nprint('ok')")
        text, cpu, _, peak = measure.spawn([program], self.root, 60)
        self.assertEqual(text, "ok\n")
        self.assertGreater(cpu, 0.19)
        self.assertGreater(peak, 64)

    def test_commands_of_a_case_add_up_and_memory_does_not(self):
        program = self.script("import sys\nprint(sys.argv[1])")
        one = measure.run_once(cases.Case("a", "A", (shlex.join([program, report(7)]),)), self.root)
        two = measure.run_once(cases.Case("a", "A", (shlex.join([program, report(7)]),) * 2), self.root)
        self.assertEqual(one["facts"]["time_ps"], 7)
        self.assertEqual([part["time_ps"] for part in two["facts"]["parts"]], [7, 7])
        self.assertGreater(two["cpu_s"], one["cpu_s"])
        self.assertLess(two["peak_mib"], 1.5 * one["peak_mib"])

    def test_failures_say_why(self):
        program = self.script("import sys\nprint('half a table')\n"
                              "print('polyplane: no such cluster', file=sys.stderr)\nsys.exit(2)")
        with self.assertRaisesRegex(measure.Failed, "exit code 2: polyplane: no such cluster"):
            measure.spawn([program], self.root, 60)
        program = self.script("import time\ntime.sleep(60)")
        with self.assertRaisesRegex(measure.Failed, "stopped after 0.2 s$"):
            measure.spawn([program], self.root, 0.02)
        program = self.script("while True: pass")
        with self.assertRaisesRegex(measure.Failed, "stopped after 1 s of CPU time"):
            measure.spawn([program], self.root, 1)
        with self.assertRaisesRegex(measure.Failed, "./nothing is not built"):
            measure.spawn(["./nothing"], self.root, 60)


class Verdicts(unittest.TestCase):
    case = cases.Case("a", "A", ("./a",), seconds=1.0, mebibytes=64)

    def test_median_of_time_and_most_of_memory(self):
        # Median 0.9 of 0.8, 0.9 and 5.0: within 1 s. Memory 10, 10 and 80: the 80 counts, 1.25 times 64.
        row = results.make_row(self.case, [sample(0.9), sample(5.0, 80), sample(0.8)])
        self.assertEqual(row["cpu_s"], [0.9, 0.8, 5.0])
        self.assertEqual(results.misses(self.case, row), ["1.25 x the memory"])
        self.assertEqual(words.verdict(self.case, row), "no: 1.25 x the memory")
        self.assertEqual(results.misses(self.case, results.make_row(self.case, [sample(2.0)])), ["2 x the time"])
        self.assertEqual(words.verdict(self.case, results.make_row(self.case, [sample(1.0, 64)])), "yes")

    def test_nothing_asked(self):
        case = cases.Case("a", "A", ("./a",))
        self.assertEqual(words.verdict(case, results.make_row(case, [sample(9.0)])), "")

    def test_failed(self):
        row = results.make_row(self.case, [], "exit code 3: no")
        self.assertEqual(words.cells(self.case, row), ["A", "-", "-", "-", "1 s, 64 MiB", "no: exit code 3: no", ""])

    def test_two_results_of_one_command(self):
        row = results.make_row(self.case, [sample(0.5), sample(0.5, facts={"fingerprint": "g"})])
        self.assertIn("different results", row["failure"])


class Claims(unittest.TestCase):
    group = cases.Group("G", tuple(cases.Case(name, name.upper(), ()) for name in "abc"),
                        same=(("a", "b"),), close=(("c", "a", 1e-6),), ratios=(("c", "a"),))

    def rows(self, **times):
        return {name: {"facts": {"time_ps": time, "fingerprint": "f"}, "cpu_s": [1.0, 0.5, 2.0]}
                for name, time in times.items()}

    def holds(self, rows):
        return [holds for _, holds in results.findings(self.group, rows)]

    def test_same_is_to_the_picosecond_and_close_is_relative(self):
        self.assertEqual(self.holds(self.rows(a=1e9, b=1e9, c=1e9 + 999)), [True, True, True])
        self.assertEqual(self.holds(self.rows(a=1e9, b=1e9 + 1, c=1e9 + 1001)), [False, False, True])

    def test_same_time_and_another_fingerprint(self):
        rows = self.rows(a=1e9, b=1e9, c=1e9)
        rows["b"]["facts"]["fingerprint"] = "g"
        self.assertEqual(results.findings(self.group, rows)[0], ("A; B: fingerprints f and g", False))

    def test_what_was_not_measured_is_not_claimed(self):
        self.assertEqual(results.findings(self.group, self.rows(a=1e9)), [])

    def test_ratio_has_the_range_of_both_spreads(self):
        self.assertEqual(results.ratio([6.0, 5.0, 8.0], [2.0, 1.0, 2.5]), "3 x (2-8)")
        self.assertEqual(results.ratio([6.0] * 3, [2.0] * 3), "3 x")


class Comparison(unittest.TestCase):
    def compare(self, now, then, tolerance=1.3):
        return results.compare({"a": now}, {"a": then}, tolerance)[0]

    def row(self, cpu_s, **facts):
        return {"cpu_s": [cpu_s] * 3, "facts": {"fingerprint": "f", **facts}}

    def test_tolerance(self):
        self.assertEqual(self.compare(self.row(1.2), self.row(1.0)), ("a", 1.2, "", True))
        self.assertFalse(self.compare(self.row(1.4), self.row(1.0))[3])
        self.assertTrue(self.compare(self.row(1.4), self.row(1.0), 1.5)[3])

    def test_milliseconds_of_a_whole_process_are_noise_and_those_of_an_iteration_are_not(self):
        self.assertTrue(self.compare(self.row(0.020), self.row(0.010))[3])
        self.assertFalse(self.compare({"cpu_s": [0.002] * 3, "facts": {}}, {"cpu_s": [0.001] * 3, "facts": {}})[3])

    def test_failures_and_other_results(self):
        self.assertFalse(self.compare({"failure": "no"}, self.row(1.0))[3])
        self.assertTrue(self.compare({"failure": "no"}, {"failure": "no"})[3])
        self.assertTrue(self.compare(self.row(9.0), {"failure": "no"})[3])
        self.assertIn("another", self.compare(self.row(1.0, time_ps=1), self.row(1.0, time_ps=2))[2])
        self.assertEqual(results.compare({"a": self.row(1.0)}, {}, 1.3), [("a", None, "not in the baseline", True)])


class Words(unittest.TestCase):
    def test_units(self):
        self.assertEqual([words.seconds(value) for value in (720, 1.5, 0.3, 0.0005, 1234.5)],
                         ["720 s", "1.5 s", "300 ms", "500 us", "1234 s"])
        self.assertEqual(words.spread([0.5, 0.25, 2.0]), "500 ms (250-2000)")
        self.assertEqual(words.spread([0.5, 0.5, 0.5]), "500 ms")

    def test_generated_part(self):
        document = f"before\n{words.BEGIN}\nold\n{words.END}\nafter\n"
        once = words.replace_generated(document, "new\n")
        self.assertEqual(once, f"before\n{words.BEGIN}\n\nnew\n\n{words.END}\nafter\n")
        self.assertEqual(words.replace_generated(once, "new"), once)
        for broken in ("nothing", words.BEGIN, f"{words.END}\n{words.BEGIN}"):
            with self.assertRaises(ValueError):
                words.replace_generated(broken, "new")

    def test_section_of_a_machine(self):
        group = cases.Group("G", (cases.Case("a", "A|B", ("./a --x",), 1.0), cases.Case("b", "B", ("./b",))))
        row = {**results.make_row(group.cases[0], [sample(0.5)]), "commit": "c0ffee", "date": "2026-01-01"}
        section = words.machine_section({"machine": {"cpu": "C", "cores": 2, "compiler": "g++ 12", "flags": "-O3",
                                                     "system": "Linux"}, "rows": [row]}, [group])
        self.assertIn("| A\\|B | 500 ms | 1 s | 10 MiB | 1 s | yes |  |", section)
        self.assertIn("measured 2026-01-01 at c0ffee", section)
        self.assertIn("```\n./a --x\n```", section)
        self.assertNotIn("./b", section)


class Script(unittest.TestCase):
    def setUp(self):
        self.bench = load_script()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bench.BASELINES = os.path.join(folder.name, "baselines")
        self.group = cases.Group("G", (cases.Case("a", "A", ("./a",), 1.0), cases.Case("b", "B", ("./b",), long=True)))
        for target, value in ((self.bench.cases, {"groups": lambda: [self.group]}),
                              (self.bench.machine, {"describe": lambda build: {
                                  "name": "m", "cpu": "C", "cores": 2, "compiler": "g++", "flags": "-O3",
                                  "system": "L"},
                                  "read_cache": lambda build: {"CMAKE_BUILD_TYPE": "Release"},
                                  "commit": lambda root: "c0ffee"})):
            patch = mock.patch.multiple(target, **value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_main(self, samples, *arguments):
        """Runs with the CPU times of `samples` (id: iterator): (exit code, what was printed)."""
        def run_once(case, root, build):
            value = next(samples[case.id])
            if isinstance(value, Exception):
                raise value
            return sample(value)
        out = io.StringIO()
        with mock.patch.object(self.bench.measure, "run_once", run_once), contextlib.redirect_stdout(out):
            code = self.bench.main(list(arguments))
        return code, out.getvalue()

    def test_runs_records_and_compares(self):
        code, text = self.run_main({"a": iter([0.1, 0.3, 0.2]), "b": iter([90.0])}, "--runs", "3", "--record")
        self.assertEqual(code, 0, text)
        self.assertIn("200 ms (100-300)", text)
        with open(os.path.join(self.bench.BASELINES, "m.json"), encoding="utf-8") as file:
            rows = json.load(file)["rows"]
        self.assertEqual([(row["id"], row["runs"], row["commit"]) for row in rows],
                         [("a", 3, "c0ffee"), ("b", 1, "c0ffee")])
        code, text = self.run_main({"a": iter([0.25])}, "--runs", "1", "--quick", "--compare")
        self.assertEqual(code, 0, text)
        self.assertIn("1.25 x", text)
        code, text = self.run_main({"a": iter([0.5])}, "--runs", "1", "--quick", "--compare")
        self.assertEqual(code, 1)
        self.assertIn("TOO SLOW", text)

    def test_a_failed_command_is_a_row_and_the_exit_code(self):
        code, text = self.run_main({"a": iter([measure.Failed("exit code 3: too large")])}, "--only", "^a$")
        self.assertEqual(code, 1)
        self.assertIn("no: exit code 3: too large", text)

    def test_recording_a_part_keeps_the_rest(self):
        self.run_main({"a": iter([0.1]), "b": iter([90.0])}, "--runs", "1", "--record")
        self.run_main({"a": iter([0.7])}, "--runs", "1", "--only", "^a$", "--record")
        rows = {row["id"]: row["cpu_s"][0] for row in self.bench.read_baseline("m")["rows"]}
        self.assertEqual(rows, {"a": 0.7, "b": 90.0})

    def test_wrong_arguments(self):
        for arguments, message in ((["--runs", "0"], "--runs must be 1 or more, not 0"),
                                   (["--tolerance", "0.9"], "--tolerance must be 1 or more, not 0.9"),
                                   (["--only", "("], "no regular expression"),
                                   (["--only", "zzz"], 'no case has a match for "zzz"'),
                                   (["--compare"], "no baseline of this machine")):
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as stopped:
                self.run_main({}, *arguments)
            self.assertEqual(stopped.exception.code, 2)
            self.assertIn(message, errors.getvalue())
        with mock.patch.object(self.bench.machine, "read_cache", lambda build: {"CMAKE_BUILD_TYPE": "Debug"}):
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit):
                self.run_main({}, "--runs", "1")
            self.assertIn('holds no release build but "Debug"', errors.getvalue())


class Machine(unittest.TestCase):
    def test_name_of_a_file(self):
        self.assertEqual(machine.slug("AMD EPYC 9354 32-Core (R)", 2), "amd-epyc-9354-32-core-r-2-cores")


if __name__ == "__main__":
    unittest.main()
