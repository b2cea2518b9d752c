import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { FabricViewSchema, LinkMapSchema, NameTableSchema, RunViewSchema } from "../schema";
import { decodeFabric, decodeLoad, nameReader, undelta } from "./fabric_decode";
import { makeFabric, railFabric } from "./fabric_fixture";
import { DeviceTable_Kind } from "../schema";

describe("columns and names", () => {
  it("adds differences up", () => {
    expect([...undelta([5, -2, 0, 4], 4, "x")]).toEqual([5, 3, 3, 7]);
  });
  it("takes an empty column for -1 throughout, and refuses one that is too short", () => {
    expect([...undelta([], 3, "x")]).toEqual([-1, -1, -1]);
    expect(() => undelta([1], 3, "pods")).toThrow("pods has 1 entries for 3");
  });
  it("makes names by rule, numbers counted on by pattern", () => {
    // node0/gpu0, node0/gpu1, spine, node1/gpu0: numbers of the first pattern 0 0 | 0 1 | 1 0.
    const table = create(NameTableSchema, {
      patterns: [{ texts: ["node", "/gpu", ""] }, { texts: ["<b>spine"] }],
      pattern: [0, 0, 1, 0],
      numbersDelta: [0, 0, 0, 1, 1, -1],
    });
    const name = nameReader(table);
    expect([0, 1, 2, 3].map(name)).toEqual(["node0/gpu0", "node0/gpu1", "<b>spine", "node1/gpu0"]);
    expect(nameReader(undefined)(7)).toBe("");
  });
  it("refuses tables that lack numbers or patterns", () => {
    expect(() => nameReader(create(NameTableSchema, { patterns: [{ texts: ["a", ""] }], pattern: [0] }))).toThrow("lack numbers");
    expect(() => nameReader(create(NameTableSchema, { patterns: [], pattern: [0] }))).toThrow("no pattern");
  });
});

describe("fabrics", () => {
  it("numbers a cable's links one after the other, one-way cables once", () => {
    const device = (name: string) => ({ name, kind: DeviceTable_Kind.network_switch, tier: 1, plane: 0 });
    const graph = decodeFabric(
      makeFabric(
        [device("a"), device("b"), device("c")],
        [
          { from: "a", to: "b", tier: "x", oneWay: true },
          { from: "b", to: "c", tier: "x" },
        ],
      ),
    );
    expect([...graph.links.from]).toEqual([0, 1, 2]);
    expect([...graph.links.to]).toEqual([1, 2, 1]);
    expect(graph.linkName(2)).toBe("c -> b");
    expect([...graph.outLinks(1)]).toEqual([1]);
    expect([...graph.inLinks(1)]).toEqual([0, 2]);
    expect(graph.findDevice("c")).toBe(2);
    expect(graph.findDevice("d")).toBe(-1);
  });
  it("takes links of failed devices down and gives scale-up switches their cards' domain", () => {
    const fabric = railFabric(2, 2, 1, 1);
    const leaf = 6; // after 2 nodes of 2 cards and a switch: plane0/leaf0
    fabric.devices!.down = [leaf];
    const graph = decodeFabric(fabric);
    expect(graph.deviceName(leaf)).toBe("plane0/leaf0");
    for (const l of [...graph.outLinks(leaf), ...graph.inLinks(leaf)]) expect(graph.isUp(l)).toBe(false);
    expect(graph.devices.domain[graph.findDevice("node1/nvswitch")]).toBe(1);
  });
  it("refuses lists that do not fit together", () => {
    expect(() => decodeFabric(create(FabricViewSchema, {}))).toThrow("no devices");
    const short = railFabric(2, 2, 1, 1);
    short.links!.count++;
    expect(() => decodeFabric(short)).toThrow("do not make");
    const nowhere = railFabric(2, 2, 1, 1);
    nowhere.links!.toDelta[0] = 1000;
    expect(() => decodeFabric(nowhere)).toThrow("an end nowhere");
  });
  it("works utilisation out of bytes, rate and makespan", () => {
    const graph = decodeFabric(railFabric(2, 2, 1, 1));
    const group = new Array<number>(graph.links.count).fill(0);
    group[3] = 1;
    const map = create(LinkMapSchema, { group });
    // Link 3 is NVLink of 1,600 Gb/s: 100,000 bytes in 1 us are 0.8 Mb of 1.6 Mb.
    const run = create(RunViewSchema, { makespanPs: 1e6, traffic: { linkMap: 0, bytes: [0, 1e5] } });
    const load = decodeLoad(graph, [map], run)!;
    expect(load.utilisation[3]).toBeCloseTo(0.5, 12);
    expect(load.bytes[3]).toBe(1e5);
    expect(load.utilisation[0]).toBe(0);
    expect(decodeLoad(graph, [map], create(RunViewSchema, {}))).toBeUndefined();
    expect(() => decodeLoad(graph, [], run)).toThrow("without a link map");
    run.traffic!.bytes = [0];
    expect(() => decodeLoad(graph, [map], run)).toThrow("link 3 has no traffic");
  });
});
