// Bundles the editor: node build.mjs [--out DIR] [--dev]
// Writes DIR/editor.js (one ES module) and DIR/editor.css.
import { build } from "esbuild";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = resolve(at >= 0 && args[at + 1] ? args[at + 1] : join(here, "dist"));

await mkdir(out, { recursive: true });
await build({
  entryPoints: { editor: join(here, "src/index.js") },
  outdir: out,
  bundle: true,
  format: "esm",
  // WebKitGTK 2.50 is Safari 26; WebView2 is an evergreen Chromium.
  target: ["safari17", "chrome120"],
  minify: !args.includes("--dev"),
  sourcemap: args.includes("--dev") ? "linked" : false,
  legalComments: "none",
  logLevel: "warning",
});
await build({
  entryPoints: { editor: join(here, "src/editor.css") },
  outdir: out,
  minify: !args.includes("--dev"),
  target: ["safari17", "chrome120"],
  logLevel: "warning",
});
