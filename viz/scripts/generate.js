// Writes src/gen: the messages of the page's data, from the same schema as the C++ (protoc of the distribution).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const viz = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(viz);
const out = join(viz, "src", "gen");
// view.proto and what it imports.
const files = ["report", "sweep_report", "tune_report", "validate_report", "view"].map((name) => `configs/schema/${name}.proto`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
execFileSync(
  "protoc",
  [
    `--plugin=protoc-gen-es=${join(viz, "node_modules", ".bin", "protoc-gen-es")}`,
    `--es_out=${out}`,
    "--es_opt=target=ts",
    `--proto_path=${root}`,
    ...files,
  ],
  { stdio: "inherit" },
);
