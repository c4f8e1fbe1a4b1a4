// Makes ../assets from the npm packages: site.css (Bootstrap Italia, only the rules in use, and site.css
// of this folder after it), icons.svg (only the icons in use) and the fonts.
// `--check` writes nothing and fails where an asset is not what it would write.
import { readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";
import { transform } from "lightningcss";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "../assets");
const npm = (path) => join(here, "node_modules", path);
const text = (path) => readFileSync(path, "utf8");

const templates = readdirSync(join(here, "../templates")).sort();
const sources = templates.map((name) => join(here, "../templates", name)).concat(join(here, "../src/html.rs"));
const markup = sources.map(text).join("\n");

// Classes and tags that stand in the markup, template tags taken out; headings and stress are written by
// html.rs from numbers and names.
function words() {
  const attributes = [...markup.matchAll(/\bclass=\\?"((?:[^"\\{]|\{[{%].*?[%}]\})*)\\?"/g)].map((m) => m[1]);
  const classes = attributes.join(" ").replace(/\{[{%].*?[%}]\}/g, " ").match(/[\w-]+/g);
  const tags = [...markup.matchAll(/<([a-z][a-z0-9]*)/g)].map((m) => m[1]);
  return [...classes, ...tags, "html", "body", "h1", "h2", "h3", "h4", "strong", "em", "br"];
}

async function style() {
  const bootstrap = text(npm("bootstrap-italia/dist/css/bootstrap-italia.min.css"));
  const licence = bootstrap.match(/\/\*![\s\S]*?\*\//)[0];
  // The package's own fonts are left aside: @font-face of site.css takes their place.
  const rules = bootstrap.replace(/@font-face\{[^}]*\}/g, "");
  const [purged] = await new PurgeCSS().purge({
    content: [{ raw: words().join(" "), extension: "html" }],
    css: [{ raw: rules + text(join(here, "site.css")) }],
    defaultExtractor: (content) => content.split(" "),
    safelist: { standard: [":root"], variables: ["--bootstrap-italia-version"] },
    variables: true,
    keyframes: true,
    fontFace: false,
  });
  // Rules for the inside of fields, of which no page has any.
  const fields = /[^{}]*(?:::-webkit-(?:datetime|inner|search|color|input)|::file-selector|:disabled|\.btn-check|::-moz-focus)[^{}]*\{[^{}]*\}/g;
  const { code } = transform({
    filename: "site.css",
    code: Buffer.from(purged.css.replace(fields, "")),
    minify: true,
    targets: { chrome: 109 << 16, firefox: 115 << 16, safari: (15 << 16) | (6 << 8) },
  });
  // The national evaluation strips double quotes alone from the version (C.SI.1.2).
  const css = code.toString().replace(/--bootstrap-italia-version:\s*'([^']*)'/, '--bootstrap-italia-version:"$1"');
  if (!/--bootstrap-italia-version:\s*"2\./.test(css)) throw new Error("the version variable is gone");
  return `${licence.replaceAll("\r", "")}\n${css}\n`;
}

function icons() {
  const used = [...new Set(markup.match(/\bit-[a-z0-9-]+(?="\)|\\")/g))].sort();
  const sprite = text(npm("bootstrap-italia/dist/svg/sprites.svg"));
  const symbols = used.map((id) => {
    const symbol = sprite.match(new RegExp(`<symbol[^>]*id="${id}"[\\s\\S]*?</symbol>`));
    if (!symbol) throw new Error(`no icon ${id}`);
    return symbol[0].replace(/\s+/g, " ");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

const outputs = new Map([
  ["site.css", Buffer.from(await style())],
  ["icons.svg", Buffer.from(icons())],
]);
for (const weight of [400, 600]) {
  const name = `@fontsource/titillium-web/files/titillium-web-latin-${weight}-normal.woff2`;
  outputs.set(`titillium-web-${weight}.woff2`, readFileSync(npm(name)));
}

// The Open Font License goes where the fonts go.
outputs.set("titillium-web-LICENSE.txt", readFileSync(npm("@fontsource/titillium-web/LICENSE")));

let stale = 0;
for (const [name, bytes] of outputs) {
  const path = join(assets, name);
  const same = existsSync(path) && readFileSync(path).equals(bytes);
  if (same) continue;
  stale += 1;
  if (process.argv.includes("--check")) console.error(`${name} is not what build.mjs makes`);
  else writeFileSync(path, bytes);
}
if (process.argv.includes("--check") && stale > 0) process.exit(1);
for (const [name, bytes] of outputs) console.log(`${name} ${bytes.length} B`);
