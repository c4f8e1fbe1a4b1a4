//! A clerk's main job, start to end: a page written with the cable pulled is public after the line is
//! back, though the power failed and a colleague wrote in the same page.

use crate::desk::Desk;
use crate::stage::{Cable, Stage, within};
use crate::{Done, stage};
use serde_json::json;
use std::path::{Path, PathBuf};

const TITLE: &str = "Neve: scuole chiuse lunedì 12 gennaio";
const SUMMARY: &str = "Per la nevicata le scuole del comune restano chiuse lunedì 12 gennaio.";
const TEXT: &str = "//*[@role='textbox'][@contenteditable='true']";
/// What Word 365 puts on the clipboard: lists as paragraphs with levels, a table, a link to a local file.
const FROM_WORD: &str = include_str!("word.html");
/// Where the public finds the page.
const ADDRESS: &str = "/siti/roccaverano/novita/notizie/neve-scuole-chiuse-lunedi-12-gennaio/";

/// The job.
pub fn run(stage: &Stage) -> Done {
    let (cable, maria) = arrive(stage)?;
    cable.cut()?;
    maria.press_id("stato-linea")?;
    maria.press_id("senza-rete")?;
    maria.press("Chiudi")?;
    maria.reads("stato-linea", "Lavori senza rete")?;

    write(&maria, stage.folder())?;
    survive_power_cut(&maria)?;
    check(&maria)?;
    preview(&maria)?;
    ask_to_publish(&maria)?;
    let (other_cable, bruno) = colleague(stage)?;
    line_returns(&maria, &cable)?;
    public_sees(stage)?;
    meet(&maria, &cable, &bruno, &other_cable)?;
    versions(&maria)?;
    republish(stage, &maria)
}

/// A new PC is linked; "Oggi" says how the line is.
fn arrive(stage: &Stage) -> Done<(Cable, Desk)> {
    let cable = stage.cable()?;
    let maria = stage.pc("maria", true)?;
    maria.sees("Collega questo computer")?;
    maria.picture("collega")?;
    let code = stage.code("Maria Rossi", "impiegato")?;
    maria.link(cable.address(), "AAAA-AAAA", "PC dell’anagrafe")?;
    maria.sees("Il codice non vale")?;
    maria.picture("codice-sbagliato")?;
    maria.link(cable.address(), &code, "PC dell’anagrafe")?;
    maria.reads("stato-linea", "Tutto inviato")?;
    maria.sees("Maria")?;
    maria.picture("oggi")?;
    Ok((cable, maria))
}

/// A Notizia with everything a Notizia can have.
fn write(maria: &Desk, folder: &Path) -> Done {
    maria.press("Sito")?;
    maria.sees("Ufficio")?;
    maria.picture("sito")?;
    maria.press("Nuova notizia")?;
    maria.fill("campo-titolo", TITLE)?;
    maria.fill("campo-descrizione", SUMMARY)?;

    maria.type_at(
        TEXT,
        "Le scuole restano chiuse per la nevicata di domenica.",
    )?;
    paste(maria, FROM_WORD)?;
    maria.sees("Scuola dell'infanzia")?;
    maria.sees("Orari degli sportelli")?;
    let link = "return [...document.querySelectorAll('[contenteditable=true] a')].map(a => a.href).join(' ')";
    let links = maria.script(link, json!([]))?;
    let links = links.as_str().unwrap_or_default().to_owned();
    if links.contains("file:") || !links.contains("https://www.regione.piemonte.it") {
        return Err(format!("links after pasting from Word: {links}"));
    }
    maria.picture("incollato-da-word")?;

    let (image, document) = files(folder)?;
    maria.choose_file("scegli-immagine", &image)?;
    maria.sees("neve.png")?;
    maria.fill("campo-immagine", "La piazza coperta di neve")?;
    maria.choose_file("aggiungi-allegati", &document)?;
    maria.sees("ordinanza.pdf")?;
    maria.reads("salvataggio", "Salvato")?;
    maria.picture("notizia")
}

/// The clipboard event that Ctrl+V makes. It is dispatched by a script: WebDriver has no clipboard.
fn paste(maria: &Desk, html: &str) -> Done {
    let script = "
        const field = document.querySelector('[contenteditable=true]');
        const data = new DataTransfer();
        data.setData('text/html', arguments[0]);
        data.setData('text/plain', field.ownerDocument.createElement('p').textContent);
        field.focus();
        field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));";
    maria.script(script, json!([html])).map(drop)
}

