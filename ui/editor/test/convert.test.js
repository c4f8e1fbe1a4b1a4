import assert from "node:assert/strict";
import test from "node:test";
import { toDoc, toRich } from "../src/convert.js";
import { attachment, head, image, item, p, t, table } from "./help/make.js";

const around = (blocks) => toRich(toDoc(blocks));

test("every kind of block comes back as it went", () => {
  const blocks = [
    p("Il ponte resta ", t("chiuso", { bold: true }), t(" fino a ", { italic: true }), t("venerdì", { bold: true, italic: true })),
    p(),
    p("Vai al ", t("sito", { link: "https://www.comune.roccaverano.at.it/" }), " o alla ", t("pagina", { link: "pagina:01930000-0000-7000-8000-000000000001" })),
    head(2, "Orari"), head(3, "Mattina"), head(4, "Sabato"),
    item(0, "uno"), item(1, "uno e mezzo", true), item(4, "in fondo", true), item(0, "due"),
    image("ponte.jpg", "Il ponte sul Bormida", { caption: "Foto di Anna" }),
    image("fregio.png", "", { decorative: true }),
    attachment("avviso.pdf"),
    table("t1", true, ["Giorno", "Ora"], ["lunedì", "9-12"], ["", "14-16"]),
    table("t2", false, ["a", "b"]),
    p("fine"),
  ];
  assert.deepEqual(around(blocks), blocks);
});

test("a line break keeps the look of the words around it", () => {
  const blocks = [p(t("via Roma 1\u2028Roccaverano", { bold: true }), "\u2028AT")];
  const doc = toDoc(blocks);
  assert.equal(doc.firstChild.childCount, 5);
  assert.deepEqual(toRich(doc), blocks);
});

test("a newline inside a span becomes a line break", () => {
  assert.deepEqual(around([p("a\nb\r\nc")]), [p("a\u2028b\u2028c")]);
});

test("an empty text is an empty list of blocks", () => {
  assert.deepEqual(around([]), []);
  assert.deepEqual(around([p()]), []);
  assert.deepEqual(around([p(), p()]), [p(), p()]);
});

test("neighbouring spans with the same look become one", () => {
  assert.deepEqual(around([p("a", "b", t("c", { bold: true }), t("d", { bold: true }))]), [p("ab", t("cd", { bold: true }))]);
});

test("what the schema cannot hold is brought to the nearest it can", () => {
  assert.deepEqual(around([head(1, "x"), head(7, "y"), item(9, "z")]), [head(2, "x"), head(4, "y"), item(4, "z")]);
});

test("a ragged table gets the cells it lacks", () => {
  const ragged = { type: "table", id: "r", header: false, rows: [{ id: "1", cells: [[t("a")]] }, { id: "2", cells: [[], [t("b")]] }] };
  assert.deepEqual(around([ragged])[0].rows.map((row) => row.cells.length), [2, 2]);
});

test("tables and rows without identity get one", () => {
  const [first, second] = around([
    { type: "table", id: "", header: true, rows: [{ id: "", cells: [[]] }, { id: "", cells: [[]] }] },
    { type: "table", id: "", header: true, rows: [] },
  ]);
  const ids = [first.id, second.id, ...first.rows.map((row) => row.id), ...second.rows.map((row) => row.id)];
  assert.ok(ids.every((id) => /^[0-9a-f]{12}$/.test(id)), ids.join());
  assert.equal(new Set(ids).size, 5);
});
