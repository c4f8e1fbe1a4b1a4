//! A comune without a line for three days: the work travels on a stick, in the facilitatore's hands, and the answer
//! comes back.

use crate::Done;
use crate::desk::Desk;
use crate::stage::{Stage, within};

const TITLE: &str = "Frana: chiusa la strada per Vesime";

/// The journey.
pub fn run(stage: &Stage) -> Done {
    let stick = stage.folder().join("chiavetta");
    std::fs::create_dir_all(&stick).map_err(|error| error.to_string())?;
    let cable = stage.cable()?;
    let maria = stage.pc("maria", true)?;
    maria.link(
        cable.address(),
        &stage.code("Maria Rossi", "impiegato")?,
        "PC della segreteria",
    )?;
    maria.reads("stato-linea", "Tutto inviato")?;
    cable.cut()?;
    write(&maria)?;

    open_stick(&maria)?;
    maria.sees("modifiche da portare")?;
    maria.picture("chiavetta-prima")?;
    maria.press_id("scrivi-chiavetta")?;
    maria.sees("Scritto: roccaverano-")?;
    maria.picture("chiavetta-scritta")?;

    let ugo_cable = stage.cable()?;
    let ugo = stage.pc("ugo", true)?;
    ugo.link(
        ugo_cable.address(),
        &stage.code("Ugo Re", "facilitatore")?,
        "Portatile di Ugo",
    )?;
    ugo.reads("stato-linea", "Tutto inviato")?;
    open_stick(&ugo)?;
    ugo.sees("Roccaverano, PC della segreteria")?;
    ugo.picture("chiavetta-da-consegnare")?;
    ugo.press_id("porta-chiavetta")?;
    ugo.sees("Risposta pronta")?;
    ugo.picture("chiavetta-risposta-pronta")?;
    ugo.press_id("porta-chiavetta")?;
    ugo.sees("riportala in comune")?;
    ugo.picture("chiavetta-consegnata")?;

    maria.press("Chiudi")?;
    open_stick(&maria)?;
    maria.sees("una risposta per te")?;
    maria.picture("chiavetta-risposta")?;
    maria.press("Prendi la risposta")?;
    maria.sees("Risposta presa")?;
    maria.picture("chiavetta-presa")?;
    nothing_is_left(&stick)?;
    maria.press("Chiudi")?;
    maria.reads("stato-linea", "La rete non c’è")?;

    cable.restore()?;
    maria.reads("stato-linea", "Tutto inviato")
}

fn write(maria: &Desk) -> Done {
    maria.press("Sito")?;
    maria.press("Nuova notizia")?;
    maria.fill("campo-titolo", TITLE)?;
    within(20, || maria.reads("stato-linea", "in attesa della rete"))?;
    Ok(())
}

fn open_stick(desk: &Desk) -> Done {
    desk.press_id("stato-linea")?;
    desk.press_id("apri-chiavetta")?;
    desk.sees("può viaggiare su una chiavetta")
}

/// Bundle and answer have done their work.
fn nothing_is_left(stick: &std::path::Path) -> Done {
    within(10, || {
        let left = std::fs::read_dir(stick).map_err(|error| error.to_string())?;
        match left.count() {
            0 => Ok(()),
            left => Err(format!("{left} files are left on the stick")),
        }
    })
}
