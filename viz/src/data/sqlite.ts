import initSqlJs, { type SqlJsStatic } from "sql.js";
import { fromBase64, gunzip } from "./bytes";

// SQLite as WebAssembly. It stands in the explorer, compressed, and is woken when a store is opened; pages that carry data
// go without it.

const elementId = "polyplane-sqlite";
let started: Promise<SqlJsStatic> | null = null;

// Null: the page has none.
export function sqliteOf(page: Document): Promise<SqlJsStatic> | null {
  const element = page.getElementById(elementId);
  const text = element instanceof HTMLTemplateElement ? (element.content.textContent ?? "").trim() : "";
  if (text === "") return null;
  started ??= gunzip(fromBase64(text)).then(startSqlite);
  return started;
}

export function startSqlite(wasm: Uint8Array<ArrayBuffer>): Promise<SqlJsStatic> {
  return initSqlJs({ wasmBinary: wasm.buffer });
}
