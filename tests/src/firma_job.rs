//! A clerk before noon: a card that "does not work", two determine to sign, a `.p7m` that came by PEC, and a contract
//! that somebody changed after it was signed.

use crate::Done;
use crate::desk::Desk;
use crate::stage::{Cable, Stage, within};
use crate::token::{Card, FORMER, HOLDER, PIN, lacking, pdf, tampered, write};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The window that asks for the PIN.
pub const ASKS: &str = "PIN di firma";
/// Up to which value the certificate may be used.
const LIMIT: &str = "per operazioni fino a 15.000 EUR";
const FIRST: &[&str] = &[
    "COMUNE DI ROCCAVERANO",
    "Determinazione n. 47 del 26 novembre 2026",
    "Affidamento del servizio di sgombero neve",
    "Importo: 4.800 euro",
];
const SECOND: &[&str] = &["Allegato", "Elenco delle strade comunali"];

/// The journey.
pub fn run(stage: &Stage) -> Done {
    if let Some(tool) = lacking() {
        println!("  SKIPPED: no card in software: {tool} is missing");
        return Ok(());
    }
    let card = Card::make(stage.folder())?;
    let files = stage.folder().join("posta");
    let (one, two) = (
        files.join("determina-47.pdf"),
        files.join("determina-48.pdf"),
    );
    write(&one, &pdf(&[FIRST, SECOND]))?;
    write(&two, &pdf(&[FIRST]))?;
    let sent = files.join("parere.pdf.p7m");
    card.envelope("signer", &two, &sent)?;
    let (revoked, locked) = (files.join("nulla-osta.pdf.p7m"), files.join("perizia.pdf"));
    card.envelope("former", &two, &revoked)?;
    locked_up(&two, &locked)?;

    let (_cable, maria) = at_her_desk(stage)?;
    maria.sees("Nessun documento aperto")?;
    maria.picture("firma-vuoto")?;

    device(&maria, &card)?;
    let signed = sign(&maria, &[&one, &two])?;
    envelope(&maria, &sent)?;
    worthless(&maria, &revoked, &locked)?;
    changed(&maria, &signed, &files.join("contratto.pdf"))
}

/// Maria is linked, and has opened "Firma".
pub fn at_her_desk(stage: &Stage) -> Done<(Cable, Desk)> {
    let cable = stage.cable()?;
    let maria = stage.pc("maria", true)?;
    maria.link(
        cable.address(),
        &stage.code("Maria Rossi", "responsabile")?,
        "PC della segreteria",
    )?;
    maria.reads("stato-linea", "Tutto inviato")?;
    maria.press("Firma")?;
    Ok((cable, maria))
}

/// The facilitatore's two clicks: what is wrong, and the remedy.
fn device(maria: &Desk, card: &Card) -> Done {
    maria.press("Il mio dispositivo di firma")?;
    // Which of them depends on the machine: no driver, no service of readers, no reader.
    maria.sees("Driver trovati")?;
    maria.no_longer_sees("Pronto: puoi firmare")?;
    maria.picture("firma-dispositivo-manca")?;
    choose_driver(maria, &card.module)?;
    maria.press("Prova la firma")?;
    maria.types_into(ASKS, PIN)?;
    maria.sees("Funziona: la carta ha firmato")?;
    maria.picture("firma-dispositivo")
}

/// The driver that nobody finds by himself.
pub fn choose_driver(maria: &Desk, driver: &Path) -> Done {
    maria.press("Indica il driver a mano")?;
    maria.fill("driver-a-mano", &driver.to_string_lossy())?;
    maria.press_id("usa-driver")?;
    maria.reads("stato-dispositivo", "Pronto: puoi firmare")?;
    maria.sees(LIMIT)?;
    maria.sees(HOLDER)
}

