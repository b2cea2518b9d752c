#!/usr/bin/env python3
"""Published measurements (JSON records, one array a file) into configs/measurements/*.textproto.

  scripts/convert_measurements.py FOLDER_OF_RECORDS

Taken are systems for which the catalogue has a cluster: nodes alike, as many ranks or more, the same kind and rate of NIC.
Rows without a time, or with a confidence of low, are left out. What is assumed about a system is said in its file.
"""
import json
import os
import sys
from fractions import Fraction

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# One entry a file: records (file, filter), the cluster and stack to simulate with, and the algorithm of each collective.
SYSTEMS = [
    dict(name="a100-8-superbench", file="superbench_a100_8gpu.json", cluster="dgx-superpod-a100", stack="nccl",
         where=lambda r: True,
         description="Eight A100-SXM4-40GB on NVSwitch, six collectives (SuperBench's test log, 2021).",
         assumed=["the A100 of 40 GB, simulated with the catalogue's A100 of 80 GB: their NVLinks are alike",
                  "NCCL of 2021, simulated with the costs of NCCL 2.30"]),
    dict(name="a100-8-ml-engineering", file="stas_a100_h200_b200.json", cluster="dgx-superpod-a100", stack="nccl",
         where=lambda r: r["system"] == "8x A100 node",
         description="Eight A100 on NVSwitch, all-reduce (ml-engineering).",
         assumed=["the version of NCCL is not stated; simulated with the costs of NCCL 2.30"]),
    dict(name="h200-8-ml-engineering", file="stas_a100_h200_b200.json", cluster="h200-2048", stack="nccl",
         where=lambda r: r["system"].startswith("8x H200 node") and r["algorithm"] == "NCCL default",
         description="Eight H200 on NVSwitch, all-reduce (ml-engineering, AWS p5en).",
         assumed=["NCCL 2.27.7, simulated with the costs of NCCL 2.30"]),
    dict(name="mi300x-8-rccl", file="amd_mi300x_mi325x_mi355x.json", cluster="mi300x-2048", stack="rccl", nccl=False,
         where=lambda r: r["system"].startswith("8x MI300X node (AAC8)"),
         description="Eight MI300X in a full mesh of Infinity Fabric, all-reduce (rccl-tests on AMD's AAC8).",
         assumed=["RCCL of 2025, simulated with the costs of RCCL 2.21 and the algorithm that is best in the simulator"]),
    dict(name="dgx-a100-16-deepops", file="deepops_dgxa100.json", cluster="dgx-superpod-a100", stack="nccl",
         where=lambda r: r["system"].startswith("2x DGX A100"),
         description="Two DGX A100 with eight 200 Gb/s NICs each, all-reduce (NVIDIA DeepOps).",
         assumed=["the two nodes share their leaves; NCCL of 2021, simulated with the costs of NCCL 2.30"]),
    dict(name="dgx-a100-32-deepops", file="deepops_dgxa100.json", cluster="dgx-superpod-a100", stack="nccl",
         where=lambda r: r["system"].startswith("4x DGX A100"),
         description="Four DGX A100 with eight 200 Gb/s NICs each, all-reduce (NVIDIA DeepOps).",
         assumed=["the four nodes share their leaves, and are four by the ratio of busbw to algbw; NCCL of 2021, simulated "
                  "with the costs of NCCL 2.30"]),
    dict(name="h200-2-dranet", file="dranet_h200_b200_1nic.json", cluster="h200-2048", stack="nccl",
         where=lambda r: "H200" in r["system"],
         description="Two nodes with one H200 and one 400 Gb/s NIC in use each, all-gather and all-reduce (google/dranet).",
         assumed=["RoCE, simulated with the catalogue's InfiniBand of the same rate; the version of NCCL is not stated"]),
    dict(name="h100-nvlstree-gtc24", file="h100_scaling_plots_digitized.json", cluster="dgx-superpod-h100-4su",
         stack="nccl", algorithm="nvls_tree", protocol="Simple",
         where=lambda r: r["nodes"] <= 64,
         description="DGX H100, 4 to 64 nodes, all-reduce by NVLSTree (NVIDIA, GTC 2024, S62129, slide 35).",
         assumed=["the slide names neither fabric nor version: a DGX SuperPOD, costs of NCCL 2.30",
                  "times are read off a plot: 1.5 GB/s where the curve is flat, up to 6 GB/s where it is steep"]),
    dict(name="h100-8-openxla", file="openxla_perf_table.json", cluster="dgx-h100", stack="nccl",
         where=lambda r: r["system"].startswith("8x H100") and r.get("nodes") == 1 and r["collective"] != "sendrecv",
         description="Eight cards of sm_90 on NVSwitch, four collectives (performance table of OpenXLA).",
         assumed=["cards of sm_90 in nodes of eight: H100; the version of NCCL is not stated"]),
]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def duration(us):
    ps = Fraction(str(us)) * 1_000_000
    for unit, size in (("ms", 10**9), ("us", 10**6), ("ns", 10**3)):
        value = ps / size
        if value >= 1 and (value * 1000).denominator == 1:
            return f"{float(value):g} {unit}" if len(f"{float(value):g}") < 8 and Fraction(f"{float(value):g}") == value \
                else f"{int(ps)} ps"
    return f"{int(ps)} ps"


