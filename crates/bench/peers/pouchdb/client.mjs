// A PouchDB with the memory adapter: `node client.mjs URL`.
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pause, talk, until } from "./talk.mjs";

const require = createRequire(import.meta.url);
const PouchDB = require("pouchdb").plugin(require("pouchdb-adapter-memory"));
const remote = new PouchDB(process.argv[2]);
const local = new PouchDB("workspace", { adapter: "memory" });
let pulling;
let titles = new Map();

const all = async () => (await local.allDocs({ include_docs: true })).rows.map((row) => row.doc);
const pages = async () => (await local.info()).doc_count;

function pull() {
  if (pulling) return;
  pulling = PouchDB.replicate(remote, local, { live: true, retry: true });
  local.changes({ live: true, since: 0, include_docs: true })
    .on("change", (change) => titles.set(change.id, change.doc.title));
}

talk({
  async load({ file }) {
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const docs = lines.map((line) => ({ _id: randomUUID(), ...JSON.parse(line) }));
    await local.bulkDocs(docs);
    return { written: docs.length };
  },
  async edit({ was, title }) {
    const doc = (await all()).find((doc) => doc.title === was);
    await local.put({ ...doc, title });
  },
  // Upwards alone: a full `sync` would cost it more. Called again when it fails, until the time is up.
  async carry({ seconds }) {
    const time = new Promise((_, fail) => setTimeout(() => fail(new Error("time is up")), seconds * 1000).unref());
    let tries = 0;
    const insist = async () => {
      for (;;) {
        try {
          tries += 1;
          return await local.replicate.to(remote);
        } catch {
          await pause(1000);
        }
      }
    };
    await Promise.race([insist(), time]);
    return { tries };
  },
  async start() {
    local.replicate.to(remote, { live: true, retry: true });
  },
  async sync() {
    await local.sync(remote);
  },
  async first() {
    pull();
  },
  async cold() {},
  async await({ count, title, seconds }) {
    pull();
    return until(seconds, async () => {
      if (count !== undefined && (await pages()) < count) return false;
      return title === undefined || [...titles.values()].includes(title);
    }, pages);
  },
  async count() {
    return { pages: await pages() };
  },
});
