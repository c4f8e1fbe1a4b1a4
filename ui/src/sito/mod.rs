//! The site: the list of pages, a page to work on, its versions.

mod list;
mod page;
mod rows;
mod versions;
mod window;

pub use list::ListScreen;
pub use page::PageScreen;
pub use versions::{VersionsScreen, value as field_value};

use crate::ipc;
use crate::route::Route;
use crate::toast::News;
use api::sito::PageCreate;
use domain::sito::PageKind;
use wasm_bindgen_futures::spawn_local;

/// Makes a new page and goes there.
pub fn create_page(kind: PageKind, news: News) {
    spawn_local(async move {
        match ipc::call(PageCreate { kind }).await {
            Ok(page) => Route::Page(page).go(),
            Err(failure) => news.failed(failure),
        }
    });
}

/// Where the bytes of an image of the workspace are.
pub fn media_address(file: &domain::FileId) -> String {
    format!("anteprima://localhost/media/{file}")
}