/// Two documents, one PIN, a stamp that is placed with the keyboard. Gives the first signed file.
fn sign(maria: &Desk, files: &[&Path]) -> Done<PathBuf> {
    maria.press("Firma e verifica")?;
    open(maria, files)?;
    maria.sees("determina-48.pdf")?;
    maria.sees("Non firmato")?;
    maria.press_id("scegli-tutti")?;
    maria.picture("firma-elenco-scelti")?;
    maria.press("Firma 2 documenti")?;
    maria.sees(HOLDER)?;
    painted(maria)?;
    maria.picture("firma-prima")?;
    maria.press_id("timbro-visibile")?;
    maria.sees("Pagina 2, ")?;
    // Up by twenty millimetres, left by ten: WebDriver's codes of Shift and of the arrows.
    maria.type_at("//*[@id='timbro']", "\u{E008}\u{E013}\u{E013}\u{E012}")?;
    maria.sees("118 mm da sinistra, 243 mm dall’alto")?;
    maria.picture("firma-timbro")?;
    maria.press_id("firma-adesso")?;
    maria.picture("firma-pin")?;
    maria.types_into(ASKS, PIN)?;
    maria.sees("Firmati 2 documenti")?;
    maria.picture("firma-esito")?;
    maria.press("determina-47-firmato.pdf")?;
    maria.reads("verdetto", "La firma vale")?;
    maria.reads("verdetto", HOLDER)?;
    maria.sees(LIMIT)?;
    maria.press("Mostra sulla pagina")?;
    painted(maria)?;
    maria.picture("firma-vale")?;
    find(maria, "determina-47-firmato.pdf")
}

/// What came by PEC, and what is in it.
fn envelope(maria: &Desk, sent: &Path) -> Done {
    maria.press("Firma e verifica")?;
    open(maria, &[sent])?;
    maria.reads("verdetto", "La firma vale")?;
    maria.sees("Dentro la busta: parere.pdf")?;
    maria.press_id("estrai")?;
    maria.sees("Estratto: parere.pdf")?;
    maria.picture("firma-busta")?;
    maria.press_id("rapporto")?;
    maria.sees("Rapporto scritto: ")
}

/// A signature whose certificate was revoked, and a document with a password.
fn worthless(maria: &Desk, revoked: &Path, locked: &Path) -> Done {
    maria.press("Firma e verifica")?;
    open(maria, &[revoked])?;
    maria.reads("verdetto", "Certificato revocato: firma non sicura")?;
    maria.reads("verdetto", FORMER)?;
    painted(maria)?;
    maria.picture("firma-revocato")?;
    maria.press("Firma e verifica")?;
    open(maria, &[locked])?;
    maria.sees("è protetto da una password")?;
    maria.picture("firma-password")?;
    maria.press_id("firma-documento")?;
    maria.sees("Busta .p7m")?;
    let within_the_pdf = "document.querySelector('input[name=formato]').click()";
    maria.script(within_the_pdf, json!([]))?;
    maria.sees("Dentro il PDF non si può")?;
    maria.picture("firma-password-firmare")
}

/// The same document with a password that has to be known to read it.
fn locked_up(document: &Path, to: &Path) -> Done {
    let mut command = Command::new("qpdf");
    command
        .args(["--encrypt", "segreta", "segreta", "256", "--"])
        .args([document, to]);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("qpdf: {other:?}")),
    }
}

/// Somebody made 4.800 euro into 48.000.
fn changed(maria: &Desk, signed: &Path, to: &Path) -> Done {
    let bytes = std::fs::read(signed).map_err(|error| error.to_string())?;
    let mut lines = FIRST.to_vec();
    lines.pop();
    lines.push("Importo: 48.000 euro");
    write(to, &tampered(&bytes, &lines)?)?;
    maria.press("Firma e verifica")?;
    open(maria, &[to])?;
    maria.reads("verdetto", "Modificato dopo la firma")?;
    painted(maria)?;
    maria.picture("firma-non-vale")?;
    maria.press("Firma e verifica")?;
    maria.sees("Modificato")?;
    maria.picture("firma-elenco")
}

/// Waits until every page on the screen has its picture.
pub fn painted(maria: &Desk) -> Done {
    let script = "const all = [...document.querySelectorAll('.sheet img')]; \
                  return all.length > 0 && all.every((it) => it.complete && it.naturalWidth > 0)";
    within(20, || match maria.script(script, json!([]))?.as_bool() {
        Some(true) => Ok(()),
        _ => Err("a page has no picture".into()),
    })
}

/// Chooses files as the system's dialog would.
pub fn open(maria: &Desk, files: &[&Path]) -> Done {
    let paths: Vec<_> = files.iter().map(|it| it.to_string_lossy()).collect();
    maria.type_at("//*[@id='apri-documenti']", &paths.join("\n"))
}

/// The file that the app wrote, wherever in the home it did.
fn find(maria: &Desk, name: &str) -> Done<PathBuf> {
    within(5, || {
        let mut folders = vec![maria.home().to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder).map_err(|error| error.to_string())?;
            for entry in entries.flatten() {
                let path = entry.path();
                if path.file_name().is_some_and(|it| it == name) {
                    return Ok(path);
                }
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        Err(format!("{name} is nowhere in {}", maria.home().display()))
    })
}
