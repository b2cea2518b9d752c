#!/usr/bin/env python3
"""Turns a folder of catalogue tables (accelerators.json, switches.json, nics.json, cables.json) into
configs/hardware/<kind>/<id>.textproto. Run by hand, once; the files are the truth from then on.

    scripts/convert_catalogue.py FOLDER [configs/hardware]

Figures, short sources, dates and confidences carry over; prose does not. null becomes an absent field. A figure that the
table marks as recalled from memory gets that as its own source.
"""

import fnmatch
import json
import pathlib
import re
import sys

RETRIEVED = "2026"
MEMORY = "well-known public figure, not re-read"
TWO_WAY = "the vendor does not say whether one or both directions; read as both together and halved"

SCALE_UP_KIND = [  # first match on the table's description
    (r"^single-hop|^switched|crossbar", "switched"),
    (r"3D torus", "torus_3d"),
    (r"^2D torus|^4x4 2D torus|ladder / 2D torus", "torus_2d"),
    (r"^2D mesh", "mesh_2d"),
    (r"^full mesh|^8-card full mesh|^4-card full mesh|^all-to-all of|^8-card mesh|^node of 8 fully meshed", "full_mesh"),
    (r"^ring of", "ring"),
    (r"bridge", "bridge"),
    (r"^PCIe tree", "none"),
    (r"two-level|recursive full mesh|groups of 4", "hierarchical"),
]
# The scale-up domain of these is not one of a single kind, or the text does not say.
KIND_OVERRIDE = {
    "aws-trainium2": "hierarchical",
    "groq-lpu-v1": "hierarchical",
    "enflame-l600": "hierarchical",
    "nvidia-gh200": "switched",
}

# Scale-up figures whose direction is an assumption (README of the catalogue).
HALVED = {"aws-trainium1", "aws-trainium2", "aws-inferentia2", "huawei-ascend-950dt", "huawei-ascend-950pr",
          "huawei-ascend-960", "cambricon-mlu290-m5", "cambricon-mlu370-x8", "cambricon-mlu590", "enflame-l600",
          "moorethreads-s4000", "biren-br104p", "thead-ppu", "groq-lpu-v1", "tesla-dojo-d1"}

# Where sources disagree: the smallest and the largest value found (README of the catalogue, "Conflicts").
RANGES = {
    ("nvidia-h800-sxm5", "scaleup_GBps_per_direction"): (150, 200),
    ("nvidia-h20", "tdp_W"): (400, 550),
    ("nvidia-b200-hgx", "hbm_capacity_GB"): (180, 192),
    ("nvidia-b200-hgx", "hbm_bandwidth_GBps"): (7700, 8000),
    ("nvidia-b200-hgx", "peak_dense_fp4_TFLOPS"): (9000, 10000),
    ("nvidia-gb200-nvl72", "hbm_capacity_GB"): (186, 192),
    ("nvidia-b300-hgx", "peak_dense_fp4_TFLOPS"): (12600, 15000),
    ("nvidia-b300-hgx", "hbm_capacity_GB"): (270, 288),
    ("nvidia-gb300-nvl72", "hbm_capacity_GB"): (279, 288),
    ("nvidia-gb300-nvl72", "peak_dense_int8_TOPS"): (165, 5000),
    ("nvidia-vr200-nvl72", "hbm_bandwidth_GBps"): (13000, 22000),
    ("amd-mi250x", "tdp_W"): (500, 560),
    ("amd-mi355x", "peak_dense_fp16_TFLOPS"): (2300, 2500),
    ("amd-mi455x-helios", "peak_dense_fp4_TFLOPS"): (20000, 40000),
    ("amd-mi455x-helios", "hbm_bandwidth_GBps"): (19600, 23300),
    ("intel-gaudi3", "peak_dense_bf16_TFLOPS"): (1677, 1835),
    ("intel-gaudi3", "tdp_W"): (600, 900),
    ("google-tpu-v4", "scaleup_link_GBps_per_direction"): (45, 50),
    ("google-tpu-v5e", "scaleup_link_GBps_per_direction"): (45, 50),
    ("google-tpu-v5p", "scaleup_link_GBps_per_direction"): (90, 100),
    ("google-tpu-v6e", "scaleup_link_GBps_per_direction"): (90, 100),
    ("huawei-ascend-910b", "tdp_W"): (310, 400),
    ("huawei-ascend-910b", "hbm_bandwidth_GBps"): (1200, 1600),
    ("huawei-ascend-910b", "peak_dense_fp16_TFLOPS"): (280, 414),
    ("huawei-ascend-910c", "scaleup_GBps_per_direction"): (350, 392),
    ("qm9700", "latency_ns"): (130, 150),
    ("qm9700", "power_typical_W"): (747, 1500),
    ("cisco-g200", "power_max_W"): (2270, 2779),
}


