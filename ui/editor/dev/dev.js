// The page that `check.mjs` drives: an editor with a bit of everything and a pretended app behind it.
import { mount } from "/editor.js";

const file = (name, media, size) => ({ id: name, name, media, size });
const s = (text, look = {}) => ({ text, ...look });

const text = [
  { type: "heading", level: 2, spans: [s("Chiusura del ponte sul Bormida")] },
  { type: "paragraph", spans: [s("Da lunedì 7 dicembre il ponte è "), s("chiuso al traffico", { bold: true }), s(" per lavori. Si passa "), s("solo", { italic: true }), s(" da Vesime: vedi la "), s("pagina della Provincia", { link: "https://www.provincia.asti.it/" }), s(".")] },
  { type: "heading", level: 3, spans: [s("Che cosa fare")] },
  { type: "item", ordered: false, depth: 0, spans: [s("Chi abita in regione San Rocco")] },
  { type: "item", ordered: true, depth: 1, spans: [s("ritira il permesso in Comune")] },
  { type: "item", ordered: true, depth: 1, spans: [s("lo espone sul cruscotto, in modo che si legga bene da fuori anche di sera e con la pioggia battente")] },
  { type: "item", ordered: false, depth: 2, spans: [s("anche di notte")] },
  { type: "item", ordered: true, depth: 1, spans: [s("passa a passo d'uomo")] },
  { type: "item", ordered: false, depth: 0, spans: [s("Chi viene da fuori segue la deviazione")] },
  { type: "item", ordered: true, depth: 0, spans: [s("primo")] },
  { type: "item", ordered: true, depth: 0, spans: [s("secondo")] },
  { type: "heading", level: 4, spans: [s("Orari del bus sostitutivo")] },
  { type: "table", id: "t1", header: true, rows: [
    { id: "r1", cells: [[s("Giorno")], [s("Partenza")], [s("Arrivo")]] },
    { id: "r2", cells: [[s("lunedì")], [s("7.10")], [s("7.50")]] },
    { id: "r3", cells: [[s("sabato")], [s("8.30")], []] },
  ] },
  { type: "image", file: file("ponte.svg", "image/svg+xml", 120000), alt: "", decorative: false, caption: "" },
  { type: "image", file: file("ponte.svg", "image/svg+xml", 120000), alt: "Il ponte visto da valle", decorative: false, caption: "Foto dell'ufficio tecnico" },
  { type: "attachment", file: file("ordinanza-42.pdf", "application/pdf", 1536000) },
  { type: "paragraph", spans: [s("Il Comune si scusa per il disagio.")] },
];

// What the tests look at.
window.log = { edits: [], files: [], pastes: [], errors: [], violations: [] };
window.merge = () => null;
document.addEventListener("securitypolicyviolation", (event) => {
  // Bootstrap Italia brings a font of a video player inside its style sheet; the editor has none.
  if (event.violatedDirective === "font-src") return;
  window.log.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
});

window.start = (blocks = text) => {
  window.editor = mount(document.getElementById("host"), {
    id: "testo",
    label: "Testo della pagina",
    text: blocks,
    media: "/media/",
    onEdit: async (sent) => {
      window.log.edits.push(sent);
      return window.merge(sent);
    },
    onPaste: async (html, plain) => {
      window.log.pastes.push({ html, plain });
      return window.clean ? window.clean(html, plain) : null;
    },
    onFiles: (files, kind) => window.log.files.push(...files.map((each) => `${kind}:${each.name}`)),
    onError: (code, args) => window.log.errors.push({ code, ...args }),
  });
};
window.start();
