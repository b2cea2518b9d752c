#!/usr/bin/env python3
"""NCCL's choice of algorithm and protocol, evaluated a second time, and compared with polyplane's.

This is the independent side of the test: it shares no code and no data file with polyplane. The constants are the
published table of one release (nccl_v2.30.7-1_facts.json: NVIDIA/nccl, tag v2.30.7-1, src/graph/tuning.cc, one record
a constant); the rules are those of the same file, in our own words:

  time = latency + bytes / (1000 * bandwidth), microseconds, bytes and GB/s; the least time wins, of equal ones the
  first in the order Tree, Ring, CollNetDirect, CollNetChain, NVLS, NVLSTree, PAT and LL, LL128, Simple.

Usage: nccl_model.py DUMP_MODEL    runs the program on many communicators and compares every time and every choice.
       nccl_model.py --table       prints the choices for one DGX H100 pod, for people.
"""

import itertools
import json
import os
import pathlib
import random
import subprocess
import sys

ALGORITHMS = ["Tree", "Ring", "CollNetDirect", "CollNetChain", "NVLS", "NVLSTree", "PAT"]
PROTOCOLS = ["LL", "LL128", "Simple"]
COLLECTIVES = ["broadcast", "reduce", "all_gather", "reduce_scatter", "all_reduce"]
PATHS = ["LOC", "NVL", "NVB", "C2C", "PIX", "PXB", "P2C", "PXN", "PHB", "SYS", "NET", "DIS"]
PLAIN_TREE = 3  # pattern of a graph: 1 balanced tree, 2 split tree, 3 tree, 4 ring, 5 NVLS, 6 CollNet direct


class Facts:
    def __init__(self, path):
        table = {record["metric"]: record["value"] for record in json.loads(pathlib.Path(path).read_text())}
        part = [table["ncclTunerConstantsDefaults part %d" % i] for i in range(7)]
        self.base, self.hop = part[0], part[1]
        self.ll_max, self.ring_ll128, self.tree_ll128, self.tree, self.nvls_tree = part[2:]
        self.nvls_efficiency = table["nvlsEfficiency"]
        self.tree_correction = table["treeCorrectionFactor"]


def floor_log2(n):
    return n.bit_length() - 1


