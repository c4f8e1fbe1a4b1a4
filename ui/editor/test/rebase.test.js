import assert from "node:assert/strict";
import test from "node:test";
import { EditorState, Plugin, TextSelection } from "prosemirror-state";
import { history, undo } from "prosemirror-history";
import { toDoc, toRich } from "../src/convert.js";
import { patchDoc, textChanges } from "../src/diff.js";
import { rebase, recordSteps } from "../src/rebase.js";
import { attachment, head, image, item, p, t, table } from "./help/make.js";

const keep = new Plugin({ historyPreserveItems: true });
const start = (blocks) => EditorState.create({ doc: toDoc(blocks), plugins: [history(), keep] });

/** The position of `word` (or just after it) in the document. */
function find(doc, word, after = false) {
  let found = -1;
  doc.descendants((node, pos) => {
    const at = node.isTextblock ? node.textBetween(0, node.content.size, null, "\u2028").indexOf(word) : -1;
    if (at >= 0 && found < 0) found = pos + 1 + at + (after ? word.length : 0);
  });
  assert.ok(found >= 0, `"${word}" is there`);
  return found;
}

/** Someone typing: keeps the state and the steps since the last hand-over. */
class Desk {
  constructor(blocks) {
    this.state = start(blocks);
    this.unsent = [];
  }
  run(change) {
    const tr = change(this.state.tr);
    this.unsent.push(...recordSteps(tr));
    this.state = this.state.apply(tr);
    return this;
  }
  type(after, text) {
    const at = find(this.state.doc, after, true);
    [...text].forEach((letter, index) => this.run((tr) => tr.insertText(letter, at + index)));
    return this.run((tr) => tr.setSelection(TextSelection.create(tr.doc, at + text.length)));
  }
  answered(blocks) {
    for (const tr of rebase(this.state, this.unsent, toDoc(blocks))) this.state = this.state.apply(tr);
    this.unsent = [];
    return this;
  }
  get text() {
    return toRich(this.state.doc);
  }
  get beforeCaret() {
    const { $head } = this.state.selection;
    return $head.parent.textBetween(0, $head.parentOffset);
  }
}

test("words typed after sending stand in the merged text, and so does the caret", () => {
  const desk = new Desk([p("Il ponte è chiuso."), p("Saluti da Anna")]).type("chiuso", " da oggi");
  desk.answered([p("Avviso!"), p("Il ponte nuovo è chiuso."), p("Saluti da Bruno")]);
  assert.deepEqual(desk.text, [p("Avviso!"), p("Il ponte nuovo è chiuso da oggi."), p("Saluti da Bruno")]);
  assert.equal(desk.beforeCaret, "Il ponte nuovo è chiuso da oggi");
});

test("a colleague's changes on both sides of the caret leave the typing alone", () => {
  const desk = new Desk([p("uno"), p("due"), p("tre")]).type("due", " e mezzo");
  desk.answered([head(2, "UNO"), p("due"), p("tre"), p("quattro")]);
  assert.deepEqual(desk.text, [head(2, "UNO"), p("due e mezzo"), p("tre"), p("quattro")]);
});

test("a paragraph that became a heading keeps the word typed in it", () => {
  const desk = new Desk([p("Orari degli uffici")]).type("Orari", " estivi");
  desk.answered([head(2, "Orari degli uffici")]);
  assert.deepEqual(desk.text, [head(2, "Orari estivi degli uffici")]);
});

test("a word that a colleague made bold keeps what was typed inside it", () => {
  const desk = new Desk([p("ponte chiuso")]).type("chi", "X");
  desk.answered([p("ponte ", t("chiuso", { bold: true }))]);
  assert.deepEqual(desk.text, [p("ponte ", t("chi", { bold: true }), "X", t("uso", { bold: true }))]);
});

test("a word replaced under the caret does not take the typed letters along", () => {
  const desk = new Desk([p("Il gatto dorme")]).type("gat", "XYZ");
  desk.answered([p("Il cane dorme")]);
  assert.match(desk.text[0].spans[0].text, /^Il .*XYZ.* dorme$/);
  assert.ok(desk.text[0].spans[0].text.includes("cane") || /c.*XYZ.*ne/.test(desk.text[0].spans[0].text));
});

test("a paragraph deleted under the caret comes back with what was typed", () => {
  const desk = new Desk([p("prima"), p("il paragrafo di Anna"), p("dopo")]).type("paragrafo", " lungo");
  desk.answered([p("prima"), p("dopo")]);
  assert.deepEqual(desk.text, [p("prima"), p("il paragrafo lungo di Anna"), p("dopo")]);
});

