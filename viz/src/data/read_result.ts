import { create, fromBinary, fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  CompareReportSchema,
  RecordingSchema,
  ReportSchema,
  SweepReportSchema,
  TopoReportSchema,
  TuneReportSchema,
  ViewSchema,
} from "../schema";
import type { Recording } from "../schema";
import { fromBase64, gunzip, isGzip, mostBytes, TooLarge } from "./bytes";

export type Trouble = "empty" | "tooLarge" | "notGzip" | "notJson" | "noSchema" | "otherSchema" | "notRecording" | "noReport" | "oldBrowser" | "store" | "text";

// Why a file cannot be shown; `detail` is the unknown schema or what the reader said.
export class CannotRead extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly detail = "",
  ) {
    super(`${trouble} ${detail}`);
  }
}

const dataElement = /<template id="polyplane-data">([A-Za-z0-9+/=\s]*)<\/template>/;

// A recording (--record), a result of --format json, or a page of `polyplane report`. Throws CannotRead.
export async function readResult(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Recording[]> {
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
  if (startsWith(bytes, "SQLite format 3")) throw new CannotRead("store");
  // A View begins with the tag of its one field, a line feed.
  if (bytes[0] !== 0x0a && isText(bytes)) throw new CannotRead("text");
  return readView(bytes);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
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
