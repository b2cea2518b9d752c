import { create, toJsonString } from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Database, SqlJsStatic } from "sql.js";
import { beforeAll, describe, expect, it } from "vitest";
import { SweepReportSchema } from "../schema";
import { isStore, readStore } from "./read_store";
import { startSqlite } from "./sqlite";
import { CannotRead } from "./trouble";

let sqlite: SqlJsStatic;

beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm"));
  sqlite = await startSqlite(new Uint8Array(wasm));
});

// As sim/campaign/sweep_store.cpp makes it.
const schema = `
  CREATE TABLE sweep (id INTEGER PRIMARY KEY CHECK (id = 1), description TEXT NOT NULL) STRICT;
  CREATE TABLE grid (position INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;
  CREATE TABLE points (key TEXT PRIMARY KEY, failure TEXT NOT NULL, error TEXT NOT NULL, cluster TEXT NOT NULL,
    algorithm TEXT NOT NULL, endpoints INTEGER NOT NULL, time_ps INTEGER NOT NULL, algbw_GBps REAL, busbw_GBps REAL,
    lower_bound_ps INTEGER, network_cost_cents INTEGER, system_cost_cents INTEGER, network_power_mw INTEGER,
    system_power_mw INTEGER, fingerprint TEXT NOT NULL, report TEXT NOT NULL, runs INTEGER NOT NULL, host TEXT NOT NULL,
    seconds REAL NOT NULL, finished_at TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;
  PRAGMA application_id = ${0x706c7377};`;

const value = (text: string) => ({ text });
const plain = {
  schema: "polyplane/sweep/1",
  version: "0.1.0",
  command: "sweep",
  experiment: "two by two",
  variables: [
    { key: "seed", values: [value("1"), value("2")] },
    { key: "collectives.algorithm", values: [value("ring"), value("swing")] },
  ],
  shard: 0,
  shards: 1,
  outcome: { complete: false, fingerprint: "", tried: [] as number[] },
};

function store(description: object = plain, change: (database: Database) => void = () => {}): Uint8Array {
  const database = new sqlite.Database();
  database.exec(schema);
  database.run("INSERT INTO sweep VALUES (1, ?)", [toJsonString(SweepReportSchema, create(SweepReportSchema, description), { useProtoFieldName: true })]);
  for (let i = 0; i < 4; ++i) database.run("INSERT INTO grid VALUES (?, ?)", [i, `k${i}`]);
  // Out of order, one without figures that nobody published, one that failed, and k2 is open.
  database.exec(`INSERT INTO points VALUES
    ('k3', '', '', 'four', 'swing', 4, 1234567, 1.5, 2.25, 1000000, 12345, NULL, 1500, NULL, 'f3', '{}', 1, 'h', 0.1, 't'),
    ('k1', 'input', 'no such thing', '', '', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', '', 1, 'h', 0.1, 't'),
    ('k0', '', '', 'four', 'ring', 4, 9007199254740991, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'f0', '{}', 1, 'h', 0.1, 't')`);
  change(database);
  const bytes = database.export();
  database.close();
  return bytes;
}

function trouble(bytes: Uint8Array): string {
  try {
    readStore(bytes, sqlite);
    return "none";
  } catch (error) {
    if (error instanceof CannotRead) return error.trouble;
    throw error;
  }
}

const number = (v: { kind: { case?: string; value?: unknown } } | undefined) => (v?.kind.case === "numberValue" ? v.kind.value : null);

describe("readStore", () => {
  it("reads points in the order of the grid, with failures and with what is open", () => {
    expect(isStore(store())).toBe(true);
    const report = readStore(store(), sqlite);
    expect(report.points.map((p) => [p.key, p.state, p.error, p.values.join("")])).toEqual([
      ["k0", "done", "", "00"],
      ["k1", "failed", "no such thing", "01"],
      ["k2", "open", "", "10"],
      ["k3", "done", "", "11"],
    ]);
    const [first, failed, open, last] = report.points;
    expect([number(first!.timePs), number(first!.busbwGBps)]).toEqual([9007199254740991, null]);
    for (const none of [failed!, open!]) expect([number(none.timePs), number(none.endpoints)]).toEqual([null, null]);
    expect([number(last!.timeUs), number(last!.lowerBoundUs), number(last!.networkCostUsd), number(last!.networkPowerW), number(last!.systemCostUsd)]).toEqual([
      1.234567, 1, 123.45, 1.5, null,
    ]);
    expect([report.complete, report.outcome]).toEqual([false, undefined]);
  });

  it("reads of a shard its own points, of a search those that it tried", () => {
    expect(readStore(store({ ...plain, shard: 1, shards: 2 }), sqlite).points.map((p) => p.position)).toEqual([1, 3]);
    const searched = { ...plain, search: { minimise: "time", budget: 2, seed: 0 }, outcome: { ...plain.outcome, complete: true, fingerprint: "ab", tried: [0, 3] } };
    const report = readStore(store(searched), sqlite);
    expect(report.points.map((p) => p.position)).toEqual([0, 3]);
    expect([report.complete, report.fingerprint]).toEqual([true, "ab"]);
  });

  it("refuses what is under way, whatever else is in it", () => {
    const { outcome: _, ...open } = plain;
    expect(trouble(store(open))).toBe("storeUnderWay");
    const bytes = store();
    bytes[18] = bytes[19] = 2;
    expect(trouble(bytes)).toBe("storeUnderWay");
  });

  it("refuses other versions, other databases and damage", () => {
    const spoiled = (sql: string) => trouble(store(plain, (database) => database.exec(sql)));
    expect(spoiled("PRAGMA user_version = 9")).toBe("storeVersion");
    expect(spoiled("PRAGMA application_id = 7")).toBe("notStore");
    expect(spoiled("CREATE VIEW v AS SELECT 1")).toBe("notStore");
    expect(spoiled("UPDATE sweep SET description = '{'")).toBe("storeDamaged");
    expect(spoiled("DELETE FROM grid WHERE position = 1")).toBe("storeDamaged");
    expect(spoiled("UPDATE points SET failure = 'odd' WHERE key = 'k1'")).toBe("storeDamaged");
    expect(spoiled("ALTER TABLE points RENAME COLUMN time_ps TO time")).toBe("storeDamaged");
    const whole = store();
    for (const length of [100, 4096, whole.length - 4096]) expect(trouble(whole.slice(0, length))).not.toBe("none");
  });

  it("never throws anything but CannotRead, whatever byte is changed", () => {
    const whole = store();
    for (let i = 0; i < whole.length; i += 37) {
      const changed = whole.slice();
      changed[i] = (changed[i] ?? 0) ^ 0x41;
      trouble(changed);
    }
  });
});
