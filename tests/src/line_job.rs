//! The line: what goes and how long it takes, what waits and why, what was wrong, in words; a diagnosis that
//! names nobody.

use crate::Done;
use crate::desk::Desk;
use crate::stage::{Cable, Stage};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

const TITLE: &str = "Piano di protezione civile";

/// From a file on its way over a slow line to the diagnosis of a line that is cut.
pub fn run(stage: &Stage) -> Done {
    let cable = stage.cable()?;
    let maria = stage.pc("linea", true)?;
    let code = stage.code("Maria Rossi", "impiegato")?;
    maria.link(cable.address(), &code, "PC dell’anagrafe")?;
    maria.reads("stato-linea", "Tutto inviato")?;
    going(&maria, &cable, stage.folder())?;
    limits(&maria, &cable)?;
    log(&maria, &cable)?;
    diagnosis(&maria)
}

/// A large file over a line of 256 kbit/s.
fn going(maria: &Desk, cable: &Cable, folder: &Path) -> Done {
    cable.slow(32_000, 150)?;
    maria.press("Sito")?;
    maria.press("Nuova notizia")?;
    maria.fill("campo-titolo", TITLE)?;
    maria.choose_file(
        "aggiungi-allegati",
        &document(folder, "piano-2026.pdf", 3_000_000)?,
    )?;
    maria.sees("piano-2026.pdf")?;
    maria.press_id("stato-linea")?;
    maria.sees("Parte il file «piano-2026.pdf»")?;
    maria.sees("con la linea di oggi")?;
    maria.picture("file-che-parte")?;
    maria.press("Chiudi")
}

/// A document of so many bytes that nothing compresses.
fn document(folder: &Path, name: &str, bytes: usize) -> Done<PathBuf> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes().first().copied().unwrap_or_default()
    };
    let mut text = b"%PDF-1.7\n".to_vec();
    text.extend((0..bytes).map(next));
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path)
}

/// The line is said to be metered: the file waits for a word.
fn limits(maria: &Desk, cable: &Cable) -> Done {
    maria.press_id("stato-linea")?;
    maria.press("Limiti e registro della linea")?;
    maria.sees("Limiti")?;
    maria.press_id("linea-tranquille")?;
    maria.press_id("linea-tetto")?;
    maria.fill("linea-mb", "800")?;
    maria.holds("linea-dalle", "480")?;
    maria.picture("limiti")?;
    maria.press_id("linea-tranquille")?;
    maria.press_id("linea-tetto")?;
    choose(maria, "linea-consumo", "yes")?;
    maria.press_id("stato-linea")?;
    maria.sees("La linea è a consumo")?;
    maria.sees("Un file aspetta")?;
    maria.picture("file-che-aspetta")?;
    cable.restore()?;
    maria.press_id("tutto-adesso")?;
    maria.no_longer_sees("Un file aspetta")?;
    maria.sees("In questo momento non parte e non arriva niente.")?;
    maria.press("Chiudi")
}

/// Picks from a list as the list of the system would: WebKitWebDriver does not open it.
fn choose(maria: &Desk, id: &str, value: &str) -> Done {
    let script = "
        const field = document.getElementById(arguments[0]);
        field.value = arguments[1];
        field.dispatchEvent(new Event('change', {bubbles: true}));";
    maria.script(script, json!([id, value]))?;
    maria.holds(id, value)
}

/// The cable is pulled: two clicks from the desk to the cause.
fn log(maria: &Desk, cable: &Cable) -> Done {
    cable.cut()?;
    maria.press("Oggi")?;
    maria.sync_now()?;
    maria.reads("stato-linea", "La rete non c’è")?;
    maria.press_id("stato-linea")?;
    maria.press("Limiti e registro della linea")?;
    maria.sees("Ultima causa di guasto: Senza linea")?;
    maria.sees("controlla il modem e il cavo")?;
    maria.picture("registro")?;
    maria.press("Solo guasti")?;
    maria.sees("Senza linea")?;
    maria.press("Solo con lavoro o file")?;
    maria.sees("File inviati")?;
    maria.picture("registro-con-file")
}

/// The file is there, tells the cause, and names nobody.
fn diagnosis(maria: &Desk) -> Done {
    maria.press_id("esporta-diagnosi")?;
    maria.sees("Diagnosi scritta in")?;
    let folder = maria.data().join("esportazioni");
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let file = entries.flatten().next().ok_or("no file was written")?;
    let text = fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
    for personal in [
        "Maria",
        "Rossi",
        TITLE,
        "piano-2026",
        "127.0.0.1",
        "anagrafe",
    ] {
        if text.contains(personal) {
            return Err(format!("the diagnosis holds {personal:?}"));
        }
    }
    match text.contains("no_line") {
        true => Ok(()),
        false => Err("the diagnosis does not hold the cause".into()),
    }
}
