// The editor of rich texts. The one entry: `mount(element, options) -> handle`.
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { history } from "prosemirror-history";
import { EditorState, NodeSelection, Plugin, TextSelection } from "prosemirror-state";
import { tableEditing } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";
import { insertBlock, linkRange, setLink, hasMark } from "./commands.js";
import { isBlank, toDoc, toNode } from "./convert.js";
import { h } from "./dom.js";
import { commands, keys, rules } from "./keys.js";
import { createLinkForm } from "./linkform.js";
import { speaker } from "./messages.js";
import { nodeViews } from "./nodeviews.js";
import { pasting } from "./paste.js";
import { schema, setMediaBase } from "./schema.js";
import { createSync } from "./sync.js";
import { tableIds } from "./tables.js";
import { createToolbar } from "./toolbar.js";

/**
 * Puts an editor into `element`. Options:
 * - `text`: RichText (array of blocks, as `domain::sito::RichText` serialises); `label`; `id` of the editable element; `readOnly`; `messages`
 * - `media`: where images are served, if not at `anteprima://localhost/media/`
 * - `onEdit(blocks) -> Promise<blocks | null>`: takes the whole text; answers the merged text where it
 *   differs. Rejecting means "not taken": it is tried again. Never called while one is under way.
 * - `onWrote()`: something was written; `onEdit` follows after a pause in typing
 * - `onFiles(File[], kind)`: `kind` is `image`, `attachment` or `""` (dropped or pasted)
 * - `onPaste(html, plain) -> Promise<blocks | null>`: cleans; rejecting pastes the plain text
 * - `onError(code, args)`: `paste_too_large` `{limit}` (MB)
 */
export function mount(element, options) {
  setMediaBase(options.media);
  return new Editor(element, options).handle();
}

class Editor {
  constructor(element, options) {
    this.options = options;
    this.readOnly = !!options.readOnly;
    this.t = speaker(options.messages);
    this.say = this.say.bind(this);
    this.status = h("div", { class: "ed-status", role: "status" });
    this.picker = h("input", { type: "file", hidden: true, multiple: true, tabindex: -1, onchange: () => this.picked() });
    this.toolbar = createToolbar(this.toolbarHost());
    this.link = createLinkForm(this.linkHost());
    this.surface = h("div", { class: "ed-surface" });
    this.help = h("span", { class: "ed-hidden", id: `${options.id || "ed"}-help` }, this.t("help"));
    this.root = h("div", { class: "ed" }, h("div", { class: "ed-top" }, this.toolbar.dom, this.link.dom), this.surface, this.help, this.status, this.picker);
    element.append(this.root);
    this.state = EditorState.create({ doc: toDoc(options.text ?? []), plugins: this.plugins() });
    this.view = new EditorView(this.surface, this.viewProps());
    this.sync = createSync({
      send: (blocks) => options.onEdit(blocks),
      getState: () => this.state,
      apply: (tr) => this.dispatch(tr),
      ready: () => this.composed(),
      wrote: () => options.onWrote?.(),
    });
    this.onHide = () => this.sync.flush();
    window.addEventListener("pagehide", this.onHide);
    document.addEventListener("visibilitychange", this.onHide);
    this.refresh();
  }

  plugins() {
    const host = {
      onFiles: (files) => this.options.onFiles?.(files, ""),
      onPaste: (html, plain) => this.options.onPaste(html, plain),
      onError: (code, args) => this.options.onError?.(code, args),
      say: this.say,
    };
    return [
      rules(),
      pasting(host),
      ...keys(this.keyHost()),
      dropCursor({ class: "ed-dropcursor", color: false, width: 2 }),
      gapCursor(),
      tableEditing(),
      tableIds(),
      history(),
      // Steps may be rebased (see rebase.js): the history must not merge them.
      new Plugin({ historyPreserveItems: true }),
    ];
  }

  viewProps() {
    return {
      state: this.state,
      nodeViews: nodeViews({ t: this.t, say: this.say }),
      editable: () => !this.readOnly,
      dispatchTransaction: (tr) => this.dispatch(tr),
      attributes: () => ({
        id: this.options.id || null,
        class: "ed-doc",
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": this.options.label ?? "",
        "aria-describedby": this.help.id,
        "aria-readonly": String(this.readOnly),
        "data-placeholder": this.t("placeholder"),
        lang: "it",
        spellcheck: "true",
      }),
      handleDOMEvents: {
        blur: (_view, event) => !this.root.contains(event.relatedTarget) && void this.sync.flush(),
        click: (_view, event) => !!event.target.closest?.("a") && void event.preventDefault(),
        mousedown: (view, event) => this.clickBelow(view, event),
      },
    };
  }

  dispatch(tr) {
    const { state, transactions } = this.state.applyTransaction(tr);
    this.state = state;
    if (!this.view.isDestroyed) this.view.updateState(state);
    for (const each of transactions) this.sync.record(each);
    this.refresh();
  }

  refresh() {
    if (this.view.isDestroyed) return;
    this.root.classList.toggle("ed-blank", isBlank(this.state.doc));
    this.root.classList.toggle("ed-read-only", this.readOnly);
    if (!this.readOnly) this.toolbar.update(this.state);
  }

