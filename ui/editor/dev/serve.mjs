// Serves the test page under the content security policy of the app: node dev/serve.mjs [PORT]
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".map": "application/json" };
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-src 'none'; form-action 'none'";
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 300"><rect width="480" height="300" fill="#cfe3f5"/><path d="M0 190h480v110H0z" fill="#7fa66a"/><path d="M40 190q200-150 400 0v20q-200-150-400 0z" fill="#8a6d4b"/></svg>';

export function serve(port = 0) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    response.setHeader("Content-Security-Policy", POLICY);
    if (path.startsWith("/media/")) {
      return response.setHeader("Content-Type", "image/svg+xml").end(PICTURE);
    }
    const file = find(path === "/" ? "/index.html" : path);
    if (!file) return response.writeHead(404).end();
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    return createReadStream(file).pipe(response);
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done(server)));
}

function find(path) {
  if (path.includes("..")) return null;
  return [here, join(here, "../dist")].map((dir) => join(dir, path)).find((file) => existsSync(file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.argv[2]) || 0);
  console.log(`http://127.0.0.1:${server.address().port}/`);
}
