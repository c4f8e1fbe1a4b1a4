//! Where signed documents, contents and reports are written: beside the original where that is known and can be
//! written to, else in the person's folder of documents. Nothing is ever replaced.

use super::lock;
use super::papers::file_name;
use crate::app::{App, off_thread};
use crate::{Result, failure};
use api::firma::FirmaShow;
use api::{Code, Failure};
use signing::cades::write_atomically;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Numbers that are tried for a name that is taken.
const MOST_NAMES: u32 = 10_000;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Signed documents.
    Signed,
    /// What a `.p7m` held.
    Extracted,
    /// Reports.
    Reports,
}

impl Shelf {
    fn folder(self) -> &'static str {
        match self {
            Self::Signed => "Firmati",
            Self::Extracted => "Estratti",
            Self::Reports => "Rapporti",
        }
    }
}

/// A file that was written.
pub struct Written {
    pub name: String,
    pub folder: PathBuf,
}

/// Writes a file under a name that nothing has yet, whole or not at all; its folder may be shown from now on.
///
/// # Errors
/// Those of the disk, in the last folder that was tried.
pub fn write(
    app: &App,
    shelf: Shelf,
    beside: Option<&Path>,
    name: &str,
    bytes: &[u8],
) -> io::Result<Written> {
    let own = documents(app).join("Comuni in Rete").join(shelf.folder());
    let written = match beside.map(|folder| write_in(folder, name, bytes)) {
        // A CD, a share that is only read: the person's own folder then. A full disk is told.
        Some(Err(error)) if unwritable(&error) => None,
        Some(other) => Some(other?),
        None => None,
    };
    let written = match written {
        Some(written) => written,
        None => {
            std::fs::create_dir_all(&own)?;
            write_in(&own, name, bytes)?
        }
    };
    lock(&app.firma().folders).insert(written.folder.clone());
    Ok(written)
}

fn unwritable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
    )
}

/// The name is taken first, with an empty file that only a new name can have; what then replaces it is our own.
fn write_in(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<Written> {
    let (name, path) = reserve(folder, &file_name(name))?;
    let written = write_atomically(
        &path,
        |out| out.write_all(bytes),
        |_, ()| Ok::<_, io::Error>(()),
    );
    if let Err(error) = written {
        let _gone = std::fs::remove_file(&path);
        return Err(error);
    }
    Ok(Written {
        name,
        folder: folder.to_owned(),
    })
}

fn reserve(folder: &Path, name: &str) -> io::Result<(String, PathBuf)> {
    for number in 1..MOST_NAMES {
        let name = numbered(name, number);
        let path = folder.join(&name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok((name, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// `atto.pdf`, `atto (2).pdf` …; the number goes before all endings that tell what it is.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    let mut at = name.len();
    while let Some(dot) = name.get(..at).and_then(|head| head.rfind('.')) {
        let ending = name.get(dot + 1..at).unwrap_or_default();
        let known = (1..=4).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !ending.bytes().all(|byte| byte.is_ascii_digit());
        if dot == 0 || !known {
            break;
        }
        at = dot;
    }
    let (stem, endings) = name.split_at(at);
    format!("{stem} ({number}){endings}")
}

/// The person's folder of documents.
fn documents(app: &App) -> PathBuf {
    app.config()
        .firma
        .documents
        .clone()
        .unwrap_or_else(system_documents)
}

/// XDG user-dirs on Linux (`XDG_DOCUMENTS_DIR` of `user-dirs.dirs`), `Documents` of the profile on Windows.
fn system_documents() -> PathBuf {
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let home = home.map(PathBuf::from).unwrap_or_default();
    let config =
        std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    let named = std::fs::read_to_string(config.join("user-dirs.dirs"))
        .ok()
        .and_then(|text| user_dir(&text, &home));
    let usual = || {
        let italian = home.join("Documenti");
        if italian.is_dir() {
            italian
        } else {
            home.join("Documents")
        }
    };
    named.unwrap_or_else(usual)
}

/// `XDG_DOCUMENTS_DIR="$HOME/Documenti"`.
fn user_dir(text: &str, home: &Path) -> Option<PathBuf> {
    let line = text
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("XDG_DOCUMENTS_DIR="))?;
    let value = line.trim().trim_matches('"');
    match value.strip_prefix("$HOME") {
        Some(rest) => Some(home.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(value)).filter(|path| path.is_absolute()),
    }
}

/// A failure to write, at the border.
pub fn of_io(app: &App, shelf: Shelf, error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Failure::new(Code::DiskFull).retry(),
        _ => {
            tracing::warn!(%error, "A file cannot be written.");
            let folder = documents(app).join("Comuni in Rete").join(shelf.folder());
            Failure::new(Code::FolderNotWritable).with("folder", folder.display())
        }
    }
}

/// Shows a folder that an answer named in the system's file manager.
pub async fn firma_show(app: &App, input: FirmaShow) -> Result<()> {
    let folder = PathBuf::from(&input.folder);
    if !lock(&app.firma().folders).contains(&folder) {
        return Err(Failure::new(Code::PaperGone));
    }
    off_thread(move || {
        let opener = if cfg!(windows) {
            "explorer"
        } else {
            "xdg-open"
        };
        std::process::Command::new(opener)
            .arg(&folder)
            .spawn()
            .map(|_| ())
            .map_err(|error| failure::unexpected("the file manager does not open", &error))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_before_the_endings() {
        assert_eq!(numbered("atto.pdf", 1), "atto.pdf");
        assert_eq!(numbered("atto.pdf", 2), "atto (2).pdf");
        assert_eq!(numbered("atto.pdf.p7m", 3), "atto (3).pdf.p7m");
        assert_eq!(numbered("delibera n. 12", 2), "delibera n. 12 (2)");
        assert_eq!(numbered("v1.2.pdf", 2), "v1.2 (2).pdf");
    }

    #[test]
    fn the_systems_folder_of_documents_is_read() {
        let home = Path::new("/home/m");
        let text = "# x\nXDG_DESKTOP_DIR=\"$HOME/Scrivania\"\nXDG_DOCUMENTS_DIR=\"$HOME/Carte\"\n";
        assert_eq!(user_dir(text, home), Some("/home/m/Carte".into()));
        assert_eq!(
            user_dir("XDG_DOCUMENTS_DIR=\"/mnt/d\"", home),
            Some("/mnt/d".into())
        );
        assert_eq!(user_dir("XDG_DOCUMENTS_DIR=\"d\"", home), None);
        assert_eq!(user_dir("", home), None);
    }
}
