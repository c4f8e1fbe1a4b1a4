//! The page as the public will see it, before it is public.

use crate::media::{Media, offered_path};
use crate::picture::{self, Picture};
use crate::render::{Renderer, icons_url};
use crate::{Comune, Files, Published, Target, assets};
use domain::PageId;

/// Where other pages are: for links inside the site and for "a cura di".
pub trait Lookup {
    /// The page, if the public can see it.
    fn target(&self, id: &PageId) -> Option<Target>;
}

/// No other page is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOthers;

impl Lookup for NoOthers {
    fn target(&self, _: &PageId) -> Option<Target> {
        None
    }
}

/// The page as the public will see it, by the code that writes the public site. Its addresses begin with
/// `comune.base`; what lies under it is given by [`preview_file`]. The one difference: the card of an
/// office is shown without the office's latest news.
pub fn preview(
    comune: &Comune,
    page: &Published,
    others: &dyn Lookup,
    files: &dyn Files,
) -> String {
    let comune = comune.cleaned();
    let media = Media::plan(page, files);
    let icons = icons_url(&comune);
    Renderer::new(&comune, others, &media, &icons).page(page, &[])
}

/// A file that a preview asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// IANA media type.
    pub media: &'static str,
}

/// What a preview shows or offers, by its path after the base (`assets/…`, `media/…`, `allegati/…`).
/// `None`: there is no such thing, or it cannot be shown.
pub fn preview_file(page: &Published, path: &str, files: &dyn Files) -> Option<Served> {
    let bytes = asset(path)
        .or_else(|| image(page, path, files))
        .or_else(|| offer(page, path, files))?;
    Some(Served {
        bytes,
        media: media_type(path),
    })
}

fn asset(path: &str) -> Option<Vec<u8>> {
    let mut assets = assets::all().into_iter();
    assets
        .find(|(at, _)| *at == path)
        .map(|(_, bytes)| bytes.to_vec())
}

fn image(page: &Published, path: &str, files: &dyn Files) -> Option<Vec<u8>> {
    let name = path.strip_prefix("media/")?;
    let file = page
        .images()
        .find(|file| name.starts_with(picture::short(&file.id)))?;
    let bytes = files.read(&file.id).ok()?;
    let picture = Picture::plan(&file.id, &bytes).ok()?;
    let size = picture.sizes().find(|size| picture.path(*size) == path)?;
    picture.encode(&picture::decode(&bytes).ok()?, size).ok()
}

fn offer(page: &Published, path: &str, files: &dyn Files) -> Option<Vec<u8>> {
    let file = page.attachments().find(|file| offered_path(file) == path)?;
    files.read(&file.id).ok()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}
