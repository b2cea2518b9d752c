"""What scripts/bench measures. A group is measured in rounds, so that what is compared ran side by side."""
import dataclasses
import shlex

POLYPLANE = "./build/polyplane"
MICRO = "./build/tests/bench/bench_polyplane"
SIMGRID = "./build/tests/bench/simgrid/simgrid_bench"
CLUSTERS = "tests/bench/clusters/"


@dataclasses.dataclass(frozen=True)
class Case:
    """One row: commands that run one after the other, and what is asked of them together."""
    id: str
    title: str
    commands: tuple  # of shell-quoted lines, run from the root of the repository
    seconds: float = None  # at most, of CPU; None: nothing is asked
    mebibytes: float = None  # at most, of resident memory
    long: bool = False  # over a minute: measured once, left out by --quick
    give_up: float = None  # CPU seconds of one command; None: ten times what is asked, but a minute at least

    @property
    def cpu_limit(self):
        return self.give_up or max(60.0, 10 * (self.seconds or 60.0))


@dataclasses.dataclass(frozen=True)
class Group:
    """Cases that answer one question. `same`: ids whose simulated times and fingerprints must be equal;
    `close`: (id, id, relative difference that simulated times may have); `ratios`: (theirs, ours) of CPU time."""
    title: str
    cases: tuple
    same: tuple = ()
    close: tuple = ()
    ratios: tuple = ()
    note: str = ""


def perf(collective, cluster, sizes, *options, stack="ideal"):
    smallest, largest = sizes if isinstance(sizes, tuple) else (sizes, sizes)
    words = [POLYPLANE, "perf", collective, "--cluster", cluster, "--stack", stack, "-b", smallest, "-e", largest,
             "--threads", "1", "-q", "--format", "json", *options]
    return shlex.join(words)


def micro(name):
    """One Google Benchmark, by its whole name: seconds are CPU seconds of an iteration."""
    return shlex.join([MICRO, f"--benchmark_filter=^{name}$", "--benchmark_format=json"])


def _solver():
    return Group("Max-min rates of one pairwise step, 16,384 flows", (
        Case("solve-t2", "eight planes, two levels, from nothing", (micro("full_solve/leaf_spine"),), 0.003),
        Case("solve-t3", "one plane, three levels, from nothing", (micro("full_solve/fat_tree"),), 0.005),
        Case("solve-t2-textbook", "eight planes, two levels, textbook solver", (micro("textbook_solve/leaf_spine"),)),
        Case("solve-t3-textbook", "one plane, three levels, textbook solver", (micro("textbook_solve/fat_tree"),)),
        Case("resolve-t2", "eight planes, two levels, one ends and one starts", (micro("one_ends_one_starts/leaf_spine"),)),
        Case("resolve-t3", "one plane, three levels, one ends and one starts", (micro("one_ends_one_starts/fat_tree"),)),
    ), ratios=(("solve-t2-textbook", "solve-t2"), ("solve-t3-textbook", "solve-t3")))


def _pairwise_1024():
    def case(name, levels, seconds):
        command = perf("alltoall", f"{CLUSTERS}{name}.textproto", "1G", "--algorithm", "pairwise", "--routing", "ecmp")
        return Case(f"pairwise-{name}-ecmp", f"{levels} levels", (command,), seconds, 64)
    return Group("Pairwise all-to-all, 1,024 cards, ECMP, 1,047,552 flows",
                 (case("t2-1024", "two", 1.5), case("t3-1024", "three", 3.0)))


def _pairwise_folded():
    def command(ranks, *options):
        return perf("alltoall", "mpft-16384", f"{ranks}M", "--algorithm", "pairwise", "--routing", "spray",
                    *(() if ranks == 16384 else ("--ranks", str(ranks))), *options)
    cases = [Case("pairwise-16384-spray", "16,384 cards, 268 M flows", (command(16384),), 3.0)]
    same = []
    for ranks in (1024, 2048, 4096):
        folded, each = f"pairwise-{ranks}-spray", f"pairwise-{ranks}-spray-no-symmetry"
        cases.append(Case(folded, f"{ranks:,} cards", (command(ranks),)))
        cases.append(Case(each, f"{ranks:,} cards, --no-symmetry", (command(ranks, "--no-symmetry"),),
                          give_up=600.0))
        same.append((folded, each))
    return Group("Pairwise all-to-all, ideal spraying, folded", tuple(cases), same=tuple(same))


def _pairwise_16384_ecmp():
    command = perf("alltoall", "mpft-16384", "16G", "--algorithm", "pairwise", "--routing", "ecmp")
    return Group("Pairwise all-to-all, 16,384 cards, ECMP, 268 M flows, flow by flow", (
        Case("pairwise-16384-ecmp", "eight planes, two levels", (command,), 720, 300, long=True, give_up=3600),))


def _at_once():
    faults = (("healthy", "healthy", ()),
              ("one-link", "one leaf-spine cable down", ("--fail", "link=plane0/leaf0.plane0/spine0")),
              ("one-plane", "one plane down", ("--fail", "plane=3")),
              ("slow-nic", "one NIC at half its rate", ("--fail", "nic=node0/gpu0 at 50%")),
              ("eight-links", "eight random leaf-spine cables down", ("--fail", "8 of leaf-spine")))

    def command(options):
        return perf("alltoall", "mpft-16384", "16G", "--algorithm", "direct", "--routing", "spray", *options)
    return Group("All-to-all at once, 16,384 cards, ideal spraying, 268 M flows", tuple(
        Case(f"at-once-16384-{name}", title, (command(options),), 0.3, 100) for name, title, options in faults))


