#!/usr/bin/env python3
"""scripts/measure-calibration on made-up answers of mpirun: which launches it judges. Nothing is measured."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import shutil
import sys
import tempfile
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True


def load_script():
    loader = importlib.machinery.SourceFileLoader("measure_calibration", os.path.join(ROOT, "scripts", "measure-calibration"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("measure_calibration", loader))
    loader.exec_module(module)
    return module


def summary(port, rounds):
    """What calibrate prints, as mpi/calibrate.cpp has it."""
    return ("# load 0.82 1.36 1.69 (1, 5, 15 minutes) before, load 1.15 1.40 1.70 (1, 5, 15 minutes) after\n"
            f"# same core complex: port {port}, one way 329.64 Gbps, latency over the closest 0 ps\n"
            "# launch 50 ns; 64 KiB: work 110 ns beside its bytes, sum 1.164 us, copy 686 ns; 18 message sizes of 1 pair class; "
            f"slowest round over fastest {rounds:.2f}\nm/cluster.textproto\nm/stack.textproto\n")


def launch(before=("442.016 Gbps", 1.04), after=("462 Gbps", 1.03), measured=10.0):
    table = ("size_bytes,algorithm,schedule_us,simulated_us\n" + f"1024,ring,{measured},10\n" + f"1048576,ring,{measured},10\n")
    return summary(*before) + 3 * table + summary(*after)


class MeasureCalibration(unittest.TestCase):
    def measure(self, two, four=launch(), launches=1):
        """Exit code and stdout, of launches of two ranks in turn and of those of four."""
        script = load_script()
        answers = iter(two)
        out = io.StringIO()
        with mock.patch.object(script, "mpirun", lambda ranks, command: next(answers) if ranks == 2 else four), \
                mock.patch.object(script.shutil, "which", lambda name: name), \
                mock.patch.object(sys, "argv", ["measure-calibration", "--build", self.build, "--launches", str(launches)]), \
                contextlib.redirect_stdout(out):
            with self.assertRaises(SystemExit) as end:
                script.main()
        self.assertEqual(list(answers), [])
        return end.exception.code, out.getvalue()

    def setUp(self):
        self.build = tempfile.mkdtemp(prefix="polyplane-measure-")
        self.addCleanup(shutil.rmtree, self.build)
        with open(os.path.join(self.build, "polyplane-mpi"), "w", encoding="utf-8"):
            pass

    def test_a_steady_launch_is_judged(self):
        code, out = self.measure([launch()])
        self.assertEqual(code, 0)
        self.assertIn("port 442 Gbps before, 462 Gbps after; rounds 1.04 and 1.03\n", out)
        self.assertIn("median factor 1.00, above 64 KiB 1.00; wanted 2.00 and 1.30: met", out)
        self.assertNotIn("not steady", out)

    def test_what_falls_short_is_an_exit_code(self):
        code, out = self.measure([launch(measured=14.0)])
        self.assertEqual(code, 1)
        self.assertIn("median factor 1.40, above 64 KiB 1.40; wanted 2.00 and 1.30: NOT met", out)

    def test_launches_that_were_not_steady_are_replaced_and_told(self):
        for odd in (launch(after=("222 Gbps", 1.03), measured=30.0), launch(before=("442 Gbps", 2.29), measured=30.0),
                    launch(after=("442 Gbps", 1.26), measured=30.0), launch(before=("1.442 Tbps", 1.0), measured=30.0)):
            code, out = self.measure([odd, launch()])
            self.assertEqual(code, 0)
            self.assertIn(": not the same machine throughout\n", out)
            self.assertIn("# of 2 launches 1 were not steady; with them: median factor", out)

    def test_a_machine_that_is_never_steady_is_no_measurement(self):
        code, _ = self.measure(3 * [launch(before=("442 Gbps", 1.3))])
        self.assertIn("0 of 3 launches were steady", code)


if __name__ == "__main__":
    unittest.main()
