// Short ways to write texts in tests.
export const t = (text, look = {}) => ({ text, ...look });
export const p = (...spans) => ({ type: "paragraph", spans: spans.map(span) });
export const head = (level, ...spans) => ({ type: "heading", level, spans: spans.map(span) });
export const item = (depth, text, ordered = false) => ({ type: "item", ordered, depth, spans: [{ text }] });
export const file = (name, id = "b3-" + name) => ({ id, name, media: "image/jpeg", size: 120_000 });
export const image = (name, alt = "", more = {}) => ({
  type: "image", file: file(name), alt, decorative: false, caption: "", ...more,
});
export const attachment = (name) => ({ type: "attachment", file: file(name) });
export const table = (id, header, ...rows) => ({
  type: "table", id, header,
  rows: rows.map((cells, index) => ({ id: `${id}-${index}`, cells: cells.map((c) => (c ? [span(c)] : [])) })),
});

const span = (value) => (typeof value === "string" ? { text: value } : value);
