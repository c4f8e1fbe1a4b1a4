//! The folder of the site on disk: a file is written only where its content changes, and never seen
//! half written by those who read it meanwhile.

use crate::{Report, SiteError};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Says that the folder was written by this program, so that a rebuild may remove what is in it.
const MARKER: &str = ".sito-comuni-in-rete";

pub(crate) struct Folder {
    root: PathBuf,
    /// Nothing was there before: no need to look before writing.
    fresh: bool,
    /// Every path that belongs to the site; only a full build keeps count.
    expected: Option<BTreeSet<String>>,
    report: Report,
}

impl Folder {
    pub fn open(root: &Path) -> Result<Self, SiteError> {
        fs::create_dir_all(root).map_err(at(root))?;
        let marker = root.join(MARKER);
        let empty = fs::read_dir(root).map_err(at(root))?.next().is_none();
        if !empty && !marker.exists() {
            return Err(SiteError::Foreign(root.to_owned()));
        }
        fs::write(&marker, []).map_err(at(&marker))?;
        Ok(Self {
            root: root.to_owned(),
            fresh: empty,
            expected: None,
            report: Report::default(),
        })
    }

    /// From now on, count what belongs to the site, for [`Self::sweep`].
    pub fn start_full(&mut self) {
        self.expected = Some(BTreeSet::new());
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The length of a finished file, in bytes.
    pub fn len(&self, path: &str) -> Option<u64> {
        fs::metadata(self.path(path)).ok().map(|meta| meta.len())
    }

    /// The names in a folder; none where there is no folder.
    pub fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(path))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter_map(|e| e.file_name().into_string().ok())
            .collect()
    }

    /// The file shall have this content.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), SiteError> {
        self.expect(path);
        let full = self.path(path);
        if self.fresh {
            make_parent(&full)?;
            fs::write(&full, bytes).map_err(at(&full))?;
        } else if same(&full, bytes) {
            self.report.unchanged += 1;
            return Ok(());
        } else {
            replace(&full, |file| file.write_all(bytes)).map_err(at(&full))?;
        }
        self.report.written.push(path.to_owned());
        Ok(())
    }

    /// The file shall have the content that `fill` writes; it is taken as right where it exists already.
    /// Gives its length in bytes.
    pub fn put_once(
        &mut self,
        path: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<u64> {
        let full = self.path(path);
        if !full.exists() {
            replace(&full, |file| {
                let mut buffered = io::BufWriter::new(file);
                fill(&mut buffered)?;
                buffered.flush()
            })?;
            self.report.written.push(path.to_owned());
        }
        self.expect(path);
        Ok(fs::metadata(&full)?.len())
    }

    /// The file belongs to the site as it is.
    pub fn expect(&mut self, path: &str) {
        if let Some(expected) = &mut self.expected {
            expected.insert(path.to_owned());
        }
    }

    /// The file shall not be there; folders that it leaves empty go with it.
    pub fn remove(&mut self, path: &str) -> Result<(), SiteError> {
        let full = self.path(path);
        match fs::remove_file(&full) {
            Ok(()) => self.report.removed.push(path.to_owned()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(at(&full)(e)),
        }
        let mut parent = full.parent();
        while let Some(folder) = parent.filter(|folder| *folder != self.root) {
            // Fails, as it should, where something else is still in it.
            if fs::remove_dir(folder).is_err() {
                break;
            }
            parent = folder.parent();
        }
        Ok(())
    }

    /// Removes what a full build did not write.
    pub fn sweep(&mut self) -> Result<(), SiteError> {
        let expected = self.expected.take().unwrap_or_default();
        if self.fresh {
            self.fresh = false;
            return Ok(());
        }
        let mut found = Vec::new();
        walk(&self.root, "", &mut found).map_err(at(&self.root))?;
        for path in found.iter().filter(|path| !expected.contains(*path)) {
            if path != MARKER {
                self.remove(path)?;
            }
        }
        Ok(())
    }

    pub fn warn(&mut self, warnings: Vec<crate::Warning>) {
        self.report.warnings.extend(warnings);
    }

    pub fn take_report(&mut self) -> Report {
        std::mem::take(&mut self.report)
    }
}

pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> SiteError {
    let path = path.to_owned();
    |source| SiteError::Io { path, source }
}

fn same(path: &Path, bytes: &[u8]) -> bool {
    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    fs::metadata(path).is_ok_and(|meta| meta.len() == len)
        && fs::read(path).is_ok_and(|there| there == bytes)
}

fn make_parent(path: &Path) -> Result<(), SiteError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(at(parent))
}

fn replace(path: &Path, fill: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".parte");
    let part = path.with_file_name(name);
    let done = fs::File::create(&part)
        .and_then(|mut file| fill(&mut file))
        .and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // The half-written file is of no use; where it cannot be removed, the next sweep does it.
        let _ = fs::remove_file(&part);
    }
    done
}

fn walk(root: &Path, under: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(under))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if under.is_empty() {
            name
        } else {
            format!("{under}/{name}")
        };
        if entry.file_type()?.is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
