// Drives the built asset like a person would: node dev/check.mjs [chromium|webkit ...] [--pictures DIR]
// Needs chromedriver, or WebKitWebDriver with MiniBrowser and xvfb-run; run `node build.mjs` first.
import assert from "node:assert/strict";
import { join } from "node:path";
import { KEY, open, pause, waitFor } from "./driver.mjs";
import { serve } from "./serve.mjs";

const args = process.argv.slice(2);
const at = args.indexOf("--pictures");
const pictures = at >= 0 ? args.splice(at, 2)[1] : null;
const { control, alt, shift, enter, tab, escape, backspace, f10, left, right, end } = KEY;

const words = (block) => block.spans.map((span) => span.text).join("");

class Desk {
  constructor(page, browser) {
    Object.assign(this, { page, browser });
  }
  /** A new editor with this text and the caret in its first block. */
  async fresh(blocks = []) {
    await this.page.run(
      `await window.editor.destroy(); window.merge = () => null; window.clean = null;
       Object.assign(window.log, { edits: [], files: [], pastes: [], errors: [] });
       window.start(args[0]); window.editor.focusBlock(0);`, blocks);
  }
  /** Keys that move the caret; the browser tells of it a moment later, as it would a person. */
  async move(...keys) {
    await this.page.keys(...keys);
    await pause(60);
  }
  async text() {
    await this.page.run("await window.editor.flush()");
    return this.page.run("return window.log.edits.at(-1) ?? null");
  }
  log() {
    return this.page.run("return window.log");
  }
  status() {
    return this.page.run("return document.querySelector('.ed-status').textContent");
  }
  focused() {
    return this.page.run("const e = document.activeElement; return e.getAttribute('aria-label') ?? e.id");
  }
  /** A paste event as the browser would send it. */
  paste(data) {
    return this.page.run(
      `const data = new DataTransfer();
       for (const [type, value] of Object.entries(args[0])) data.setData(type, value);
       const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
       document.querySelector(".ed-doc").dispatchEvent(event);`, data);
  }
  async picture(name) {
    if (pictures) await this.page.picture(join(pictures, `${this.browser}-${name}.png`));
  }
}

