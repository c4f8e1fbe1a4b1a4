// From one document to another in small steps.
//
// One big replacement would throw the caret and everything typed meanwhile out of the replaced part,
// so blocks are aligned first, then words inside a block that changed. Text and marks are patched
// apart: a word that became bold under the caret is still the same word.
import { Fragment, Slice } from "prosemirror-model";
import { ReplaceStep } from "prosemirror-transform";

const MAX_GRID = 60_000;
const ALIKE = 0.25;

/** Adds to `tr` the steps that turn its document into `target`. */
export function patchDoc(tr, target) {
  patchChildren(tr, tr.doc, target, 0);
  if (tr.doc.eq(target)) return;
  // Cannot happen as far as the tests know; the target is what counts.
  tr.step(new ReplaceStep(0, tr.doc.content.size, new Slice(target.content, 0, 0)));
}

// Goes from the end to the start, so that positions of `before` stay valid.
function patchChildren(tr, before, after, start) {
  const a = children(before);
  const b = children(after);
  const offsets = [start];
  for (const node of a) offsets.push(offsets.at(-1) + node.nodeSize);
  let [endA, endB] = [a.length, b.length];
  for (const [i, j] of [...align(a, b)].reverse()) {
    replaceRun(tr, offsets[i + 1], offsets[endA], b.slice(j + 1, endB));
    patchNode(tr, a[i], b[j], offsets[i]);
    [endA, endB] = [i, j];
  }
  replaceRun(tr, offsets[0], offsets[endA], b.slice(0, endB));
}

function replaceRun(tr, from, to, nodes) {
  if (from === to && !nodes.length) return;
  tr.step(new ReplaceStep(from, to, new Slice(Fragment.from(nodes), 0, 0)));
}

function children(node) {
  return Array.from({ length: node.childCount }, (_, index) => node.child(index));
}

function patchNode(tr, a, b, pos) {
  if (a.eq(b)) return;
  if (a.isTextblock) patchInline(tr, a, b, pos + 1);
  else if (isCell(a)) patchNode(tr, a.firstChild, b.firstChild, pos + 1);
  else if (!a.isLeaf) patchChildren(tr, a, b, pos + 1);
  if (a.type !== b.type) tr.setNodeMarkup(pos, b.type, b.attrs);
  else patchAttrs(tr, a, b, pos);
}

function isCell(node) {
  return !!node.type.spec.tableRole?.endsWith("cell");
}

function patchAttrs(tr, a, b, pos) {
  for (const name of Object.keys(b.attrs)) {
    if (JSON.stringify(a.attrs[name]) !== JSON.stringify(b.attrs[name])) {
      tr.setNodeAttribute(pos, name, b.attrs[name]);
    }
  }
}

/** Pairs of indexes of nodes that are the same node before and after, in order. */
function align(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head].eq(b[head])) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail).eq(b.at(-1 - tail))) tail++;
  const middle = bestPairs(a.slice(head, a.length - tail), b.slice(head, b.length - tail), likeness);
  return [
    ...Array.from({ length: head }, (_, i) => [i, i]),
    ...middle.map(([i, j]) => [i + head, j + head]),
    ...Array.from({ length: tail }, (_, k) => [a.length - tail + k, b.length - tail + k]),
  ];
}

// The alignment with the greatest sum of scores (Needleman-Wunsch without a price for gaps).
function bestPairs(a, b, score) {
  if (!a.length || !b.length) return [];
  if (a.length * b.length > MAX_GRID) return [];
  const width = b.length + 1;
  const scores = a.map((x) => b.map((y) => score(x, y)));
  const best = new Float64Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      const pair = scores[i][j] > 0 ? scores[i][j] + best[here + width + 1] : 0;
      best[here] = Math.max(pair, best[here + width], best[here + 1]);
    }
  }
  return trace(a, b, scores, best, width);
}

function trace(a, b, scores, best, width) {
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const here = i * width + j;
    const score = scores[i][j];
    if (score > 0 && best[here] === score + best[here + width + 1]) pairs.push([i++, j++]);
    else if (best[here] === best[here + width]) i++;
    else j++;
  }
  return pairs;
}

