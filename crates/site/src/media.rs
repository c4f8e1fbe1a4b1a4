//! The images and files that pages show and offer: each processed once, named by the hash of what was
//! added, so that a name never changes its content.

use crate::folder::{Folder, at};
use crate::page::is_slug;
use crate::picture::{self, Picture};
use crate::{Fault, Files, Published, SiteError, Warning};
use domain::sito::slug;
use domain::{FileId, FileRef};
use std::collections::BTreeMap;
use std::io;

/// Kinds of files offered as what they are. Anything else, above all what a browser would run, is
/// offered as `.bin`.
const OFFERED: [&str; 30] = [
    "7z", "csv", "doc", "docx", "epub", "geojson", "gpx", "ics", "jpeg", "jpg", "json", "kml",
    "mp3", "mp4", "odp", "ods", "odt", "ogg", "p7m", "pdf", "png", "ppt", "pptx", "rtf", "tsd",
    "txt", "webp", "xls", "xlsx", "zip",
];

/// A file as it is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Path in the site.
    pub path: String,
    /// Length in bytes of what is offered.
    pub size: u64,
}

/// What is known of every image and file in use. `None`: it was looked at and cannot be shown.
#[derive(Debug, Default)]
pub(crate) struct Media {
    pictures: BTreeMap<FileId, Option<Picture>>,
    offered: BTreeMap<String, Option<Offered>>,
    /// Names in `media/` when the site was opened, by the part that stands for the file.
    on_disk: BTreeMap<String, String>,
}

impl Media {
    /// Takes note of what an earlier run finished.
    pub fn on_disk(folder: &Folder) -> Self {
        let by_short = |name: String| Some((name.split('-').next()?.to_owned(), name));
        let full = |name: &String| !name.contains("-s") && !name.ends_with(".parte");
        let names = folder.names("media").into_iter().filter(full);
        Self {
            on_disk: names.filter_map(by_short).collect(),
            ..Self::default()
        }
    }

    pub fn picture(&self, id: &FileId) -> Option<&Picture> {
        self.pictures.get(id)?.as_ref()
    }

    pub fn offered(&self, file: &FileRef) -> Option<&Offered> {
        self.offered.get(&offered_path(file))?.as_ref()
    }

    /// Makes everything that the page shows and offers ready in the folder. True where a file that was
    /// known not to be there has arrived since: other pages may have waited for it too.
    pub fn prepare(
        &mut self,
        page: &Published,
        files: &dyn Files,
        folder: &mut Folder,
    ) -> Result<bool, SiteError> {
        let lacked = self.lacks(page);
        let mut warnings = Vec::new();
        for file in page.images() {
            if let Err(fault) = self.prepare_picture(file, files, folder)? {
                warnings.push(warning(file, fault));
            }
        }
        for file in page.attachments() {
            if let Err(fault) = self.prepare_offer(file, files, folder)? {
                warnings.push(warning(file, fault));
            }
        }
        folder.warn(warnings);
        Ok(self.lacks(page) < lacked)
    }

    /// How many of the page's files were looked at and could not be shown.
    fn lacks(&self, page: &Published) -> usize {
        let picture = |file: &&FileRef| matches!(self.pictures.get(&file.id), Some(None));
        let offer = |file: &&FileRef| matches!(self.offered.get(&offered_path(file)), Some(None));
        page.images().filter(picture).count() + page.attachments().filter(offer).count()
    }

    /// Reads only as much of the page's files as its look depends on; writes nothing.
    pub fn plan(page: &Published, files: &dyn Files) -> Self {
        let mut media = Self::default();
        for file in page.images() {
            let picture = files
                .read(&file.id)
                .ok()
                .and_then(|bytes| Picture::plan(&file.id, &bytes).ok());
            media.pictures.insert(file.id.clone(), picture);
        }
        for file in page.attachments() {
            let path = offered_path(file);
            let offered = Offered {
                path: path.clone(),
                size: file.size,
            };
            media.offered.insert(path, Some(offered));
        }
        media
    }

    /// Forgets an image that no page shows any more; gives the paths of what was published of it.
    pub fn forget_picture(&mut self, id: &FileId) -> Vec<String> {
        self.on_disk.remove(picture::short(id));
        let picture = self.pictures.remove(id).flatten();
        picture.iter().flat_map(Picture::paths).collect()
    }

    /// Forgets a file that no page offers any more.
    pub fn forget_offer(&mut self, path: &str) {
        self.offered.remove(path);
    }

    fn prepare_picture(
        &mut self,
        file: &FileRef,
        files: &dyn Files,
        folder: &mut Folder,
    ) -> Result<Result<(), Fault>, SiteError> {
        // What was missing may have arrived since.
        if let Some(picture) = self.picture(&file.id) {
            picture.paths().for_each(|path| folder.expect(&path));
            return Ok(Ok(()));
        }
        let ready = match self.found(file) {
            Some(picture) => {
                picture.paths().for_each(|path| folder.expect(&path));
                Ok(picture)
            }
            None => make_picture(file, files, folder)?,
        };
        let answer = ready.as_ref().map(|_| ()).map_err(Clone::clone);
        self.pictures.insert(file.id.clone(), ready.ok());
        Ok(answer)
    }

