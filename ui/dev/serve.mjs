// A development aid: serves ui/dist with the fake backend before the program, under the real content
// security policy. node dev/serve.mjs [PORT]  Standard output: the address, then what a page says with
// POST /says (`screen`, `rows`): `cargo xtask bench` times a browser with it.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../dist");
const port = Number(process.argv[2] ?? 8787);
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const csp = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' anteprima:; font-src 'self'; object-src 'none'; base-uri 'none'; frame-src 'none'; form-action 'none'";

const server = createServer(async (request, response) => {
  if (request.method === "POST" && request.url === "/says") {
    let said = "";
    for await (const part of request) said += part;
    process.stdout.write(`${said.slice(0, 80)}\n`);
    response.writeHead(204).end();
    return;
  }
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  const name = path === "/" ? "/index.html" : path;
  try {
    let body = await readFile(name.startsWith("/dev/") ? join(here, name.slice(5)) : join(dist, name));
    if (name === "/index.html") {
      body = String(body).replace('<script type="module"', '<script src="/dev/mock.js"></script><script type="module"');
    }
    response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream", "content-security-policy": csp, "cache-control": "no-store" });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(port, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`));