def _ring():
    def command(*options):
        return perf("all_reduce", "mpft-16384", "16G", "--algorithm", "ring", "--channels", "1", *options)
    return Group("Ring all-reduce, 16,384 cards, one channel, 536,838,144 sends", (
        Case("ring-16384", "the fast way", (command(),), 1.0),
        Case("ring-16384-no-symmetry", "event by event, --no-symmetry", (command("--no-symmetry"),), 30.0),
    ), same=(("ring-16384", "ring-16384-no-symmetry"),))


def _large():
    cluster = f"{CLUSTERS}t3x8-131072.textproto"
    return Group("131,072 cards, ideal spraying", (
        Case("ring-131072", "ring all-reduce, one channel",
             (perf("all_reduce", cluster, "128G", "--algorithm", "ring", "--channels", "1"),), 1.0, 600),
        Case("at-once-131072", "all-to-all at once, 17.2 G flows",
             (perf("alltoall", cluster, "128G", "--algorithm", "direct"),), 10.0, 600)))


def _set_up():
    """To the first route: reading the file, the graph, the tables of next hops."""
    def case(id, title, name, *limits):
        return Case(f"set-up-{id}", title, (micro(f"set_up/{name}"),), *limits)
    return Group("Set-up with next hops", (
        case("16384x8-spray", "16,384 cards, eight planes, ideal spraying", "mpft_16384_spray", 0.1, 60),
        case("16384x8-ecmp", "16,384 cards, eight planes, ECMP", "mpft_16384_ecmp", 0.1, 60),
        case("131072x8-spray", "131,072 cards, eight planes, ideal spraying", "t3x8_131072_spray"),
        case("131072x8-ecmp", "131,072 cards, eight planes, ECMP", "t3x8_131072_ecmp")))


def _tables():
    def tables(sizes, step, *options):
        return tuple(perf(collective, "deepseek-v3-2048", sizes, "--algorithm", "auto", "-f", step, *options,
                          stack="nccl") for collective in ("all_reduce", "alltoall"))
    return Group("The tables of make run, on one thread", (
        Case("tables-spray", "both full tables, ideal spraying", tables(("1K", "16G"), "2"), 10.0),
        Case("tables-ecmp", "both tables of five sizes, ECMP", tables(("64K", "4G"), "16", "--routing", "ecmp"), 30.0)))


def _simgrid(program, cards, collective, *options, fault=(), apart=1e-6):
    """The same job in SimGrid, flow by flow here, and as polyplane does it when let."""
    size = 1 << 26
    slow = bool(fault)
    name = f"{program}-{cards}{'-slow-cable' if slow else ''}"
    cluster = f"fat_tree:radix=64,tiers=2,endpoints={cards},spines=32,access_cable_latency=1us,rate=400Gbps"
    ours = perf(collective, cluster, str(size), "--routing", "static", *options, *fault)
    theirs = shlex.join([SIMGRID, program, str(cards), str(size), *(["slow-cable"] if slow else [])])
    titles = {"at-once": "All-to-all at once", "pairwise": "Pairwise all-to-all", "ring": "Ring all-reduce"}
    ids = [f"vs-{name}-flow-by-flow", f"vs-{name}", f"vs-{name}-simgrid"]
    return Group(f"{titles[program]}, {cards:,} cards{', one cable at half its rate' if slow else ''}", (
        Case(ids[0], "polyplane, --no-symmetry", (ours + " --no-symmetry",), give_up=300.0),
        Case(ids[1], "polyplane", (ours,), give_up=300.0),
        Case(ids[2], "SimGrid", (theirs,), give_up=300.0),
    ), same=((ids[0], ids[1]),), close=((ids[2], ids[0], apart),),
        ratios=((ids[2], ids[0]), (ids[2], ids[1])),
        note="" if apart < 1e-3 else "Ranks fall out of step: chaotic under contention, see docs/performance.md.")


def _against_simgrid():
    slow = ("--fail", "link=leaf0.spine0 at 50%")
    direct, pairwise = ("--algorithm", "direct"), ("--algorithm", "pairwise")
    ring = ("--algorithm", "ring", "--channels", "1")
    return [*(_simgrid("at-once", cards, "alltoall", *direct) for cards in (64, 128, 256)),
            _simgrid("at-once", 256, "alltoall", *direct, fault=slow),
            *(_simgrid("pairwise", cards, "alltoall", *pairwise) for cards in (64, 256, 1024)),
            _simgrid("pairwise", 1024, "alltoall", *pairwise, fault=slow, apart=0.2),
            *(_simgrid("ring", cards, "all_reduce", *ring) for cards in (64, 256)),
            _simgrid("ring", 256, "all_reduce", *ring, fault=slow)]


def groups():
    return [_solver(), _set_up(), _pairwise_1024(), _pairwise_folded(), _at_once(), _ring(), _large(), _tables(),
            *_against_simgrid(), _pairwise_16384_ecmp()]
