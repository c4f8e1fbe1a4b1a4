// The small form for a link, under the toolbar.
import { cleanAddress } from "./commands.js";
import { h } from "./dom.js";

/** `host`: `{t, apply(href), focus}`. */
export function createLinkForm(host) {
  const { t } = host;
  const id = `ed-link-${crypto.randomUUID().slice(0, 8)}`;
  const input = h("input", {
    id, class: "ed-field", type: "text", inputmode: "url", autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-hint`,
  });
  const hint = h("p", { id: `${id}-hint`, class: "ed-hint" }, t("linkHint"));
  const remove = button("linkRemove", "ed-plain", () => close(""));
  const dom = h("div", { class: "ed-link-form", role: "group", "aria-label": t("linkForm"), hidden: true },
    h("label", { for: id }, t("linkAddress")),
    h("div", { class: "ed-row" }, input,
      button("linkApply", "ed-primary", submit), remove, button("linkCancel", "ed-plain", () => close(null))),
    hint);
  dom.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) submit();
    else if (event.key === "Escape") close(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function button(name, look, onclick) {
    return h("button", { type: "button", class: `ed-button ${look}`, onclick }, t(name));
  }

  function open(href) {
    input.value = href.replace(/^(mailto|tel):/, "");
    remove.hidden = !href;
    complain(false);
    dom.hidden = false;
    input.focus();
    input.select();
  }

  function complain(wrong) {
    dom.classList.toggle("ed-wrong", wrong);
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    hint.textContent = t(wrong ? "linkInvalid" : "linkHint");
  }

  function submit() {
    if (!input.value.trim()) return close("");
    const href = cleanAddress(input.value);
    if (href) return close(href);
    complain(true);
    host.announce("linkInvalid");
    return input.focus();
  }

  // `null`: leave things as they are; `""`: no link.
  function close(href) {
    if (dom.hidden) return;
    dom.hidden = true;
    if (href === null) host.focus();
    else host.apply(href);
  }

  return { dom, open, close: () => close(null) };
}
