// Elements without inline styles: the content security policy forbids them.

/** `h("button", {class: "x", onclick: f}, "text", child)` */
export function h(tag, attrs = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

// 24 x 24, drawn with a stroke.
const ICONS = {
  bold: "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z",
  italic: "M10 5h8M6 19h8M14.5 5l-5 14",
  bullets: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  numbers: "M10 6h10M10 12h10M10 18h10M3.5 5l1.5-1v5M3.5 14.5c0-2 3-2 3 0 0 1.5-3 2-3 4h3",
  indent: "M4 5h16M11 10h9M11 14h9M4 19h16M4 9.5l3.5 2.5L4 14.5z",
  outdent: "M4 5h16M11 10h9M11 14h9M4 19h16M7.5 9.5L4 12l3.5 2.5z",
  link: "M10 13.5a4 4 0 0 0 6 .5l3-3a4.2 4.2 0 0 0-6-6l-1.2 1.2M14 10.5a4 4 0 0 0-6-.5l-3 3a4.2 4.2 0 0 0 6 6l1.2-1.2",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M9.5 5v14M14.5 5v14",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
  attachment: "M19 11.5l-7.5 7.2a4.5 4.5 0 0 1-6.3-6.4l8-7.8a3 3 0 0 1 4.2 4.3l-7.8 7.6a1.5 1.5 0 0 1-2.1-2.2l6.8-6.6",
  undo: "M8 5L4 9l4 4M4.5 9H14a5 5 0 0 1 0 10H9",
  redo: "M16 5l4 4-4 4M19.5 9H10a5 5 0 0 0 0 10h5",
  rowAbove: "M3 13h18v7H3zM9 13v7M15 13v7M12 3v6M9 6h6",
  rowBelow: "M3 4h18v7H3zM9 4v7M15 4v7M12 15v6M9 18h6",
  rowDelete: "M3 4h18v7H3zM9 4v7M15 4v7M9.5 15l5 5M14.5 15l-5 5",
  columnBefore: "M13 3h7v18h-7zM13 9h7M13 15h7M3 12h6M6 9v6",
  columnAfter: "M4 3h7v18H4zM4 9h7M4 15h7M15 12h6M18 9v6",
  columnDelete: "M4 3h7v18H4zM4 9h7M4 15h7M15 9.5l5 5M20 9.5l-5 5",
  tableHeader: "M4 5h16v14H4zM4 10h16M4 6h16M4 7.5h16M4 9h16M12 10v9",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v6M13.5 10.5v6",
  warning: "M12 4.5L21 19.5H3zM12 10v4.5M12 17h.01",
};

export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "ed-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
