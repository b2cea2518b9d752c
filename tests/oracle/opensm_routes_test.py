#!/usr/bin/env python3
"""OpenSM's forwarding tables on ibsim against polyplane's static routes: the same tree, the same balance.

  opensm_routes_test.py POLYPLANE SOURCE_FOLDER

For each shift permutation (host i sends to host i + k) the largest number of flows on one link is counted. OpenSM's are read
off its tables. Ours come from a run: flows of equal size under max-min sharing are all through when the most loaded link is,
at (flows on it) x size / rate, so that the makespan says the load. Exit code 77 without ibsim and opensm."""

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

SIZE, RATE_BPS = 50_000_000, 400_000_000_000  # bytes, bit/s
CLUSTERS = [
    # name, what polyplane calls it, ftree's largest load of any shift
    ("full bisection, two tiers", "fat_tree:tiers=2,radix=8,endpoints=32,rate=400Gbps", 1),
    ("full bisection, three tiers", "fat_tree:tiers=3,radix=4,endpoints=16,rate=400Gbps", 1),
]
PORT = re.compile(r"\{ (SW|CA(?:-SM)?) .*?\{([^}]*)\} LID:([0-9A-F]{4}) PN:([0-9A-F]{2}) \}")


def load_make_ibnet(source):
    loader = importlib.machinery.SourceFileLoader("make_ibnet", str(source / "scripts" / "make-ibnet"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_ibnet", loader))
    loader.exec_module(module)
    return module


def run_opensm(tools, network, engine, folder):
    """The folder with OpenSM's dumps after its first sweep with a routing engine."""
    out = folder / engine
    out.mkdir()
    net = folder / "network.net"
    net.write_text(network)
    name = f"polyplane-oracle-{os.getpid()}-{engine}"
    plain = dict(os.environ, IBSIM_SOCKNAME=name)
    log = open(out / "ibsim.log", "w")
    sim = subprocess.Popen(["ibsim", "-s", "-n", "-N", "400", "-S", "200", "-P", "4000", str(net)],
                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=plain)
    try:
        until = time.monotonic() + 60
        while "Network simulator ready" not in (out / "ibsim.log").read_text():
            if sim.poll() is not None or time.monotonic() > until:
                sys.exit("ibsim does not start:\n" + (out / "ibsim.log").read_text()[-2000:])
            time.sleep(0.1)
        environment = dict(plain, LD_PRELOAD=str(tools.WRAPPER), SIM_HOST=network.split('"')[1], OSM_TMP_DIR=str(out),
                           OSM_CACHE_DIR=str(out))
        # 0x40 of the log mask: dump what was routed.
        subprocess.run(["opensm", "-o", "-R", engine, "-D", "0x43", "-f", str(out / "osm.log")], env=environment,
                       timeout=300, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finally:
        sim.terminate()
        sim.wait()
        log.close()
    configured = f"{engine} tables configured on all switches"
    if configured not in (out / "osm.log").read_text():
        sys.exit(f"OpenSM did not route with {engine}:\n" + (out / "osm.log").read_text()[-2000:])
    return out


class Subnet:
    """What is cabled to what, and the tables."""

    def __init__(self, dumps):
        self.cable, self.lid_of_host, self.table = {}, {}, {}
        for line in (dumps / "opensm-subnet.lst").read_text().splitlines():
            (kind, name, lid, port), (_, _, peer_lid, peer_port) = PORT.findall(line)
            self.cable[int(lid, 16), int(port, 16)] = int(peer_lid, 16), int(peer_port, 16)
            if kind.startswith("CA"):
                self.lid_of_host[int(name.split()[0].removeprefix("host"))] = int(lid, 16)
        switch = None
        for line in (dumps / "opensm-lfts.dump").read_text().splitlines():
            if line.startswith("Unicast lids"):
                switch = int(re.search(r"switch Lid (\d+)", line).group(1))
            elif line.startswith("0x"):
                lid, port = line.split()[:2]
                self.table[switch, int(lid, 16)] = int(port, 10)

    def links(self, source, destination):
        """Directed links from host to host, each as the (lid, port) that it leaves."""
        target = self.lid_of_host[destination]
        at, links = self.lid_of_host[source], []
        port = 1
        while at != target:
            links.append((at, port))
            at = self.cable[at, port][0]
            assert len(links) < 20, f"a loop from host {source} to {destination}"
            if at != target:
                port = self.table[at, target]
        return links


def loads_of_opensm(subnet):
    hosts = len(subnet.lid_of_host)
    loads = []
    for shift in range(1, hosts):
        count = Counter(link for i in range(hosts) for link in subnet.links(i, (i + shift) % hosts))
        loads.append(max(count.values()))
    return loads


def loads_of_polyplane(polyplane, cluster, names, folder):
    loads = []
    file = folder / "shift.textproto"
    for shift in range(1, len(names)):
        flows = "".join(f'flows {{ name: "f{i}" src: "{name}" dst: "{names[(i + shift) % len(names)]}" size: "{SIZE} B" }}\n'
                        for i, name in enumerate(names))
        file.write_text(f'name: "shift"\ncluster: "{cluster}"\nrouting {{ name: "static" }}\nstack: "ideal"\n{flows}')
        done = subprocess.run([polyplane, "run", str(file), "--format", "json", "-q"], check=True,
                              stdout=subprocess.PIPE, text=True)
        last = max(flow["end_ps"] for flow in json.loads(done.stdout)["flows"])
        loads.append(round(last / (SIZE * 8e12 / RATE_BPS)))
    return loads


def main():
    polyplane, source = sys.argv[1], Path(sys.argv[2])
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    tools = load_make_ibnet(source)
    if any(not shutil.which(tool) for tool in ("ibsim", "opensm")) or not tools.WRAPPER.exists():
        print("skipped: ibsim or opensm is missing")
        sys.exit(77)
    failed = False
    for title, cluster, most in CLUSTERS:
        graph = json.loads(subprocess.run([polyplane, "topo", cluster, "--export", "json"], check=True,
                                          stdout=subprocess.PIPE, text=True).stdout)
        names = [device["name"] for device in graph["devices"] if device["kind"] == "accelerator"]
        network, _, _ = tools.network_file(graph, "4xEDR")
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            ours = loads_of_polyplane(polyplane, cluster, names, folder)
            ftree = loads_of_opensm(Subnet(run_opensm(tools, network, "ftree", folder)))
            updn = loads_of_opensm(Subnet(run_opensm(tools, network, "updn", folder)))
        print(f"{title}, {len(names)} hosts: largest load of all shifts: polyplane static {max(ours)}, OpenSM ftree "
              f"{max(ftree)}, OpenSM updn {max(updn)}; mean {sum(ours) / len(ours):.2f}, {sum(ftree) / len(ftree):.2f}, "
              f"{sum(updn) / len(updn):.2f}")
        if ours != ftree or max(ours) != most:
            print(f"  FAILED: the loads by shift differ:\n  polyplane {ours}\n  ftree     {ftree}")
            failed = True
        if sum(ours) > sum(updn):
            print(f"  FAILED: up/down balances better:\n  polyplane {ours}\n  updn      {updn}")
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
