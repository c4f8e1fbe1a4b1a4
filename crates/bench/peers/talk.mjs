// How a peer's client is driven: JSON lines in on standard input, JSON lines out. One command at a time.
import { createInterface } from "node:readline";

const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");

/** Obeys `commands`, a function per word in `do`. */
export function talk(commands) {
  let before = Promise.resolve();
  const answer = async (line) => {
    const begun = performance.now();
    try {
      const ask = JSON.parse(line);
      const told = (await commands[ask.do](ask)) ?? {};
      say({ ok: true, ...told, ms: performance.now() - begun });
    } catch (error) {
      say({ ok: false, error: String(error?.message ?? error) });
    }
  };
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => (before = before.then(() => answer(line))));
  lines.on("close", () => process.exit(0));
  // A peer's own background errors are its own business: it goes on, or the time limit tells.
  process.on("uncaughtException", (error) => process.stderr.write(`${error?.stack ?? error}\n`));
  process.on("unhandledRejection", (error) => process.stderr.write(`${error?.stack ?? error}\n`));
  say({ ok: true });
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `seen` tells true, looking every 20 ms; `ok: false` when the time is up. */
export async function until(seconds, seen, pages) {
  const begun = performance.now();
  const progress = [];
  for (;;) {
    const done = await seen();
    const [now, here] = [Math.round(performance.now() - begun), await pages()];
    const last = progress.at(-1);
    if (!last || (now >= last[0] + 1000 && here !== last[1])) progress.push([now, here]);
    if (done) return { pages: here, progress };
    if (now > seconds * 1000) return { ok: false, pages: here, progress, error: "time is up" };
    await pause(20);
  }
}