def text(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(value):
    return repr(value) if isinstance(value, float) and not value.is_integer() else str(int(value))


def short(source):
    """A title without the list of what was quoted through it."""
    source = re.sub(r"\s+", " ", source).strip()
    source = re.sub(r"^from memory.*$", MEMORY, source)
    source = re.sub(r"^Phase .* quoting (.*)$", r"\1 price pages, via public repository notes", source)
    source = re.sub(r"^Phase C optics notes.*$", "notes on optics in a public repository", source)
    return re.sub(r"^public repository notes$", "notes in a public repository", source)


class Part:
    def __init__(self, record):
        self.record = record
        self.lines = []
        self.memory = record["provenance"] == "from memory"

    def raw(self, line):
        self.lines.append(line)

    def word(self, field, value):
        if value is not None and value != "":
            self.raw(f"{field}: {text(value)}")

    def provenance(self):
        r = self.record
        inner = f"source: {text(short(r['source_title']))}"
        if r.get("source_url"):
            inner += f" url: {text(r['source_url'])}"
        self.raw(f"provenance {{ {inner} as_of: {text(RETRIEVED)} confidence: {r['confidence']} }}")

    def recalled(self, key):
        """Is this column of the record marked as not re-read?"""
        for mark in self.record.get("from_memory_fields", []):
            first = re.split(r"[ ,(]", mark)[0]
            # "scaleup_peer_max" and "tdp" name scaleup_peer_max_GBps_per_direction and tdp_W
            if first and (fnmatch.fnmatch(key, first) or key.startswith(first + "_")):
                return True
        said = " ".join(self.record.get(name) or "" for name in ("power_basis", "latency_basis", "notes"))
        for name in ("power", "ports", "latency", "max"):
            column = {"max": "power_max", "power": "power_"}.get(name, name)
            if key.startswith(column) and re.search(rf"\b{name}\b[^;.]*from memory", said, re.I):
                return True
        if key == "power_typical_W" and re.search(r"from memory", self.record.get("power_basis") or "", re.I):
            return "max from memory" not in self.record["power_basis"]
        return False

    def figure(self, field, key, unit=None, value=None, **extra):
        raw = self.record.get(key) if value is None else value
        if raw is None:
            return None
        shown = text(f"{number(raw)} {unit}") if unit else number(raw)
        inner = f"value: {shown}"
        if (self.record["id"], key) in RANGES:
            low, high = RANGES[self.record["id"], key]
            assert low <= raw <= high, (self.record["id"], key)
            quote = (lambda v: text(f"{number(v)} {unit}")) if unit else number
            inner += f" low: {quote(low)} high: {quote(high)}"
        if not self.memory and self.recalled(key) and "source" not in extra:
            extra.setdefault("source", MEMORY)
            extra.setdefault("confidence", "medium" if self.record["confidence"] == "high" else "low")
        for name in ("source", "as_of", "confidence", "basis", "assumed"):
            if extra.get(name):
                quoted = extra[name] if name == "confidence" else text(extra[name])
                inner += f" {name}: {quoted}"
        line = f"{field} {{ {inner} }}"
        self.raw(line)
        return line

    def price(self, field, key, basis):
        value = self.record.get(key)
        if value is None:
            return
        year = self.record.get("price_year") or self.record.get("list_price_year")
        how = self.record.get("price_basis") or self.record.get("list_price_basis") or ""
        estimate = re.search(r"estimate|placeholder|assumption|planning|memory|derived", how, re.I)
        self.figure(field, key, "USD", basis=basis, as_of=str(year) if year else RETRIEVED,
                    source=price_source(how), confidence="low" if estimate else "medium")

    def nested(self, field, build):
        outer, self.lines = self.lines, []
        build()
        inner, self.lines = self.lines, outer
        if inner:
            self.lines += [f"{field} {{"] + [f"  {line}" for line in inner] + ["}"]

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.record['id']}.textproto").write_text("\n".join(self.lines) + "\n")


