// RichText JSON (an array of blocks, `domain::sito::testo`) <-> ProseMirror document.
import { LINE_BREAK, MAX_DEPTH, newId, schema } from "./schema.js";

const { nodes, marks } = schema;

/** RichText -> document. Total: what the schema cannot hold is brought to the nearest thing it can. */
export function toDoc(blocks) {
  const content = blocks.map(toNode);
  return nodes.doc.create(null, content.length ? content : [nodes.paragraph.create()]);
}

/** Document -> RichText. A document with nothing in it is an empty list. */
export function toRich(doc) {
  if (isBlank(doc)) return [];
  const blocks = [];
  doc.forEach((node) => blocks.push(toBlock(node)));
  return blocks;
}

export function isBlank(doc) {
  return doc.childCount === 1 && doc.firstChild.type === nodes.paragraph && doc.firstChild.content.size === 0;
}

/** One block -> one node. */
export function toNode(block) {
  switch (block.type) {
    case "heading":
      return nodes.heading.create({ level: clamp(block.level, 2, 4) }, inline(block.spans));
    case "item":
      return nodes.item.create(
        { ordered: !!block.ordered, depth: clamp(block.depth ?? 0, 0, MAX_DEPTH) },
        inline(block.spans),
      );
    case "image":
      return nodes.image.create({
        file: block.file,
        alt: block.alt ?? "",
        decorative: !!block.decorative,
        caption: block.caption ?? "",
      });
    case "attachment":
      return nodes.attachment.create({ file: block.file });
    case "table":
      return tableNode(block);
    default:
      return nodes.paragraph.create(null, inline(block.spans));
  }
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, Number.isInteger(value) ? value : low));
}

function tableNode(table) {
  const rows = table.rows?.length ? table.rows : [{ id: newId(), cells: [[]] }];
  const width = Math.max(1, ...rows.map((row) => row.cells.length));
  return nodes.table.create(
    { id: table.id || newId() },
    rows.map((row, index) => {
      const type = table.header && index === 0 ? nodes.table_header : nodes.table_cell;
      const cells = Array.from({ length: width }, (_, at) =>
        type.create(null, nodes.paragraph.create(null, inline(row.cells[at]))),
      );
      return nodes.table_row.create({ id: row.id || newId() }, cells);
    }),
  );
}

/** Spans -> inline nodes. */
export function inline(spans = []) {
  return spans.flatMap((span) => {
    const set = spanMarks(span);
    return span.text
      .replaceAll(/\r\n|[\r\n]/g, LINE_BREAK)
      .split(LINE_BREAK)
      .flatMap((part, index) => [
        ...(index ? [nodes.hard_break.create(null, null, set)] : []),
        ...(part ? [schema.text(part, set)] : []),
      ]);
  });
}

function spanMarks(span) {
  const set = [];
  if (span.link) set.push(marks.link.create({ href: span.link }));
  if (span.bold) set.push(marks.bold.create());
  if (span.italic) set.push(marks.italic.create());
  return set;
}

function toBlock(node) {
  const { attrs } = node;
  switch (node.type) {
    case nodes.heading:
      return { type: "heading", level: attrs.level, spans: spans(node) };
    case nodes.item:
      return { type: "item", ordered: attrs.ordered, depth: attrs.depth, spans: spans(node) };
    case nodes.image:
      return { type: "image", file: attrs.file, alt: attrs.alt, decorative: attrs.decorative, caption: attrs.caption };
    case nodes.attachment:
      return { type: "attachment", file: attrs.file };
    case nodes.table:
      return toTable(node);
    default:
      return { type: "paragraph", spans: spans(node) };
  }
}

function toTable(node) {
  const rows = [];
  node.forEach((row) => {
    const cells = [];
    row.forEach((cell) => cells.push(spans(cell.firstChild)));
    rows.push({ id: row.attrs.id, cells });
  });
  return { type: "table", id: node.attrs.id, header: hasHeader(node), rows };
}

/** The first row of the table holds headers. */
export function hasHeader(table) {
  return table.firstChild.firstChild.type === nodes.table_header;
}

/** Inline content -> spans; neighbours with the same look become one. */
export function spans(node) {
  const out = [];
  node.forEach((child) => {
    const span = toSpan(child);
    const last = out.at(-1);
    if (last && last.bold === span.bold && last.italic === span.italic && last.link === span.link) {
      last.text += span.text;
    } else {
      out.push(span);
    }
  });
  return out;
}

// Only what is set is written, as serde writes it.
function toSpan(child) {
  const span = { text: child.isText ? child.text : LINE_BREAK };
  const link = marks.link.isInSet(child.marks);
  if (marks.bold.isInSet(child.marks)) span.bold = true;
  if (marks.italic.isInSet(child.marks)) span.italic = true;
  if (link) span.link = link.attrs.href;
  return span;
}
