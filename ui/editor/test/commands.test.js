import assert from "node:assert/strict";
import test from "node:test";
import { EditorState, TextSelection } from "prosemirror-state";
import {
  backspaceInList, cleanAddress, enterInList, insertBlock, insertTable, linkRange, setLink, shiftDepth, toggleList,
} from "../src/commands.js";
import { toDoc, toNode, toRich } from "../src/convert.js";
import { fileSize } from "../src/messages.js";
import { insertBlocks } from "../src/paste.js";
import { tableIds } from "../src/tables.js";
import { head, image, item, p, t, table } from "./help/make.js";

/** A state with the caret `at`, or the selection from `at` to `to` (document positions). */
function state(blocks, at = 1, to = at) {
  const doc = toDoc(blocks);
  return EditorState.create({ doc, selection: TextSelection.create(doc, at, to), plugins: [tableIds()] });
}

function after(command, before) {
  let out = before;
  assert.ok(command(before, (tr) => (out = before.apply(tr))), "the command applies");
  return toRich(out.doc);
}

const bullet = { type: "item", ordered: false, depth: 0, spans: [] };

test("paragraphs become items and items paragraphs again", () => {
  const all = state([p("a"), head(2, "b"), p("c")], 1, 8);
  assert.deepEqual(after(toggleList(true), all), [item(0, "a", true), item(0, "b", true), item(0, "c", true)]);
  assert.deepEqual(after(toggleList(true), state([item(2, "a", true)])), [p("a")]);
});

test("a bulleted item becomes a numbered one and keeps its level", () => {
  assert.deepEqual(after(toggleList(true), state([item(0, "x"), item(1, "a")], 4)), [item(0, "x"), item(1, "a", true)]);
});

test("an item is never more than one level under the one before", () => {
  const two = [item(0, "a"), item(0, "b")];
  assert.deepEqual(after(shiftDepth(1), state(two, 4)), [item(0, "a"), item(1, "b")]);
  assert.equal(shiftDepth(1)(state(two, 1)), false);
  assert.equal(shiftDepth(1)(state([item(0, "a"), item(1, "b")], 4)), false);
});

test("enter makes a new item, on an empty one it leaves the list level by level", () => {
  assert.deepEqual(after(enterInList, state([item(1, "ab", true)], 2)), [item(1, "a", true), item(1, "b", true)]);
  assert.deepEqual(after(enterInList, state([item(1, "a", true)], 2)), [item(1, "a", true), { ...bullet, depth: 1, ordered: true }]);
  assert.deepEqual(after(enterInList, state([{ ...bullet, depth: 2 }, p("x")])), [{ ...bullet, depth: 1 }, p("x")]);
  assert.deepEqual(after(enterInList, state([bullet, p("x")])), [p(), p("x")]);
  assert.equal(enterInList(state([p("a")])), false);
});

test("backspace at the start of an item goes a level up, then out", () => {
  assert.deepEqual(after(backspaceInList, state([item(1, "a")])), [item(0, "a")]);
  assert.deepEqual(after(backspaceInList, state([item(0, "a")])), [p("a")]);
  assert.equal(backspaceInList(state([item(0, "ab")], 2)), false);
});

test("a table takes the place of an empty paragraph and leaves room to write after it", () => {
  const [made, rest, ...more] = after(insertTable, state([p()]));
  assert.deepEqual([made.type, made.header, made.rows.length, made.rows[0].cells.length], ["table", true, 3, 3]);
  assert.deepEqual([rest, ...more], [p()]);
});

test("an image goes in after the block with the caret", () => {
  const before = state([p("a"), p("b")], 2);
  const out = before.apply(insertBlock(before.tr, toNode(image("x.jpg"))));
  assert.deepEqual(toRich(out.doc), [p("a"), image("x.jpg"), p("b")]);
});

test("an image asked for from within a table goes in after the table", () => {
  const before = state([table("t", false, ["a"]), p("b")], 5);
  const out = before.apply(insertBlock(before.tr, toNode(image("x.jpg"))));
  assert.deepEqual(toRich(out.doc).map((block) => block.type), ["table", "image", "paragraph"]);
});

