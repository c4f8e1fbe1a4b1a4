//! The page as the public will see it, for the preview's window, by the code that renders the public site.

use crate::app::App;
use crate::sito::{identity, page};
use crate::{Result, failure};
use domain::{FileId, PageId};
use site::{Comune, Files, Lookup, Published, Target};
use store::Store;

/// A file for a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// IANA media type.
    pub media: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The HTML of a page's preview. Its addresses begin with `/pagina/ID/`; [`preview_asset`] serves them.
pub async fn preview_html(app: &App, id: &PageId) -> Result<String> {
    let id = id.clone();
    app.with(move |store| {
        let shown = Shown::of(store, &id)?;
        Ok(site::preview(
            &shown.comune,
            &shown.page,
            &Workspace(store),
            &Workspace(store),
        ))
    })
    .await
}

/// What a window of the app may load by the scheme `anteprima`, by path: `/media/ID` is a file of the
/// workspace, `/pagina/ID/…` the preview of a page and what it shows.
pub async fn preview_asset(app: &App, path: &str) -> Result<Option<Asset>> {
    let parts: Vec<String> = path
        .trim_start_matches('/')
        .splitn(3, '/')
        .map(str::to_owned)
        .collect();
    match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["media", id] => media(app, FileId::new(id)).await,
        ["pagina", id] | ["pagina", id, ""] => {
            let html = preview_html(app, &PageId::new(id)).await?;
            Ok(Some(Asset {
                media: "text/html; charset=utf-8".into(),
                bytes: html.into_bytes(),
            }))
        }
        ["pagina", id, rest] => part(app, PageId::new(id), rest.to_owned()).await,
        _ => Ok(None),
    }
}

/// Images only: nothing else of the workspace is shown by address.
async fn media(app: &App, id: FileId) -> Result<Option<Asset>> {
    app.with(move |store| {
        let Ok(bytes) = store.read_file(&id) else {
            return Ok(None);
        };
        Ok(infer::get(&bytes)
            .filter(|kind| ["image/jpeg", "image/png", "image/webp"].contains(&kind.mime_type()))
            .map(|kind| Asset {
                media: kind.mime_type().to_owned(),
                bytes,
            }))
    })
    .await
}

async fn part(app: &App, id: PageId, path: String) -> Result<Option<Asset>> {
    app.with(move |store| {
        let shown = Shown::of(store, &id)?;
        Ok(
            site::preview_file(&shown.page, &path, &Workspace(store)).map(|served| Asset {
                media: served.media.to_owned(),
                bytes: served.bytes,
            }),
        )
    })
    .await
}

/// A page as it would be published now.
struct Shown {
    comune: Comune,
    page: Published,
}

impl Shown {
    fn of(store: &Store, id: &PageId) -> Result<Self> {
        let identity = identity(store)?;
        let view = page(store, id)?;
        let publication = view.page.publication.as_ref();
        let comune = Comune {
            id: identity.comune.clone(),
            name: identity.comune_name.clone(),
            province: "Asti".into(),
            region: "Piemonte".into(),
            base: format!("/pagina/{id}/"),
            ..Comune::default()
        };
        let slug = publication.map_or_else(
            || domain::sito::slug(&view.page.fields.title),
            |publication| publication.slug.clone(),
        );
        Ok(Self {
            comune,
            page: Published {
                id: id.clone(),
                kind: view.page.kind,
                slug,
                at: view.page.edited_at,
                first_at: publication.map_or(view.page.edited_at, |p| p.first_at),
                fields: view.page.fields,
                body: view.text.text,
            },
        })
    }
}

/// Pages and files of the workspace, as a renderer asks for them.
struct Workspace<'a>(&'a Store);

impl Lookup for Workspace<'_> {
    fn target(&self, id: &PageId) -> Option<Target> {
        let view = self.0.page(id).ok()??;
        let publication = view.page.publication?;
        Some(Target {
            path: site::link_path(view.page.kind, &publication.slug, publication.fields.news),
            title: publication.fields.title,
        })
    }
}

impl Files for Workspace<'_> {
    fn read(&self, id: &FileId) -> std::io::Result<Vec<u8>> {
        self.0
            .read_file(id)
            .map_err(|error| std::io::Error::other(failure::of_store(error).incident))
    }
}
