// When the text is handed over, and what happens with the answer.
//
// At most one edit is on its way: the next one can only be based on the answer to the last.
import { toDoc, toRich } from "./convert.js";
import { recordSteps, rebase } from "./rebase.js";

const PAUSE_MS = 300;
const AT_MOST_MS = 1000;
const RETRY_MS = 3000;

/**
 * `send(blocks) -> Promise<blocks | null>`: the merged text where it differs from what was sent.
 * `getState()`, `apply(tr)`: the document. `ready()`: a promise for when it may change (no composition).
 * `wrote()`: something was written that was not handed over yet.
 */
export function createSync({ send, getState, apply, ready = async () => {}, wrote = () => {} }) {
  let dirty = false;
  let forced = false;
  let sending = null;
  let unsent = [];
  let timer = 0;
  let since = 0;

  /** To be called with every transaction that was applied. */
  function record(tr) {
    if (!tr.docChanged || tr.getMeta("remote")) return;
    if (sending) unsent.push(...recordSteps(tr));
    if (!dirty) wrote();
    dirty = true;
    schedule();
  }

  function schedule() {
    const now = Date.now();
    since ||= now;
    clearTimeout(timer);
    timer = setTimeout(hand, Math.max(0, Math.min(PAUSE_MS, since + AT_MOST_MS - now)));
  }

  function hand() {
    clearTimeout(timer);
    if (sending || !(dirty || forced)) return;
    [dirty, forced, since, unsent] = [false, false, 0, []];
    sending = exchange(toRich(getState().doc)).finally(() => {
      sending = null;
      unsent = [];
    });
    sending.then((ok) => again(ok));
  }

  async function exchange(blocks) {
    try {
      const merged = await send(blocks);
      await ready();
      if (merged != null) show(merged);
      return true;
    } catch {
      dirty = true;
      return false;
    }
  }

  function again(ok) {
    if (!(dirty || forced)) return;
    clearTimeout(timer);
    timer = setTimeout(hand, ok ? (forced ? 0 : PAUSE_MS) : RETRY_MS);
  }

  function show(blocks) {
    for (const tr of rebase(getState(), unsent, toDoc(blocks))) apply(tr);
  }

  /** Hands over at once; settles when nothing waits any more, or the hand-over failed. */
  async function flush() {
    for (let turn = 0; turn < 10 && (sending || dirty || forced); turn++) {
      hand();
      if (!(await sending)) return false;
    }
    return !dirty;
  }

  /** Asks for the newest text, even if nothing was written here. */
  function check() {
    forced = true;
    hand();
  }

  /** Shows another text, unless something written here waits: then it is handed over first. */
  function setText(blocks) {
    if (dirty || sending) {
      check();
      return false;
    }
    unsent = [];
    show(blocks);
    return true;
  }

  return { record, flush, check, setText, hand, isClean: () => !dirty && !sending };
}