test("a copied table gets identities of its own", () => {
  const before = state([table("t", true, ["a"], ["b"]), p()], 17);
  const out = before.apply(insertBlocks(before.tr, [table("t", true, ["a"], ["b"])]));
  const [first, second] = toRich(out.doc);
  assert.deepEqual([first.id, first.rows[0].id], ["t", "t-0"]);
  assert.notEqual(second.id, "t");
  assert.deepEqual(second.rows.map((row) => row.cells), first.rows.map((row) => row.cells));
});

test("one pasted paragraph goes on within the line, with its look", () => {
  const before = state([p("ac")], 2);
  const out = before.apply(insertBlocks(before.tr, [p(t("b", { bold: true }))]));
  assert.deepEqual(toRich(out.doc), [p("a", t("b", { bold: true }), "c")]);
});

test("pasted blocks split the line they land in", () => {
  const before = state([p("ad")], 2);
  const out = before.apply(insertBlocks(before.tr, [p("b"), item(0, "x"), item(1, "y"), p("c")]));
  assert.deepEqual(toRich(out.doc), [p("ab"), item(0, "x"), item(1, "y"), p("cd")]);
});

test("blocks pasted into an empty paragraph take its place, the caret is at their end", () => {
  const before = state([p("a"), p(), p("z")], 4);
  const out = before.apply(insertBlocks(before.tr, [head(2, "x"), table("t", false, ["c"]), item(0, "y")]));
  assert.deepEqual(toRich(out.doc), [p("a"), head(2, "x"), table("t", false, ["c"]), item(0, "y"), p("z")]);
  assert.equal(out.selection.$from.parent.textContent, "y");
});

test("a paste over a selection across blocks replaces it", () => {
  const before = state([p("abc"), p("def"), p("ghi")], 3, 12);
  const out = before.apply(insertBlocks(before.tr, [p("1"), p("2")]));
  assert.deepEqual(toRich(out.doc), [p("ab1"), p("2hi")]);
});

test("what is pasted into a cell stays in the cell", () => {
  const before = state([table("t", false, ["a", "b"])], 5);
  const out = before.apply(insertBlocks(before.tr, [p("1"), item(0, "2"), table("x", false, ["3", "4"])]));
  assert.deepEqual(toRich(out.doc), [table("t", false, ["a1\u20282\u20283 4", "b"])]);
});

test("a link is found around the caret and no further", () => {
  const link = { link: "https://a.it/" };
  const blocks = [p("x ", t("uno", link), t(" due", { ...link, bold: true }), " y ", t("tre", link))];
  assert.deepEqual(linkRange(state(blocks, 5)), { from: 3, to: 10, href: "https://a.it/" });
  assert.deepEqual(linkRange(state(blocks, 14)), { from: 13, to: 16, href: "https://a.it/" });
  assert.deepEqual(linkRange(state(blocks, 2)), { from: 2, to: 2, href: "" });
  assert.deepEqual(after(setLink({ from: 3, to: 10 }, ""), state(blocks, 5))[0].spans[0], t("x uno"));
});

test("a link on nothing brings its address as words", () => {
  assert.deepEqual(after(setLink({ from: 3, to: 3 }, "mailto:a@b.it"), state([p("a ")], 3)), [
    p("a ", t("a@b.it", { link: "mailto:a@b.it" })),
  ]);
});

test("addresses are completed, or refused", () => {
  const good = {
    "https://www.comune.roccaverano.at.it/a?b=c": "https://www.comune.roccaverano.at.it/a?b=c",
    "www.regione.piemonte.it": "https://www.regione.piemonte.it",
    "anna@comune.it": "mailto:anna@comune.it",
    "mailto:anna@comune.it": "mailto:anna@comune.it",
    "0144 93 025": "tel:014493025",
    "tel:+39 0144": "tel:+390144",
    "pagina:abc-1": "pagina:abc-1",
  };
  for (const [typed, href] of Object.entries(good)) assert.equal(cleanAddress(typed), href, typed);
  for (const bad of ["javascript:alert(1)", "file:///C:/x.doc", "data:text/html,x", "ciao", "due parole", "https://", "http://localhost/"]) {
    assert.equal(cleanAddress(bad), null, bad);
  }
});

test("sizes read as Italian", () => {
  assert.deepEqual([fileSize(0), fileSize(999), fileSize(1536), fileSize(12_345_678)], ["0 byte", "999 byte", "1,5 KB", "12 MB"]);
});
