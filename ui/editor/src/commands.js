// What the toolbar, the keys and the input rules do.
import { setBlockType, splitBlock } from "prosemirror-commands";
import { TextSelection } from "prosemirror-state";
import { isInTable, selectedRect, TableMap } from "prosemirror-tables";
import { hasHeader } from "./convert.js";
import { MAX_DEPTH, newId, schema } from "./schema.js";

const { nodes, marks } = schema;

/** The top-level text blocks in the selection: `[{node, pos}]`. */
function selectedBlocks(state) {
  const { from, to } = state.selection;
  const found = [];
  state.doc.nodesBetween(from, to, (node, pos, parent) => {
    if (parent === state.doc && node.isTextblock) found.push({ node, pos });
    return false;
  });
  return found;
}

/** The text block around the caret, if it stands on its own (not in a table). */
export function currentBlock(state) {
  const { $from } = state.selection;
  return $from.depth === 1 && $from.parent.isTextblock ? $from.parent : null;
}

const isItem = (node) => node?.type === nodes.item;

/** Bulleted or numbered list on the selected blocks; back to paragraphs if they are that already. */
export function toggleList(ordered) {
  return (state, dispatch) => {
    const blocks = selectedBlocks(state);
    if (!blocks.length) return false;
    if (!dispatch) return true;
    const off = isList(state, ordered);
    const tr = state.tr;
    for (const { node, pos } of blocks) {
      if (off) tr.setNodeMarkup(pos, nodes.paragraph, null);
      else tr.setNodeMarkup(pos, nodes.item, { ordered, depth: isItem(node) ? node.attrs.depth : 0 });
    }
    dispatch(tr.scrollIntoView());
    return true;
  };
}

/** All selected blocks are items of such a list. */
export function isList(state, ordered) {
  const block = currentBlock(state);
  if (state.selection.empty) return isItem(block) && block.attrs.ordered === ordered;
  const blocks = selectedBlocks(state);
  return blocks.length > 0 && blocks.every(({ node }) => isItem(node) && node.attrs.ordered === ordered);
}

/** Moves the selected items `by` levels. An item is never more than one level under the one before. */
export function shiftDepth(by) {
  return (state, dispatch) => {
    const tr = state.tr;
    for (const { node, pos } of selectedBlocks(state)) {
      if (!isItem(node)) continue;
      const depth = Math.max(0, Math.min(node.attrs.depth + by, deepest(tr.doc, pos)));
      if (depth !== node.attrs.depth) tr.setNodeAttribute(pos, "depth", depth);
    }
    if (!tr.docChanged) return false;
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

function deepest(doc, pos) {
  const before = doc.resolve(pos).nodeBefore;
  return isItem(before) ? Math.min(MAX_DEPTH, before.attrs.depth + 1) : 0;
}

/** Tab never leaves a list by accident: it changes the level, or does nothing. */
export function tabInList(by) {
  const shift = shiftDepth(by);
  return (state, dispatch) => isItem(currentBlock(state)) && (shift(state, dispatch) || true);
}

/** Enter: a new item; on an empty one a level up, and from the outermost out of the list. */
export function enterInList(state, dispatch) {
  const block = currentBlock(state);
  if (!isItem(block)) return false;
  if (block.content.size === 0) return leaveLevel(state, dispatch);
  return splitBlock(state, dispatch && ((tr) => dispatch(keepItem(tr, block))));
}

// `splitBlock` at the end of an item would go on with a paragraph.
function keepItem(tr, block) {
  const { $from } = tr.selection;
  if ($from.parent.type !== nodes.item) tr.setNodeMarkup($from.before(), nodes.item, block.attrs);
  return tr;
}

function leaveLevel(state, dispatch) {
  const { $from } = state.selection;
  const pos = $from.before();
  const { depth } = $from.parent.attrs;
  const tr = state.tr;
  if (depth > 0) tr.setNodeAttribute(pos, "depth", depth - 1);
  else tr.setNodeMarkup(pos, nodes.paragraph, null);
  dispatch?.(tr.scrollIntoView());
  return true;
}

/** Backspace at the start of an item: a level up, or out of the list. */
export function backspaceInList(state, dispatch) {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0 || !isItem(currentBlock(state))) return false;
  return leaveLevel(state, dispatch);
}

/** A line break inside the block. */
export function lineBreak(state, dispatch) {
  if (!state.selection.$from.parent.inlineContent) return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create(), true).scrollIntoView());
  return true;
}

/** In a cell Enter breaks the line: a cell holds one paragraph. */
export function enterInCell(state, dispatch) {
  return isInTable(state) && lineBreak(state, dispatch);
}

/** `paragraph`, `heading2` … `heading4`. */
export function setStyle(name) {
  if (name === "paragraph") return setBlockType(nodes.paragraph);
  return setBlockType(nodes.heading, { level: Number(name.at(-1)) });
}

export function currentStyle(state) {
  const { parent } = state.selection.$from;
  return parent.type === nodes.heading ? `heading${parent.attrs.level}` : "paragraph";
}

