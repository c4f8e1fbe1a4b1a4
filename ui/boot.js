// Starts the program. A file of its own, because the content security policy allows no inline script.
import init from "./ui.js";

init({ module_or_path: "/ui_bg.wasm" }).catch((error) => {
  console.error(error);
  const place = document.querySelector(".boot");
  if (place) {
    place.setAttribute("role", "alert");
    place.textContent =
      "Il programma non si avvia. Il tuo lavoro è salvo. Chiudi e riapri; se succede ancora, chiama l’assistenza.";
  }
});
