//! Trouble: what the app says, and that nothing is lost.

use crate::Done;
use crate::desk::Desk;
use crate::stage::{Stage, within};
use serde_json::json;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const PASSPHRASE: &str = "quattro parole da ricordare";
const TITLE: &str = "Scritta prima dei guai";

/// From the first screen to the last: each trouble is explained, and the page is there at the end.
pub fn run(stage: &Stage) -> Done {
    let disk = SmallDisk::mount(&stage.folder().join("guai").join("dati"))?;
    let desk = stage.pc("guai", false)?;
    desk.seal(PASSPHRASE)?;
    wrong_addresses(&desk)?;
    let cable = stage.cable()?;
    let code = stage.code("Maria Rossi", "impiegato")?;
    desk.link(cable.address(), &code, "PC")?;
    desk.reads("stato-linea", "Tutto inviato")?;

    desk.press("Sito")?;
    desk.press("Nuova notizia")?;
    desk.fill("campo-titolo", TITLE)?;
    desk.reads("salvataggio", "Salvato")?;
    bad_files(&desk, stage.folder())?;
    full_disk(&desk, disk.as_ref())?;

    stage.revoke_all()?;
    desk.fill("campo-descrizione", "Scritta dopo la revoca")?;
    desk.reads("salvataggio", "Salvato")?;
    desk.reads("stato-linea", "PC non autorizzato")?;
    desk.picture("revocato")?;
    desk.holds("campo-titolo", TITLE)?;

    desk.kill()?;
    newer_database(&desk)?;
    desk.start()?;
    unlock(&desk)?;
    desk.sees(TITLE)
}

/// Nothing answers; something answers that is no hub.
fn wrong_addresses(desk: &Desk) -> Done {
    desk.link("http://127.0.0.1:9", "AAAA-AAAA", "PC")?;
    desk.sees("Il Centro servizi non si raggiunge.")?;
    let stranger = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = stranger.local_addr().map_err(|error| error.to_string())?;
    std::thread::spawn(move || {
        for mut caller in stranger.incoming().flatten() {
            // Whatever was asked, the answer is the page of a hotel's network.
            let _ = caller.read(&mut [0; 2048]);
            let _ = caller.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 20\r\n\r\n<h1>Benvenuti!</h1>\n",
            );
        }
    });
    desk.link(&format!("http://{address}"), "AAAA-AAAA", "PC")?;
    desk.sees("A questo indirizzo non risponde un Centro servizi.")
}

/// A document that swells, an image that is none, far too much pasted.
fn bad_files(desk: &Desk, folder: &Path) -> Done {
    let bomb = folder.join("bomba.docx");
    fs::write(&bomb, include_bytes!("bomba.docx")).map_err(|error| error.to_string())?;
    desk.choose_file("importa-documento", &bomb)?;
    desk.sees("bomba.docx è fatto in modo sospetto e non è stato aperto")?;
    desk.picture("documento-ostile")?;
    let broken = folder.join("rotta.png");
    fs::write(&broken, b"\x89PNG\r\n\x1a\n and then nothing").map_err(|error| error.to_string())?;
    desk.choose_file("scegli-immagine", &broken)?;
    desk.sees("non è un’immagine che si può mostrare")?;
    desk.picture("immagine-rotta")?;
    let paste = "
        const data = new DataTransfer();
        data.setData('text/html', '<p>' + 'neve '.repeat(10_000_000) + '</p>');
        const field = document.querySelector('[contenteditable=true]');
        field.focus();
        field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));";
    desk.script(paste, json!([]))?;
    desk.sees("Quello che hai incollato supera 8 MB.")
}

/// The disk fills up: said in words; there is room again, "Riprova" saves.
fn full_disk(desk: &Desk, disk: Option<&SmallDisk>) -> Done {
    let Some(disk) = disk else {
        println!("  SKIPPED: a full disk, because no small disk can be mounted here (not root)");
        return Ok(());
    };
    disk.fill()?;
    desk.fill("campo-descrizione", &"Il disco è pieno. ".repeat(100))?;
    desk.sees("Il disco di questo PC è pieno.")?;
    desk.reads("salvataggio", "Non ancora salvato")?;
    desk.picture("disco-pieno")?;
    disk.free()?;
    desk.press("Riprova")?;
    desk.reads("salvataggio", "Salvato")
}

/// The app on a workspace that a later version has written: it says so and leaves it alone.
fn newer_database(desk: &Desk) -> Done {
    let say = |error: &dyn std::fmt::Display| error.to_string();
    let vault = fs::read(desk.data().join("vault.json")).map_err(|e| say(&e))?;
    let vault = serde_json::from_slice(&vault).map_err(|e| say(&e))?;
    let key = store::vault::open(&vault, PASSPHRASE).map_err(|e| say(&e))?;
    let known = version(&desk.data(), &key, None)?;
    version(&desk.data(), &key, Some(known + 90))?;
    desk.start()?;
    desk.sees("Apri il tuo spazio di lavoro")?;
    desk.fill("parola", "non è questa la frase")?;
    desk.press("Apri")?;
    desk.sees("La frase segreta non è giusta.")?;
    desk.picture("frase-sbagliata")?;
    desk.fill("parola", PASSPHRASE)?;
    desk.press("Apri")?;
    desk.sees("Questi dati li ha scritti una versione più nuova del programma.")?;
    desk.picture("versione-nuova")?;
    desk.kill()?;
    version(&desk.data(), &key, Some(known)).map(drop)
}

/// Reads the schema's number of a workspace, and sets another.
fn version(data: &Path, key: &store::Key, set: Option<i64>) -> Done<i64> {
    let run = || -> rusqlite::Result<i64> {
        let db = rusqlite::Connection::open(data.join("workspace.db"))?;
        let key: String = key
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        db.pragma_update(None, "key", format!("x'{key}'"))?;
        if let Some(set) = set {
            db.pragma_update(None, "user_version", set)?;
        }
        db.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    run().map_err(|error| error.to_string())
}

fn unlock(desk: &Desk) -> Done {
    desk.sees("Apri il tuo spazio di lavoro")?;
    desk.fill("parola", PASSPHRASE)?;
    desk.press("Apri")
}

/// A disk of a few megabytes in memory, where the workspace lives.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where that takes rights that are not there.
    fn mount(at: &Path) -> Done<Option<Self>> {
        fs::create_dir_all(at).map_err(|error| error.to_string())?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(at)
            .output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        Ok(mounted.then(|| Self(at.to_path_buf())))
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Writes until nothing fits any more.
    fn fill(&self) -> Done {
        let mut file = fs::File::create(self.filler()).map_err(|error| error.to_string())?;
        let mut block: &[u8] = &[0; 65_536];
        while !block.is_empty() {
            match file.write(block) {
                Ok(0) | Err(_) => block = &block[..block.len() / 2],
                Ok(_) => {}
            }
        }
        Ok(())
    }

    fn free(&self) -> Done {
        within(5, || {
            fs::remove_file(self.filler()).map_err(|error| error.to_string())
        })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the app may still hold its files for a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
