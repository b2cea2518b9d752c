#!/usr/bin/env python3
"""Turns the published problems of max-min fair sharing into experiments of polyplane's own schema.

usage: scripts/convert_golden.py max_min_flow_cases.json tests/golden/flows

Writes <case>.textproto for each case and one expected.csv. Run by hand when the problems change; what it writes is
committed. The source gives links and routes but no devices: two links meet in a device where a route goes from one to
the other.
"""
import fractions
import json
import pathlib
import sys

PS_PER_NS = 1000


def whole(number):
    exact = fractions.Fraction(str(number))
    if exact.denominator != 1:
        raise ValueError(f"{number} is not whole")
    return exact.numerator


def rate(bytes_per_second):
    bits = 8 * whole(bytes_per_second)
    return f"{bits // 10**9} Gbps" if bits % 10**9 == 0 else f"{bits} bps"


def duration(nanoseconds):
    ps = whole(fractions.Fraction(str(nanoseconds)) * PS_PER_NS)
    return f"{ps // PS_PER_NS} ns" if ps % PS_PER_NS == 0 else f"{ps} ps"


class Devices:
    """The two ends of every link, joined where routes pass (union-find)."""

    def __init__(self, case):
        self.parent = {}
        for flow in case["flows"]:
            for before, after in zip(flow["route"], flow["route"][1:]):
                self.parent[self.find((after, "from"))] = self.find((before, "to"))
        self.names = {}
        for link in case["links"]:
            for end in ("from", "to"):
                root = self.find((link["id"], end))
                self.names.setdefault(root, f"d{len(self.names)}")
        ends = {self.of(flow["route"][0], "from") for flow in case["flows"]}
        ends |= {self.of(flow["route"][-1], "to") for flow in case["flows"]}
        through = {self.of(link, "to") for flow in case["flows"] for link in flow["route"][:-1]}
        self.accelerators, self.forwarding = ends, ends & through

    def find(self, end):
        while end in self.parent and self.parent[end] != end:
            end = self.parent[end]
        return end

    def of(self, link, end):
        return self.names[self.find((link, end))]

    def lines(self):
        for name in self.names.values():
            kind = "accelerator" if name in self.accelerators else "network_switch"
            forwards = " forwards: true" if name in self.forwarding else ""
            yield f'    devices {{ name: "{name}" kind: {kind}{forwards} }}'


def experiment(case):
    devices = Devices(case)
    names = {link["id"]: link["name"] for link in case["links"]}
    yield f"# {len(case['flows'])} flows over {len(case['links'])} links."
    yield "# Made by scripts/convert_golden.py; exact completions are in expected.csv."
    yield f'name: "{case["name"]}"'
    yield 'model: "flow"'
    yield "inline_cluster {"
    yield f'  name: "{case["name"]}"'
    yield "  graph {"
    yield from devices.lines()
    for link in case["links"]:
        ends = f'from: "{devices.of(link["id"], "from")}" to: "{devices.of(link["id"], "to")}"'
        fatpipe = {"shared": "", "fatpipe": " fatpipe: true"}[link["sharing"]]
        yield (f'    links {{ name: "{link["name"]}" {ends} rate: "{rate(link["capacity_Bps"])}"'
               f' latency: "{duration(link["latency_ns"])}" one_way: true{fatpipe} }}')
    yield "  }"
    yield "}"
    for flow in case["flows"]:
        route = flow["route"]
        links = ", ".join(f'"{names[link]}"' for link in route)
        cap = f' rate_cap: "{rate(flow["rate_cap_Bps"])}"' if "rate_cap_Bps" in flow else ""
        yield (f'flows {{ name: "f{flow["id"]}" src: "{devices.of(route[0], "from")}"'
               f' dst: "{devices.of(route[-1], "to")}" size: "{whole(flow["size_B"])} B"'
               f' start: "{duration(flow["start_ns"])}" route: [{links}]{cap} }}')
    for event in case["capacity_events"]:
        yield (f'capacity_events {{ time: "{duration(event["time_ns"])}" link: "{names[event["link"]]}"'
               f' rate: "{rate(event["capacity_Bps"])}" }}')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text())["cases"]
    directory = pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    expected = ["case,flow,exact_completion_s"]
    for case in cases:
        (directory / f"{case['name']}.textproto").write_text("\n".join(experiment(case)) + "\n")
        expected += [f"{case['name']},f{flow['id']},{flow['exact_completion_s']}" for flow in case["flows"]]
    (directory / "expected.csv").write_text("\n".join(expected) + "\n")


if __name__ == "__main__":
    main()
