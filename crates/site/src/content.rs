//! A site from a file of content: to judge the public site by itself, without app and hub.

use crate::{Comune, Files, Published, Report, SiteError};
use domain::sito::{Argomento, Block};
use domain::{FileId, FileRef, PageId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The largest file of content, in bytes (64 MB).
const MAX_CONTENT: u64 = 64 * 1024 * 1024;

/// A file of content, as JSON.
#[derive(Debug, Clone, Deserialize)]
pub struct Content {
    /// The comune.
    pub comune: Comune,
    /// Files by the id that the pages use (any id; it is replaced by the hash of the bytes): paths
    /// relative to the file of content.
    #[serde(default)]
    pub files: BTreeMap<FileId, PathBuf>,
    /// The published pages.
    pub pages: Vec<Published>,
}

/// Reads a file of content and writes its site into a folder.
///
/// # Errors
/// Where the content cannot be read or understood, or the site not written.
pub fn build_from_file(content: &Path, out: &Path) -> Result<Report, SiteError> {
    build_with(content, out, |_| {})
}

/// As [`build_from_file`], with a last word on the comune (its base, its origin).
///
/// # Errors
/// As [`build_from_file`].
pub fn build_with(
    content: &Path,
    out: &Path,
    adapt: impl FnOnce(&mut Comune),
) -> Result<Report, SiteError> {
    let mut loaded = load(content)?;
    adapt(&mut loaded.comune);
    let (pages, files) = resolve(content, loaded.files, loaded.pages)?;
    crate::build(&loaded.comune, &pages, &files, out)
}

/// Reads a file of content.
///
/// # Errors
/// Where it cannot be read or understood.
pub fn load(path: &Path) -> Result<Content, SiteError> {
    let size = std::fs::metadata(path)
        .map_err(crate::folder::at(path))?
        .len();
    if size > MAX_CONTENT {
        return Err(wrong(path, "è più grande di 64 MB"));
    }
    let bytes = std::fs::read(path).map_err(crate::folder::at(path))?;
    serde_json::from_slice(&bytes).map_err(|error| wrong(path, &error.to_string()))
}

fn wrong(path: &Path, reason: &str) -> SiteError {
    SiteError::Content {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The files of a content, each under the hash of its bytes.
#[derive(Debug, Default)]
pub struct OnDisk(BTreeMap<FileId, PathBuf>);

impl Files for OnDisk {
    fn read(&self, id: &FileId) -> io::Result<Vec<u8>> {
        std::fs::read(self.0.get(id).ok_or(io::ErrorKind::NotFound)?)
    }
}

type Resolved = (BTreeMap<PageId, Published>, OnDisk);

/// Gives every file the identity that it would have in the app, and checks what the app would check.
fn resolve(
    content: &Path,
    files: BTreeMap<FileId, PathBuf>,
    pages: Vec<Published>,
) -> Result<Resolved, SiteError> {
    let folder = content.parent().unwrap_or(Path::new("."));
    let mut on_disk = OnDisk::default();
    let mut ids = BTreeMap::new();
    for (name, path) in files {
        let path = folder.join(path);
        let bytes = std::fs::read(&path).map_err(crate::folder::at(&path))?;
        let id = FileId::new(blake3::hash(&bytes).to_hex().as_str());
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        on_disk.0.insert(id.clone(), path);
        ids.insert(name, (id, size));
    }
    let mut by_id = BTreeMap::new();
    for mut page in pages {
        for file in files_of(&mut page) {
            let (id, size) = ids.get(&file.id).ok_or_else(|| {
                wrong(
                    content,
                    &format!("manca in «files» il file «{}» ({})", file.id, file.name),
                )
            })?;
            file.id = id.clone();
            file.size = *size;
        }
        check_topics(content, &page)?;
        if let Some(twice) = by_id.insert(page.id.clone(), page) {
            return Err(wrong(
                content,
                &format!("due pagine hanno lo stesso id «{}»", twice.id),
            ));
        }
    }
    Ok((by_id, on_disk))
}

fn files_of(page: &mut Published) -> impl Iterator<Item = &mut FileRef> {
    let in_text = page.body.blocks.iter_mut().filter_map(|block| match block {
        Block::Image { file, .. } | Block::Attachment { file } => Some(file),
        _ => None,
    });
    let cover = page.fields.cover.iter_mut().map(|cover| &mut cover.file);
    in_text.chain(cover).chain(&mut page.fields.attachments)
}

fn check_topics(content: &Path, page: &Published) -> Result<(), SiteError> {
    let unknown = |topic: &&Argomento| topic.name().is_none();
    match page.fields.topics.iter().find(unknown) {
        Some(topic) => {
            let (topic, page) = (topic.as_str(), &page.id);
            let reason =
                format!("l'argomento «{topic}» della pagina «{page}» non è nel vocabolario");
            Err(wrong(content, &reason))
        }
        None => Ok(()),
    }
}
