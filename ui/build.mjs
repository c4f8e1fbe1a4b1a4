// Style, fonts, icons and the page itself: node build.mjs [--out DIR]
// The program (ui.js, ui_bg.wasm) and the editor (editor.js, editor.css) come from `cargo xtask ui`.
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";
import { browserslistToTargets, transform } from "lightningcss";

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = resolve(at >= 0 && args[at + 1] ? args[at + 1] : join(here, "dist"));
const italia = join(here, "node_modules/bootstrap-italia/dist");
const fonts = join(here, "node_modules/@fontsource/titillium-web/files");
const WEIGHTS = ["300-normal", "400-normal", "400-italic", "600-normal", "700-normal"];

await mkdir(join(out, "fonts"), { recursive: true });
const source = (await sources(join(here, "src"))).join("\n");
await Promise.all([style(), page(), ...WEIGHTS.map(font), copyFile(join(here, "boot.js"), join(out, "boot.js")), copyFile(join(here, "styles/chevron.svg"), join(out, "chevron.svg"))]);

/** The Rust sources: they name the classes and icons in use. */
async function sources(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".rs"));
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
}

/** Words in quotes: a class is never written otherwise. */
function classes(text) {
  return [...text.matchAll(/"([^"\n]*)"/g)].flatMap(([, words]) => words.split(/\s+/)).filter(Boolean);
}

async function style() {
  const [purged] = await new PurgeCSS().purge({
    css: [join(italia, "css/bootstrap-italia.min.css")],
    content: [{ raw: source, extension: "rs" }, { raw: await readFile(join(here, "index.html"), "utf8"), extension: "html" }],
    extractors: [{ extensions: ["rs"], extractor: classes }],
    safelist: ["html", "body", "a", "p", "h1", "h2", "h3", "ul", "ol", "li", "table", "th", "td", "button", "input", "label", "select", "textarea", "fieldset", "legend"],
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const own = await readFile(join(here, "styles/app.css"), "utf8");
  // Ours stands outside the layer, so it wins without a fight. Imports and pictures as data: would be
  // stopped by the content security policy.
  // In a layer `!important` would turn the order round.
  const italiaCss = purged.css.replace(/@charset[^;]*;/g, "").replace(/\s*!important/g, "");
  const { code } = transform({
    filename: "app.css",
    code: Buffer.from(`@layer italia{${italiaCss}}\n${own}`),
    minify: true,
    targets: browserslistToTargets(["safari 17", "chrome 120"]),
    visitor: { Url: (url) => (url.url.startsWith("data:") ? { ...url, url: "#" } : url) },
  });
  await writeFile(join(out, "app.css"), code);
}

/** The page, with the icons that the sources name. */
async function page() {
  const sprites = await readFile(join(italia, "svg/sprites.svg"), "utf8");
  const names = [...new Set(source.match(/"it-[a-z-]+"/g) ?? [])].map((name) => name.slice(1, -1)).sort();
  const symbols = names.map((name) => symbol(sprites, name)).join("");
  const html = await readFile(join(here, "index.html"), "utf8");
  const icons = `<svg xmlns="http://www.w3.org/2000/svg" hidden>${symbols}</svg>`;
  await writeFile(join(out, "index.html"), html.replace("<!-- icons -->", icons));
}

function symbol(sprites, name) {
  const found = sprites.match(new RegExp(`<(symbol|svg)[^>]*\\bid="${name}"[^>]*>[\\s\\S]*?</\\1>`));
  if (!found) throw new Error(`Bootstrap Italia has no icon ${name}`);
  return found[0].replace(/^<svg/, "<symbol").replace(/<\/svg>$/, "</symbol>");
}

async function font(weight) {
  await copyFile(join(fonts, `titillium-web-latin-${weight}.woff2`), join(out, "fonts", `titillium-${weight}.woff2`));
}