test("a table deleted under the caret comes back once, with all cells", () => {
  const one = table("t1", true, ["Giorno", "Ora"], ["lunedì", "9"]);
  const desk = new Desk([p("prima"), one, p("dopo")]).type("lunedì", " e martedì").type("9", "-12");
  desk.answered([p("prima"), p("dopo")]);
  assert.deepEqual(desk.text, [p("prima"), table("t1", true, ["Giorno", "Ora"], ["lunedì e martedì", "9-12"]), p("dopo")]);
});

test("a row deleted under the caret comes back into its table", () => {
  const rows = [["a", "b"], ["c", "d"], ["e", "f"]];
  const desk = new Desk([p("x"), table("t", false, ...rows)]).type("c", "!!");
  const without = table("t", false, ...rows);
  without.rows.splice(1, 1);
  desk.answered([p("x"), without]);
  assert.deepEqual(desk.text, [p("x"), table("t", false, ["a", "b"], ["c!!", "d"], ["e", "f"])]);
});

test("two cells of one table are edited by two people", () => {
  const desk = new Desk([table("t", true, ["Giorno", "Ora"], ["lunedì", "9"])]).type("lunedì", " santo");
  desk.answered([table("t", true, ["Giorno", "Ora"], ["lunedì", "10"])]);
  assert.deepEqual(desk.text, [table("t", true, ["Giorno", "Ora"], ["lunedì santo", "10"])]);
});

test("a column added by a colleague does not disturb typing in another", () => {
  const desk = new Desk([table("t", false, ["a", "b"], ["c", "d"])]).type("d", "!");
  desk.answered([table("t", false, ["nuova", "a", "b"], ["", "c", "d"])]);
  assert.deepEqual(desk.text, [table("t", false, ["nuova", "a", "b"], ["", "c", "d!"])]);
});

test("an alternative text typed after sending stays when the caption is a colleague's", () => {
  const desk = new Desk([p("x"), image("ponte.jpg")]).run((tr) => tr.setNodeAttribute(3, "alt", "Il ponte"));
  desk.answered([p("xy"), image("ponte.jpg", "", { caption: "Foto" })]);
  assert.deepEqual(desk.text, [p("xy"), image("ponte.jpg", "Il ponte", { caption: "Foto" })]);
});

test("a split made after sending stays", () => {
  const desk = new Desk([p("uno due")]).run((tr) => tr.split(5));
  desk.answered([p("uno bello due"), p("tre")]);
  const lines = desk.text.map((block) => block.spans.map((s) => s.text).join(""));
  assert.equal(lines.length, 3);
  assert.equal(lines[0] + lines[1], "uno bello due");
});

test("undo takes back own words only, also after a merge", () => {
  const desk = new Desk([p("Il ponte è chiuso.")]).type("ponte", " vecchio");
  desk.answered([p("Avviso"), p("Il ponte è chiuso domani.")]);
  undo(desk.state, (tr) => (desk.state = desk.state.apply(tr)));
  assert.deepEqual(desk.text, [p("Avviso"), p("Il ponte è chiuso domani.")]);
});

test("what was brought back can be undone", () => {
  const desk = new Desk([p("prima"), p("mia"), p("dopo")]).type("mia", "!");
  desk.answered([p("prima"), p("dopo")]);
  assert.equal(desk.text.length, 3);
  undo(desk.state, (tr) => (desk.state = desk.state.apply(tr)));
  assert.deepEqual(desk.text, [p("prima"), p("dopo")]);
});

test("nothing typed since: the text becomes the answer, the caret stays by its word", () => {
  const desk = new Desk([p("uno"), p("due tre")]);
  desk.run((tr) => tr.setSelection(TextSelection.create(tr.doc, find(tr.doc, "due", true))));
  desk.unsent = [];
  desk.answered([p("zero"), p("uno"), item(0, "ecco due tre")]);
  assert.equal(desk.beforeCaret, "ecco due");
});

test("changes inside a text are small and add up", () => {
  for (const [x, y] of [["", "a"], ["a", ""], ["aaa", "aa"], ["il gatto nero", "un gatto bianco e nero"], ["😀a", "😁a"], ["a😀", "a😁"]]) {
    let out = x;
    for (const c of textChanges(x, y).reverse()) out = out.slice(0, c.from) + y.slice(c.at, c.at + c.size) + out.slice(c.to);
    assert.equal(out, y);
    assert.ok(!/\p{Surrogate}/u.test(textChanges(x, y).map((c) => y.slice(c.at, c.at + c.size)).join("|")));
  }
});