def evaluate(facts, comm, collective):
    """{(algorithm, protocol): (latency in us, bandwidth in GB/s)} of what NCCL would consider."""
    nodes, ranks = comm["nodes"], comm["ranks"]
    per_node_real, per_node = ranks / nodes, ranks // nodes
    sm = comm["sm"]
    generation = 3 if sm >= 100 else 2 if sm >= 90 else 1 if sm >= 80 else 0
    few = min(nodes, 3) - 1
    if nodes == 1:
        ll_max = facts.ll_max[generation][few]
    else:
        ll_max = facts.ll_max[1 if comm["vendor"] in ("amd", "mixed") else 0][few]
    steps = {"all_reduce": 2 * (ranks - 1), "all_gather": ranks - 1, "reduce_scatter": ranks - 1}.get(collective, ranks)
    gathers = collective in ("all_gather", "reduce_scatter")
    found = {}
    for a, p in itertools.product(range(7), range(3)):
        algorithm, protocol = ALGORITHMS[a], PROTOCOLS[p]
        graph = comm["graphs"][a]
        channels = graph["channels"]
        # What each collective may use.
        if collective in ("broadcast", "reduce") and algorithm != "Ring":
            continue
        if gathers and algorithm not in ("Ring", "PAT", "NVLS", "CollNetDirect"):
            continue
        if collective == "all_reduce" and algorithm == "PAT":
            continue
        if algorithm not in ("Tree", "Ring") and protocol != "Simple":
            continue
        if algorithm == "PAT" and ranks != nodes:
            continue
        if algorithm == "NVLSTree" and nodes == 1:
            continue
        if algorithm.startswith("NVLS"):
            if not comm["nvls"] or channels < 2:
                continue
            if collective != "all_reduce" and comm["local"] > 32:
                continue
        needs_collnet = algorithm.startswith("CollNet") or (algorithm == "NVLS" and nodes > 1)
        if needs_collnet and not comm["collnet"]:
            continue
        if algorithm.startswith("CollNet") and comm["local"] > 8:
            continue
        if algorithm == "CollNetDirect" and not comm["nvswitch"]:
            continue
        if gathers and nodes > 1 and algorithm in ("NVLS", "CollNetDirect"):
            if not comm["collnet_" + collective] or comm["local"] > comm["heads"]:
                continue
        if channels == 0 and algorithm != "CollNetDirect":
            continue
        if protocol == "LL128":
            far = "PXN" if sm >= 90 else "PXB"
            if sm < 70 or PATHS.index(graph["inter"]) > PATHS.index(far):
                continue
            if PATHS.index(graph["intra"]) > PATHS.index("NVB"):
                continue
            if comm["max_sm"] != sm and sm < 90:
                continue

        # Bandwidth on the bus.
        if algorithm.startswith("NVLS"):
            inside = graph["speedintra"] * facts.nvls_efficiency[generation] * (channels - 1) / channels
            inside *= 2 if collective == "all_reduce" else (per_node_real - 1) / per_node_real
            outside = graph["speedinter"] * (2 if nodes <= 2 and algorithm == "NVLSTree" else 1)
            speed = min(inside, outside)
            if algorithm == "NVLSTree":
                speed = min(speed, facts.nvls_tree[generation][few])
        else:
            near = nodes <= 2 or algorithm.startswith("CollNet")
            speed = graph["speedintra"] if near else graph["speedinter"]
        bus = channels * speed
        if algorithm == "Ring" and protocol == "LL":
            bus = min(ll_max, bus / 2)
        if algorithm == "Ring" and protocol == "LL128":
            bus = min(0.92 * bus, channels * facts.ring_ll128[generation][few])
        if algorithm == "Tree":
            bus = min(0.92 * bus, channels * facts.tree[generation][few])
            if protocol == "LL":
                bus = min(bus / 3.8, ll_max)
            if protocol == "LL128":
                bus = min(bus * (7 / 9 if nodes == 1 else 120 / 128), channels * facts.tree_ll128[generation][few])
            if comm["tree_pattern"] == PLAIN_TREE:
                bus *= 0.85
        if algorithm == "PAT":
            bus *= 0.75
        if algorithm == "CollNetDirect":
            if gathers:
                bus = per_node_real * min(graph["speedintra"], 0.9 * graph["speedinter"])
            elif channels == 0:
                continue
            else:
                ratio = per_node_real / channels
                bus /= ratio - (ratio - 1) / 2
                if sm >= 90:
                    bus *= 0.85
        # Bandwidth of the array.
        if algorithm == "Ring":
            bandwidth = bus * ranks / steps
        elif gathers:
            bandwidth = bus
        elif algorithm.startswith("NVLS"):
            bandwidth = bus * ranks / steps
        else:
            bandwidth = bus / 2
        if bandwidth <= 0:
            continue

        # Latency.
        wire = 0 if graph["intra"] == "NVL" else 1  # NVLink or PCI
        intra = facts.hop[wire][a][p]
        inter = facts.hop[2][0 if per_node_real == 1 else a][p]
        inter += graph["latencyinter"] * (2 if protocol == "Simple" else 1)
        latency = facts.base[a][p]
        if algorithm == "Ring" and collective in ("broadcast", "reduce"):
            kind = 2 if nodes > 1 else wire
            if graph["samechannels"]:
                latency += facts.hop[kind][1][p]
            else:  # Simple counts the hop of the tree
                latency += steps * facts.hop[kind][0 if protocol == "Simple" else 1][p]
        elif algorithm == "Ring":
            if nodes > 1:
                post = 2.0 if comm["arch"] == "x86" and comm["vendor"] == "amd" else 1.0
                intra = max(intra, post * (3 if protocol == "Simple" else 1))
            outside = 0 if nodes == 1 else (nodes - 1) * (2 if collective == "all_reduce" else 1)
            latency += (steps - outside) * intra + outside * inter
        elif algorithm == "Tree":
            latency += 2 * ((per_node - 1) * intra + floor_log2(nodes) * inter)
        elif algorithm == "CollNetDirect":
            latency += 2 * (min(1, per_node - 1) * intra + 0.4 * (per_node - 1)) + inter
        elif algorithm == "CollNetChain":
            latency += 2 * (per_node - 1) * intra + inter
        elif algorithm == "NVLS":
            latency = intra + (inter if nodes > 1 else 0)
        elif algorithm == "NVLSTree":
            latency += intra + 2 * floor_log2(nodes) * inter
        elif algorithm == "PAT":
            latency += floor_log2(nodes) * inter / 3.5 + 2.8 * ranks
        found[(a, p)] = (latency, bandwidth)
    return found


def times(facts, comm, collective, entries, size):
    result = {}
    log = floor_log2(size >> 6)  # -1 below 64 bytes
    for (a, p), (latency, bandwidth) in entries.items():
        if collective == "all_reduce":
            if a == 0 and 0 <= log <= 22:
                bandwidth *= facts.tree_correction[p][log]
            if a == 5 and 0 <= log <= 23 and comm["sm"] >= 100 and comm["arch"] == "x86":
                bandwidth *= facts.tree_correction[p][log]
            if a == 1 and p == 2 and comm["nodes"] > 1 and size // (comm["channels"] * comm["ranks"]) >= 64:
                latency *= 1.9 if comm["sm"] < 80 else 1.4
        result[(a, p)] = latency + size / (1000 * bandwidth)
    return result