def algorithm_of(system, collective):
    if "algorithm" in system:
        return system["algorithm"]
    # NCCL's table has no choice for all-to-all, which it sends point to point.
    return "nccl" if system.get("nccl", True) and collective != "alltoall" else "auto"


def text_of(system, records):
    series = {}
    for r in records:
        key = (r["collective"], r["accelerators"], r["accelerators_per_node"], r.get("dtype") or "float",
               "" if r["locator"].startswith("entry at line") else r["locator"])  # a line a record says nothing
        series.setdefault(key, []).append(r)
    sources = sorted({r["source_title"] for r in records})
    exact = all(r["exact"] for r in records)
    lines = ["# Converted from published records by scripts/convert_measurements.py.",
             f"name: {quoted(system['name'])}", f"description: {quoted(system['description'])}", "provenance {",
             f"  source: {quoted('; '.join(sources))}", f"  url: {quoted(records[0]['source_url'])}",
             '  as_of: "2026"', f"  confidence: {'high' if exact else 'medium'}", "}"]
    lines += [f"assumed: {quoted('measurements ' + system['name'] + ': ' + text)}" for text in system["assumed"]]
    lines += [f"cluster: {quoted(system['cluster'])}", f"stack: {quoted(system['stack'])}", 'part: "test"']
    types = {"float32": "float", "fp32": "float", "fp16": "half", "bf16": "bfloat16", "f32": "float"}
    for (collective, ranks, per_node, dtype, locator), rows in series.items():
        lines += ["series {", f"  collective: {quoted(collective)}", f"  ranks: {ranks}", f"  ranks_per_node: {per_node}",
                  f"  algorithm: {quoted(algorithm_of(system, collective))}"]
        if "protocol" in system:
            lines.append(f"  protocol: {quoted(system['protocol'])}")
        lines += [f"  datatype: {quoted(types.get(dtype, dtype))}"]
        if locator:
            lines.append(f"  locator: {quoted(locator)}")
        for r in sorted(rows, key=lambda r: r["size_bytes"]):
            lines.append(f"  points {{ size: {quoted(str(r['size_bytes']) + ' B')} time: {quoted(duration(r['time_us']))} }}")
        lines.append("}")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = os.path.join(ROOT, "configs", "measurements")
    os.makedirs(folder, exist_ok=True)
    for system in SYSTEMS:
        with open(os.path.join(sys.argv[1], system["file"]), encoding="utf-8") as file:
            records = [r for r in json.load(file) if "time_us" in r and r["time_us"] and system["where"](r)]
        records = [r for r in records if r["confidence"] != "low" and r["size_bytes"]]
        with open(os.path.join(folder, system["name"] + ".textproto"), "w", encoding="utf-8") as file:
            file.write(text_of(system, records))
        print(f"{system['name']}: {len(records)} records")


if __name__ == "__main__":
    main()
