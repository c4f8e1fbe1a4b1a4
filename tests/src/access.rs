//! Every control of every screen tells assistive technology what it is and what it is called.

use crate::Done;
use crate::desk::Desk;
use crate::stage::Stage;

const CONTROLS: &str = "button, a[href], input:not([type=hidden], [hidden]), select, textarea, \
     [role=button], [role=textbox], [role=checkbox], [role=tab], [tabindex='0']";
/// Roles that say nothing of what a control does.
const SILENT: [&str; 4] = ["", "generic", "none", "presentation"];

/// Goes through the screens.
pub fn run(stage: &Stage) -> Done {
    let cable = stage.cable()?;
    let desk = stage.pc("accesso", true)?;
    desk.sees("Collega questo computer")?;
    let mut faults = sweep(&desk, "collega")?;
    desk.link(
        cable.address(),
        &stage.code("Maria Rossi", "impiegato")?,
        "PC",
    )?;
    desk.reads("stato-linea", "Tutto inviato")?;
    faults.extend(sweep(&desk, "oggi")?);
    desk.press_id("stato-linea")?;
    faults.extend(sweep(&desk, "cosa aspetta")?);
    desk.press("Limiti e registro della linea")?;
    desk.press_id("linea-tranquille")?;
    desk.press_id("linea-tetto")?;
    desk.sees("MB al mese")?;
    faults.extend(sweep(&desk, "la linea")?);
    desk.press("Sito")?;
    desk.sees("Nuova notizia")?;
    faults.extend(sweep(&desk, "sito")?);
    desk.press("Nuova notizia")?;
    desk.sees("Prima di pubblicare")?;
    desk.press_id("campo-argomenti")?;
    faults.extend(sweep(&desk, "pagina")?);
    desk.press("Versioni")?;
    faults.extend(sweep(&desk, "versioni")?);
    desk.press("Da risolvere")?;
    desk.sees("Niente da risolvere")?;
    faults.extend(sweep(&desk, "da risolvere")?);
    desk.press("Firma")?;
    desk.sees("Nessun documento aperto")?;
    faults.extend(sweep(&desk, "firma e verifica")?);
    desk.press("Il mio dispositivo di firma")?;
    desk.sees("Driver trovati")?;
    desk.press("Indica il driver a mano")?;
    faults.extend(sweep(&desk, "il mio dispositivo di firma")?);
    if faults.is_empty() {
        return Ok(());
    }
    Err(faults.join("\n    "))
}

fn sweep(desk: &Desk, screen: &str) -> Done<Vec<String>> {
    let controls = desk.controls(CONTROLS)?;
    if controls.len() < 3 {
        return Err(format!(
            "{screen}: only {} controls were found",
            controls.len()
        ));
    }
    let faults = controls
        .iter()
        .filter(|(_, role, name)| SILENT.contains(&role.as_str()) || name.trim().is_empty());
    Ok(faults
        .map(|(html, role, name)| format!("{screen}: role {role:?}, name {name:?}: {html}"))
        .collect())
}