def price_source(how):
    for pattern, name in [(r"FS\.com|\bFS UK", "FS.com retail price"), (r"Wave 17|QSFPTEK", "QSFPTEK retail price"),
                          (r"SemiAnalysis", "SemiAnalysis"), (r"planning|placeholder", "planning estimate"),
                          (r"retail estimate", "estimate of retail price"), (r"NADDOD", "NADDOD retail price"),
                          (r"retail|street", "range of retail prices"), (r"spreadsheet|derived by division",
                                                                         "public spreadsheet of cluster costs"),
                          (r"memory", MEMORY), (r"press|media|report", "press report"), (r"estimate", "estimate")]:
        if re.search(pattern, how, re.I):
            return name
    return "press or reseller"


def scale_up_kind(record):
    if record["id"] in KIND_OVERRIDE:
        return KIND_OVERRIDE[record["id"]]
    for pattern, kind in SCALE_UP_KIND:
        if re.search(pattern, record.get("scaleup_topology") or ""):
            return kind
    return None


def accelerator(r):
    p = Part(r)
    p.word("name", r["id"])
    p.word("vendor", r["vendor"])
    p.word("model", r["name"])
    p.raw(f"year: {r['year']}")
    p.word("architecture", r["arch"])
    p.provenance()
    for field, key, unit in [("fp16", "peak_dense_fp16_TFLOPS", "TFLOPS"), ("bf16", "peak_dense_bf16_TFLOPS", "TFLOPS"),
                             ("tf32", "peak_tf32_TFLOPS", "TFLOPS"), ("fp8", "peak_dense_fp8_TFLOPS", "TFLOPS"),
                             ("fp4", "peak_dense_fp4_TFLOPS", "TFLOPS"), ("int8", "peak_dense_int8_TOPS", "TOPS"),
                             ("memory", "hbm_capacity_GB", "GB")]:
        p.figure(field, key, unit)
    p.word("memory_type", r["hbm_type"])
    p.figure("memory_bandwidth", "hbm_bandwidth_GBps", "GB/s")
    p.figure("power", "tdp_W", "W")
    included = r.get("list_price_accelerators_included")
    p.price("price", "list_price_USD_per_accelerator",
            f"share of one accelerator in: {r.get('list_price_unit')}" if included and included > 1
            else r.get("list_price_unit"))

    def up():
        p.word("technology", r["scaleup_tech"])
        kind = scale_up_kind(r)
        if kind:
            p.raw(f"kind: {kind}")
        p.figure("domain_size", "scaleup_domain_size")
        extra = {}
        if r["id"] in HALVED:
            extra = {"assumed": TWO_WAY, "confidence": "low" if r["confidence"] == "low" else "medium"}
        p.figure("rate", "scaleup_GBps_per_direction", "GB/s", **dict(extra))
        p.figure("peer_rate", "scaleup_peer_max_GBps_per_direction", "GB/s", **dict(extra))
        p.figure("links", "scaleup_links_per_accelerator")
        p.figure("link_rate", "scaleup_link_GBps_per_direction", "GB/s", **dict(extra))
        if r["scaleup_in_network_reduction"] is not None:
            p.raw(f"in_network_reduction: {str(r['scaleup_in_network_reduction']).lower()}")

    def out():
        p.figure("nics_per_accelerator", "scaleout_nics_per_accelerator")
        p.figure("nic_rate", "scaleout_nic_Gbps_per_direction", "Gbps")
        p.figure("rate", "scaleout_GBps_per_direction", "GB/s")

    p.nested("scale_up", up)
    p.nested("scale_out", out)
    p.figure("pcie_generation", "pcie_gen")
    p.figure("pcie_lanes", "pcie_lanes")
    p.figure("host_rate", "host_GBps_per_direction", "GB/s")
    p.figure("accelerators_per_server", "accelerators_per_server")
    return p