const checks = {
  async "words, bold, a list by its rule, levels by Tab, out by Enter"(desk) {
    await desk.fresh();
    await desk.page.keys("## Avviso", enter, "Il ponte ", [control, "b"], "chiuso", [control, "b"], " oggi", enter);
    await desk.page.keys("- uno", enter, "due", tab, enter, enter, "tre", enter, enter, "fine");
    assert.deepEqual(await desk.text(), [
      { type: "heading", level: 2, spans: [{ text: "Avviso" }] },
      { type: "paragraph", spans: [{ text: "Il ponte " }, { text: "chiuso", bold: true }, { text: " oggi" }] },
      { type: "item", ordered: false, depth: 0, spans: [{ text: "uno" }] },
      { type: "item", ordered: false, depth: 1, spans: [{ text: "due" }] },
      { type: "item", ordered: false, depth: 0, spans: [{ text: "tre" }] },
      { type: "paragraph", spans: [{ text: "fine" }] },
    ]);
  },
  async "numbers by their rule, Backspace out of the list, undo and redo"(desk) {
    await desk.fresh();
    await desk.page.keys("1. uno", enter, backspace, "due");
    const before = await desk.text();
    assert.deepEqual(before.map((block) => block.type), ["item", "paragraph"]);
    await pause(600);
    await desk.page.keys("!");
    await desk.page.keys([control, "z"]);
    assert.equal(await desk.status(), "Modifica annullata");
    assert.deepEqual(await desk.text(), before);
    await desk.page.keys([control, "y"]);
    assert.equal(words((await desk.text())[1]), "due!");
  },
  async "accents and a line break"(desk) {
    await desk.fresh();
    await desk.page.keys("perché è così", [shift, enter], "giù");
    assert.deepEqual(await desk.text(), [{ type: "paragraph", spans: [{ text: "perché è così\u2028giù" }] }]);
  },
  async "the toolbar is one tab stop, walked with arrows, left with Esc"(desk) {
    await desk.fresh();
    await desk.page.keys([alt, f10]);
    assert.equal(await desk.focused(), "Stile del paragrafo");
    await desk.page.keys(right, right);
    assert.equal(await desk.focused(), "Corsivo");
    await desk.page.keys(left, left, left);
    assert.equal(await desk.focused(), "Ripeti");
    const stops = await desk.page.run("return document.querySelectorAll('.ed-toolbar [tabindex=\"0\"]').length");
    assert.equal(stops, 1);
    await desk.page.keys(escape);
    assert.equal(await desk.focused(), "Testo della pagina");
  },
  async "a button is pressed from the keyboard and says what happened"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "voce" }] }]);
    await desk.page.click("button[aria-label='Elenco puntato']");
    assert.equal(await desk.status(), "Elenco puntato attivo");
    const pressed = "return document.querySelector(\"button[aria-label='Elenco puntato']\").getAttribute('aria-pressed')";
    assert.equal(await desk.page.run(pressed), "true");
    assert.equal((await desk.text())[0].type, "item");
  },
  async "a table: cells by Tab, a new row from the last, header off"(desk) {
    await desk.fresh();
    await desk.page.click("button[aria-label='Tabella']");
    await desk.page.keys("a", tab, "b", tab, "c", tab, "1", tab, "2", tab, "3", tab, tab, tab, "6", tab, "7", enter, "8");
    await desk.picture("table");
    const [table] = await desk.text();
    assert.equal(table.header, true);
    assert.deepEqual(table.rows.map((row) => row.cells.map((cell) => cell.map((s) => s.text).join(""))), [
      ["a", "b", "c"], ["1", "2", "3"], ["", "", "6"], ["7\u20288", "", ""],
    ]);
    assert.equal(new Set(table.rows.map((row) => row.id)).size, 4);
    for (const name of ["Colonna a destra", "Elimina riga", "Prima riga di intestazione"]) {
      await desk.page.click(`button[aria-label='${name}']`);
    }
    const [changed] = await desk.text();
    assert.deepEqual([changed.header, changed.rows.length, changed.rows[0].cells.length], [false, 3, 4]);
    assert.deepEqual(changed.rows.map((row) => row.id), table.rows.slice(0, 3).map((row) => row.id));
  },
  async "a link is asked for, refused if it is none, set and removed"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "vedi qui" }] }]);
    await desk.move(end, [shift, control, left]);
    await desk.page.keys([control, "k"], "javascript:alert(1)", enter);
    assert.match(await desk.page.run("return document.querySelector('.ed-link-form .ed-hint').textContent"), /https/);
    await desk.picture("link");
    await desk.page.run("document.activeElement.select()");
    await desk.page.keys("www.comune.it", enter);
    assert.deepEqual((await desk.text())[0].spans, [{ text: "vedi " }, { text: "qui", link: "https://www.comune.it" }]);
    await desk.page.keys([control, "k"]);
    await desk.page.click(".ed-link-form .ed-plain");
    assert.deepEqual((await desk.text())[0].spans, [{ text: "vedi qui" }]);
  },
  async "an image without alternative text is flagged until it has one"(desk) {
    const image = { type: "image", file: { id: "x", name: "ponte.svg", media: "image/svg+xml", size: 10 }, alt: "", decorative: false, caption: "" };
    await desk.fresh([image, { type: "paragraph", spans: [] }]);
    const flagged = "return !!document.querySelector('.ed-missing [aria-invalid]')";
    assert.equal(await desk.page.run(flagged), true);
    await desk.page.keys("Il ponte");
    assert.equal(await desk.page.run(flagged), false);
    assert.equal((await desk.text())[0].alt, "Il ponte");
    await desk.page.keys([control, "a"], backspace);
    await desk.page.click(".ed-check");
    const [block] = await desk.text();
    assert.deepEqual([block.alt, block.decorative, await desk.page.run(flagged)], ["", true, false]);
    await desk.page.click(".ed-remove");
    assert.deepEqual(await desk.text(), []);
  },
  async "a paste goes through the cleaner; without an answer the plain text is pasted"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "ab" }] }]);
    await desk.move(right);
    await desk.page.run("window.clean = async () => [{ type: 'paragraph', spans: [{ text: 'X', bold: true }] }]");
    await desk.paste({ "text/html": "<p style='color:red'><b>X</b></p>", "text/plain": "X" });
    await waitFor(async () => (await desk.status()) === "Incollato");
    assert.deepEqual((await desk.text())[0].spans, [{ text: "a" }, { text: "X", bold: true }, { text: "b" }]);
    await desk.page.run("window.clean = async () => { throw new Error('no') }");
    await desk.paste({ "text/html": "<h1>1</h1><p>2</p>", "text/plain": "1\n2" });
    await waitFor(async () => (await desk.status()) === "Incollato come testo semplice");
    assert.deepEqual((await desk.text()).map(words), ["aX1", "2b"]);
    assert.equal((await desk.log()).pastes.length, 2);
  },
  async "a paste of 50 MB is refused before it crosses the border"(desk) {
    await desk.fresh();
    await desk.page.run(
      `const data = new DataTransfer();
       data.setData("text/plain", "x ".repeat(26_000_000));
       document.querySelector(".ed-doc").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));`);
    const { errors, pastes } = await desk.log();
    assert.deepEqual(errors, [{ code: "paste_too_large", limit: "8" }]);
    assert.equal(pastes.length, 0);
  },
  async "image files in the clipboard and dropped files go to the app"(desk) {
    await desk.fresh();
    await desk.page.run(
      `const data = new DataTransfer();
       data.items.add(new File(["x"], "foto.png", { type: "image/png" }));
       const doc = document.querySelector(".ed-doc");
       doc.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
       doc.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, clientX: 300, clientY: 300 }));`);
    assert.deepEqual((await desk.log()).files, [":foto.png", ":foto.png"]);
  },
  async "copied here and pasted here nothing is lost, and tables get identities of their own"(desk) {
    const table = { type: "table", id: "t", header: true, rows: [{ id: "r", cells: [[{ text: "a" }]] }, { id: "s", cells: [[{ text: "b" }]] }] };
    await desk.fresh([{ type: "item", ordered: true, depth: 0, spans: [{ text: "uno" }] }, table, { type: "paragraph", spans: [{ text: "fine" }] }]);
    await desk.move([control, "a"], [control, "c"]);
    await desk.page.run("window.editor.focusBlock(2)");
    await desk.move(end);
    await desk.page.keys(enter, [control, "v"]);
    await pause(300);
    const text = await desk.text();
    assert.deepEqual(text.map((block) => block.type), ["item", "table", "paragraph", "item", "table", "paragraph"]);
    assert.notEqual(text[4].id, "t");
    assert.equal((await desk.log()).pastes.length, 0);
  },
  async "a colleague's text comes in under the typing hand, and the caret stays"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "Il ponte" }] }]);
    await desk.page.run(
      `window.merge = (sent) => {
         window.merge = () => null;
         const rest = structuredClone(sent);
         return new Promise((done) => setTimeout(() => done([{ type: "heading", level: 2, spans: [{ text: "Da Bruno" }] }, ...rest]), 700));
       };`);
    await desk.move(end);
    for (const letter of " vecchio sul Bormida resta chiuso") {
      await desk.page.keys(letter);
      await pause(40);
    }
    await waitFor(() => desk.page.run("return document.querySelector('.ed-doc h2') !== null"));
    await desk.page.keys("!");
    assert.deepEqual((await desk.text()).map(words), ["Da Bruno", "Il ponte vecchio sul Bormida resta chiuso!"]);
  },
  async "another text leaves the caret by its word"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "uno due tre" }] }]);
    await desk.move(right, right, right);
    const shown = await desk.page.run(
      `return window.editor.setText([{ type: "paragraph", spans: [{ text: "zero" }] }, { type: "paragraph", spans: [{ text: "ecco uno due tre" }] }])`);
    assert.equal(shown, true);
    await desk.page.keys("!");
    assert.deepEqual((await desk.text()).map(words), ["zero", "ecco uno! due tre"]);
  },
  async "taken off the page, the last words are handed over"(desk) {
    await desk.fresh();
    await desk.page.keys("ultime parole");
    await desk.page.run("await window.editor.destroy()");
    assert.equal(words((await desk.log()).edits.at(-1)[0]), "ultime parole");
    await desk.page.run("window.start([])");
  },
  async "read only: nothing can be written, the toolbar is away"(desk) {
    await desk.fresh([{ type: "paragraph", spans: [{ text: "fermo" }] }]);
    await desk.page.run("window.editor.setReadOnly(true)");
    await desk.page.keys("x");
    const { editable, bar } = await desk.page.run(
      "return { editable: document.querySelector('.ed-doc').isContentEditable, bar: document.querySelector('.ed-toolbar').offsetHeight }");
    assert.deepEqual([editable, bar, await desk.text()], [false, 0, null]);
  },
  async "typing in a long text takes little time per key"(desk) {
    const blocks = Array.from({ length: 1500 }, (_, i) => ({ type: i % 3 ? "paragraph" : "item", ordered: true, depth: 0, spans: [{ text: `riga ${i} di un testo molto lungo, scritta per provare` }] }));
    await desk.fresh(blocks);
    await desk.page.run("window.editor.focusBlock(700)");
    const ms = await desk.page.run(
      `const start = performance.now();
       for (let i = 0; i < 100; i++) { document.execCommand("insertText", false, "x"); await Promise.resolve(); document.querySelector(".ed-doc").offsetHeight; }
       return (performance.now() - start) / 100;`);
    console.log(`    ${ms.toFixed(1)} ms per key with 1,500 blocks`);
    // 5 to 8 ms on a quiet machine; the limit leaves room for a busy one.
    assert.ok(ms < 50, `${ms} ms`);
  },
};

const server = await serve();
let failed = 0;
for (const browser of args.length ? args : ["chromium", "webkit"]) {
  const page = await open(browser, `http://127.0.0.1:${server.address().port}/`);
  try {
    await waitFor(() => page.run("return !!window.editor"));
    const desk = new Desk(page, browser);
    await page.send("window/rect", { width: 1100, height: 1400 });
    await desk.picture("wide");
    for (const [name, check] of Object.entries(checks)) {
      const error = await check(desk).then(() => null, (problem) => problem);
      console.log(`${error ? "not ok" : "ok"} - ${browser}: ${name}`);
      if (error) [failed] = [failed + 1, console.log(`    ${error.message.replaceAll("\n", "\n    ")}`)];
    }
    const { violations } = await desk.log();
    console.log(`${violations.length ? "not ok" : "ok"} - ${browser}: nothing against the content security policy`);
    if (violations.length) [failed] = [failed + 1, console.log(violations)];
  } finally {
    await page.close();
  }
}
server.close();
process.exitCode = failed ? 1 : 0;
