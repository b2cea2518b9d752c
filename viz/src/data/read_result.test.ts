import { create, toBinary } from "@bufbuild/protobuf";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { RecordingSchema, ReportSchema, ViewSchema } from "../schema";
import { fromBase64, gunzip, TooLarge } from "./bytes";
import { readEmbedded, readResult } from "./read_result";
import { CannotRead, type Trouble } from "./trouble";

const bytesOf = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const copy = (bytes: Uint8Array) => new Uint8Array(bytes) as Uint8Array<ArrayBuffer>;

function viewOf(...names: string[]): Uint8Array<ArrayBuffer> {
  const recordings = names.map((name) =>
    create(RecordingSchema, { name, result: { case: "report", value: create(ReportSchema, { version: "0.1.0" }) } }),
  );
  return copy(toBinary(ViewSchema, create(ViewSchema, { recordings })));
}

async function trouble(bytes: Uint8Array<ArrayBuffer>): Promise<Trouble | "none"> {
  try {
    await readResult("file", bytes);
    return "none";
  } catch (error) {
    if (error instanceof CannotRead) return error.trouble;
    throw error;
  }
}

describe("readResult", () => {
  it("reads recordings, compressed or not, and several written one after the other", async () => {
    expect((await readResult("a", viewOf("one")))[0]?.name).toBe("one");
    expect((await readResult("a", copy(gzipSync(viewOf("one", "two"))))).map((r) => r.name)).toEqual(["one", "two"]);
    const both = copy(gzipSync(Buffer.concat([viewOf("one"), viewOf("two")])));
    expect((await readResult("a", both)).map((r) => r.name)).toEqual(["one", "two"]);
  });

  it("reads JSON results by their schema, with names as in the schema", async () => {
    const report = { schema: "polyplane/report/1", version: "0.1.0", results: [{ collective: "all_reduce", size_bytes: 1024, algbw_GBps: 1.5 }] };
    const [recording] = await readResult("r.json", bytesOf(` ${JSON.stringify(report)}\n`));
    expect(recording?.name).toBe("r.json");
    expect(recording?.version).toBe("0.1.0");
    expect(recording?.result.case).toBe("report");
    const result = recording?.result.case === "report" ? recording.result.value.results[0] : undefined;
    expect([result?.sizeBytes, result?.algbwGBps]).toEqual([1024, 1.5]);
    for (const kind of ["compare", "topo", "tune", "sweep", "validate"]) {
      const [other] = await readResult("x", bytesOf(`{"schema": "polyplane/${kind}/1", "later": {"field": 1}}`));
      expect(other?.result.case).toBe(kind);
    }
  });

  it("reads a page of polyplane report", async () => {
    const data = gzipSync(viewOf("inside")).toString("base64");
    const page = `<!doctype html><template id="polyplane-data">${data}</template>`;
    expect((await readResult("r.html", bytesOf(page)))[0]?.name).toBe("inside");
    expect((await readEmbedded(` ${data}\n`))[0]?.name).toBe("inside");
  });

  it("says what is wrong with everything else", async () => {
    expect(await trouble(copy(new Uint8Array()))).toBe("empty");
    expect(await trouble(bytesOf("{"))).toBe("notJson");
    expect(await trouble(bytesOf('{"a": 1}'))).toBe("noSchema");
    expect(await trouble(bytesOf('{"schema": 7}'))).toBe("noSchema");
    expect(await trouble(bytesOf('{"schema": "polyplane/report/2"}'))).toBe("otherSchema");
    expect(await trouble(bytesOf('{"schema": "polyplane/report/1", "results": 5}'))).toBe("notJson");
    expect(await trouble(bytesOf("<html></html>"))).toBe("noReport");
    expect(await trouble(bytesOf('<template id="polyplane-data">@@DATA@@</template>'))).toBe("noReport");
    expect(await trouble(bytesOf("# nThread 1"))).toBe("text");
    expect(await trouble(bytesOf('name: "cluster"\r\n\tnodes: 4 # 集群\n'))).toBe("text");
    expect(await trouble(bytesOf("SQLite format 3\0\u0010"))).toBe("storeElsewhere");
    expect(await trouble(bytesOf("\u0001\u0002\u0003"))).toBe("notRecording");
    expect(await trouble(copy(gzipSync(bytesOf("no recording at all"))))).toBe("notRecording");
    expect(await trouble(copy(gzipSync(new Uint8Array())))).toBe("notRecording");
    const whole = gzipSync(viewOf("one"));
    for (const length of [2, 9, whole.length - 9, whole.length - 1]) {
      expect(await trouble(copy(whole.subarray(0, length)))).toBe("notGzip");
    }
    await expect(readEmbedded("%%%")).rejects.toBeInstanceOf(CannotRead);
  });

  it("says so in a browser that cannot decompress", async () => {
    const kept = globalThis.DecompressionStream;
    Reflect.deleteProperty(globalThis, "DecompressionStream");
    try {
      expect(await trouble(copy(gzipSync(viewOf("one"))))).toBe("oldBrowser");
    } finally {
      globalThis.DecompressionStream = kept;
    }
  });

  it("never throws anything but CannotRead, whatever byte is changed", async () => {
    const whole = gzipSync(viewOf("one", "two"));
    for (let i = 0; i < whole.length; ++i) {
      const changed = copy(whole);
      changed[i] = (changed[i] ?? 0) ^ 0x41;
      await trouble(changed);
    }
  });
});

describe("bytes", () => {
  it("decodes base64", () => {
    expect([...fromBase64(" AAEC/w== ")]).toEqual([0, 1, 2, 255]);
  });
  it("stops a file that grows beyond the limit", async () => {
    await expect(gunzip(copy(gzipSync(new Uint8Array(1 << 20))), 1 << 16)).rejects.toBeInstanceOf(TooLarge);
  });
});