export function hasMark(state, type) {
  const { empty, $from, from, to } = state.selection;
  if (empty) return !!type.isInSet(state.storedMarks ?? $from.marks());
  return state.doc.rangeHasMark(from, to, type);
}

/** A table of 3 by 3 with a row of headers after the current block. */
export function insertTable(state, dispatch) {
  if (isInTable(state)) return false;
  const row = (type) =>
    nodes.table_row.create({ id: newId() }, Array.from({ length: 3 }, () => type.createAndFill()));
  const table = nodes.table.create({ id: newId() }, [
    row(nodes.table_header),
    row(nodes.table_cell),
    row(nodes.table_cell),
  ]);
  dispatch?.(insertBlock(state.tr, table, true).scrollIntoView());
  return true;
}

/** Puts a block after the current one, or in its place if that is empty. */
export function insertBlock(tr, node, enter = false) {
  const { $from, $to } = tr.selection;
  const empty = $from.depth === 1 && $from.parent.isTextblock && $from.parent.content.size === 0;
  const from = empty ? $from.before(1) : $to.depth ? $to.after(1) : $to.pos;
  tr.replaceWith(from, empty ? $from.after(1) : from, node);
  if (!tr.doc.resolve(from).nodeAfter.isTextblock) padEnd(tr);
  const inside = enter || node.isTextblock;
  return tr.setSelection(TextSelection.near(tr.doc.resolve(inside ? from + 1 : from + node.nodeSize)));
}

// After a table or an image at the end there must be somewhere to write.
function padEnd(tr) {
  if (!tr.doc.lastChild.isTextblock) tr.insert(tr.doc.content.size, nodes.paragraph.create());
}

/** A command that takes rows or columns away, with the caret kept in what is left of the table. */
export function within(command) {
  return (state, dispatch) => {
    if (!dispatch || !isInTable(state)) return command(state, dispatch);
    const rect = selectedRect(state);
    return command(state, (tr) => dispatch(backInto(tr, rect)));
  };
}

function backInto(tr, { tableStart, top, left }) {
  const table = tr.doc.nodeAt(tableStart - 1);
  if (table?.type !== nodes.table) return tr;
  const map = TableMap.get(table);
  const cell = map.map[Math.min(top, map.height - 1) * map.width + Math.min(left, map.width - 1)];
  return tr.setSelection(TextSelection.near(tr.doc.resolve(tableStart + cell + 1)));
}

/** The header row is the first: nothing goes above it. */
export function canAddAbove(state) {
  if (!isInTable(state)) return false;
  const rect = selectedRect(state);
  return rect.top > 0 || !hasHeader(rect.table);
}

/** The stretch of one link around the caret, or the selection: `{from, to, href}`. */
export function linkRange(state) {
  const { $from, from, to, empty } = state.selection;
  if (!empty) return { from, to, href: firstLink(state.doc, from, to) };
  const mark = [$from.nodeBefore, $from.nodeAfter].map((node) => marks.link.isInSet(node?.marks ?? [])).find(Boolean);
  if (!mark) return { from, to, href: "" };
  return { ...stretch($from, mark), href: mark.attrs.href };
}

// The run of neighbours with this mark that touches the caret.
function stretch($pos, mark) {
  let range = null;
  $pos.parent.forEach((node, offset) => {
    const at = $pos.start() + offset;
    if (!mark.isInSet(node.marks)) return;
    if (range && range.to === at) range.to = at + node.nodeSize;
    else if (!range || range.to < $pos.pos) range = { from: at, to: at + node.nodeSize };
  });
  return range;
}

function firstLink(doc, from, to) {
  let href = "";
  doc.nodesBetween(from, to, (node) => {
    href ||= marks.link.isInSet(node.marks)?.attrs.href ?? "";
  });
  return href;
}

/** What people type as an address -> what a link holds, or `null`. */
export function cleanAddress(typed) {
  const text = typed.trim();
  if (/^pagina:[\w-]+$/.test(text)) return text;
  if (/^(tel:)?\+?[\d\s./-]{3,}$/.test(text)) return `tel:${text.replace(/^tel:/, "").replaceAll(/[^\d+]/g, "")}`;
  if (/^(mailto:)?[^\s@/:]+@[^\s@/:]+\.[a-z]{2,}$/i.test(text)) return `mailto:${text.replace(/^mailto:/i, "")}`;
  const web = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(web)) return null;
  const url = new URL(web);
  const named = /^(\[[\da-f:]+\]|[^\s.]+(\.[^\s.]+)+)$/i.test(url.hostname);
  return ["https:", "http:"].includes(url.protocol) && named ? web : null;
}

/** Sets (or with `""` takes away) the link on a range; an empty range gets the address as its words. */
export function setLink({ from, to }, href) {
  return (state, dispatch) => {
    const tr = state.tr;
    if (from === to && href) tr.insertText(href.replace(/^(mailto|tel):/, ""), from);
    const end = tr.mapping.map(to);
    tr.removeMark(from, end, marks.link);
    if (href) tr.addMark(from, end, marks.link.create({ href }));
    dispatch?.(tr.setSelection(TextSelection.create(tr.doc, end)).scrollIntoView());
    return true;
  };
}
