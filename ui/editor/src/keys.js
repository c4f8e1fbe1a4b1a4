// Keys and input rules.
import { baseKeymap, chainCommands, toggleMark } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { inputRules, textblockTypeInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { addRowAfter, goToNextCell, isInTable } from "prosemirror-tables";
import { backspaceInList, enterInCell, enterInList, lineBreak, tabInList } from "./commands.js";
import { schema } from "./schema.js";

const { nodes, marks } = schema;

/** `host`: `{openLink, toToolbar, mark(name), undo, redo}`. */
export function keys(host) {
  return [
    keymap({
      "Mod-b": host.mark("bold"),
      "Mod-B": host.mark("bold"),
      "Mod-i": host.mark("italic"),
      "Mod-I": host.mark("italic"),
      "Mod-k": () => host.openLink(),
      "Mod-z": host.undo,
      "Mod-y": host.redo,
      "Mod-Z": host.redo,
      "Alt-F10": () => host.toToolbar(),
      Tab: chainCommands(nextCell, tabInList(1)),
      "Shift-Tab": chainCommands(goToNextCell(-1), stayInTable, tabInList(-1)),
      Enter: chainCommands(enterInCell, enterInList),
      "Shift-Enter": lineBreak,
      "Mod-Enter": lineBreak,
      Backspace: backspaceInList,
    }),
    keymap(baseKeymap),
  ];
}

export const commands = { bold: toggleMark(marks.bold), italic: toggleMark(marks.italic), undo, redo };

// From the last cell on to a new row.
function nextCell(state, dispatch, view) {
  if (!isInTable(state)) return false;
  if (goToNextCell(1)(state, dispatch)) return true;
  if (!dispatch || !addRowAfter(state, dispatch)) return true;
  return goToNextCell(1)(view.state, dispatch);
}

const stayInTable = (state) => isInTable(state);

/** `- `, `1. `, `## ` at the start of a paragraph. */
export function rules() {
  const item = (ordered) => () => ({ ordered, depth: 0 });
  return inputRules({
    rules: [
      textblockTypeInputRule(/^[-*•]\s$/, nodes.item, item(false)),
      textblockTypeInputRule(/^1[.)]\s$/, nodes.item, item(true)),
      textblockTypeInputRule(/^(#{2,4})\s$/, nodes.heading, (match) => ({ level: match[1].length })),
    ],
  });
}
