"""Starts polyplane-mpi under mpirun as a user would; for sweep_ranks_test.py and launch_test.py."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "sim", "campaign"))
from sweep_harness import SweepTest  # noqa: E402

for name, value in {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
                    "OMPI_MCA_btl": "self,vader", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}.items():
    os.environ.setdefault(name, value)


class RanksTest(SweepTest):
    mpirun = mpi_program = None

    def ranks(self, count, *more):
        return [self.mpirun, *more, "-n", str(count), self.mpi_program]

    def worker_processes(self, mpirun):
        """Processes of polyplane-mpi under an mpirun, by rank."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    variables = dict(one.split(b"=", 1) for one in file.read().split(b"\0") if b"=" in one)
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except (OSError, ValueError):
                continue
            if parent == mpirun.pid and b"OMPI_COMM_WORLD_RANK" in variables:
                found[int(variables[b"OMPI_COMM_WORLD_RANK"])] = int(pid)
        return found
