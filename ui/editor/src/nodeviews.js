// Images and attachments in the text. Their words are edited in place, in ordinary fields.
import { Selection } from "prosemirror-state";
import { h, icon } from "./dom.js";
import { fileSize } from "./messages.js";
import { mediaUrl } from "./schema.js";

let count = 0;

/** `host`: `{t, say}`. */
export function nodeViews(host) {
  return {
    image: (node, view, getPos) => new ImageView(node, view, getPos, host),
    attachment: (node, view, getPos) => new AttachmentView(node, view, getPos, host),
  };
}

class BlockView {
  constructor(node, view, getPos, { t, say }) {
    Object.assign(this, { node, view, getPos, t, say });
  }

  set(attr, value) {
    this.view.dispatch(this.view.state.tr.setNodeAttribute(this.getPos(), attr, value));
  }

  removeButton() {
    const name = this.node.attrs.file.name;
    const label = this.t("remove", { name });
    const onclick = () => this.remove(name);
    return h("button", { type: "button", class: "ed-remove", "aria-label": label, title: label, onclick }, icon("trash"));
  }

  remove(name) {
    const { view } = this;
    const pos = this.getPos();
    const tr = view.state.tr.delete(pos, pos + this.node.nodeSize);
    view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(pos))).scrollIntoView());
    view.focus();
    this.say("removed", { name });
  }

  // The fields are the browser's, the rest of the block is the editor's.
  stopEvent(event) {
    return event.target instanceof Element && !!event.target.closest("input, textarea, button, label");
  }

  ignoreMutation() {
    return true;
  }

  selectNode() {
    this.dom.classList.add("ProseMirror-selectednode");
  }

  deselectNode() {
    this.dom.classList.remove("ProseMirror-selectednode");
  }
}

class ImageView extends BlockView {
  constructor(...args) {
    super(...args);
    const id = `ed-image-${++count}`;
    this.picture = h("img", { class: "ed-picture", draggable: "false" });
    this.alt = h("textarea", { id: `${id}-alt`, class: "ed-field", rows: 2, "aria-describedby": `${id}-hint`, oninput: () => this.set("alt", oneLine(this.alt)) });
    this.hint = h("span", { id: `${id}-hint`, class: "ed-hint" });
    this.decorative = h("input", { id: `${id}-deco`, type: "checkbox", class: "ed-check", onchange: () => this.set("decorative", this.decorative.checked) });
    this.caption = h("input", { id: `${id}-cap`, class: "ed-field", oninput: () => this.set("caption", this.caption.value) });
    this.dom = h("figure", { class: "ed-image", contenteditable: "false", role: "group" },
      h("div", { class: "ed-frame" }, this.picture, this.removeButton()),
      h("div", { class: "ed-about" },
        h("label", { for: `${id}-alt` }, this.t("alt")), this.alt, this.hint,
        h("div", { class: "ed-choice" }, this.decorative, h("label", { for: `${id}-deco` }, this.t("decorative"))),
        h("label", { for: `${id}-cap` }, this.t("caption")), this.caption));
    this.show();
  }

  show() {
    const { file, alt, decorative, caption } = this.node.attrs;
    const missing = !decorative && !alt.trim();
    const src = mediaUrl(file);
    if (this.picture.getAttribute("src") !== src) this.picture.src = src;
    this.picture.alt = alt;
    this.dom.setAttribute("aria-label", this.t("imageBlock", { name: file.name }));
    this.dom.classList.toggle("ed-missing", missing);
    setValue(this.alt, alt);
    setValue(this.caption, caption);
    this.alt.disabled = decorative || !this.view.editable;
    this.decorative.checked = decorative;
    this.decorative.disabled = this.caption.disabled = !this.view.editable;
    if (missing) this.alt.setAttribute("aria-invalid", "true");
    else this.alt.removeAttribute("aria-invalid");
    const words = missing ? `${this.t("altMissing")}. ${this.t("altHint")}` : this.t("altHint");
    this.hint.replaceChildren(...(missing ? [icon("warning")] : []), words);
  }

  update(node) {
    if (node.type !== this.node.type || node.attrs.file.id !== this.node.attrs.file.id) return false;
    this.node = node;
    this.show();
    return true;
  }
}

const oneLine = (field) => field.value.replaceAll(/\s*[\r\n]+\s*/g, " ");

// Only what differs: setting a value moves the caret of the field.
function setValue(field, value) {
  if (field.value === value || oneLine(field) === value) return;
  const caret = document.activeElement === field ? field.selectionStart : null;
  field.value = value;
  if (caret != null) field.setSelectionRange(caret, caret);
}

class AttachmentView extends BlockView {
  constructor(...args) {
    super(...args);
    const { name, size } = this.node.attrs.file;
    const label = this.t("attachmentBlock", { name, size: fileSize(size) });
    this.dom = h("div", { class: "ed-attachment", contenteditable: "false", role: "group", "aria-label": label },
      icon("attachment"),
      h("span", { class: "ed-file" }, name),
      h("span", { class: "ed-size" }, fileSize(size)),
      this.removeButton());
  }

  update(node) {
    return node.type === this.node.type && node.attrs.file.id === this.node.attrs.file.id
      && node.attrs.file.name === this.node.attrs.file.name;
  }
}
