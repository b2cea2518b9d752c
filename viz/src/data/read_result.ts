import { create, fromBinary, fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  CompareReportSchema,
  RecordingSchema,
  ReportSchema,
  SweepReportSchema,
  TopoReportSchema,
  TuneReportSchema,
  ValidateReportSchema,
  ViewSchema,
} from "../schema";
import type { Recording } from "../schema";
import { fromBase64, gunzip, isGzip, mostBytes, TooLarge } from "./bytes";
import { isStore, readStore } from "./read_store";
import { CannotRead } from "./trouble";
import type { SqlJsStatic } from "sql.js";

const dataElement = /<template id="polyplane-data">([A-Za-z0-9+/=\s]*)<\/template>/;

// A recording (--record), a result of --format json, a page of `polyplane report`, or the store of a sweep, where there is
// SQLite to read it. Throws CannotRead.
export async function readResult(name: string, bytes: Uint8Array<ArrayBuffer>, sqlite: () => Promise<SqlJsStatic> | null = () => null): Promise<Recording[]> {
  if (bytes.length === 0) throw new CannotRead("empty");
  if (bytes.length > mostBytes) throw new CannotRead("tooLarge");
  if (isGzip(bytes)) return readView(await unpack(bytes));
  const first = bytes.find((byte) => byte > 0x20);
  if (first === 0x7b) return [readJson(name, new TextDecoder().decode(bytes))];
  if (first === 0x3c) {
    const data = dataElement.exec(new TextDecoder().decode(bytes))?.[1]?.trim();
    if (!data) throw new CannotRead("noReport");
    return readEmbedded(data);
  }
  if (isStore(bytes)) {
    const engine = sqlite();
    if (engine === null) throw new CannotRead("storeElsewhere");
    const value = readStore(bytes, await engine);
    return [create(RecordingSchema, { name, version: value.version, result: { case: "sweep", value } })];
  }
  // A View begins with the tag of its one field, a line feed.
  if (bytes[0] !== 0x0a && isText(bytes)) throw new CannotRead("text", name);
  return readView(bytes);
}

// Nothing but what people write, as far as its beginning says.
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 1024).every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

// What stands in the page: base64 of a gzip-compressed View.
export async function readEmbedded(text: string): Promise<Recording[]> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = fromBase64(text);
  } catch {
    throw new CannotRead("notRecording");
  }
  return readView(await unpack(bytes));
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined") throw new CannotRead("oldBrowser");
  try {
    return await gunzip(bytes);
  } catch (error) {
    throw new CannotRead(error instanceof TooLarge ? "tooLarge" : "notGzip");
  }
}

function readView(bytes: Uint8Array): Recording[] {
  try {
    const view = fromBinary(ViewSchema, bytes);
    if (view.recordings.length > 0) return view.recordings;
  } catch {
    // Refused below.
  }
  throw new CannotRead("notRecording");
}

function readJson(name: string, text: string): Recording {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new CannotRead("notJson", error instanceof Error ? error.message : "");
  }
  const schema = json !== null && typeof json === "object" && !Array.isArray(json) ? json["schema"] : undefined;
  if (typeof schema !== "string") throw new CannotRead("noSchema");
  const options = { ignoreUnknownFields: true };
  const result = (): Recording["result"] => {
    switch (schema) {
      case "polyplane/report/1":
        return { case: "report", value: fromJson(ReportSchema, json, options) };
      case "polyplane/compare/1":
        return { case: "compare", value: fromJson(CompareReportSchema, json, options) };
      case "polyplane/topo/1":
        return { case: "topo", value: fromJson(TopoReportSchema, json, options) };
      case "polyplane/sweep/1":
        return { case: "sweep", value: fromJson(SweepReportSchema, json, options) };
      case "polyplane/tune/1":
        return { case: "tune", value: fromJson(TuneReportSchema, json, options) };
      case "polyplane/validate/1":
        return { case: "validate", value: fromJson(ValidateReportSchema, json, options) };
      default:
        throw new CannotRead("otherSchema", schema);
    }
  };
  let read: Recording["result"];
  try {
    read = result();
  } catch (error) {
    if (error instanceof CannotRead) throw error;
    throw new CannotRead("notJson", error instanceof Error ? error.message : "");
  }
  return create(RecordingSchema, { name, version: read.value?.version ?? "", result: read });
}
