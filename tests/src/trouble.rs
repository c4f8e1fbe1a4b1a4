//! Trouble: what the app says, and that nothing is lost.

use crate::Done;
use crate::stage::Stage;

/// A wrong address, a hostile image, a revoked PC, a database of a newer version.
pub fn run(stage: &Stage) -> Done {
    let cable = stage.cable()?;
    let desk = stage.pc("guai", false)?;
    desk.seal("quattro parole da ricordare")?;
    desk.link("http://127.0.0.1:9", "AAAA-AAAA", "PC")?;
    desk.sees("Il Centro servizi non si raggiunge.")?;
    desk.link(
        cable.address(),
        &stage.code("Maria Rossi", "impiegato")?,
        "PC",
    )?;
    desk.reads("stato-linea", "Tutto inviato")?;

    desk.press("Sito")?;
    desk.press("Nuova notizia")?;
    desk.fill("campo-titolo", "Scritta prima dei guai")?;
    desk.reads("salvataggio", "Salvato")?;
    let broken = stage.folder().join("rotta.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n and then nothing").map_err(|e| e.to_string())?;
    desk.choose_file("scegli-immagine", &broken)?;
    desk.sees("non è un’immagine che si può mostrare")?;
    desk.picture("immagine-rotta")?;

    stage.revoke_all()?;
    desk.fill("campo-descrizione", "Scritta dopo la revoca")?;
    desk.reads("salvataggio", "Salvato")?;
    desk.reads("stato-linea", "PC non autorizzato")?;
    desk.picture("revocato")?;
    desk.holds("campo-titolo", "Scritta prima dei guai")?;

    desk.kill()?;
    desk.start()?;
    desk.sees("Apri il tuo spazio di lavoro")?;
    desk.fill("parola", "non è questa la frase")?;
    desk.press("Apri")?;
    desk.sees("La frase segreta non è giusta.")?;
    desk.picture("frase-sbagliata")?;
    desk.fill("parola", "quattro parole da ricordare")?;
    desk.press("Apri")?;
    desk.sees("Scritta prima dei guai")
}
