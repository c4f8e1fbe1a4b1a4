//! The language of the person, kept between starts.

use l10n::Lang;
use std::cell::Cell;

const KEY: &str = "lang";

thread_local! {
    static LANG: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// The language in use.
pub fn lang() -> Lang {
    LANG.get().unwrap_or_else(|| {
        let lang = stored().unwrap_or_default();
        LANG.set(Some(lang));
        lang
    })
}

/// Changes the language, for now and for the next start.
pub fn set_lang(lang: Lang) {
    LANG.set(Some(lang));
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, lang.tag());
    }
    declare();
}

/// Tells assistive technology which language the page speaks.
pub fn declare() {
    if let Some(root) = crate::dom::document().document_element() {
        let _ = root.set_attribute("lang", lang().tag());
    }
}

fn stored() -> Option<Lang> {
    Lang::from_tag(&storage()?.get_item(KEY).ok()??)
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
