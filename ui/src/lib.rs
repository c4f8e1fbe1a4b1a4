//! The front end: screens in the look of Bootstrap Italia, over the commands of `api`.
//!
//! Truth lives in the app; here is only what is on the screen. A screen asks with [`query::use_query`]
//! and asks again when the app says that something changed. Writing goes through
//! `sito::page::saver`, which saves by itself.
//!
//! No `style` attributes and no inline handlers: the content security policy forbids them, and a test
//! looks. Positions that are computed are set through the object model (`dom::style`).

mod app;
mod dom;
mod editor;
mod firma;
mod ipc;
mod lang;
mod later;
mod linea;
mod oggi;
mod part;
mod query;
mod risolvere;
mod route;
mod shell;
mod sito;
mod start;
mod time;
mod toast;
mod words;

/// Puts the app into the page, in the place that `index.html` keeps for it.
pub fn start() {
    match dom::document().get_element_by_id("app") {
        Some(place) => yew::Renderer::<app::App>::with_root(place).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