  // A composition (dead keys, input methods) would break if the text changed under it.
  composed() {
    if (this.view.isDestroyed || !this.view.composing) return Promise.resolve();
    return new Promise((done) => {
      this.view.dom.addEventListener("compositionend", () => setTimeout(done, 60), { once: true });
    });
  }

  // Somewhere to write under a table or an image at the end.
  clickBelow(view, event) {
    const last = view.dom.lastElementChild;
    if (event.target !== view.dom || !last || event.clientY <= last.getBoundingClientRect().bottom) return false;
    if (this.readOnly || this.state.doc.lastChild.isTextblock) return false;
    const tr = this.state.tr.insert(this.state.doc.content.size, schema.nodes.paragraph.create());
    view.dispatch(tr.setSelection(TextSelection.atEnd(tr.doc)));
    view.focus();
    event.preventDefault();
    return true;
  }

  say(key, args) {
    this.status.textContent = this.t(key, args);
  }

  run(command, refocus = true) {
    const done = command(this.state, this.view.dispatch.bind(this.view), this.view);
    if (refocus) this.view.focus();
    return done;
  }

  mark(name) {
    return (state, dispatch) => {
      const done = commands[name](state, dispatch);
      if (done && dispatch) this.say(hasMark(this.state, schema.marks[name]) ? "on" : "off", { name: this.t(name) });
      return done;
    };
  }

  step(name) {
    return (state, dispatch) => {
      const done = commands[name](state, dispatch);
      if (done && dispatch) this.say(name === "undo" ? "undone" : "redone");
      return done;
    };
  }

  keyHost() {
    return {
      openLink: () => this.openLink(),
      toToolbar: () => !this.toolbar.focus(),
      mark: (name) => this.mark(name),
      undo: this.step("undo"),
      redo: this.step("redo"),
    };
  }

  toolbarHost() {
    return {
      t: this.t,
      say: this.say,
      run: (command, refocus) => this.run(command, refocus),
      commands: { bold: this.mark("bold"), italic: this.mark("italic"), undo: this.step("undo"), redo: this.step("redo") },
      openLink: () => this.openLink(),
      pick: (kind) => this.pick(kind),
      getState: () => this.state,
      focus: () => this.view.focus(),
    };
  }

  linkHost() {
    return {
      t: this.t,
      announce: this.say,
      focus: () => this.view.focus(),
      apply: (href) => {
        this.run(setLink(linkRange(this.state), href));
        this.say(href ? "linkSet" : "linkGone");
      },
    };
  }

  openLink() {
    if (this.state.selection.$from.parent.inlineContent) this.link.open(linkRange(this.state).href);
    return true;
  }

  pick(kind) {
    this.kind = kind;
    this.picker.accept = kind === "image" ? "image/*" : "";
    this.picker.click();
  }

  picked() {
    const files = [...this.picker.files];
    this.picker.value = "";
    if (files.length) this.options.onFiles?.(files, this.kind);
    this.view.focus();
  }

  insert(block) {
    this.dispatch(insertBlock(this.state.tr, toNode(block)).scrollIntoView());
    this.say("inserted", { name: block.file?.name ?? "" });
  }

  goTo(index) {
    const doc = this.state.doc;
    const at = Math.min(Math.max(0, index), doc.childCount - 1);
    let pos = 0;
    for (let i = 0; i < at; i++) pos += doc.child(i).nodeSize;
    const node = doc.child(at);
    const selection = node.isAtom ? NodeSelection.create(doc, pos) : TextSelection.near(doc.resolve(pos + 1));
    this.dispatch(this.state.tr.setSelection(selection).scrollIntoView());
    this.view.focus();
    this.showBlock(this.view.nodeDOM(pos), node);
  }

  showBlock(dom, node) {
    dom?.scrollIntoView?.({ block: "center" });
    if (node.type === schema.nodes.image) dom?.querySelector("textarea:not(:disabled)")?.focus();
  }

  setReadOnly(on) {
    this.readOnly = on;
    this.link.close();
    this.view.setProps({ nodeViews: nodeViews({ t: this.t, say: this.say }) });
    this.refresh();
  }

  async destroy() {
    window.removeEventListener("pagehide", this.onHide);
    document.removeEventListener("visibilitychange", this.onHide);
    this.view.destroy();
    this.root.remove();
    return this.sync.flush();
  }

  handle() {
    return {
      /** Shows another text with caret and selection in place; `false`: own words wait, `check` was done instead. */
      setText: (blocks) => this.sync.setText(blocks),
      /** Hands the text over even if nothing was written, to be answered with what colleagues wrote. */
      check: () => this.sync.check(),
      /** Inserts a block after the current one. */
      insertBlock: (block) => this.insert(block),
      /** Caret to the nth block; to the alternative text if it is an image. */
      focusBlock: (index) => this.goTo(index),
      focus: () => this.view.focus(),
      setReadOnly: (on) => this.setReadOnly(on),
      /** Hands over at once. Settles with `true` when everything was taken. */
      flush: () => this.sync.flush(),
      /** Takes the editor off the page; settles when the last words were handed over. */
      destroy: () => this.destroy(),
      /** Nothing waits to be handed over. */
      isClean: () => this.sync.isClean(),
    };
  }
}
