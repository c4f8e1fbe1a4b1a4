// tus-js-client at the near end, a look into the server's folder at the far one:
// `node client.mjs near URL STATE` or `node client.mjs far FOLDER`.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { talk, until } from "./talk.mjs";
import { FileUrlStorage, Upload } from "tus-js-client";

const [side, where, state] = process.argv.slice(2);
const waiting = [];
let urls;

function send(path) {
  urls ??= new FileUrlStorage(state);
  return new Promise((done, fail) => {
    const upload = new Upload(createReadStream(path), {
      endpoint: where,
      uploadSize: statSync(path).size,
      metadata: { filename: basename(path) },
      urlStorage: urls,
      fingerprint: async () => path,
      // Its usual delays, for as long as it takes.
      retryDelays: [0, 1000, ...Array(600).fill(3000)],
      onShouldRetry: () => true,
      onSuccess: done,
      onError: fail,
    });
    upload.start();
  });
}

async function sha(path) {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

// The store keeps `ID` and `ID.json`, which tells name and size.
async function whole(name, digest) {
  for (const entry of readdirSync(where).filter((entry) => entry.endsWith(".json"))) {
    const path = join(where, entry.slice(0, -5));
    let told;
    try {
      told = JSON.parse(readFileSync(join(where, entry), "utf8"));
    } catch {
      continue;
    }
    if (told.metadata?.filename !== name || !existsSync(path)) continue;
    if (statSync(path).size === told.size && (await sha(path)) === digest) return true;
  }
  return false;
}

const held = () =>
  readdirSync(where).filter((entry) => !entry.endsWith(".json")).reduce((sum, entry) => sum + statSync(join(where, entry)).size, 0);

talk({
  async attach({ file }) {
    waiting.push(file);
  },
  async carry() {
    while (waiting.length > 0) await send(waiting.shift());
  },
  // Side by side, as a page in a browser would.
  async start() {
    while (waiting.length > 0) send(waiting.shift()).catch((error) => process.stderr.write(`${error}\n`));
  },
  async cold() {},
  async await({ file, digest, seconds }) {
    return until(seconds, () => whole(file, digest), async () => held());
  },
  async count() {
    return { bytes: side === "far" ? held() : 0 };
  },
});
