//! "Firma e verifica": what a signature is worth, and signing with one's own token; "Il mio dispositivo di firma".
//!
//! The bytes of documents are in the app; here are their names, their pages as pictures, and what is said of them.

mod ask;
mod at;
mod device;
mod glance;
mod last;
mod left;
mod list;
mod open;
mod pages;
mod paper;
mod place;
mod run;
mod sign;
mod spot;
mod verdict;
pub mod words;

pub use device::DeviceScreen;
pub use list::ListScreen;
pub use paper::PaperScreen;
pub use run::RunScreen;
pub use sign::SignScreen;

use crate::ipc;
use crate::toast::News;
use api::Event;
use api::firma::FirmaShow;
use wasm_bindgen_futures::spawn_local;

/// What changes with documents and signing.
fn hears(event: &Event) -> bool {
    matches!(event, Event::Firma)
}

/// What an answer about signatures rests on, besides the document.
fn rests_on(event: &Event) -> bool {
    matches!(event, Event::Verdicts)
}

/// Shows a folder in the system's file manager.
fn show_folder(folder: String, news: News) {
    spawn_local(async move {
        if let Err(failure) = ipc::call(FirmaShow { folder }).await {
            news.failed(failure);
        }
    });
}
