import { gzipSync } from "fflate";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

// Builds one HTML file that needs nothing else: the script and the style stand inside, and a content security policy by
// their hashes lets nothing else run, load or be sent. The data is no script; whoever puts it in changes no hash.
// `marker` stands once in the file, where the data goes. SQLite, which opens stores, is data as well until it is woken; it is
// WebAssembly, and the policy allows that by a word of its own. (Compressed by a library, since what Node brings differs from
// one version to the next.)
export function singleFile(marker: string, fileName: string): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset" || typeof page.source !== "string") throw new Error("there is no index.html");
      const scripts: string[] = [];
      const styles: string[] = [];
      for (const [name, file] of Object.entries(bundle)) {
        if (file === page) continue;
        if (file.type === "chunk") scripts.push(file.code.trim());
        else if (name.endsWith(".css") && typeof file.source === "string") styles.push(file.source.trim());
        else throw new Error(`${name} cannot stand inside the page`);
        delete bundle[name];
      }
      const [script, style] = [scripts[0], styles[0]];
      if (scripts.length !== 1 || styles.length !== 1 || script === undefined || style === undefined) {
        throw new Error(`one script and one style are wanted; there are ${scripts.length} and ${styles.length}`);
      }
      if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error("markup inside a script or a style");

      const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
      const policy = [
        "default-src 'none'",
        `script-src ${hash(script)} 'wasm-unsafe-eval'`,
        `style-src ${hash(style)}`,
        "img-src blob: data:", // figures on their way to a PNG
        "base-uri 'none'",
        "form-action 'none'",
      ].join("; ");
      const html = page.source
        .replace(/\s*<script type="module"[^>]*><\/script>/g, "")
        .replace(/\s*<link rel="(stylesheet|modulepreload)"[^>]*>/g, "")
        .replace("<!--policy-->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
        .replace("<!--style-->", () => `<style>${style}</style>`)
        .replace("<!--sqlite-->", () => sqlite())
        .replace("<!--script-->", () => `<script type="module">${script}</script>`);
      if (html.split(marker).length !== 2) throw new Error(`${marker} is wanted once in the page`);
      page.source = html;
      page.fileName = fileName;
    },
  };
}

function sqlite(): string {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm-browser.wasm"));
  return Buffer.from(gzipSync(wasm, { level: 9, mem: 12, mtime: 0 })).toString("base64");
}
