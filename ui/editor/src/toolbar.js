// The toolbar: one tab stop, arrows inside, Esc back to the text.
import {
  addColumnAfter, addColumnBefore, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable,
  isInTable, toggleHeader,
} from "prosemirror-tables";
import { redoDepth, undoDepth } from "prosemirror-history";
import {
  canAddAbove, currentBlock, currentStyle, hasMark, insertTable, isList, linkRange, setStyle, shiftDepth, toggleList, within,
} from "./commands.js";
import { hasHeader } from "./convert.js";
import { h, icon } from "./dom.js";
import { schema } from "./schema.js";

const { marks, nodes } = schema;
const STYLES = ["paragraph", "heading2", "heading3", "heading4"];

/** `host`: `{t, say, run(command), commands, openLink, pick(kind), getState, focus}`. */
export function createToolbar(host) {
  const controls = [];
  const select = styleSelect(host);
  const bar = h("div", { class: "ed-toolbar", role: "toolbar", "aria-label": host.t("toolbar") });
  const tableGroup = group(host.t("tableTools"), tableTools().map(make));
  tableGroup.classList.add("ed-table-tools");
  controls.unshift({ element: select, update: updateSelect });
  const main = mainTools().map((tools) => group(null, tools.map(make)));
  bar.append(group(null, [select]), ...main, tableGroup);
  // In the order people see them.
  controls.sort((x, y) => (x.element.compareDocumentPosition(y.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  bar.addEventListener("keydown", onKey);
  bar.addEventListener("focusin", (event) => setStop(event.target.closest("button, select")));
  // A press must not take the selection out of the text.
  bar.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
  let stop = select;

  function make(tool) {
    const button = h("button", {
      type: "button", class: "ed-tool", "aria-label": host.t(tool.name), title: tool.key ? `${host.t(tool.name)} (${tool.key})` : host.t(tool.name),
      "aria-keyshortcuts": tool.keys, onclick: () => button.getAttribute("aria-disabled") !== "true" && tool.act(),
    }, icon(tool.icon ?? tool.name));
    controls.push({ element: button, update: (state) => updateButton(button, tool, state) });
    return button;
  }

  function mainTools() {
    const { run, commands } = host;
    return [
      [
        { name: "bold", key: "Ctrl+B", keys: "Control+B", pressed: (s) => hasMark(s, marks.bold), act: () => run(commands.bold) },
        { name: "italic", key: "Ctrl+I", keys: "Control+I", pressed: (s) => hasMark(s, marks.italic), act: () => run(commands.italic) },
        { name: "link", key: "Ctrl+K", keys: "Control+K", pressed: (s) => !!linkRange(s).href, act: host.openLink },
      ],
      [
        { name: "bullets", pressed: (s) => isList(s, false), enabled: toggleList(false), act: toggled("bullets", toggleList(false), (s) => isList(s, false)) },
        { name: "numbers", pressed: (s) => isList(s, true), enabled: toggleList(true), act: toggled("numbers", toggleList(true), (s) => isList(s, true)) },
        { name: "outdent", key: "Maiusc+Tab", enabled: shiftDepth(-1), act: () => run(shiftDepth(-1)) },
        { name: "indent", key: "Tab", enabled: shiftDepth(1), act: () => run(shiftDepth(1)) },
      ],
      [
        { name: "table", enabled: insertTable, act: () => run(insertTable) && host.say("tableInserted") },
        { name: "image", act: () => host.pick("image") },
        { name: "attachment", act: () => host.pick("attachment") },
      ],
      [
        { name: "undo", key: "Ctrl+Z", keys: "Control+Z", enabled: (s) => undoDepth(s) > 0, act: () => run(commands.undo) },
        { name: "redo", key: "Ctrl+Y", keys: "Control+Y", enabled: (s) => redoDepth(s) > 0, act: () => run(commands.redo) },
      ],
    ];
  }

  function tableTools() {
    const tool = (name, command, enabled = command) => ({ name, enabled, act: () => host.run(command) });
    return [
      { name: "tableHeader", pressed: inHeaderTable, act: toggled("tableHeader", toggleHeader("row"), inHeaderTable) },
      tool("rowAbove", addRowBefore, canAddAbove),
      tool("rowBelow", addRowAfter),
      tool("rowDelete", within(deleteRow)),
      tool("columnBefore", addColumnBefore),
      tool("columnAfter", addColumnAfter),
      tool("columnDelete", within(deleteColumn)),
      { name: "tableDelete", icon: "trash", act: () => host.run(deleteTable) && host.say("tableGone") },
    ];
  }

  function toggled(name, command, active) {
    return () => {
      if (!host.run(command)) return;
      host.say(active(host.getState()) ? "on" : "off", { name: host.t(name) });
    };
  }

  function updateSelect(state) {
    const style = currentStyle(state);
    if (select.value !== style) select.value = style;
    setDisabled(select, !currentBlock(state));
  }

  function update(state) {
    tableGroup.hidden = !isInTable(state);
    for (const control of controls) control.update(state);
    if (stop !== select && !usable(stop)) setStop(select);
  }

  function usable(element) {
    return !element.closest("[hidden]");
  }

  function setStop(element) {
    if (!element) return;
    stop = element;
    for (const control of controls) control.element.tabIndex = control.element === element ? 0 : -1;
  }

  function onKey(event) {
    const list = controls.map((control) => control.element).filter(usable);
    const at = list.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "Escape") host.focus();
    else if (next === undefined || at < 0) return;
    else list[(next + list.length) % list.length].focus();
    event.preventDefault();
    event.stopPropagation();
  }

  setStop(select);
  return { dom: bar, update, focus: () => stop.focus() };
}

function group(label, elements) {
  return h("div", { class: "ed-group", role: label ? "group" : null, "aria-label": label }, ...elements);
}

function styleSelect(host) {
  const options = STYLES.map((name) => h("option", { value: name }, host.t(name)));
  const select = h("select", { class: "ed-style", "aria-label": host.t("style"), title: host.t("style") }, ...options);
  select.addEventListener("change", () => {
    const name = select.value;
    if (host.run(setStyle(name), false)) host.say("on", { name: host.t(name) });
  });
  return select;
}

function inHeaderTable(state) {
  const { $from } = state.selection;
  return $from.depth > 1 && $from.node(1).type === nodes.table && hasHeader($from.node(1));
}

function updateButton(button, tool, state) {
  if (tool.pressed) button.setAttribute("aria-pressed", String(!!tool.pressed(state)));
  if (tool.enabled) setDisabled(button, !tool.enabled(state));
}

// Stays reachable, so that focus is not lost when a command stops applying.
function setDisabled(element, off) {
  if (element.tagName === "SELECT") element.disabled = off;
  else if (off) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
}
