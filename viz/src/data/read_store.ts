import { create, fromJsonString, type MessageInitShape } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Database, SqlJsStatic, SqlValue } from "sql.js";
import { SweepReportSchema, SweepReport_PointSchema, type SweepReport } from "../schema";
import { CannotRead } from "./trouble";

// The store of a sweep (sim/campaign/sweep_store.h) as the document that `polyplane sweep --format json` prints of it.

const applicationId = 0x706c7377; // "plsw"
const schemaVersion = 1;
const tables = "table:grid table:points table:sweep";
const columns =
  "key, failure, error, cluster, algorithm, endpoints, time_ps, algbw_GBps, busbw_GBps, lower_bound_ps, " +
  "network_cost_cents, system_cost_cents, network_power_mw, system_power_mw, fingerprint";
const failures = ["", "input", "run", "limit", "bug"];

export function isStore(bytes: Uint8Array): boolean {
  return [..."SQLite format 3"].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

// Throws CannotRead: the newest rows may stand beside the file, it is no store, of another version, or damaged.
export function readStore(bytes: Uint8Array, sqlite: SqlJsStatic): SweepReport {
  // How the file is read and written: 2, by a log of its own beside it.
  if (bytes[18] === 2 || bytes[19] === 2) throw new CannotRead("storeUnderWay");
  let database: Database | null = null;
  try {
    database = new sqlite.Database(bytes);
    return reportOf(database);
  } catch (error) {
    if (error instanceof CannotRead) throw error;
    throw new CannotRead("storeDamaged", error instanceof Error ? error.message : String(error));
  } finally {
    database?.close();
  }
}

function rowsOf(database: Database, sql: string): SqlValue[][] {
  return database.exec(sql)[0]?.values ?? [];
}

function reportOf(database: Database): SweepReport {
  const one = (sql: string) => rowsOf(database, sql)[0]?.[0] ?? null;
  if (one("PRAGMA application_id") !== applicationId) throw new CannotRead("notStore");
  const version = one("PRAGMA user_version");
  if (version !== schemaVersion) throw new CannotRead("storeVersion", String(version));
  const found = rowsOf(database, "SELECT type || ':' || name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  if (found.flat().join(" ") !== tables) throw new CannotRead("notStore");
  const check = one("PRAGMA quick_check(1)");
  if (check !== "ok") throw new CannotRead("storeDamaged", String(check));

  const report = fromJsonString(SweepReportSchema, String(one("SELECT description FROM sweep")), { ignoreUnknownFields: true });
  const { outcome } = report;
  if (!outcome) throw new CannotRead("storeUnderWay");
  report.outcome = undefined;
  const grid = rowsOf(database, "SELECT position, key FROM grid ORDER BY position");
  const size = report.variables.reduce((product, { values }) => product * values.length, 1);
  if (grid.length !== size || grid.some(([position], i) => position !== i)) {
    throw new CannotRead("storeDamaged", `${grid.length} / ${size}`);
  }
  const rows = new Map(rowsOf(database, `SELECT ${columns} FROM points`).map((row) => [String(row[0]), row]));
  if ([...rows.values()].some((row) => !failures.includes(String(row[1])))) throw new CannotRead("storeDamaged", "failure");

  const positions = report.search ? outcome.tried : grid.map((_, i) => i).filter((i) => i % report.shards === report.shard);
  report.points = positions.map((position) => {
    const key = String(grid[position]?.[1]);
    return create(SweepReport_PointSchema, { position, values: indicesOf(report, position), key, ...pointOf(rows.get(key)) });
  });
  if (report.search) report.search.best = outcome.best;
  report.complete = outcome.complete;
  report.fingerprint = outcome.fingerprint;
  return report;
}

// Of each variable the index of its value; the last one changes fastest.
function indicesOf({ variables }: SweepReport, position: number): number[] {
  let left = position;
  return variables
    .map(({ values }) => values.length)
    .reverse()
    .map((length) => {
      const index = left % length;
      left = (left - index) / length;
      return index;
    })
    .reverse();
}

function numberOf(value: SqlValue | undefined, unit = 1) {
  return create(ValueSchema, {
    kind: typeof value === "number" ? { case: "numberValue", value: value / unit } : { case: "nullValue", value: 0 },
  });
}

function pointOf(row: SqlValue[] | undefined): MessageInitShape<typeof SweepReport_PointSchema> {
  const done = row !== undefined && row[1] === "";
  const text = (column: number) => String(row?.[column] ?? "");
  const figure = (column: number, unit?: number) => numberOf(done ? row[column] : null, unit);
  return {
    state: row === undefined ? "open" : done ? "done" : "failed",
    error: text(2),
    cluster: text(3),
    algorithm: text(4),
    endpoints: figure(5),
    timeUs: figure(6, 1e6),
    timePs: figure(6),
    algbwGBps: figure(7),
    busbwGBps: figure(8),
    lowerBoundUs: figure(9, 1e6),
    networkCostUsd: figure(10, 100),
    systemCostUsd: figure(11, 100),
    networkPowerW: figure(12, 1000),
    systemPowerW: figure(13, 1000),
    fingerprint: text(14),
  };
}