    fn found(&self, file: &FileRef) -> Option<Picture> {
        let name = self.on_disk.get(picture::short(&file.id))?;
        Picture::from_name(name, &file.id)
    }

    fn prepare_offer(
        &mut self,
        file: &FileRef,
        files: &dyn Files,
        folder: &mut Folder,
    ) -> Result<Result<(), Fault>, SiteError> {
        let path = offered_path(file);
        let offered = offer(file, &path, files, folder)?;
        let answer = offered.as_ref().map(|_| ()).map_err(Clone::clone);
        let offered = offered.ok().map(|size| Offered {
            path: path.clone(),
            size,
        });
        self.offered.insert(path, offered);
        Ok(answer)
    }
}

fn warning(file: &FileRef, fault: Fault) -> Warning {
    Warning {
        file: file.id.clone(),
        name: file.name.clone(),
        fault,
    }
}

fn make_picture(
    file: &FileRef,
    files: &dyn Files,
    folder: &mut Folder,
) -> Result<Result<Picture, Fault>, SiteError> {
    if !is_slug(file.id.as_str()) {
        return Ok(Err(Fault::Missing));
    }
    let Ok(bytes) = files.read(&file.id) else {
        return Ok(Err(Fault::Missing));
    };
    let made =
        Picture::plan(&file.id, &bytes).and_then(|picture| Ok((picture, picture::decode(&bytes)?)));
    let (picture, image) = match made {
        Ok(made) => made,
        Err(error) => return Ok(Err(Fault::Image(error))),
    };
    for size in picture.sizes() {
        match picture.encode(&image, size) {
            Ok(bytes) => folder.put(&picture.path(size), &bytes)?,
            Err(error) => return Ok(Err(Fault::Image(error))),
        }
    }
    Ok(Ok(picture))
}

/// Puts the file where it is offered; gives its length in bytes.
fn offer(
    file: &FileRef,
    path: &str,
    files: &dyn Files,
    folder: &mut Folder,
) -> Result<Result<u64, Fault>, SiteError> {
    if !is_slug(file.id.as_str()) {
        return Ok(Err(Fault::Missing));
    }
    if folder.len(path).is_none() && is_image(path) {
        return offer_image(file, path, files, folder);
    }
    let copied = folder.put_once(path, |to| {
        files
            .copy(&file.id, to)
            .map_err(|e| io::Error::new(io::ErrorKind::NotFound, e))
    });
    match copied {
        Ok(size) => Ok(Ok(size)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Err(Fault::Missing)),
        Err(e) => Err(at(&folder.path(path))(e)),
    }
}

/// A photograph offered as a file loses where and when it was taken, like one that is shown.
fn offer_image(
    file: &FileRef,
    path: &str,
    files: &dyn Files,
    folder: &mut Folder,
) -> Result<Result<u64, Fault>, SiteError> {
    let Ok(bytes) = files.read(&file.id) else {
        return Ok(Err(Fault::Missing));
    };
    match picture::washed(&bytes) {
        Ok(bytes) => {
            folder.put(path, &bytes)?;
            Ok(Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
        }
        Err(error) => Ok(Err(Fault::Image(error))),
    }
}

fn is_image(path: &str) -> bool {
    [".jpg", ".jpeg", ".png", ".webp"]
        .iter()
        .any(|ext| path.ends_with(ext))
}

/// Where a file is offered: `allegati/0123456789abcdef/bando-mensa.pdf`. The first part comes from its
/// bytes, so that a new version has a new address; the second is what people see when they save it.
pub(crate) fn offered_path(file: &FileRef) -> String {
    let id = file.id.as_str();
    format!(
        "allegati/{}/{}",
        id.get(..16).unwrap_or(id),
        safe_name(file)
    )
}

fn safe_name(file: &FileRef) -> String {
    let (stem, ext) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    let ext = picture::extension(&file.media).or_else(|| extension(ext));
    format!("{}.{}", slug(stem), ext.unwrap_or("bin"))
}

fn extension(ext: &str) -> Option<&'static str> {
    OFFERED
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(ext))
}

/// The kind of a file as people call it: `PDF`.
pub(crate) fn kind_word(file: &FileRef) -> String {
    let name = safe_name(file);
    let ext = name.rsplit('.').next().unwrap_or_default();
    if ext == "bin" {
        "file".into()
    } else {
        ext.to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> FileRef {
        FileRef {
            id: FileId::new("0123456789abcdef0123456789abcdef"),
            name: name.into(),
            media: "application/octet-stream".into(),
            size: 1,
        }
    }

    #[test]
    fn what_a_browser_would_run_is_offered_as_mere_bytes() {
        let path = |name| offered_path(&named(name));
        assert_eq!(
            path("Bando Mensa.PDF"),
            "allegati/0123456789abcdef/bando-mensa.pdf"
        );
        assert_eq!(
            path("../../index.html"),
            "allegati/0123456789abcdef/index.bin"
        );
        assert_eq!(path("mappa.svg"), "allegati/0123456789abcdef/mappa.bin");
        assert_eq!(
            path("delibera.pdf.p7m"),
            "allegati/0123456789abcdef/delibera-pdf.p7m"
        );
        assert_eq!(path(".htaccess"), "allegati/0123456789abcdef/pagina.bin");
    }
}