// A small generator (Lehmer): the same texts on every run.
function dice(seed) {
  let state = seed + 1;
  return (n) => ((state = (state * 48271) % 2147483647), state % n);
}

const WORDS = ["ponte", "strada", "Comune", "orario", "lunedì", "chiuso", "a", "è", "😀", "via\u2028Roma"];

function randomText(roll) {
  const span = () => ({
    text: Array.from({ length: 1 + roll(4) }, () => WORDS[roll(WORDS.length)]).join(" "),
    ...(roll(4) === 0 && { bold: true }),
    ...(roll(6) === 0 && { link: "https://example.it/" }),
  });
  const spans = () => Array.from({ length: roll(4) }, span);
  const cells = (width) => Array.from({ length: width }, () => (roll(3) ? [span()] : []));
  const block = () => {
    const kind = roll(8);
    if (kind < 3) return { type: "paragraph", spans: spans() };
    if (kind === 3) return { type: "heading", level: 2 + roll(3), spans: spans() };
    if (kind === 4) return { type: "item", ordered: !roll(2), depth: roll(5), spans: spans() };
    if (kind === 5) return image(`${roll(3)}.jpg`, roll(2) ? "alt" : "", { caption: roll(2) ? "didascalia" : "" });
    if (kind === 6) return attachment(`${roll(3)}.pdf`);
    const width = 1 + roll(3);
    const rows = Array.from({ length: 1 + roll(3) }, (_, index) => ({ id: `r${(index + roll(2)) * 7}${index}`, cells: cells(width) }));
    return { type: "table", id: `t${roll(2)}`, header: !roll(2), rows };
  };
  return Array.from({ length: 1 + roll(7) }, block);
}

function mutated(roll, blocks) {
  const out = structuredClone(blocks);
  for (let i = 0; i < 1 + roll(3); i++) {
    const at = roll(out.length);
    const kind = roll(4);
    if (kind === 0 && out.length > 1) out.splice(at, 1);
    else if (kind === 1) out.splice(at, 0, randomText(roll)[0]);
    else if (out[at].spans?.length) out[at].spans[0] = { text: `${WORDS[roll(9)]} ${out[at].spans[0].text}` };
    else out[at] = randomText(roll)[0];
  }
  return out;
}

test("from any text to any other, exactly", () => {
  for (let seed = 0; seed < 1500; seed++) {
    const roll = dice(seed * 7919);
    const before = randomText(roll);
    const after = seed % 2 ? mutated(roll, before) : randomText(roll);
    const tr = start(before).tr;
    const target = toDoc(after);
    patchDoc(tr, target);
    tr.doc.check();
    assert.ok(tr.doc.eq(target), `seed ${seed}`);
  }
});

test("whatever is typed while an answer is on its way is in the text afterwards", () => {
  for (let seed = 0; seed < 1500; seed++) {
    const roll = dice(seed * 104729);
    const before = randomText(roll);
    const desk = new Desk(before);
    const marks = typeAnywhere(desk, roll, seed);
    desk.answered(mutated(roll, before));
    desk.state.doc.check();
    const words = desk.state.doc.textBetween(0, desk.state.doc.content.size, "\n", "\n");
    for (const mark of marks) assert.ok(words.includes(mark), `seed ${seed}: "${mark}" in "${words}"`);
  }
});

// Types marks that no random text holds at random places, letter by letter, and splits some blocks.
function typeAnywhere(desk, roll, seed) {
  const marks = [];
  for (let i = 0; i < 1 + roll(3); i++) {
    const places = [];
    desk.state.doc.descendants((node, pos) => {
      if (!node.isTextblock) return;
      for (let at = 0; at <= node.content.size; at++) places.push(pos + 1 + at);
    });
    const inside = (pos) => marks.some((mark) => {
      const { parent, parentOffset } = desk.state.doc.resolve(pos);
      const text = parent.textBetween(0, parent.content.size, null, "\n");
      const from = text.indexOf(mark);
      return from >= 0 && parentOffset > from && parentOffset < from + mark.length;
    });
    const free = places.filter((pos) => !inside(pos));
    if (!free.length) break;
    const at = free[roll(free.length)];
    if (roll(4) === 0 && desk.state.doc.resolve(at).depth === 1) desk.run((tr) => tr.split(at));
    const mark = `Q${seed}z${i}Q`;
    const to = desk.state.doc.resolve(at).parent.isTextblock ? at : at + 1;
    [...mark].forEach((letter, index) => desk.run((tr) => tr.insertText(letter, to + index)));
    marks.push(mark);
  }
  return marks;
}
