// node judge.mjs SITE [--all] [--shots FOLDER]
// Judges a site as it is on disk: axe-core in Chromium, the Nu HTML checker, weight and requests.
// One page of every kind is judged, or with --all every page. A line per page, then a summary;
// the exit status is 1 where a judge found anything, 2 where it could not judge.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";
import puppeteer from "puppeteer-core";

const require = createRequire(import.meta.url);
const MAX_BYTES = 80_000; // without the images of the content, not compressed
const MAX_REQUESTS = 8;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2",
  ".jpg": "image/jpeg", ".png": "image/png", ".xml": "application/xml", ".pdf": "application/pdf",
};
const CSP = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";

const args = process.argv.slice(2);
const option = (name) => args.includes(name) && args.splice(args.indexOf(name), 1).length > 0;
const all = option("--all");
const shotsAt = args.indexOf("--shots");
const shots = shotsAt >= 0 ? args.splice(shotsAt, 2)[1] : undefined;
if (args.length !== 1 || !existsSync(join(args[0], "index.html"))) {
  console.error("usage: node judge.mjs SITE [--all] [--shots FOLDER]");
  process.exit(2);
}
const site = resolve(args[0]);

function pages(folder = site) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith(".html") ? [relative(site, path).split(sep).join("/")] : [];
  });
}

// The kind of a page is where it stands: of pages with names of their own, the folder they are in.
function kind(path) {
  const depth = path.split("/").length;
  if (/^novita\/[^/]+\/[^/]+\/index/.test(path)) return "news";
  if (/\/elenco\/\d+\//.test(path)) return path.startsWith("argomenti/") ? "topic archive" : "archive";
  if (/^amministrazione\/uffici\/[^/]+\/index/.test(path)) return "office";
  if (/^pagine\/[^/]+\/index/.test(path)) return "page";
  if (/^argomenti\/[^/]+\/index/.test(path)) return "topic";
  return `${depth} ${path}`;
}

// Of each kind the longest page, which has most in it, and the shortest.
function chosen(paths) {
  if (all) return paths;
  const kinds = Map.groupBy ? Map.groupBy(paths, kind) : paths.reduce((m, p) => m.set(kind(p), [...(m.get(kind(p)) ?? []), p]), new Map());
  return [...kinds.values()].flatMap((group) => {
    const bySize = group.toSorted((a, b) => statSync(join(site, b)).size - statSync(join(site, a)).size);
    return bySize.length > 1 ? [bySize[0], bySize.at(-1)] : bySize;
  });
}

// The address under which the site believes to be, from the link of its own name.
const base = readFileSync(join(site, "index.html"), "utf8").match(/it-brand-wrapper"><a href="([^"]+)"/)?.[1] ?? "/";

// What was sent since the last look, counted where it is sent: nothing can be missed.
const sent = { bytes: 0, requests: 0, missing: [] };

function serve() {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    let file = path.startsWith(base) ? join(site, path.slice(base.length)) : "";
    if (file.startsWith(site) && existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    const found = file.startsWith(site) && existsSync(file);
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    const bytes = found ? readFileSync(file) : Buffer.alloc(0);
    if (!found) sent.missing.push(`404 ${path}`);
    if (!path.includes("/media/")) {
      sent.requests += 1;
      sent.bytes += bytes.length;
    }
    response.writeHead(found ? 200 : 404, { "content-type": type, "content-security-policy": CSP });
    response.end(bytes);
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

async function look(browser, url, width) {
  const page = await browser.newPage();
  await page.setCacheEnabled(false);
  await page.setViewport({ width, height: 900 });
  Object.assign(sent, { bytes: 0, requests: 0, missing: [] });
  const problems = sent.missing;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  await page.goto(url, { waitUntil: "networkidle0" });
  return { page, seen: { bytes: sent.bytes, requests: sent.requests, problems } };
}

async function axe(page) {
  // Over the debugger: the policy of the page forbids scripts, and shall.
  await page.setBypassCSP(true);
  await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations, incomplete } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
  const lines = violations.map((v) => `axe ${v.id} (${v.impact}): ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")}`);
  return { lines, incomplete: incomplete.length };
}

// A page must not scroll sideways (WCAG 1.4.10): 320 px is the width it must fit.
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function judge(browser, origin, path) {
  const url = origin + base + path.replace(/(^|\/)index\.html$/, "$1");
  const { page, seen } = await look(browser, url, 1280);
  const desktop = await axe(page);
  if (shots) await page.screenshot({ path: join(shots, `${name(path)}-1280.png`), fullPage: true });
  await page.close();
  const small = await look(browser, url, 320);
  const mobile = await axe(small.page);
  const over = await overflow(small.page);
  if (shots) {
    await small.page.setViewport({ width: 390, height: 844 });
    await small.page.screenshot({ path: join(shots, `${name(path)}-390.png`), fullPage: true });
  }
  await small.page.close();
  const problems = [...new Set([...desktop.lines, ...mobile.lines, ...seen.problems])];
  if (over > 0) problems.push(`${over} px wider than a screen of 320 px`);
  if (seen.bytes > MAX_BYTES) problems.push(`weighs ${seen.bytes} B, more than ${MAX_BYTES}`);
  if (seen.requests > MAX_REQUESTS) problems.push(`${seen.requests} requests, more than ${MAX_REQUESTS}`);
  return { path, bytes: seen.bytes, requests: seen.requests, problems };
}

const name = (path) => path.replace(/\/?index\.html$/, "").replaceAll("/", "_") || "home";

async function validate(paths) {
  const jar = join(dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");
  const files = paths.map((path) => join(site, path));
  const run = promisify(execFile)("java", ["-jar", jar, "--format", "json", "--exit-zero-always", ...files], { maxBuffer: 1 << 28 });
  const { messages } = JSON.parse((await run).stderr);
  return messages.map((m) => ({
    path: relative(site, m.url.replace(/^file:/, "")),
    text: `vnu ${m.subType ?? m.type}: ${m.message} (line ${m.lastLine})`,
    error: m.type !== "info",
    warning: m.subType === "warning",
  }));
}

const paths = chosen(pages());
if (shots) mkdirSync(shots, { recursive: true });
const server = await serve();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-prefers-reduced-motion"],
});
let found = 0;
let heaviest = 0;
try {
  const vnu = await validate(paths);
  const origin = `http://127.0.0.1:${server.address().port}`;
  for (const path of paths) {
    const result = await judge(browser, origin, path);
    const html = vnu.filter((m) => m.path === path && (m.error || m.warning)).map((m) => m.text);
    const problems = [...result.problems, ...html];
    found += problems.length;
    heaviest = Math.max(heaviest, result.bytes);
    console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${path}  ${(result.bytes / 1000).toFixed(1)} kB, ${result.requests} requests`);
    problems.forEach((problem) => console.log(`       ${problem}`));
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${paths.length} pages judged, ${found} problems; the heaviest is ${(heaviest / 1000).toFixed(1)} kB without content images`);
process.exit(found === 0 ? 0 : 1);
