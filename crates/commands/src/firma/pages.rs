//! Pages as images: a PDF is drawn here, in Rust, and only pixels go to the web view.
//!
//! Drawing a stranger's document may panic, overflow a small stack or never end. So each page is drawn on a thread of
//! its own with a large stack, two at a time, and is given up after a while; a document that was given up is not tried
//! again.

use super::papers;
use crate::app::App;
use crate::preview::Asset;
use crate::{Result, failure};
use api::firma::{PageSize, PaperId};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// The widest image, in pixels: a page over the whole of a large screen.
const WIDEST: u16 = 4_000;
/// The most pixels of an image: 64 MB while it is drawn.
const MOST_PIXELS: f64 = 16e6;
/// The most pages that are told of.
const MOST_PAGES: usize = 5_000;
/// Pages that are drawn at the same time.
const AT_ONCE: usize = 2;
/// Bytes of stack: nested forms are drawn by recursion.
const STACK: usize = 64 * 1024 * 1024;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps the order at the easel.
pub struct Drawing(Arc<Semaphore>);

impl Default for Drawing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// The image of a page of an open document, for the path `/carta/ID/PAGE/PIXELS.png` of the scheme `anteprima`; none
/// where there is no such page, or it cannot be drawn.
pub async fn firma_page(app: &App, path: &str) -> Result<Option<Asset>> {
    let Some((id, page, width)) = parse(path) else {
        return Ok(None);
    };
    let open = papers::get(app, &id)?;
    let (Some(pdf), false) = (open.shown().cloned(), open.stuck.load(Ordering::Relaxed)) else {
        return Ok(None);
    };
    let drawing = app.firma().drawing.0.clone();
    let Ok(permit) = drawing.acquire_owned().await else {
        return Ok(None);
    };
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("carta".into())
        .stack_size(STACK)
        .spawn(move || {
            // Nobody waits any more: then nobody needs it.
            let _ = tell.send(quietly(|| draw(&pdf, page, width)).flatten());
        })
        .map_err(|error| failure::unexpected("no thread to draw on", &error))?;
    let drawn = tokio::time::timeout(PATIENCE, told).await;
    drop(permit);
    if drawn.is_err() {
        tracing::warn!("A page takes too long to draw; its document is not tried again.");
        open.stuck.store(true, Ordering::Relaxed);
    }
    Ok(drawn
        .ok()
        .and_then(|told| told.ok().flatten())
        .map(|bytes| Asset {
            media: "image/png".into(),
            bytes,
        }))
}

/// `/carta/ID/PAGE/PIXELS.png`.
fn parse(path: &str) -> Option<(PaperId, usize, u16)> {
    let rest = path.strip_prefix("/carta/")?;
    let mut parts = rest.split('/');
    let (id, page, file) = (parts.next()?, parts.next()?, parts.next()?);
    let width = file.strip_suffix(".png")?.parse::<u16>().ok()?;
    let page = page.parse::<usize>().ok()?.checked_sub(1)?;
    let fits = parts.next().is_none() && (1..=WIDEST).contains(&width);
    fits.then(|| (PaperId(id.to_owned()), page, width))
}

/// A panic of the drawing library is one page that is not shown.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work))
        .inspect_err(|_| tracing::warn!("A page cannot be drawn: the library panicked."))
        .ok()
}

/// PNG of a page, so many pixels wide.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // bounded before
fn draw(pdf: &Arc<[u8]>, page: usize, width: u16) -> Option<Vec<u8>> {
    let document = Pdf::new(data(pdf)).ok()?;
    let page: &Page<'_> = document.pages().get(page)?;
    let (across, down) = page.render_dimensions();
    let scale = f64::from(width) / f64::from(across);
    let height = (f64::from(down) * scale).round().max(1.0);
    if !scale.is_finite() || height > f64::from(u16::MAX) || height * f64::from(width) > MOST_PIXELS
    {
        return None;
    }
    let mut context = RenderContext::new(width, height as u16);
    let transform = Affine::scale(scale) * affine(page);
    render_into(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &mut context,
        transform,
    );
    context.flush();
    let mut pixels = Pixmap::new(width, height as u16);
    let settings = RasterizerSettings {
        target_init: TargetInit::Clear(WHITE),
        ..RasterizerSettings::default()
    };
    context.render_with(&mut pixels, &mut Resources::default(), settings);
    pixels.into_png().ok()
}

fn affine(page: &Page<'_>) -> Affine {
    use hayro::hayro_interpret::util::TransformExt;
    page.initial_transform(true).to_kurbo()
}

fn data(pdf: &Arc<[u8]>) -> hayro::hayro_syntax::PdfData {
    Arc::new(pdf.clone()).into()
}

/// Sizes of the pages of a document that this program's own strict reader does not take; none where this one does not
/// either.
pub fn sizes(pdf: &Arc<[u8]>) -> Vec<PageSize> {
    let pdf = pdf.clone();
    let read = move || {
        quietly(|| {
            let Ok(document) = Pdf::new(data(&pdf)) else {
                return Vec::new();
            };
            let size = |page: &Page<'_>| {
                let (width, height) = page.render_dimensions();
                PageSize { width, height }
            };
            let pages = document.pages();
            pages.iter().take(MOST_PAGES).map(size).collect()
        })
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(read);
    thread
        .ok()
        .and_then(|thread| thread.join().ok().flatten())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_address_names_a_page_and_a_width_within_bounds() {
        let id = |path| parse(path).map(|(id, page, width)| (id.0, page, width));
        assert_eq!(id("/carta/c1/2/800.png"), Some(("c1".into(), 1, 800)));
        for wrong in [
            "/carta/c1/0/800.png",
            "/carta/c1/1/0.png",
            "/carta/c1/1/40000.png",
            "/carta/c1/1/800.jpg",
            "/carta/c1/1/800.png/x",
            "/media/c1/1/800.png",
            "/carta/c1/-1/800.png",
        ] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
    }
}
