// The answer to an edit can bring a colleague's words while more was typed here. The steps made since
// the edit was sent are taken back, the answer is shown, and the steps are done again on top of it.
import { closeHistory } from "prosemirror-history";
import { Fragment } from "prosemirror-model";
import { Mapping } from "prosemirror-transform";
import { patchDoc } from "./diff.js";

/** A step made here, with what undoes it. */
export function recordSteps(tr) {
  return tr.steps.map((step, index) => ({ step, inverted: step.invert(tr.docs[index]) }));
}

/**
 * The transactions that bring `state` (what was sent, plus `unsent`) onto `target`. The first is the
 * merge; a second follows only where a colleague deleted the ground under the caret: then the words
 * typed here come back rather than vanish.
 */
export function rebase(state, unsent, target) {
  const tr = state.tr;
  for (const { inverted } of [...unsent].reverse()) tr.step(inverted);
  patchDoc(tr, target);
  const lost = redo(tr, unsent);
  tr.setMeta("remote", true).setMeta("addToHistory", false).setMeta("rebased", unsent.length);
  if (!lost.length) return [tr];
  const next = state.apply(tr);
  const rescue = bringBack(closeHistory(next.tr), state.doc, tr.mapping, lost);
  return rescue.docChanged ? [tr, rescue] : [tr];
}

// Does the steps again; answers which of them could not be.
function redo(tr, unsent) {
  const lost = [];
  unsent.forEach(({ step }, index) => {
    const back = unsent.length - index;
    const mapped = step.map(tr.mapping.slice(back));
    if (mapped && !tr.maybeStep(mapped).failed) tr.mapping.setMirror(back - 1, tr.steps.length - 1);
    else lost.push(...insertedBy(unsent, index));
  });
  return joined(lost);
}

// Where the text inserted by a step stands now, before the rebase.
function insertedBy(unsent, index) {
  const later = new Mapping(unsent.slice(index + 1).map(({ step }) => step.getMap()));
  const ranges = [];
  unsent[index].step.getMap().forEach((_from, _to, from, to) => {
    const range = { from: later.map(from, 1), to: later.map(to, -1) };
    if (range.from < range.to) ranges.push(range);
  });
  return ranges;
}

function joined(ranges) {
  const out = [];
  for (const range of [...ranges].sort((x, y) => x.from - y.from)) {
    const last = out.at(-1);
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else out.push({ ...range });
  }
  return out;
}

function bringBack(tr, before, mapping, lost) {
  const whole = new Set();
  for (const range of lost) {
    const place = vanished(before, mapping, range);
    if (!place) insertText(tr, before, mapping, range);
    else if (!whole.has(place.pos)) {
      whole.add(place.pos);
      insertNodes(tr, tr.mapping.map(mapping.map(place.pos, -1)), place.content);
    }
  }
  return tr;
}

// The outermost node around the range that is no longer there.
function vanished(before, mapping, { from, to }) {
  const $from = before.resolve(from);
  const depth = $from.sharedDepth(to);
  for (let d = 1; d <= depth; d++) {
    if (mapping.mapResult($from.start(d)).deletedAcross) {
      return { pos: $from.before(d), content: Fragment.from($from.node(d)) };
    }
  }
  if ($from.node(depth).inlineContent) return null;
  const range = $from.blockRange(before.resolve(to), (node) => !node.inlineContent) ?? null;
  return range && { pos: range.start, content: contentOf(range) };
}

function contentOf(range) {
  const nodes = [];
  for (let index = range.startIndex; index < range.endIndex; index++) nodes.push(range.parent.child(index));
  return Fragment.from(nodes);
}

function insertText(tr, before, mapping, { from, to }) {
  const pos = tr.mapping.map(mapping.map(from, 1), 1);
  const content = before.slice(from, to).content;
  if (tr.doc.resolve(pos).parent.inlineContent) tr.insert(pos, content);
  else insertNodes(tr, pos, Fragment.from(before.resolve(from).parent.copy(content)));
}

// As near as the schema allows: a row into its table, else a block of its own.
function insertNodes(tr, pos, content) {
  const $pos = tr.doc.resolve(pos);
  for (let d = $pos.depth; d >= 0; d--) {
    const at = d === $pos.depth ? pos : $pos.after(d + 1);
    const index = tr.doc.resolve(at).index();
    if ($pos.node(d).canReplace(index, index, content)) return tr.insert(at, content);
  }
  const words = [];
  content.descendants((node) => !(node.isTextblock && words.push(node)));
  const at = $pos.depth ? $pos.after(1) : pos;
  return tr.insert(at, Fragment.from(words));
}
