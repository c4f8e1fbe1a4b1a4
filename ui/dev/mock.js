// A development aid, never bundled: the app's side of the border, faked in the page, so that the screens
// can be looked at in any browser. `dev/serve.mjs` puts it before the program.
// ?carte=N (documents open at the start)  ?carta=ok|no|bloccata|ultimo  ?firma=tolta|pin
// ?fase=locked|unlinked|choose_passphrase|broken  ?rete=up|down|off|busy|trouble|revoked  ?vuoto  ?ruolo=volontario
(() => {
  const params = new URLSearchParams(location.search);
  const now = Date.now();
  const minutes = (n) => now - n * 60_000;
  const state = {
    phase: params.get("fase") ?? "ready",
    line: params.get("rete") ?? "up",
    role: params.get("ruolo") ?? "impiegato",
    waiting: Number(params.get("attesa") ?? 0),
    limits: { quiet: null, cap_mb: null, metered: "auto" },
    conflicts: [],
  };
  const titles = [
    "Neve: scuole chiuse lunedì 12 gennaio", "Raccolta differenziata: nuovo calendario", "Bando per il contributo affitti",
    "Orari degli uffici nelle feste", "Sagra della robiola: strade chiuse", "Consiglio comunale il 28 novembre",
    "Acqua non potabile in frazione San Gerolamo", "Iscrizioni all’asilo: come fare", "Nuovo sportello per la carta d’identità",
    "Allerta arancione per pioggia", "Mercato del giovedì spostato in piazza Barbero", "Censimento: si cercano rilevatori",
  ];
  const people = ["Anna Bo", "Bruno Gallo", "Carla Icardi"];
  const kinds = ["notizia", "notizia", "notizia", "pagina", "ufficio"];
  const statuses = ["published", "published", "draft", "changed", "published", "requested"];
  const offices = ["Ufficio anagrafe", "Ufficio tecnico", "Segreteria", "Polizia municipale"];
  const pages = [];
  const total = params.has("vuoto") ? 0 : 10_000;
  for (let at = 0; at < total; at++) {
    const kind = at < 4 ? "ufficio" : kinds[at % kinds.length];
    const title = at < 4 ? offices[at] : kind === "ufficio" ? `Ufficio ${at}` : titles[at % titles.length] + (at > 40 ? ` (${at})` : "");
    const status = at < 4 ? "published" : statuses[at % statuses.length];
    pages.push(page(`p${at}`, kind, title, status, minutes(at * 37 + 5), people[at % 3]));
  }
  if (total) {
    Object.assign(pages[4], page("p4", "notizia", titles[0], "draft", minutes(3), "Anna Bo"), { full: true });
    pages[4].fields.summary = "Lunedì 12 gennaio le scuole di ogni ordine restano chiuse per neve.";
    pages[4].fields.office = "p0";
    pages[4].fields.topics = ["istruzione", "protezione-civile"];
    pages[4].fields.attachments = [file("ordinanza-12-2026.pdf", "application/pdf", 284_100)];
    pages[4].fields.until = "2026-12-31";
    pages[4].fields.cover = { file: file("piazza-neve.jpg", "image/jpeg", 1_840_000), alt: "", decorative: false };
    pages[4].body = text();
    pages[4].row.until = "2026-12-31";
    state.conflicts = [
      { id: 1, page: "p4", title: titles[0], at: minutes(12), about: { kind: "field", theirs: { field: "title", value: "Neve: scuole chiuse lunedì e martedì" }, yours: { field: "title", value: titles[0] } }, remedies: ["keep_theirs", "use_mine"] },
      { id: 2, page: "p7", title: titles[7], at: minutes(95), about: { kind: "words", words: "Le domande si presentano entro venerdì alle 12." }, remedies: ["use_mine", "acknowledge"] },
      { id: 3, page: "p9", title: titles[9], at: minutes(200), about: { kind: "revived" }, remedies: ["acknowledge", "delete_again"] },
    ];
  }
  if (params.has("tranquillo")) state.conflicts = [];

  function file(name, media, size) {
    return { id: name.split("").map((c) => c.charCodeAt(0).toString(16)).join("").padEnd(64, "0").slice(0, 64), name, media, size };
  }
  function page(id, kind, title, status, at, by) {
    return {
      row: { id, kind, title, status, waiting: false, edited_at: at, edited_by: by, until: null },
      fields: { title, summary: "", news: "avviso", topics: [], office: null, cover: null, attachments: [], until: null, address: "", hours: "", phone: "", email: "", pec: "" },
      body: [], version: 1, deleted: false,
    };
  }
  function text() {
    const span = (t, more = {}) => ({ text: t, ...more });
    return [
      { type: "paragraph", spans: [span("Per le forti nevicate previste, il Sindaco ha ordinato la "), span("chiusura di tutte le scuole", { bold: true }), span(" del comune.")] },
      { type: "heading", level: 2, spans: [span("Chi riguarda")] },
      { type: "item", ordered: false, depth: 0, spans: [span("scuola dell’infanzia")] },
      { type: "item", ordered: false, depth: 0, spans: [span("scuola primaria")] },
      { type: "heading", level: 2, spans: [span("Che cosa fare")] },
      { type: "paragraph", spans: [span("Chi ha bisogno di aiuto può chiamare il "), span("numero della protezione civile", { link: "tel:0144123456" }), span(".")] },
      { type: "table", id: "t1", header: true, rows: [{ id: "r1", cells: [[span("Giorno")], [span("Orario")]] }, { id: "r2", cells: [[span("Lunedì")], [span("9–12")]] }] },
    ];
  }
  const says = (what) => fetch("/says", { method: "POST", body: what }).catch(() => {});
  const sayRows = () => (document.querySelector(".box-rows li") ? says("rows") : requestAnimationFrame(sayRows));
  const find = (id) => pages.find((it) => it.row.id === id && !it.deleted) ?? fail("unknown_page");
  const fail = (code, args = {}, more = {}) => { throw { code, args, ...more }; };
  const view = (it) => ({
    row: { ...it.row, title: it.fields.title }, fields: it.fields, body: { version: String(it.version), text: it.body }, findings: [],
    address: ["published", "changed"].includes(it.row.status) ? "https://example.invalid/" : null,
    may_publish: state.role !== "volontario", revived: false, conflicts: state.conflicts.filter((c) => c.page === it.row.id).length,
  });
  const touch = (it) => {
    it.row.edited_at = Date.now();
    it.row.edited_by = "Anna Bo";
    if (it.row.status === "published") it.row.status = "changed";
    return view(it);
  };
  const line = () => ({ line: state.line, since: minutes(14), last_ok: minutes(14), waiting: state.waiting, waiting_bytes: state.waiting ? 284_100 : 0, conflicts: state.conflicts.length, clock_off: null });
  const rows = (f) => pages.filter((it) => !it.deleted && f(it)).map((it) => view(it).row).sort((a, b) => b.edited_at - a.edited_at);
  const desk = () => ({ phase: "ready", person: "Anna Bo", role: state.role, comune: "Roccaverano", site: "https://example.invalid/", vault: "passphrase", revoked: state.line === "revoked" });
  const versions = (id) => [
    { id: 3, at: minutes(3), by: "Anna Bo", published: false },
    { id: 2, at: minutes(26 * 60), by: "Bruno Gallo", published: find(id).row.status !== "draft" },
    { id: 1, at: minutes(60 * 24 * 6), by: "Anna Bo", published: false },
  ];
  const held = () => ({ quiet: { why: "quiet", until: 780 }, cap: { why: "cap", mb: 500 }, metered: { why: "metered" } })[params.get("limiti")] ?? { why: "quiet", until: 780 };
  const commands = {
    session_state: () => state.phase === "ready" ? desk() : state.phase === "broken" ? { phase: "broken", code: "newer_database", args: {}, incident: "4F7K2A" } : { phase: state.phase },
    session_seal: () => { state.phase = "unlinked"; return { phase: "unlinked" }; },
    session_unlock: ({ passphrase }) => { if (passphrase !== "robiola di capra") fail("wrong_passphrase"); state.phase = "ready"; return desk(); },
    session_enrol: ({ code }) => { if (code.length < 8) fail("wrong_code"); state.phase = "ready"; return desk(); },
    line_load: line,
    ui_ready: () => { says("screen"); sayRows(); return null; },
    line_set_off: ({ off }) => { state.line = off ? "off" : "up"; return line(); },
    line_sync_now: () => { if (state.line === "down") fail("no_line", {}, { retry: true }); state.waiting = 0; return line(); },
    oggi_load: () => ({
      line: line(), drafts: rows((it) => ["draft", "changed"].includes(it.row.status)).slice(0, 7), arrivals: params.has("tranquillo") ? [] : rows((it) => it.row.edited_by !== "Anna Bo").slice(0, 4),
      deadlines: rows((it) => it.row.until), counts: ["notizia", "ufficio", "pagina"].map((k) => [k, rows((it) => it.row.kind === k).length]),
    }),
    page_list: ({ kind, status, query, offset, limit }) => {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const all = rows((it) => (!kind || it.row.kind === kind) && (!status || it.row.status === status) && words.every((w) => it.fields.title.toLowerCase().includes(w)));
      return { total: all.length, rows: all.slice(offset, offset + limit) };
    },
    page_create: ({ kind }) => { const it = page(`n${pages.length}`, kind, "", "draft", Date.now(), "Anna Bo"); pages.push(it); return it.row.id; },
    page_open: ({ page }) => view(find(page)),
    page_set: ({ page, change }) => { const it = find(page); it.fields[change.field] = change.value; return touch(it); },
    page_topic: ({ page, topic, on }) => { const it = find(page); it.fields.topics = it.fields.topics.filter((t) => t !== topic).concat(on ? [topic] : []); return touch(it); },
    page_edit: ({ page, text }) => { const it = find(page); it.body = text; it.version++; touch(it); return { version: String(it.version), merged: null, findings: [] }; },
    page_attach: ({ page, file: f, on }) => { const it = find(page); it.fields.attachments = it.fields.attachments.filter((a) => a.id !== f.id).concat(on ? [f] : []); return touch(it); },
    page_preview: () => null,
    page_visit: () => null,
    page_publish: ({ page }) => {
      const it = find(page);
      it.row.status = "requested";
      if (state.line === "up") setTimeout(() => { it.row.status = "published"; emit({ what: "pages", id: [page] }); }, 1500);
      else { state.waiting++; emit({ what: "line" }); }
      return view(it);
    },
    page_withdraw: ({ page }) => { const it = find(page); it.row.status = "draft"; return view(it); },
    page_delete: ({ page }) => { find(page).deleted = true; return null; },
    office_list: () => pages.slice(0, 4).map((it) => ({ id: it.row.id, name: it.fields.title })),
    version_list: ({ page }) => versions(page),
    version_compare: ({ older }) => older === 3 ? { fields: [], text: [] } : {
      fields: [[{ field: "title", value: "Scuole chiuse" }, { field: "title", value: titles[0] }], [{ field: "office", value: null }, { field: "office", value: "p0" }]],
      text: [{ run: "same", text: "Per le forti nevicate previste, il Sindaco ha ordinato la chiusura " }, { run: "removed", text: "delle scuole elementari" }, { run: "added", text: "di tutte le scuole" }, { run: "same", text: " del comune.\nChi riguarda\n" }, { run: "added", text: "scuola dell’infanzia\n" }, { run: "same", text: "scuola primaria\n" }],
    },
    version_restore: ({ page }) => view(find(page)),
    waiting_list: () => state.waiting ? [
      { page: "p4", title: titles[0], what: "publication", since: minutes(14), why: { why: "files", sent: 98_000, all: 284_100, held: params.has("limiti") ? held() : null } },
      { page: "p7", title: titles[7], what: "edit", since: minutes(22), why: { why: "line" } },
      { page: "p9", title: "", what: "new", since: minutes(40), why: { why: params.has("parcheggiata") ? "parked" : "earlier" } },
    ].slice(0, state.waiting) : [],
    transit_load: () => ({
      going: state.line !== "busy" ? null : { kind: "file", name: "piano-di-protezione-civile-2026.pdf", page: ["p4", titles[0]], up: true, done: 1_240_000, size: 8_000_000 },
      left: state.waiting ? 6_760_000 : 0, seconds: state.line === "busy" ? 430 : null, downloads: [0, 0],
      held: params.has("limiti") && !state.released ? { why: held(), files: 3, bytes: 48_200_000 } : null, released: !!state.released, fault: state.line === "down" ? "no_line" : null,
      left_alone: params.has("fermo") ? [{ name: "bando-di-gara.pdf", page: ["p4", titles[0]], up: true, why: "hub_full" }, { name: "planimetria.pdf", page: null, up: false, why: "not_found" }] : [],
    }),
    line_release: ({ on }) => { state.released = on; return commands.transit_load(); },
    line_rules_load: () => ({ limits: state.limits, spent: 182_400_000, detected: false }),
    line_rules_set: ({ limits }) => { state.limits = limits; return commands.line_rules_load(); },
    diagnosis_export: () => "/home/anna/Documenti/diagnosi-1764144000000.json",
    waiting_export: () => "/home/anna/Documenti/comuni-non-inviato.cir",
    versions_load: () => ({ app: "0.1.0", hub: params.has("centro-vecchio") ? "0.0.9" : "0.1.0" }),
    attempt_list: ({ only }) => {
      const one = { times: 1, ms: 412, up: 1204, down: 890, ops: [0, 0], carried: "operations", rtt: 612, goodput: 14_000, error: null };
      const row = (from, to, more) => ({ at: minutes(from), until: minutes(to), ...one, ...more });
      return [
        row(2, 2, { ops: [3, 1] }),
        row(30, 16, { times: 12, ms: 8000, up: 0, down: 0, error: "no_line" }),
        row(44, 31, { times: 31, up: 8_012_000, down: 9_400, carried: "upload", goodput: 13_000 }),
        row(47, 47, { error: "cut", up: 0, down: 0, ms: 6100 }),
        row(107, 48, { times: 118, up: 24_000, down: 17_000 }),
        row(60 * 26, 60 * 17, { times: 3240, up: 0, down: 0, ms: 40, error: "no_line" }),
        row(60 * 27, 60 * 27, { ops: [0, 14], down: 9_200 }),
      ].filter((it) => only === "all" || (only === "failed") === !!it.error && (it.error || it.ops[0] + it.ops[1] || it.carried !== "operations"));
    },
    conflict_list: () => state.conflicts,
    conflict_resolve: ({ id }) => { state.conflicts = state.conflicts.filter((c) => c.id !== id); return null; },
    paste_clean: ({ plain }) => ({ text: plain.split(/\n+/).map((t) => ({ type: "paragraph", spans: [{ text: t }] })), notes: [{ images: { count: 1 } }] }),
    document_import: () => ({ text: text(), notes: [{ images: { count: 1 } }] }),
    ui_log: ({ message }) => { console.warn(message); return null; },
  };
  const callbacks = new Map();
  const ears = [];
  let next = 1;
  // Firma e verifica: what a file is called says what becomes of it.
  const day = 86_400_000;
  const a4 = { width: 595, height: 842 };
  const kindOf = (name) => ({ pdf: "pdf", p7m: "p7m", p7s: "p7s", tsr: "tsr", tsd: "tsd" })[name.split(".").pop().toLowerCase()] ?? "other";
  const paper = (name, size) => {
    const kind = kindOf(name);
    const pdf = kind === "pdf" || /\.pdf\.p7m$/.test(name);
    return {
      id: `c${next++}`, name, size, kind, sha256: [...name.padEnd(32, "x")].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("").slice(0, 64).padEnd(64, "0"),
      pages: pdf ? [a4, a4, a4].slice(0, (name.length % 3) + 1) : [], warnings: /modulo/.test(name) ? ["active_content", "stamp_breaks_accessibility"] : [],
      no_pdf: kind !== "pdf" ? "not_pdf" : /modulo/.test(name) ? "active_content" : null,
    };
  };
  const signer = (name, code) => ({ name, tax_code: code, organization: "Comune di Roccaverano", title: "Responsabile del servizio", issuer: "Prestatore di Prova CA 3", serial: "4F9A2C7710", from: now - 400 * day, until: now + 300 * day, limits: [] });
  const signature = (more) => ({
    kind: "signature", answer: "holds", indication: "TOTAL-PASSED", sub_indication: null, reasons: [], signer: signer("MARIA ROSSI", "RSSMRA80A41A479X"), quality: "qualified", provider: "Prestatore di Prova S.p.A.",
    claimed: minutes(180), at: { time: now, basis: "now" }, stamps: [], changes: [], revision: 1, layer: 0, seen: { page: 1, left: 360, top: 650, width: 190, height: 60 }, purpose: null, hash: "SHA-256", counter: [], ...more,
  });
  const verdicts = [
    [/manomess/, () => ["fails", [signature({ answer: "fails", indication: "TOTAL-FAILED", sub_indication: "HASH_FAILURE", reasons: ["changed_after"], changes: [{ what: "overlay", allowed: false, page: 2 }, { what: "validation_data", allowed: true, page: null }] })]]],
    [/scadut/, (at) => at ? ["holds", [signature({ at })]] : ["open", [signature({ answer: "open", indication: "INDETERMINATE", sub_indication: "OUT_OF_BOUNDS_NO_POE", reasons: ["expired", "revocation_unknown", "no_time"], claimed: null })]]],
    [/cie/, () => ["holds", [signature({ quality: "advanced", provider: null, signer: { ...signer("LUCA BIANCHI", "BNCLCU75B02A479K"), limits: ["Limite d'uso: solo per atti del Comune fino a 5.000 euro"] } })]]],
    [/due/, () => ["holds", [signature({ purpose: "Parere favorevole" }), signature({ revision: 2, signer: signer("LUCA BIANCHI", "BNCLCU75B02A479K"), stamps: [{ answer: "holds", time: minutes(170), provider: "Marche di Prova", qualified: true }], changes: [{ what: "signature", allowed: true, page: null }], at: { time: minutes(170), basis: "time_stamp" } })]]],
    [/p7s$|tsr$/, (at, beside) => beside ? ["holds", [signature({ seen: null, revision: null })]] : ["open", [signature({ answer: "open", indication: "INDETERMINATE", sub_indication: "SIGNED_DATA_NOT_FOUND", reasons: ["no_content"], seen: null, revision: null })]]],
    [/firmat|p7m$|tsd$/, () => ["holds", [signature({})]]],
    [/./, () => ["unsigned", []]],
  ];
  const firma = { papers: [], signing: { running: false, items: [], stopped: null, folder: "" }, by_hand: null };
  const startNames = ["determina-47-sgombero-neve.pdf", "delibera-12.firmata.pdf", "contratto-manomesso.pdf", "parere-scaduto.pdf.p7m", "verbale-due-firme.pdf", "domanda-cie.pdf", "planimetria.dwg.p7m", "convenzione.pdf.p7s", "modulo-con-codice.pdf", "bilancio.xlsx", "determina-48.pdf", "determina-49.pdf"];
  const open = (name, size) => { const it = paper(name, size); firma.papers.push(it); return it; };
  const found = (id) => firma.papers.find((it) => it.id === id) ?? fail("paper_gone");
  const device = () => {
    const card = params.get("carta") ?? "ok";
    const it = (what, more = {}) => ({ what, name: "", detail: "", time: null, ...more });
    const driver = { name: "Bit4id", path: "/usr/lib/bit4id/libbit4xpki.so", by_hand: false };
    const drivers = firma.by_hand ? [{ name: "A mano", path: firma.by_hand, by_hand: true }, driver] : [driver];
    if (card === "no") return { drivers: [], findings: [it("no_driver"), it("no_reader")], identities: [] };
    const pin = { ok: "ok", bloccata: "locked", ultimo: "last_try" }[card];
    const state = { ok: it("ready", { name: "Carta Aruba" }), bloccata: it("pin_locked", { name: "Carta Aruba" }), ultimo: it("pin_last_try", { name: "Carta Aruba" }) }[card];
    const second = { ...signer("MARIA ROSSI", "RSSMRA80A41A479X"), issuer: "Vecchia CA", until: now - 12 * day, limits: ["Solo per visti"] };
    return {
      drivers, findings: [state, it("wrong_slot", { name: "Tessera sanitaria", detail: "Carta Aruba" }), it("expired", { name: "Vecchia carta", time: now - 12 * day }), it("card_trouble", { name: "Lettore 2", detail: "CKR_DEVICE_ERROR" })],
      identities: [{ id: "i1", holder: signer("MARIA ROSSI", "RSSMRA80A41A479X"), device: "Carta Aruba nel lettore 1", pin, usable: true }, { id: "i2", holder: second, device: "Vecchia carta", pin: "ok", usable: false }],
    };
  };
  const step = (stop) => {
    const at = firma.signing.items.findIndex(([, done]) => done.state === "waiting");
    if (!firma.signing.running || at < 0) { firma.signing.running = false; return emit({ what: "firma" }); }
    if (stop && at === 1) { Object.assign(firma.signing, { running: false, stopped: stop }); return emit({ what: "firma" }); }
    const [id] = firma.signing.items[at];
    const { name, size } = found(id);
    const signed = open(name.replace(/\.pdf$/, "-firmato.pdf"), size + 20_000);
    firma.signing.items[at][1] = /49/.test(name) ? { state: "not", with: "rejected" } : { state: "signed", with: { name: signed.name, paper: signed.id } };
    emit({ what: "firma" });
    setTimeout(() => step(stop), 900);
  };
  const saved = (name, of) => ({ name, folder: "/home/anna/Documenti/Comuni in Rete/Firmati", paper: of ? open(name, 12_000).id : null });
  Object.assign(commands, {
    firma_papers: () => firma.papers,
    firma_close: ({ papers }) => { firma.papers = papers.length ? firma.papers.filter((it) => !papers.includes(it.id)) : []; return null; },
    firma_judge: ({ paper, at, beside }) => {
      const { name, kind } = found(paper);
      const [answer, signatures] = verdicts.find(([words]) => words.test(name))[1](at, beside);
      const inside = ["p7m", "tsd"].includes(kind) ? { name: name.replace(/\.[^.]+$/, ""), size: 88_000, kind: kindOf(name.replace(/\.[^.]+$/, "")) } : null;
      return { answer, signatures, inside, lists: params.has("elenchi") ? { state: params.get("elenchi"), days: 9 } : { state: "current", days: 3 }, at: at ?? { time: Date.now(), basis: "now" } };
    },
    firma_extract: ({ paper }) => saved(found(paper).name.replace(/\.[^.]+$/, ""), true),
    firma_report: ({ paper }) => saved(`${found(paper).name}-rapporto.pdf`),
    firma_device: device,
    firma_driver: ({ path }) => { firma.by_hand = path; return device(); },
    firma_test: () => params.get("firma") === "pin" ? { Err: { wrong_pin: "few_tries_left" } } : { Ok: 412 },
    firma_sign: ({ request }) => {
      window.mock.request = request;
      firma.signing = { running: true, items: request.papers.map(([id]) => [id, { state: "waiting" }]), stopped: null, folder: "/home/anna/Documenti/Comuni in Rete/Firmati" };
      setTimeout(() => step({ tolta: "removed", pin: { wrong_pin: "last_try" } }[params.get("firma")]), 900);
      return null;
    },
    firma_resume: () => { Object.assign(firma.signing, { running: true, stopped: null }); setTimeout(step, 900); return null; },
    firma_cancel: () => { Object.assign(firma.signing, { running: false, stopped: "cancelled" }); return null; },
    firma_state: () => firma.signing,
    firma_show: () => null,
  });
  const emit = (payload) => ears.forEach((id) => callbacks.get(id)?.({ event: "changed", id: 1, payload }));
  const respond = (name, args, options) => {
    if (name === "plugin:event|listen") { ears.push(args.handler); return next++; }
    if (name === "file_add") {
      const file_name = decodeURIComponent(options.headers.name);
      const media = /\.(jpe?g|png|webp)$/i.test(file_name) ? "image/jpeg" : "application/pdf";
      if (options.headers.image && media !== "image/jpeg") fail("bad_image", { name: file_name });
      return { ...file(file_name + next++, media, args.byteLength), name: file_name };
    }
    if (name === "firma_open") {
      const file_name = decodeURIComponent(options.headers.name);
      return /rovinat/.test(file_name) ? fail("paper_unreadable", { name: file_name }) : open(file_name, args.byteLength);
    }
    if (!commands[name]) throw `command ${name} not found`;
    return commands[name](structuredClone(args.input));
  };
  for (let at = 0; at < Number(params.get("carte") ?? 0); at++) open(startNames[at % startNames.length], 84_000 + at * 61_000);
  window.mock = { state, emit, commands };
  window.__TAURI_INTERNALS__ = {
    transformCallback: (callback) => { callbacks.set(next, callback); return next++; },
    invoke: (name, args, options) => new Promise((done, failed) => setTimeout(() => {
      try { done(structuredClone(respond(name, args, options))); } catch (error) { failed(error); }
    }, name === "file_add" ? 600 : 3)),
  };
  // The app serves pictures at anteprima:, a browser does not.
  new MutationObserver((changes) => {
    for (const img of document.querySelectorAll('img[src^="anteprima:"]')) img.src = img.src.includes("/carta/") ? "/dev/carta.svg" : "/dev/piazza.svg";
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
})();
