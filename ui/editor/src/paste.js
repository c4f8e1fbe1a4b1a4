// What comes from outside goes through the cleaner of the app; what was copied here comes back as it is.
import { Fragment, Slice } from "prosemirror-model";
import { Plugin, TextSelection } from "prosemirror-state";
import { isInTable } from "prosemirror-tables";
import { inline, toNode } from "./convert.js";
import { schema } from "./schema.js";

const { nodes } = schema;
/** The longest text (UTF-16 units, html and plain together) that is passed on to the cleaner. */
export const PASTE_LIMIT = 8 * 1024 * 1024;

/** `host`: `{onFiles, onPaste, onError, say}`. */
export function pasting(host) {
  let copied = null;
  const places = new Set();

  function paste(view, data, place) {
    const files = [...(data?.files ?? [])];
    const plain = data?.getData("text/plain") ?? "";
    if (files.length && !plain.trim()) return host.onFiles(files);
    // WebKit cleans the html when it is asked for, which takes its time: not for nothing.
    const html = plain.length > PASTE_LIMIT ? "" : (data?.getData("text/html") ?? "");
    if (html.length + plain.length > PASTE_LIMIT) return host.onError("paste_too_large", { limit: "8" });
    if (!html && !plain) return undefined;
    return insertCleaned(view, html, plain, place);
  }

  async function insertCleaned(view, html, plain, bookmark) {
    const place = { bookmark };
    places.add(place);
    const cleaned = await clean(html, plain);
    places.delete(place);
    if (view.isDestroyed || !view.editable) return;
    const state = view.state;
    const tr = state.tr.setSelection(place.bookmark.resolve(state.doc));
    view.dispatch(insertBlocks(tr, cleaned.blocks).setMeta("paste", true).scrollIntoView());
    host.say(cleaned.key);
  }

  async function clean(html, plain) {
    try {
      const blocks = await host.onPaste(html, plain);
      if (blocks) return { blocks, key: "pasted" };
    } catch {
      // The words are worth more than their look.
    }
    return { blocks: plainBlocks(plain), key: "pastedPlain" };
  }

  function remember(view) {
    const { selection } = view.state;
    if (selection.empty) return false;
    copied = { slice: selection.content(), text: view.serializeForClipboard(selection.content()).text };
    return false;
  }

  function ownSlice(data) {
    if (!copied || data?.getData("text/plain") !== copied.text) return null;
    return data.getData("text/html").includes("data-pm-slice") ? copied.slice : null;
  }

  return new Plugin({
    state: {
      init: () => null,
      apply(tr) {
        for (const place of places) place.bookmark = place.bookmark.map(tr.mapping);
        return null;
      },
    },
    props: {
      handleDOMEvents: {
        copy: remember,
        cut: remember,
        paste(view, event) {
          if (!view.editable) return false;
          event.preventDefault();
          const slice = ownSlice(event.clipboardData);
          if (slice && !isInTable(view.state)) view.dispatch(insertOwn(view.state.tr, slice).scrollIntoView());
          else paste(view, event.clipboardData, view.state.selection.getBookmark());
          return true;
        },
        drop(view, event) {
          if (view.dragging || !view.editable) return false;
          event.preventDefault();
          const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
          const { state } = view;
          if (at) view.dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(at.pos))));
          view.focus();
          paste(view, event.dataTransfer, view.state.selection.getBookmark());
          return true;
        },
      },
    },
  });
}

function insertOwn(tr, slice) {
  return slice.openStart || slice.openEnd ? tr.replaceSelection(slice) : replaceBlocks(tr, slice);
}

function plainBlocks(plain) {
  return plain.split(/\r\n|\r|\n/).map((text) => ({ type: "paragraph", spans: text ? [{ text }] : [] }));
}

/** Puts blocks in place of the selection; a single paragraph goes on within the line. */
export function insertBlocks(tr, blocks) {
  if (!blocks.length) return tr;
  if (inCell(tr.selection)) return replaceInline(tr, joinedInline(blocks));
  const list = blocks.map(toNode);
  if (list.length === 1 && list[0].type === nodes.paragraph) return replaceInline(tr, list[0].content);
  const { $from } = tr.selection;
  const fresh = $from.parent.content.size === 0;
  const open = (node) => (!fresh && node.type === nodes.paragraph ? 1 : 0);
  const slice = new Slice(Fragment.from(list), open(list[0]), open(list.at(-1)));
  return replaceBlocks(tr, slice);
}

function replaceBlocks(tr, slice) {
  const { from, to, $from, $to } = tr.selection;
  const blank = from === to && $from.depth === 1 && $from.parent.content.size === 0;
  const [start, end] = blank ? [$from.before(1), $from.after(1)] : [from, to];
  const fromEnd = tr.doc.content.size - end;
  if (slice.openStart || slice.openEnd || blank) tr.replace(start, end, slice);
  else tr.replaceRange(start, $to.pos, slice);
  const after = tr.doc.content.size - fromEnd;
  return tr.setSelection(TextSelection.near(tr.doc.resolve(after), -1));
}

function replaceInline(tr, content) {
  const { from, to } = tr.selection;
  tr.replaceWith(from, to, content);
  return tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(to)), -1));
}

function inCell({ $from }) {
  return $from.depth > 1;
}

// A cell holds one paragraph: blocks and rows become lines of it.
function joinedInline(blocks) {
  const lines = blocks.flatMap((block) =>
    block.type === "table" ? block.rows.map(rowSpans) : block.spans ? [block.spans] : [],
  );
  const list = lines.flatMap((spans, index) => [
    ...(index ? [nodes.hard_break.create()] : []),
    ...inline(spans),
  ]);
  return Fragment.from(list);
}

function rowSpans(row) {
  return row.cells.flatMap((spans, index) => [...(index ? [{ text: " " }] : []), ...spans]);
}
