//! What can go wrong, and what was done.

use crate::ImageError;
use domain::{FileId, PageId};
use std::path::PathBuf;

/// The site could not be written. The texts are for the person at the command line or in a log.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or folder cannot be read or written.
    #[error("non riesco a leggere o scrivere {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The published pages cannot be read.
    #[error("non riesco a leggere le pagine pubblicate: {0}")]
    Source(std::io::Error),
    /// The folder holds things that this program did not write.
    #[error(
        "la cartella {0} non è vuota e non contiene un sito scritto da questo programma: indicane un'altra"
    )]
    Foreign(PathBuf),
    /// The last part of an address is not one.
    #[error(
        "la pagina {page} ha un indirizzo non valido: «{slug}» (solo lettere minuscole, cifre e trattini)"
    )]
    BadSlug {
        /// The page.
        page: PageId,
        /// The text.
        slug: String,
    },
    /// Two pages have the same address.
    #[error("due pagine hanno lo stesso indirizzo {path}: {one} e {other}")]
    SamePath {
        /// The address.
        path: String,
        /// The page that had it.
        one: PageId,
        /// The page that wants it.
        other: PageId,
    },
    /// A file of content cannot be understood.
    #[error("il file {path} non è un contenuto valido: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column where known.
        reason: String,
    },
}

/// What a file lacked to be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not there.
    #[error("manca")]
    Missing,
    /// It is not an image that can be shown.
    #[error("{0}")]
    Image(ImageError),
}

/// A file that a page names and that was left out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("il file «{name}» ({file}) è stato tralasciato: {fault}")]
pub struct Warning {
    /// The file.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// Why.
    pub fault: Fault,
}

/// What a build or an update did. Paths are relative to the folder of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files whose content changed or that are new.
    pub written: Vec<String>,
    /// Files that are no longer there.
    pub removed: Vec<String>,
    /// Files that were rendered and found to be right already.
    pub unchanged: usize,
    /// Files that were left out.
    pub warnings: Vec<Warning>,
}