/// An image and a document, as a clerk has them.
fn files(folder: &Path) -> Done<(PathBuf, PathBuf)> {
    let (image, document) = (folder.join("neve.png"), folder.join("ordinanza.pdf"));
    std::fs::write(&image, include_bytes!("neve.png")).map_err(|error| error.to_string())?;
    std::fs::write(&document, include_bytes!("ordinanza.pdf"))
        .map_err(|error| error.to_string())?;
    Ok((image, document))
}

/// kill -9 two seconds after the last key, whatever the screen says: everything is there afterwards.
fn survive_power_cut(maria: &Desk) -> Done {
    maria.type_at(TEXT, "Ultime parole prima del guasto.")?;
    std::thread::sleep(std::time::Duration::from_secs(2));
    maria.kill()?;
    maria.start()?;
    maria.sees(TITLE)?;
    maria.picture("oggi-dopo-il-guasto")?;
    maria.press(TITLE)?;
    maria.holds("campo-titolo", TITLE)?;
    maria.holds("campo-descrizione", SUMMARY)?;
    maria.sees("Le scuole restano chiuse per la nevicata di domenica.")?;
    maria.sees("Scuola dell'infanzia")?;
    maria.sees("Ultime parole prima del guasto.")?;
    maria.sees("ordinanza.pdf")?;
    maria.reads("stato-linea", "Lavori senza rete")
}

/// What lacks is said in words, with a jump to the field.
fn check(maria: &Desk) -> Done {
    maria.sees("Scegli almeno un argomento.")?;
    maria.sees("Scegli l’ufficio che se ne occupa.")?;
    maria.press_id("pubblica")?;
    maria.picture("manca-qualcosa")?;
    maria.press("Scegli l’ufficio che se ne occupa.")?;
    let focus = within(5, || {
        let focus = maria.script("return document.activeElement.id", json!([]))?;
        match focus.as_str() {
            Some("campo-ufficio") => Ok(()),
            other => Err(format!("the jump led to {other:?}")),
        }
    });
    focus?;
    choose_office(maria, "Ufficio tecnico")?;
    maria.press_id("campo-argomenti")?;
    maria.fill("cerca-argomento", "Istruzione")?;
    maria.press_topic("Istruzione")?;
    maria.sees("C’è tutto")?;
    maria.picture("completa")
}

/// Picks the office as the list of the system would: WebKitWebDriver does not open it.
fn choose_office(maria: &Desk, name: &str) -> Done {
    let script = "
        const field = document.getElementById('campo-ufficio');
        const at = [...field.options].findIndex(option => option.text === arguments[0]);
        if (at < 0) return false;
        field.selectedIndex = at;
        field.dispatchEvent(new Event('change', {bubbles: true}));
        return true;";
    within(10, || {
        match maria.script(script, json!([name]))?.as_bool() {
            Some(true) => Ok(()),
            _ => Err(format!("no office {name:?} in the list")),
        }
    })
}

/// The preview shows the public page, and no command of the app answers its window.
fn preview(maria: &Desk) -> Done {
    maria.press_id("anteprima")?;
    maria.in_other_window(|window| {
        window.sees(TITLE)?;
        window.sees("Scuola dell'infanzia")?;
        window.picture("anteprima")?;
        let script = "
            if (!window.__TAURI_INTERNALS__) return 'no border at all';
            const done = window.__TAURI_INTERNALS__.invoke('oggi_load', {input: {}});
            return done.then(() => 'ANSWERED', (why) => String(why));";
        let answer = window.script(script, json!([]))?;
        match answer.as_str() {
            Some("ANSWERED") | None => {
                Err(format!("the preview's window called a command: {answer}"))
            }
            Some(_) => Ok(()),
        }
    })
}

fn ask_to_publish(maria: &Desk) -> Done {
    maria.press_id("pubblica")?;
    maria.sees("In attesa della rete")?;
    maria.picture("in-attesa-della-rete")?;
    maria.press_id("stato-linea")?;
    maria.sees("Pubblicazione")?;
    maria.picture("cosa-aspetta")?;
    maria.press("Chiudi")
}

/// A second PC, without a keyring: a passphrase seals it.
fn colleague(stage: &Stage) -> Done<(Cable, Desk)> {
    let cable = stage.cable()?;
    let bruno = stage.pc("bruno", false)?;
    bruno.sees("Scegli la frase segreta")?;
    bruno.picture("frase-segreta")?;
    bruno.seal("la neve di Roccaverano")?;
    let code = stage.code("Bruno Gallo", "responsabile")?;
    bruno.link(cable.address(), &code, "PC della segreteria")?;
    bruno.reads("stato-linea", "Tutto inviato")?;
    Ok((cable, bruno))
}

