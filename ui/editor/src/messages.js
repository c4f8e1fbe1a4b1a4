// The words of the editor. The app may pass others (`options.messages`).
export const ITALIAN = {
  toolbar: "Formattazione del testo",
  help: "Alt+F10 per la barra degli strumenti",
  placeholder: "Scrivi qui il testo, oppure incollalo da Word",
  style: "Stile del paragrafo",
  paragraph: "Paragrafo",
  heading2: "Titolo 2",
  heading3: "Titolo 3",
  heading4: "Titolo 4",
  bold: "Grassetto",
  italic: "Corsivo",
  bullets: "Elenco puntato",
  numbers: "Elenco numerato",
  indent: "Aumenta rientro",
  outdent: "Riduci rientro",
  link: "Collegamento",
  table: "Tabella",
  image: "Immagine",
  attachment: "Allegato",
  undo: "Annulla",
  redo: "Ripeti",
  rowBelow: "Riga sotto",
  rowAbove: "Riga sopra",
  rowDelete: "Elimina riga",
  columnAfter: "Colonna a destra",
  columnBefore: "Colonna a sinistra",
  columnDelete: "Elimina colonna",
  tableHeader: "Prima riga di intestazione",
  tableDelete: "Elimina tabella",
  tableTools: "Tabella",
  on: "{name} attivo",
  off: "{name} non attivo",
  tableInserted: "Tabella inserita: 3 righe, 3 colonne",
  tableGone: "Tabella eliminata",
  inserted: "Inserito: {name}",
  undone: "Modifica annullata",
  redone: "Modifica ripetuta",
  linkForm: "Collegamento",
  linkAddress: "Indirizzo",
  linkHint: "Per esempio https://www.regione.piemonte.it, un indirizzo e-mail o un numero di telefono",
  linkApply: "Applica",
  linkRemove: "Rimuovi collegamento",
  linkCancel: "Annulla",
  linkInvalid: "Scrivi un indirizzo che comincia con https://, un indirizzo e-mail o un numero di telefono.",
  linkSet: "Collegamento inserito",
  linkGone: "Collegamento rimosso",
  alt: "Testo alternativo",
  altHint: "Descrivi che cosa mostra l'immagine a chi non la vede.",
  altMissing: "Manca il testo alternativo",
  decorative: "Solo decorativa: chi non la vede non perde nulla",
  caption: "Didascalia (facoltativa)",
  imageBlock: "Immagine {name}",
  attachmentBlock: "Allegato {name}, {size}",
  remove: "Rimuovi {name}",
  removed: "Rimosso: {name}",
  pasted: "Incollato",
  pastedPlain: "Incollato come testo semplice",
};

/** Looks words up, with `{name}` filled in. */
export function speaker(messages = {}) {
  const all = { ...ITALIAN, ...messages };
  return (key, args = {}) => (all[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => args[name] ?? "");
}

/** `1536` -> `1,5 KB`, as Italian writes numbers. */
export function fileSize(bytes) {
  const units = ["byte", "KB", "MB", "GB"];
  let [value, unit] = [Number(bytes) || 0, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit && value < 10 ? 1 : 0;
  return `${value.toLocaleString("it", { maximumFractionDigits: digits })} ${units[unit]}`;
}