def choice(candidates):
    return min(candidates, key=lambda key: (candidates[key], key), default=None)


def graph(channels, speedintra, speedinter, intra="NVL", inter="PIX", same=0, latency=0.0):
    return {"channels": channels, "speedintra": speedintra, "speedinter": speedinter, "latencyinter": latency,
            "intra": intra, "inter": inter, "samechannels": same}


def communicator(nodes, per_node, sm, ring, tree, nvls_graph, direct=None, chain=None, **other):
    none = graph(0, 0.0, 0.0)
    comm = {"nodes": nodes, "ranks": nodes * per_node, "local": per_node, "sm": sm, "max_sm": sm, "arch": "x86",
            "vendor": "intel", "channels": 2 * ring["channels"], "nvswitch": 1, "nvls": int(nvls_graph is not None),
            "collnet": 0, "heads": 0, "collnet_all_gather": 0, "collnet_reduce_scatter": 0, "tree_pattern": 1}
    comm.update(other)
    nvls_graph = nvls_graph or none
    comm["graphs"] = [tree, ring, direct or none, chain or none, nvls_graph, nvls_graph, tree]
    return comm


def named_communicators():
    """Graph figures as DGX A100 and DGX H100 and their PCIe kin report them, over many nodes."""
    few = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 100, 127, 128, 129, 192, 200,
           255, 256]
    for nodes in range(1, 257):
        if nodes == 1:
            yield communicator(1, 8, 80, graph(12, 20.0, 20.0, same=1), graph(12, 20.0, 20.0, same=1), None)
            yield communicator(1, 8, 90, graph(12, 30.0, 30.0, same=1), graph(12, 30.0, 30.0, same=1),
                               graph(8, 40.0, 60.0))
        else:
            yield communicator(nodes, 8, 80, graph(8, 24.0, 24.0), graph(8, 24.0, 24.0), None, vendor="amd")
            yield communicator(nodes, 8, 90, graph(8, 48.0, 48.0, inter="PXN"), graph(8, 48.0, 48.0, inter="PXN"),
                               graph(8, 45.0, 48.0))
    for nodes in few:
        for vendor in ("intel", "amd"):
            for per_node in (1, 2, 4):
                if nodes * per_node == 1:
                    continue
                inside = 20.0 if nodes == 1 else 24.0
                yield communicator(nodes, per_node, 80, graph(2, inside, inside, "PIX", "PHB"),
                                   graph(2, inside, inside, "PIX", "PHB"), None, vendor=vendor, nvswitch=0,
                                   tree_pattern=3 if per_node == 1 else 1)
                yield communicator(nodes, per_node, 90, graph(4, 48.0, 24.0, latency=1.25),
                                   graph(4, 60.0, 48.0, latency=1.25), graph(per_node, 48.0, 48.0), vendor=vendor,
                                   channels=16)
            if nodes > 1:
                for sm, speed in ((80, 24.0), (90, 48.0)):
                    yield communicator(nodes, 8, sm, graph(8, speed, speed), graph(8, speed, speed),
                                       graph(8, 45.0, 48.0) if sm == 90 else None, graph(8, speed, speed),
                                       graph(8, 2 * speed, speed), vendor=vendor, collnet=1, heads=8,
                                       collnet_all_gather=1, collnet_reduce_scatter=nodes % 2)


def random_communicators(count):
    rng = random.Random(20260601)
    speeds = [0.24, 3.0, 12.0, 17.5, 20.0, 24.0, 30.0, 40.0, 48.0, 60.0, 90.0]
    for _ in range(count):
        def some(most):
            return graph(rng.randint(1, most), rng.choice(speeds), rng.choice(speeds), rng.choice(PATHS[:10]),
                         rng.choice(PATHS[:10]), rng.randint(0, 1), rng.choice([0.0, 0.0, 0.5, 1.3]))
        nodes = rng.choice([1, 1, 2, 3, 4, rng.randint(5, 256)])
        per_node = rng.choice([1, 2, 3, 4, 8, 16, 36, 72])
        if nodes * per_node < 2:
            per_node = 2
        sm = rng.choice([70, 80, 86, 90, 90, 100])
        comm = communicator(nodes, per_node, sm, some(32), some(32), some(32), some(8), some(16),
                            max_sm=rng.choice([sm, sm, 100]), arch=rng.choice(["x86", "x86", "arm"]),
                            vendor=rng.choice(["intel", "amd", "mixed", "other"]), channels=rng.randint(1, 64),
                            nvswitch=rng.randint(0, 1), nvls=rng.randint(0, 1), collnet=rng.randint(0, 1),
                            heads=rng.choice([0, 4, 8, 64]), collnet_all_gather=rng.randint(0, 1),
                            collnet_reduce_scatter=rng.randint(0, 1), tree_pattern=rng.choice([1, 2, 3]))
        if comm["nodes"] > 1 and rng.random() < 0.3:
            comm["ranks"] -= 1  # one node has a card less
            if comm["ranks"] < comm["nodes"]:
                comm["ranks"] += 1
        yield comm