// 0: not the same node. 1: equal. Between: the same node, changed.
function likeness(a, b) {
  if (a.eq(b)) return 1;
  if (a.isTextblock && b.isTextblock) return textLikeness(a, b);
  if (isCell(a)) return isCell(b) ? 0.1 + 0.8 * textLikeness(a.firstChild, b.firstChild) : 0;
  if (a.type !== b.type) return 0;
  if (a.type.spec.tableRole) return a.attrs.id === b.attrs.id ? 0.9 : 0;
  return a.attrs.file?.id === b.attrs.file?.id ? 0.9 : 0;
}

function textLikeness(a, b) {
  const [x, y] = [plain(a), plain(b)];
  if (!x && !y) return 0.9;
  if (x === y) return 0.95;
  const { head, tail } = common(x, y);
  const share = (2 * (head + tail)) / (x.length + y.length);
  if (share >= ALIKE) return share * 0.9;
  const kept = bestPairs(words(x), words(y), sameWord).length * 2;
  const wordShare = kept / (words(x).length + words(y).length);
  return wordShare >= ALIKE ? wordShare * 0.9 : 0;
}

const sameWord = (x, y) => (x === y ? 1 : 0);

// One character per position: a line break counts 1, like in the document.
function plain(node) {
  return node.textBetween(0, node.content.size, null, "\u2028");
}

function words(text) {
  return text.match(/[\p{L}\p{M}\p{N}]+|\s+|[^]/gu) ?? [];
}

function common(x, y) {
  const most = Math.min(x.length, y.length);
  let head = 0;
  while (head < most && x[head] === y[head]) head++;
  let tail = 0;
  while (tail < most - head && x.at(-1 - tail) === y.at(-1 - tail)) tail++;
  return { head, tail };
}

function patchInline(tr, a, b, start) {
  for (const change of textChanges(plain(a), plain(b)).reverse()) {
    const slice = new Slice(b.content.cut(change.at, change.at + change.size), 0, 0);
    tr.step(new ReplaceStep(start + change.from, start + change.to, slice));
  }
  patchMarks(tr, b, start);
}

/** `[{from, to, at, size}]`: what of `x` is replaced by which stretch of `y`, in order. */
export function textChanges(x, y) {
  const { head, tail } = trimmed(x, y);
  const [a, b] = [words(x.slice(head, x.length - tail)), words(y.slice(head, y.length - tail))];
  const changes = [];
  let [i, j, from, at] = [0, 0, head, head];
  for (const [p, q] of [...bestPairs(a, b, sameWord), [a.length, b.length]]) {
    const gone = a.slice(i, p).join("");
    const come = b.slice(j, q).join("");
    if (gone || come) changes.push(narrowed(gone, come, from, at));
    from += gone.length + (a[p]?.length ?? 0);
    at += come.length + (b[q]?.length ?? 0);
    [i, j] = [p + 1, q + 1];
  }
  return changes;
}

function narrowed(gone, come, from, at) {
  const { head, tail } = trimmed(gone, come);
  return { from: from + head, to: from + gone.length - tail, at: at + head, size: come.length - head - tail };
}

// Like `common`, but never between the halves of a surrogate pair.
function trimmed(x, y) {
  let { head, tail } = common(x, y);
  if (head && isHigh(x.charCodeAt(head - 1))) head--;
  if (tail && isLow(x.charCodeAt(x.length - tail))) tail--;
  return { head, tail };
}

const isHigh = (code) => code >= 0xd800 && code < 0xdc00;
const isLow = (code) => code >= 0xdc00 && code < 0xe000;

function patchMarks(tr, b, start) {
  b.forEach((wanted, offset) => {
    const [from, to] = [start + offset, start + offset + wanted.nodeSize];
    const found = [];
    tr.doc.nodesBetween(from, to, (node, pos) => {
      if (node.isInline) found.push([node, Math.max(from, pos), Math.min(to, pos + node.nodeSize)]);
    });
    for (const [node, low, high] of found) {
      for (const mark of node.marks) if (!mark.isInSet(wanted.marks)) tr.removeMark(low, high, mark);
      for (const mark of wanted.marks) if (!mark.isInSet(node.marks)) tr.addMark(low, high, mark);
    }
  });
}
