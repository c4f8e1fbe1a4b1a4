import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { EditorState } from "prosemirror-state";
import { toDoc, toRich } from "../src/convert.js";
import { createSync } from "../src/sync.js";
import { p, t } from "./help/make.js";

const settled = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** An editor without a page, and an app that answers when told to. */
function bench(blocks) {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const it = { state: EditorState.create({ doc: toDoc(blocks) }), sent: [], calls: [], wrote: 0 };
  const apply = (tr) => {
    it.state = it.state.apply(tr);
    it.sync.record(tr);
  };
  it.sync = createSync({
    getState: () => it.state,
    apply,
    wrote: () => it.wrote++,
    send: (text) => {
      it.sent.push(text);
      return new Promise((answer, refuse) => it.calls.push({ answer, refuse }));
    },
  });
  it.type = (text, at = it.state.doc.content.size - 1) => apply(it.state.tr.insertText(text, at));
  it.wait = async (ms) => {
    mock.timers.tick(ms);
    await settled();
  };
  it.answer = async (merged = null) => {
    it.calls.shift().answer(merged);
    await settled();
  };
  it.text = () => toRich(it.state.doc);
  return it;
}

const told = (name, run) =>
  test(name, async () => {
    try {
      await run();
    } finally {
      mock.timers.reset();
    }
  });

told("the text is handed over 300 ms after the last key", async () => {
  const it = bench([p("a")]);
  it.type("b");
  await it.wait(299);
  assert.equal(it.sent.length, 0);
  await it.wait(1);
  assert.deepEqual(it.sent, [[p("ab")]]);
});

told("it is said at the first key that words wait, also while an answer is on its way", async () => {
  const it = bench([p("a")]);
  it.type("b");
  it.type("c");
  assert.equal(it.wrote, 1);
  await it.wait(300);
  it.type("d");
  assert.equal(it.wrote, 2);
  it.sync.setText([p("x")]);
  await it.answer([p("abc"), p("da Bruno")]);
  assert.equal(it.wrote, 2, "a colleague's words are nobody's to save");
});

told("while typing goes on it is handed over once a second", async () => {
  const it = bench([p("")]);
  for (let i = 0; i < 9; i++) {
    it.type("x");
    await it.wait(100);
  }
  assert.equal(it.sent.length, 0);
  it.type("x");
  await it.wait(100);
  assert.deepEqual(it.sent, [[p("xxxxxxxxxx")]]);
});

told("the next edit waits for the answer to the last", async () => {
  const it = bench([p("a")]);
  it.type("b");
  await it.wait(300);
  it.type("c");
  await it.wait(2000);
  assert.equal(it.sent.length, 1);
  await it.answer();
  await it.wait(300);
  assert.deepEqual(it.sent[1], [p("abc")]);
});

told("what was typed while the answer was on its way stands on the merged text and is handed over next", async () => {
  const it = bench([p("Il ponte")]);
  it.type(" chiuso");
  await it.wait(300);
  it.type(" domani");
  await it.answer([p("Avviso"), p("Il ponte chiuso")]);
  assert.deepEqual(it.text(), [p("Avviso"), p("Il ponte chiuso domani")]);
  await it.wait(300);
  assert.deepEqual(it.sent[1], [p("Avviso"), p("Il ponte chiuso domani")]);
  await it.answer();
  await it.wait(5000);
  assert.equal(it.sent.length, 2);
});

told("an answer that brings a colleague's words is not handed over again", async () => {
  const it = bench([p("a")]);
  it.type("b");
  await it.wait(300);
  await it.answer([p("ab"), p("da Bruno")]);
  await it.wait(5000);
  assert.equal(it.sent.length, 1);
  assert.ok(it.sync.isClean());
});

told("an edit that was not taken comes again, with what was typed since", async () => {
  const it = bench([p("a")]);
  it.type("b");
  await it.wait(300);
  it.calls.shift().refuse(new Error("disk full"));
  await settled();
  it.type("c");
  await it.wait(3000);
  assert.deepEqual(it.sent[1], [p("abc")]);
});

told("flush hands over at once, and again what was typed before the answer", async () => {
  const it = bench([p("a")]);
  it.type("b");
  const done = it.sync.flush();
  assert.deepEqual(it.sent, [[p("ab")]]);
  it.type("c");
  await it.answer();
  assert.deepEqual(it.sent[1], [p("abc")]);
  await it.answer();
  assert.equal(await done, true);
});

told("flush says when the text was not taken", async () => {
  const it = bench([p("a")]);
  it.type("b");
  const done = it.sync.flush();
  it.calls.shift().refuse(new Error("no"));
  assert.equal(await done, false);
});

told("another text is shown at once if nothing waits", async () => {
  const it = bench([p("a")]);
  assert.equal(it.sync.setText([p("b", t("c", { bold: true }))]), true);
  assert.deepEqual(it.text(), [p("b", t("c", { bold: true }))]);
  await it.wait(5000);
  assert.equal(it.sent.length, 0);
});

told("another text does not replace words that wait: they are handed over first", async () => {
  const it = bench([p("a")]);
  it.type("b");
  assert.equal(it.sync.setText([p("x")]), false);
  assert.deepEqual(it.text(), [p("ab")]);
  assert.deepEqual(it.sent, [[p("ab")]]);
});

told("a check during a hand-over is made after its answer, once", async () => {
  const it = bench([p("a")]);
  it.type("b");
  await it.wait(300);
  assert.equal(it.sync.setText([p("x")]), false);
  await it.answer();
  await it.wait(0);
  assert.deepEqual(it.sent, [[p("ab")], [p("ab")]]);
  await it.answer([p("ab"), p("x")]);
  await it.wait(5000);
  assert.equal(it.sent.length, 2);
  assert.deepEqual(it.text(), [p("ab"), p("x")]);
});