def switch(r):
    p = Part(r)
    p.word("name", r["id"])
    p.word("vendor", r["vendor"])
    p.word("model", r["name"])
    p.raw(f"year: {r['year']}")
    p.word("role", r["kind"])
    p.word("asic", r["asic"])
    p.provenance()
    p.figure("ports", "ports")
    p.figure("port_rate", "port_Gbps_per_direction", "Gbps")
    p.figure("capacity", "switching_Tbps_per_direction", "Tbps", basis="all ports, one direction")
    p.word("port_modes", r["port_modes"])
    p.figure("latency", "latency_ns", "ns")
    p.figure("buffer", "buffer_MB", "MB")
    p.figure("packet_rate", "packet_rate_Gpps", "Gpps")
    basis = r.get("power_basis") or ""
    where = "with copper cables" if re.search(r"copper|passive", basis) else "chip alone" if re.search(
        r"chip|ASIC", basis) else "with optics" if "optics" in basis else None
    p.figure("power_typical", "power_typical_W", "W", basis=where)
    p.figure("power_max", "power_max_W", "W")
    p.price("price", "price_USD", "box without optics")
    for field in ("in_network_reduction", "multicast"):
        if r[field] is not None:
            p.raw(f"{field}: {str(r[field]).lower()}")
    return p


def nic(r):
    p = Part(r)
    p.word("name", r["id"])
    p.word("vendor", r["vendor"])
    p.word("model", r["name"])
    p.raw(f"year: {r['year']}")
    p.word("host_interface", r["host_interface"])
    p.word("protocols", r["protocols"])
    p.provenance()
    p.figure("ports", "ports")
    p.figure("port_rate", "port_Gbps_per_direction", "Gbps")
    p.figure("rate", "GBps_per_direction", "GB/s")
    p.figure("latency", "one_way_latency_ns", "ns", source=MEMORY, confidence="low",
             basis="one way, adapter to adapter", assumed="the vendor claims less than 1 us only")
    p.figure("planes", "planes_supported")
    p.figure("power", "power_W", "W")
    p.price("price", "price_USD", "one card")
    return p


def cable(r):
    p = Part(r)
    p.word("name", r["id"])
    p.word("model", r["name"])
    p.word("medium", r["kind"])
    p.provenance()
    p.figure("rate", "Gbps_per_direction", "Gbps")
    p.figure("reach", "reach_m", "m")
    p.figure("propagation", "propagation_ns_per_m", "ns/m")
    p.figure("latency_per_end", "added_latency_ns_per_end", "ns")
    p.figure("power_per_end", "power_W_per_end", "W")
    p.price("price", "price_USD_per_unit", f"per {r.get('unit')}")
    p.figure("time_to_failure", "mtbf_years", "years")
    return p


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "configs/hardware")
    for kind, convert in [("accelerators", accelerator), ("switches", switch), ("nics", nic), ("cables", cable)]:
        records = json.loads((source / f"{kind}.json").read_text())
        for record in records:
            convert(record).write(target / kind)
        print(f"{kind}: {len(records)}")


if __name__ == "__main__":
    main()
