// The document as ProseMirror sees it: flat, one node per `Block` of `domain::sito::RichText`.
import { Schema } from "prosemirror-model";
import { tableNodes } from "prosemirror-tables";

export const MAX_DEPTH = 4;
export const LINE_BREAK = "\u2028";

const tables = tableNodes({ tableGroup: "block", cellContent: "paragraph" });

const file = { file: {} };

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: {
      group: "block",
      content: "inline*",
      toDOM: () => ["p", 0],
    },
    heading: {
      group: "block",
      content: "inline*",
      attrs: { level: { default: 2 } },
      defining: true,
      toDOM: (node) => [`h${node.attrs.level}`, 0],
    },
    // A list of one item each, so that assistive technology knows it for a list while the document
    // stays flat. Indent and numbers come from CSS (classes and counters): no work per keystroke.
    item: {
      group: "block",
      content: "inline*",
      attrs: { ordered: { default: false }, depth: { default: 0 } },
      defining: true,
      toDOM: ({ attrs }) => [
        attrs.ordered ? "ol" : "ul",
        { class: `ed-item ed-depth-${attrs.depth}` },
        ["li", 0],
      ],
    },
    image: {
      group: "block",
      atom: true,
      draggable: true,
      attrs: { ...file, alt: { default: "" }, decorative: { default: false }, caption: { default: "" } },
      toDOM: ({ attrs }) => ["img", { src: mediaUrl(attrs.file), alt: attrs.alt }],
    },
    attachment: {
      group: "block",
      atom: true,
      draggable: true,
      attrs: file,
      toDOM: ({ attrs }) => ["p", attrs.file.name],
    },
    table: { ...tables.table, attrs: { id: { default: "" } }, toDOM: () => ["table", ["tbody", 0]] },
    table_row: { ...tables.table_row, content: "(table_cell | table_header)+", attrs: { id: { default: "" } } },
    table_cell: tables.table_cell,
    table_header: {
      ...tables.table_header,
      toDOM: () => ["th", { scope: "col" }, 0],
    },
    text: { group: "inline" },
    hard_break: {
      group: "inline",
      inline: true,
      selectable: false,
      linebreakReplacement: true,
      toDOM: () => ["br"],
    },
  },
  marks: {
    link: {
      attrs: { href: {} },
      inclusive: false,
      toDOM: (mark) => ["a", { href: mark.attrs.href, title: mark.attrs.href }, 0],
    },
    bold: { toDOM: () => ["strong", 0] },
    italic: { toDOM: () => ["em", 0] },
  },
});

let mediaBase = "anteprima://localhost/media/";

/** Where the app serves the bytes of a file. */
export function mediaUrl(file) {
  return mediaBase + encodeURIComponent(file.id);
}

/** WebView2 knows the scheme of the app as a host of its own. */
export function setMediaBase(base) {
  mediaBase = base ?? (location.hostname === "tauri.localhost" ? "http://anteprima.localhost/media/" : mediaBase);
}

/** A new identity for a table or a row: short, unique enough within one text. */
export function newId() {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
