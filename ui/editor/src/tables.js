// Tables and rows have an identity of their own, so that two people can edit two cells.
import { Plugin } from "prosemirror-state";
import { newId, schema } from "./schema.js";

const { nodes } = schema;

/** Gives an identity to tables and rows that have none, or that of another (copied). */
export function tableIds() {
  return new Plugin({
    appendTransaction(transactions, _old, state) {
      return transactions.some(bringsRows) ? renamed(state) : null;
    },
  });
}

// Looks at what was inserted only: typing costs nothing here.
function bringsRows(tr) {
  return tr.steps.some((step) => {
    let found = false;
    step.slice?.content.descendants((node) => {
      found ||= node.type === nodes.table || node.type === nodes.table_row;
      return !found;
    });
    return found;
  });
}

function renamed(state) {
  const tr = state.tr;
  const tables = new Set();
  state.doc.forEach((table, offset) => {
    if (table.type !== nodes.table) return;
    name(tr, tables, table, offset);
    const rows = new Set();
    table.forEach((row, at) => name(tr, rows, row, offset + 1 + at));
  });
  return tr.docChanged ? tr : null;
}

function name(tr, taken, node, pos) {
  let { id } = node.attrs;
  if (!id || taken.has(id)) {
    id = newId();
    tr.setNodeAttribute(pos, "id", id);
  }
  taken.add(id);
}
