// An automerge-repo in memory, one document per record: `node client.mjs WS-URL`.
import { readFileSync } from "node:fs";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import { pause, talk, until } from "./talk.mjs";

const repo = new Repo({ network: [] });
let adapter;
const handles = new Map(); // by address
const finding = new Set();

function connect() {
  if (adapter) return;
  adapter = new WebSocketClientAdapter(process.argv[2]);
  repo.networkSubsystem.addNetworkAdapter(adapter);
}

const titled = (title) => [...handles.values()].find((handle) => handle.doc()?.title === title);
const pages = async () => [...handles.values()].filter((handle) => handle.doc()?.body).length;

// The sync server says "unavailable" of what it does not have yet: asked again.
async function find(key) {
  if (handles.has(key) || finding.has(key)) return;
  finding.add(key);
  try {
    handles.set(key, await repo.find(key));
  } catch {
    await pause(200);
  } finally {
    finding.delete(key);
  }
}

talk({
  async load({ file }) {
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const keys = lines.map((line) => {
      const handle = repo.create(JSON.parse(line));
      handles.set(handle.url, handle);
      return handle.url;
    });
    return { written: keys.length, keys };
  },
  async edit({ was, title }) {
    titled(was).change((doc) => (doc.title = title));
  },
  async start() {
    connect();
  },
  // It has no word for "the server has it": only the second client tells.
  async carry() {
    connect();
    return { unconfirmed: true };
  },
  async cold() {},
  async await({ count, title, keys, seconds }) {
    connect();
    return until(seconds, async () => {
      const missing = keys.filter((key) => !handles.has(key) && !finding.has(key));
      for (const key of missing.slice(0, Math.max(0, 200 - finding.size))) find(key);
      if (count !== undefined && (await pages()) < count) return false;
      return title === undefined || titled(title) !== undefined;
    }, pages);
  },
  async count() {
    return { pages: await pages() };
  },
});
