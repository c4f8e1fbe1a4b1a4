//! Deletions wait a moment before they are sent, so that "Annulla" really takes them back: after a
//! deletion was sent there is nothing that could. Leaving the window sends them at once.

use crate::ipc;
use crate::toast::{News, SHOWN};
use api::Event;
use api::sito::PageDelete;
use domain::PageId;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

thread_local! {
    static WAITING: RefCell<BTreeMap<PageId, (Timeout, News)>> = const { RefCell::new(BTreeMap::new()) };
}

/// Deletes a page after a moment, and says so with "Annulla".
pub fn delete(page: &PageId, words: String, news: &News) {
    let id = page.clone();
    let timer = Timeout::new(SHOWN, move || send(&id));
    WAITING.with_borrow_mut(|all| all.insert(page.clone(), (timer, news.clone())));
    let id = page.clone();
    news.undoable(words, Callback::from(move |()| keep(&id)));
    ipc::tell(&Event::Pages(vec![page.clone()]));
}

/// The page is about to be deleted.
pub fn is_waiting(page: &PageId) -> bool {
    WAITING.with_borrow(|all| all.contains_key(page))
}

/// Sends everything that waits: the person leaves.
pub fn send_all() {
    let pages: Vec<_> = WAITING.with_borrow(|all| all.keys().cloned().collect());
    pages.iter().for_each(send);
}

fn keep(page: &PageId) {
    WAITING.with_borrow_mut(|all| all.remove(page));
    ipc::tell(&Event::Pages(vec![page.clone()]));
}

fn send(page: &PageId) {
    let Some((timer, news)) = WAITING.with_borrow_mut(|all| all.remove(page)) else {
        return;
    };
    timer.forget();
    let page = page.clone();
    spawn_local(async move {
        let answer = ipc::call(PageDelete { page: page.clone() }).await;
        if let Err(failure) = answer {
            news.failed(failure);
        }
        ipc::tell(&Event::Pages(vec![page]));
    });
}
