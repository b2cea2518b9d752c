import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// One folder for what all tests make, so that a command is run once for all files; gone at the end.
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "polyplane-viz-"));
  process.env["POLYPLANE_VIZ_FOLDER"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