/// Within seconds everything is sent and the hub publishes.
fn line_returns(maria: &Desk, cable: &Cable) -> Done {
    cable.restore()?;
    maria.press_id("stato-linea")?;
    maria.press_id("senza-rete")?;
    maria.press("Chiudi")?;
    maria.reads("stato-linea", "Tutto inviato")?;
    maria.sees("Pubblicata")?;
    maria.picture("pubblicata")
}

/// The public page, with its image and its file; lists and feed.
fn public_sees(stage: &Stage) -> Done {
    let page = within(20, || stage.public(ADDRESS))?;
    for part in [
        TITLE,
        "La piazza coperta di neve",
        "ordinanza.pdf",
        "<th scope=\"col\"",
        "Scuola dell",
    ] {
        if !page.contains(part) {
            return Err(format!("the public page lacks {part:?}"));
        }
    }
    for (attribute, kind) in [("src=\"", "image"), ("href=\"", "file")] {
        let wanted = if kind == "image" {
            "/media/"
        } else {
            "/allegati/"
        };
        let path = page
            .split(attribute)
            .filter_map(|rest| rest.split('"').next())
            .find(|path| path.contains(wanted))
            .ok_or(format!("no {kind} on the public page"))?;
        let got = ureq::get(format!("{}{path}", stage.hub)).call();
        got.map_err(|error| format!("the {kind} {path}: {error}"))?;
    }
    for list in ["", "novita/", "novita/notizie/", "feed.xml"] {
        let list = format!("/siti/roccaverano/{list}");
        within(10, || {
            match stage.public(&list)?.contains("neve-scuole-chiuse") {
                true => Ok(()),
                false => Err(format!("{list} does not list the page")),
            }
        })?;
    }
    Ok(())
}

/// Both write in the same page with both cables pulled: both texts survive, the title is settled by a person.
fn meet(maria: &Desk, cable: &Cable, bruno: &Desk, other: &Cable) -> Done {
    bruno.sync_now()?;
    bruno.press("Sito")?;
    bruno.press(TITLE)?;
    bruno.holds("campo-titolo", TITLE)?;
    cable.cut()?;
    other.cut()?;
    maria.type_at(TEXT, " Aggiunta di Maria.")?;
    maria.fill("campo-titolo", "Neve: scuole chiuse anche martedì")?;
    maria.reads("salvataggio", "Salvato")?;
    bruno.type_at(TEXT, " Aggiunta di Bruno.")?;
    bruno.fill("campo-titolo", "Neve e ghiaccio: scuole chiuse")?;
    bruno.reads("salvataggio", "Salvato")?;
    bruno.picture("stessa-pagina")?;

    cable.restore()?;
    maria.sync_now()?;
    maria.reads("stato-linea", "Tutto inviato")?;
    other.restore()?;
    bruno.sync_now()?;
    bruno.reads("stato-linea", "da risolvere")?;
    bruno.sees("Aggiunta di Maria.")?;
    bruno.sees("Aggiunta di Bruno.")?;
    maria.sync_now()?;
    maria.sees("Aggiunta di Bruno.")?;
    maria.sees("Aggiunta di Maria.")?;
    maria.picture("testi-uniti")?;

    bruno.press("Da risolvere")?;
    bruno.sees("Neve: scuole chiuse anche martedì")?;
    bruno.sees("Neve e ghiaccio: scuole chiuse")?;
    bruno.picture("da-risolvere")?;
    bruno.press("Usa quello che ho scritto io")?;
    bruno.sees("Niente da risolvere")?;
    bruno.reads("stato-linea", "Tutto inviato")?;
    maria.sync_now()?;
    maria.holds("campo-titolo", "Neve e ghiaccio: scuole chiuse")
}

/// An old version is compared and brought back.
fn versions(maria: &Desk) -> Done {
    maria.press("Versioni")?;
    maria.sees("pubblicata")?;
    maria.press_version("pubblicata")?;
    maria.sees("Aggiunta di Bruno.")?;
    maria.picture("versioni")?;
    maria.press("Torna a questa versione")?;
    maria.holds("campo-titolo", TITLE)?;
    maria.no_longer_sees("Aggiunta di Bruno.")
}

/// A small edit goes public; its address stays.
fn republish(stage: &Stage, maria: &Desk) -> Done {
    maria.type_at(TEXT, " Si riapre mercoledì.")?;
    maria.reads("salvataggio", "Salvato")?;
    maria.press_id("pubblica")?;
    maria.sees("Pubblicata")?;
    stage::within(20, || {
        match stage.public(ADDRESS)?.contains("Si riapre mercoledì.") {
            true => Ok(()),
            false => Err("the edit is not public".into()),
        }
    })
}
