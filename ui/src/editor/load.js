// Brings the editor in when the first one is shown, not at the start of the app: `editor.js` and
// `editor.css` lie beside the program.
let loaded;

export function load() {
  loaded ??= Promise.all([import("/editor.js"), style("/editor.css")]).then(([module]) => module);
  return loaded.catch((error) => {
    loaded = undefined;
    throw error;
  });
}

export async function mount(element, options) {
  return (await load()).mount(element, options);
}

function style(href) {
  if (document.querySelector(`link[href="${href}"]`)) return undefined;
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = done;
    link.onerror = failed;
    document.head.append(link);
  });
}