def line_of(comm):
    words = ["%s=%s" % (key, comm[key]) for key in
             ("nodes", "ranks", "local", "sm", "max_sm", "arch", "vendor", "channels", "nvswitch", "nvls", "collnet",
              "heads", "collnet_all_gather", "collnet_reduce_scatter", "tree_pattern")]
    for name, place in (("tree", 0), ("ring", 1), ("collnet_direct", 2), ("collnet_chain", 3), ("nvls_graph", 4)):
        g = comm["graphs"][place]
        words.append("%s=%d,%r,%r,%r,%s,%s,%d" % (name, g["channels"], g["speedintra"], g["speedinter"],
                                                  g["latencyinter"], g["intra"], g["inter"], g["samechannels"]))
    return " ".join(words)


def sizes_of(index):
    sizes = [1 << k for k in range(3, 34)]  # 8 B to 8 GiB
    rng = random.Random(index)
    return sizes + [rng.randint(8, 1 << rng.randint(4, 33)) for _ in range(4)]


def compare(program):
    facts = Facts(pathlib.Path(__file__).with_name("nccl_v2.30.7-1_facts.json"))
    multiplier = int(os.environ.get("POLYPLANE_CASES", "1"))
    comms = list(named_communicators()) + list(random_communicators(300 * multiplier))
    text = "".join("%s sizes=%s\n" % (line_of(comm), ",".join(map(str, sizes_of(i)))) for i, comm in enumerate(comms))
    answer = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    lines, compared, chosen, wrong = iter(answer), 0, {}, []
    for index, comm in enumerate(comms):
        for collective in COLLECTIVES:
            entries = evaluate(facts, comm, collective)
            for size in sizes_of(index):
                expected = times(facts, comm, collective, entries, size)
                best = choice(expected)
                name = "none" if best is None else ALGORITHMS[best[0]] + "/" + PROTOCOLS[best[1]]
                chosen[name] = chosen.get(name, 0) + 1
                words = next(lines).split()
                got = {}
                for word in words[3:]:
                    key, value = word.split("=")
                    a, p = key.split("/")
                    got[(ALGORITHMS.index(a), PROTOCOLS.index(p))] = float(value)
                compared += 1
                same = words[:3] == [collective, str(size), name] and got.keys() == expected.keys() and all(
                    abs(got[key] - expected[key]) <= 1e-9 * expected[key] for key in expected)
                if not same:
                    wrong.append((line_of(comm), collective, size, name, sorted(expected.items()), words))
    if next(lines, None) is not None:
        sys.exit("the program says more than it was asked")
    for case in wrong[:5]:
        print("differs:\n  %s\n  %s %d B\n  expected %s %s\n  got      %s" % case)
    print("%d communicators, %d choices compared, %d differ" % (len(comms), compared, len(wrong)))
    print(", ".join("%s %d" % item for item in sorted(chosen.items())))
    missing = {"Ring/LL", "Ring/LL128", "Ring/Simple", "Tree/LL", "Tree/LL128", "Tree/Simple", "NVLS/Simple",
               "NVLSTree/Simple", "CollNetDirect/Simple", "CollNetChain/Simple", "PAT/Simple"} - chosen.keys()
    if missing:
        sys.exit("never chosen, so never tested: " + ", ".join(sorted(missing)))
    sys.exit(1 if wrong else 0)


def table():
    facts = Facts(pathlib.Path(__file__).with_name("nccl_v2.30.7-1_facts.json"))
    for nodes in (1, 2, 16):
        comm = next(c for c in named_communicators() if c["nodes"] == nodes and c["sm"] == 90)
        for size in [1 << k for k in range(3, 34, 3)]:
            result = times(facts, comm, "all_reduce", evaluate(facts, comm, "all_reduce"), size)
            best = choice(result)
            print("%3d nodes %11d B  %-8s %-6s %12.2f us" % (nodes, size, ALGORITHMS[best[0]], PROTOCOLS[best[1]],
                                                             result[best]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    table() if sys.argv[1] == "--table" else compare(sys.argv[1])
