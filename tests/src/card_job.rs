//! A clerk whose card slips out of the reader: the PIN is wrong once, the batch stops half way, and nothing is signed
//! twice. Then two time stamps that came by PEC.

use crate::Done;
use crate::desk::Desk;
use crate::firma_job::{ASKS, at_her_desk, choose_driver, open, painted};
use crate::stage::Stage;
use crate::token::{Card, FailingCard, HOLDER, PIN, lacking, pdf, write};
use std::path::PathBuf;

/// The signature at which the card slips out.
const SLIPS: u64 = 2;
const NAMES: [&str; 3] = ["avviso-1.pdf", "avviso-2.pdf", "avviso-3.pdf"];

/// The journey.
pub fn run(stage: &Stage) -> Done {
    if let Some(tool) = lacking() {
        println!("  SKIPPED: no card in software: {tool} is missing");
        return Ok(());
    }
    let card = Card::make(stage.folder())?;
    let failing = card.failing(stage.folder())?;
    failing.put_in(Some(SLIPS))?;
    let files = stage.folder().join("posta");
    let papers: Vec<PathBuf> = NAMES.iter().map(|name| files.join(name)).collect();
    for (paper, name) in papers.iter().zip(NAMES) {
        write(paper, &pdf(&[&["COMUNE DI ROCCAVERANO", name]]))?;
    }
    let (_cable, maria) = at_her_desk(stage)?;
    maria.press("Il mio dispositivo di firma")?;
    choose_driver(&maria, &failing.module)?;
    batch(&maria, &papers, &failing)?;
    stamps(&maria, &card, &papers)
}

/// Three documents; the second signature does not come to be.
fn batch(maria: &Desk, papers: &[PathBuf], card: &FailingCard) -> Done {
    maria.press("Firma e verifica")?;
    open(
        maria,
        &papers.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
    )?;
    maria.sees("avviso-3.pdf")?;
    maria.press_id("scegli-tutti")?;
    maria.press("Firma 3 documenti")?;
    maria.sees(HOLDER)?;
    maria.press_id("firma-adesso")?;
    maria.types_into(ASKS, "000000")?;
    maria.sees("Il PIN non è giusto.")?;
    maria.sees("Nessun documento è stato firmato.")?;
    maria.picture("firma-pin-sbagliato")?;
    maria.press_id("riprendi")?;
    maria.types_into(ASKS, PIN)?;
    maria.sees("La carta è stata tolta.")?;
    maria.sees("Il documento già firmato resta firmato.")?;
    maria.picture("firma-carta-tolta")?;
    // Nothing is in the reader: it is said, and nothing is lost.
    maria.press_id("riprendi")?;
    maria.sees("La carta non c’è, o non è quella che avevi scelto.")?;
    // The PC is switched off. The next morning the two are still to be signed, and looked at before.
    maria.kill()?;
    card.put_in(None)?;
    maria.start()?;
    maria.press("Firma")?;
    maria.sees("Riprendi la firma di 2 documenti rimasti")?;
    maria.sees("avviso-2.pdf e avviso-3.pdf")?;
    maria.picture("firma-rimasti")?;
    open(
        maria,
        &papers[1..].iter().map(PathBuf::as_path).collect::<Vec<_>>(),
    )?;
    maria.no_longer_sees("Da aprire di nuovo")?;
    maria.press_id("riprendi-rimasti")?;
    maria.sees("Firma di 2 documenti")?;
    maria.sees(HOLDER)?;
    maria.press_id("firma-adesso")?;
    maria.types_into(ASKS, PIN)?;
    maria.sees("Firmati 2 documenti")?;
    maria.picture("firma-ripresa")?;
    match card.signatures()? {
        3 => Ok(()),
        made => Err(format!(
            "three documents took {made} signatures of the card"
        )),
    }
}

/// A stamp beside its document, and one with it.
fn stamps(maria: &Desk, card: &Card, papers: &[PathBuf]) -> Done {
    let paper = papers.first().ok_or("no document")?;
    let (tsr, tsd) = (
        paper.with_file_name("marca.tsr"),
        paper.with_file_name("avviso-1.pdf.tsd"),
    );
    card.stamp(paper, &tsr, &tsd)?;
    maria.press("Firma e verifica")?;
    open(maria, &[&tsr])?;
    maria.sees("Di quale documento è questa marca?")?;
    maria.picture("firma-marca-sola")?;
    maria.type_at(
        "//*[@id='apri-documento-firmato']",
        &paper.to_string_lossy(),
    )?;
    maria.reads("verdetto", "La marca temporale vale")?;
    painted(maria)?;
    maria.picture("firma-marca")?;
    maria.press("Firma e verifica")?;
    open(maria, &[&tsd])?;
    maria.reads("verdetto", "La marca temporale vale")?;
    maria.sees("Documento con marca (.tsd)")?;
    maria.picture("firma-marca-con-documento")
}
